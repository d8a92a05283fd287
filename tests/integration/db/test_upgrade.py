"""A database that an older program made comes up to date, with what is in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from base.ids import new_id
from controller.db.bootstrap import Urls
from controller.db.migrate import EDITED, folder, migrate, migrations
from tests.conftest import Server
from tests.integration.db.catalog import describe

_NAME = "made_by_an_older_program"
_DIGEST = "ab" * 32


@pytest.fixture
def empty(postgres: Server) -> Iterator[tuple[str, str]]:
    """An empty database: the URLs of the migrator and of the superuser."""
    owned = sql.SQL("CREATE DATABASE {} OWNER dd0c_owner TEMPLATE template0").format(sql.Identifier(_NAME))
    postgres.maintenance.execute(owned)
    urls = postgres.urls
    yield make_conninfo(urls.migrate, dbname=_NAME), make_conninfo(urls.superuser, dbname=_NAME)
    postgres.drop(_NAME)


def _first(count: int, tmp_path: Path) -> Path:
    """A folder with the first so many migrations."""
    for path in (*sorted(folder().glob("0*.sql"))[:count], folder() / "procrastinate-3.10.0.sql"):
        shutil.copy(path, tmp_path)
    return tmp_path


def _fill(connection: psycopg.Connection) -> None:
    """A tenant with two classifications, in the columns that the first migration has."""
    tenant = new_id()
    connection.execute("select set_config('app.current_tenant_id', %s, false)", (str(tenant),))
    connection.execute("insert into dd0c.tenants (id, slug) values (%s, 'old')", (tenant,))
    for advice in ('{"risk": "safe"}', None):
        connection.execute(
            """insert into dd0c.classifications (tenant_id, id, language, command_sha256, scanner_version,
                 knowledge_version, advisor_version, finding, advice, rule, risk)
               values (%s, %s, 'bash', decode(%s, 'hex'), 's', 'k', 'a', '{}', %s, 1, 'dangerous')""",
            (tenant, new_id(), _DIGEST, advice),
        )


def test_a_database_of_the_first_migration_keeps_its_rows_and_gets_the_schema_of_today(
    empty: tuple[str, str], tmp_path: Path
) -> None:
    migrator, superuser = empty
    assert migrate(migrator, where=_first(1, tmp_path), partition_months=1) == [1]
    with psycopg.connect(superuser, autocommit=True) as connection:
        _fill(connection)
    later = [migration.version for migration in migrations()][1:]
    assert migrate(migrator, partition_months=1) == later
    with psycopg.connect(superuser, autocommit=True) as connection:
        rows = connection.execute(
            "select advice is null, no_advice, risk::text from dd0c.classifications order by 1"
        ).fetchall()
        assert rows == [(False, "", "dangerous"), (True, "", "dangerous")]
        assert connection.execute("select count(*) from dd0c.readings").fetchone() == (0,)


@pytest.mark.parametrize("sha256", sorted(EDITED[1]))
def test_a_database_of_a_first_migration_that_was_edited_ends_alike(
    empty: tuple[str, str], database_urls: Urls, sha256: str, tmp_path: Path
) -> None:
    migrator, superuser = empty
    migrate(migrator, where=_first(2, tmp_path), partition_months=1)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("delete from dd0c.schema_migrations where version = 2")
        connection.execute("update dd0c.schema_migrations set sha256 = %s", (sha256,))
    assert migrate(migrator, partition_months=1) == [m.version for m in migrations()][1:]
    with (
        psycopg.connect(superuser, autocommit=True) as connection,
        psycopg.connect(database_urls.superuser, autocommit=True) as other,
    ):
        assert describe(connection) == describe(other)


_SERVED = """
WITH tenant AS (
     INSERT INTO dd0c.tenants (id, slug) VALUES (%(tenant)s, 'old') RETURNING id
), repository AS (
     INSERT INTO dd0c.repositories (tenant_id, id, name, forge, remote)
     SELECT id, %(id)s, 'main', 'builtin', 'builtin' FROM tenant RETURNING tenant_id, id
), runbook AS (
     INSERT INTO dd0c.runbooks (tenant_id, id, repository_id, name, path)
     SELECT tenant_id, id, id, 'disk', 'disk.yaml' FROM repository RETURNING tenant_id, id
), version AS (
     INSERT INTO dd0c.runbook_versions (tenant_id, id, runbook_id, content_sha256, content, document, path,
                                        blob_oid, commit_oid)
     SELECT tenant_id, id, id, 'sha256:' || repeat('0', 64), '', '{"spec": {"steps": [{"command": "df"}]}}',
            'disk.yaml', repeat('0', 40), repeat('0', 40)
       FROM runbook RETURNING tenant_id, id
), verdict AS (
     INSERT INTO dd0c.classifications (tenant_id, id, version_id, step_id, scanner_version, knowledge_version,
                                       finding, rule, risk)
     SELECT tenant_id, id, id, 'look', '1', 'k', '{"risk": "safe"}', 2, 'caution'
       FROM version RETURNING tenant_id, id
)
INSERT INTO dd0c.reclassifications (tenant_id, id, version_id, step_id, scanner_version, knowledge_version,
                                    direction, before_id, standing_id)
SELECT tenant_id, id, id, 'look', '2', 'k', 'unread', id, id FROM verdict
"""


def test_verdicts_that_have_rows_of_their_own_are_read_beside_those_in_versions(
    empty: tuple[str, str], tmp_path: Path
) -> None:
    migrator, superuser = empty
    migrate(migrator, where=_first(14, tmp_path), partition_months=1)
    numbers = {"tenant": new_id(), "id": new_id()}
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("select set_config('app.current_tenant_id', %s, false)", (str(numbers["tenant"]),))
        with connection.transaction():
            psycopg.ClientCursor(connection).execute(_SERVED, numbers)
    migrate(migrator, partition_months=1)
    with psycopg.connect(superuser, autocommit=True) as connection:
        rows = connection.execute(
            "select id, step_id, rule, risk::text, finding from dd0c.verdicts"
        ).fetchall()
        assert rows == [(numbers["id"], "look", 2, "caution", {"risk": "safe"})]
        assert connection.execute("select count(*) from dd0c.reclassifications").fetchone() == (1,)
