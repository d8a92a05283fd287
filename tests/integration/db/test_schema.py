"""What the database promises by itself: roles, row-level security, constraints (PROMISES.md G7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from base.ids import new_id
from controller.db import migrate as migrations
from controller.db.bootstrap import Urls
from controller.db.database import Database, UnsafeDatabase
from controller.db.errors import ForeignKeyViolation
from controller.db.migrate import MigrationRefused, migrate
from tests.conftest import Server, TestTenant
from tests.integration.db.catalog import describe, gaps

EXEMPT = frozenset({"timers", "schema_migrations"})
"""The tables without row-level security: they hold ids and times, nothing of a tenant's content."""

SECURITY_DEFINER = frozenset({"audit_link", "audit_head_of_new_tenant"})
"""The functions that run with the owner's rights; each was reviewed. FORCE binds the owner too."""

UNIQUE_ACROSS_TENANTS = frozenset({"tenants_pkey", "tenants_slug_key", "schema_migrations_pkey"})
"""The unique constraints without the tenant: the tenant itself, and the migrations."""


@pytest.fixture
def superuser(database_urls: Urls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        yield connection


def test_r57_every_table_has_forced_row_level_security(superuser: psycopg.Connection) -> None:
    assert gaps(superuser, EXEMPT) == []


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("create table dd0c.news (tenant_id uuid primary key)", "news: row-level security is not forced"),
        (
            "create table dd0c.news (tenant_id uuid primary key); "
            "alter table dd0c.news enable row level security, force row level security",
            "news: has no policy `tenant` with USING and WITH CHECK on the tenant",
        ),
        (
            "create table dd0c.news (tenant_id uuid primary key); "
            "alter table dd0c.news enable row level security; "
            "create policy tenant on dd0c.news using (true)",
            "news: row-level security is not forced",
        ),
        (
            "create table dd0c.news (id uuid primary key, tenant_id uuid not null); "
            "alter table dd0c.news enable row level security, force row level security",
            "news: the key news_pkey does not begin with the tenant",
        ),
        ("alter policy tenant on dd0c.members using (true)", "members: has no policy `tenant`"),
        ("create policy other on dd0c.members using (true)", "members: has another policy than `tenant`"),
        ("grant truncate on dd0c.members to dd0c_app", "members: dd0c_app has TRUNCATE"),
        ("grant update on dd0c.audit_events to dd0c_app", "audit_events: dd0c_app has UPDATE"),
        (
            "grant select on dd0c.audit_events_default to dd0c_app",
            "audit_events_default: dd0c_app has SELECT",
        ),
        (
            "create function dd0c.peek() returns int language sql security definer as 'select 1'",
            "function peek: is SECURITY DEFINER and not on the list",
        ),
        ("create view dd0c.everyone as select * from dd0c.members", "everyone: a view without security_inv"),
    ],
)
def test_r57_a_hole_in_the_schema_is_found(
    superuser: psycopg.Connection, statement: str, complaint: str
) -> None:
    """The catalog test above would fail for each of these: it is not blind."""
    superuser.execute(statement.encode())
    assert any(found.startswith(complaint) for found in gaps(superuser, EXEMPT)), gaps(superuser, EXEMPT)


def test_r57_the_exempt_tables_hold_no_content(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        """select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
           where table_schema = 'dd0c' and table_name = 'timers' order by 1"""
    ).fetchall()
    assert [row[0] for row in rows] == [
        "timers.due_at timestamp with time zone",
        "timers.execution_id uuid",
        "timers.gate_id uuid",
        "timers.kind text",
        "timers.step_execution_id uuid",
        "timers.tenant_id uuid",
        "timers.version integer",
    ]


@pytest.mark.parametrize("role", ["superuser", "migrate"])
async def test_r57_the_product_refuses_a_role_that_could_do_more(database_urls: Urls, role: str) -> None:
    url = getattr(database_urls, role)
    with pytest.raises(UnsafeDatabase, match="superuser" if role == "superuser" else "owner"):
        await Database.open(url, 1)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("alter role dd0c_app bypassrls", "BYPASSRLS"),
        ("grant references on dd0c.members to dd0c_app", "members"),
        ("grant dd0c_owner to dd0c_app", "owner"),
        ("alter table dd0c.members no force row level security", "not forced on: members"),
    ],
)
async def test_r57_the_product_refuses_to_start_when_the_set_up_was_weakened(
    database_urls: Urls, superuser: psycopg.Connection, statement: str, complaint: str
) -> None:
    superuser.execute(statement.encode())
    try:
        with pytest.raises(UnsafeDatabase, match=complaint):
            await Database.open(database_urls.app, 1)
    finally:
        # Roles belong to the whole server, which other tests share.
        superuser.execute("alter role dd0c_app nobypassrls; revoke dd0c_owner from dd0c_app")


async def test_r60_a_foreign_tenant_id_is_rejected(
    database: Database, database_urls: Urls, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    foreign = second_tenant.tenant_id
    statements = (
        "insert into dd0c.members (tenant_id, id, email, role) values (%s, %s, 'a@b', 'viewer')",
        "update dd0c.members set tenant_id = %s where id <> %s",
    )
    with psycopg.connect(database_urls.app, autocommit=True) as connection:
        for statement in statements:
            with connection.transaction(force_rollback=True):
                _set_tenant(connection, tenant.tenant_id)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode(), (foreign, new_id()))


async def test_r60_a_reference_to_another_tenants_row_is_rejected(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    with pytest.raises(ForeignKeyViolation):
        async with database.work(tenant.tenant_id) as uow:
            await uow.connection.execute(
                "insert into dd0c.sessions (tenant_id, secret_sha256, member_id, source, expires_at) "
                "values (%s, %s, %s, 'web', now())",
                (tenant.tenant_id, bytes(32), second_tenant.member_id),
            )


async def test_r60_no_constraint_tells_whether_another_tenant_has_a_value(
    superuser: psycopg.Connection,
) -> None:
    rows = superuser.execute(
        """select c.conname::text from pg_constraint c join pg_class t on t.oid = c.conrelid
           where t.relnamespace = 'dd0c'::regnamespace and c.contype in ('p', 'u', 'x')
             and not t.relispartition and (select a.attname from pg_attribute a
                   where a.attrelid = t.oid and a.attnum = c.conkey[1]) <> 'tenant_id'"""
    ).fetchall()
    assert {row[0] for row in rows} == UNIQUE_ACROSS_TENANTS


def test_r60_every_foreign_key_carries_the_tenant(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        """select c.conname::text from pg_constraint c join pg_class t on t.oid = c.conrelid
           where t.relnamespace = 'dd0c'::regnamespace and c.contype = 'f'
             and (select a.attname from pg_attribute a where a.attrelid = t.oid and a.attnum = c.conkey[1])
                 <> 'tenant_id'"""
    ).fetchall()
    assert rows == []


async def test_r61_a_partition_can_not_be_reached_directly(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    with psycopg.connect(database_urls.superuser) as connection:
        partitions = [
            row[0]
            for row in connection.execute(
                "select relname::text from pg_class where relispartition and relkind = 'r' "
                "and relnamespace = 'dd0c'::regnamespace"
            )
        ]
    assert len(partitions) >= 4
    for partition in partitions:
        statement = sql.SQL("select * from dd0c.{}").format(sql.Identifier(partition))
        with psycopg.connect(database_urls.app) as connection:
            _set_tenant(connection, tenant.tenant_id)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_r61_what_runs_with_the_owners_rights_is_listed(superuser: psycopg.Connection) -> None:
    rows = superuser.execute(
        "select p.proname::text, array_to_string(p.proconfig, ';') from pg_proc p "
        "where p.pronamespace in ('dd0c'::regnamespace, 'procrastinate'::regnamespace) and p.prosecdef"
    ).fetchall()
    assert {row[0] for row in rows} == SECURITY_DEFINER
    assert {row[1] for row in rows} == {"search_path=pg_catalog, pg_temp"}


def test_r65_the_app_role_can_not_change_the_trail_or_the_schema(
    database_urls: Urls, tenant: TestTenant
) -> None:
    for statement in (
        "update dd0c.audit_events set actor_id = 'x'",
        "delete from dd0c.audit_events",
        "truncate dd0c.audit_events",
        "insert into dd0c.audit_chain values (gen_random_uuid(), 1, gen_random_uuid(), '', '', now())",
        "update dd0c.audit_chain set hash = ''",
        "delete from dd0c.audit_chain",
        "select * from dd0c.audit_heads",
        "update dd0c.audit_heads set seq = 0",
        "update dd0c.audit_checkpoints set hash = ''",
        "update dd0c.execution_events set actor = 'x'",
        "update dd0c.approvals set decision = 'approve'",
        "update dd0c.runbook_versions set path = ''",
        "create table dd0c.mine (id int)",
        "create temporary table mine (id int)",
        "create table public.mine (id int)",
        "alter table dd0c.members disable row level security",
        "alter table dd0c.audit_events disable trigger audit_link",
        "drop policy tenant on dd0c.members",
        "select dd0c.make_audit_partitions(current_date, 1)",
        "set role dd0c_owner",
        "set session_replication_role = replica",
    ):
        with psycopg.connect(database_urls.app) as connection:
            _set_tenant(connection, tenant.tenant_id)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_r65_the_verify_role_reads_the_trail_and_nothing_else(
    database_urls: Urls, tenant: TestTenant
) -> None:
    with psycopg.connect(database_urls.verify, autocommit=True) as connection:
        with connection.transaction():
            _set_tenant(connection, tenant.tenant_id)
            assert connection.execute("select count(*) from dd0c.audit_events").fetchone() == (2,)
        assert connection.execute("select count(*) from dd0c.audit_events").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from dd0c.members")


def test_schema_and_migrations_agree(postgres: Server, database_urls: Urls) -> None:
    """`schema.sql` is the whole truth: the numbered files lead to the same catalog."""
    name = "from_schema_file"
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER dd0c_owner TEMPLATE template0").format(sql.Identifier(name))
        )
        migrated = describe(connection)
    try:
        url = database_urls.superuser.rpartition("/")[0] + f"/{name}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set role dd0c_owner")
            with connection.transaction():
                connection.execute(migrations.read_script(migrations.folder() / "schema.sql").encode())
                connection.execute("select dd0c.make_audit_partitions((now() at time zone 'UTC')::date, 1)")
            connection.execute("reset role")
            assert describe(connection) == migrated
    finally:
        postgres.drop(name)


def test_migrating_twice_changes_nothing_and_a_changed_file_is_refused(
    database_urls: Urls, tmp_path: Path
) -> None:
    assert migrate(database_urls.migrate, partition_months=1) == []
    for path in migrations.folder().glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    number = len(migrations.migrations()) + 1
    (tmp_path / f"{number:04}_more.sql").write_text("create table dd0c.more (tenant_id uuid primary key);\n")
    assert migrate(database_urls.migrate, where=tmp_path, partition_months=1) == [number]
    with pytest.raises(MigrationRefused, match="newer than this program"):
        migrate(database_urls.migrate, partition_months=1)
    first = tmp_path / "0001_initial.sql"
    first.write_text(first.read_text() + "-- a word more\n")
    with pytest.raises(MigrationRefused, match="was changed after"):
        migrate(database_urls.migrate, where=tmp_path, partition_months=1)


def test_a_migration_that_fails_leaves_nothing(database_urls: Urls, tmp_path: Path) -> None:
    for path in migrations.folder().glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    number = len(migrations.migrations()) + 1
    (tmp_path / f"{number:04}_bad.sql").write_text("create table dd0c.half (id int);\nselect 1 / 0;\n")
    with pytest.raises(Exception, match="division by zero"):
        migrate(database_urls.migrate, where=tmp_path, partition_months=1)
    with psycopg.connect(database_urls.superuser) as connection:
        assert connection.execute("select to_regclass('dd0c.half')").fetchone() == (None,)
        assert connection.execute("select max(version) from dd0c.schema_migrations").fetchone() == (
            number - 1,
        )


def test_partitions_reach_two_years_ahead(database_urls: Urls) -> None:
    migrate(database_urls.migrate)
    with psycopg.connect(database_urls.superuser) as connection:
        rows = connection.execute(
            """select i.inhparent::regclass::text, count(*) from pg_inherits i
               join pg_class c on c.oid = i.inhparent and c.relkind = 'p' group by 1 order by 1"""
        ).fetchall()
        assert rows == [("dd0c.audit_chain", 26), ("dd0c.audit_events", 26)]
        assert gaps(connection, EXEMPT) == []


def test_the_copy_of_procrastinates_schema_is_the_installed_one() -> None:
    from procrastinate.schema import SchemaManager

    ours = (migrations.folder() / "procrastinate-3.10.0.sql").read_text()
    assert SchemaManager.get_schema() in ours


def _set_tenant(connection: psycopg.Connection, tenant_id: UUID) -> None:
    connection.execute("select set_config('app.current_tenant_id', %s, true)", (str(tenant_id),))
