"""A repository of many runbooks beside a real, durable Postgres, in process: for the rows about syncs."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg

from base.ids import new_id
from controller.api.parse_pool import ParsePool
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.db.embedded import EmbeddedPostgres
from controller.db.migrate import migrate
from controller.governance.judging import Judging
from ingest.advisor.advising import LOCAL
from tests.conftest import make_tenant
from tests.integration.sync.world import World, make_world

COMMANDS: Final = (
    "df -h /srv/{n}",
    "kubectl -n payments get pods -l app=web-{n}",
    "systemctl status worker-{n}",
    "journalctl -u worker-{n} --since '1 hour ago' --no-pager",
    "kubectl -n payments rollout restart deployment/web-{n}",
    "psql -h db-{n} -U monitor -Atc 'select count(*) from pg_stat_activity'",
    "redis-cli -h cache-{n} info memory",
    "aws ec2 describe-instances --filters Name=tag:role,Values=web-{n}",
    "curl -fsS http://web-{n}.internal/healthz",
    "tail -n 200 /var/log/app-{n}.log",
)


def document(number: int, word: str = "first") -> str:
    """A runbook of ten steps; no two have a command in common."""
    steps = "".join(
        f"    - id: s{place}\n      title: Step {place}, {word}\n      command: {command.format(n=number)}\n"
        for place, command in enumerate(COMMANDS)
    )
    return (
        "apiVersion: dd0c.run/v1\nkind: Runbook\n"
        f"metadata: {{name: runbook-{number}, title: Runbook {number}, service: web}}\n"
        f"spec:\n  target: {{labels: {{role: host}}}}\n  steps:\n{steps}"
    )


@asynccontextmanager
async def server() -> AsyncIterator[tuple[Database, Urls]]:
    """A migrated Postgres with fsync on, and its pool; nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="dd0c-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder))
        urls = await asyncio.to_thread(postgres.start)
        try:
            await asyncio.to_thread(migrate, urls.migrate)
            database = await Database.open(urls.app, 5)
            try:
                yield database, urls
            finally:
                await database.close()
        finally:
            await asyncio.to_thread(postgres.remove)


@asynccontextmanager
async def world(database: Database) -> AsyncIterator[World]:
    """A tenant of its own with an empty repository; files are judged in two processes, as in the product."""
    pool = ParsePool(2)
    pool.warm()
    tenant = await make_tenant(database, f"t{new_id().hex[-12:]}")
    with tempfile.TemporaryDirectory(prefix="dd0c-bench-") as folder:
        try:
            yield await make_world(database, tenant.tenant_id, Path(folder), judging=Judging(pool.run, LOCAL))
        finally:
            await pool.close()


def cat_file(repository: Path, blobs: Sequence[str]) -> bytes:
    """The same blobs as git itself reads them."""
    command = ["git", "-C", str(repository), "cat-file", "--batch"]
    return subprocess.run(command, input="\n".join(blobs).encode(), capture_output=True, check=True).stdout


STORED: Final = ("runbooks", "runbook_versions", "files", "classifications", "audit_events")


def copy_stored(urls: Urls, tenant_id: UUID) -> tuple[int, float]:
    """The rows of a tenant that a sync stores, copied into tables without index, constraint or trigger,
    in one commit: how many bytes they are, and seconds.
    """
    with psycopg.connect(urls.superuser) as connection:
        rows = {table: _rows(connection, table, tenant_id) for table in STORED}
        for table in STORED:
            connection.execute(f"DROP TABLE IF EXISTS copied_{table}".encode())
            connection.execute(f"CREATE TABLE copied_{table} (LIKE dd0c.{table})".encode())
        connection.commit()
        begun = time.perf_counter()
        for table, blocks in rows.items():
            with connection.cursor().copy(f"COPY copied_{table} FROM STDIN (FORMAT binary)".encode()) as copy:
                for block in blocks:
                    copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - begun
    return sum(len(block) for blocks in rows.values() for block in blocks), seconds


def _rows(connection: psycopg.Connection, table: str, tenant_id: UUID) -> list[bytes]:
    return _copied_out(connection, f"SELECT * FROM dd0c.{table} WHERE tenant_id = '{tenant_id}'")


def _copied_out(connection: psycopg.Connection, query: str) -> list[bytes]:
    with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)".encode()) as copy:
        return [bytes(block) for block in copy]


def copy_again(urls: Urls, tenant_id: UUID) -> float:
    """The same rows once more, for a new tenant, into the product's own tables with their indexes, references
    and audit chain: one connection, COPY, one commit, nothing read or made meanwhile; seconds. What a sync
    that stores them in one transaction can't go below. (COPY is refused to the application's role, for the
    sake of row-level security: this is the superuser.)
    """
    other = new_id()
    with psycopg.connect(urls.superuser) as connection:
        connection.execute("SELECT set_config('app.current_tenant_id', %s, false)", (str(other),))
        for table, key in (("tenants", "id"), ("repositories", "tenant_id")):
            changed = f"jsonb_build_object('{key}', '{other}'::uuid)"
            if table == "tenants":
                changed += f" || jsonb_build_object('slug', 't{other.hex[-12:]}')"
            connection.execute(
                f"INSERT INTO dd0c.{table} SELECT (jsonb_populate_record(r, {changed})).* "
                f"FROM dd0c.{table} r WHERE r.{key} = '{tenant_id}'".encode()
            )
        columns = {table: _columns(connection, table) for table in STORED}
        rows = {
            table: _copied_out(connection, f"SELECT '{other}'::uuid, {columns[table]} FROM dd0c.{table} "
                               f"WHERE tenant_id = '{tenant_id}' ORDER BY ctid")
            for table in STORED
        }  # fmt: skip
        connection.execute(_CIRCLE + b"DEFERRABLE INITIALLY DEFERRED")
        connection.commit()
        begun = time.perf_counter()
        for table, blocks in rows.items():
            into = f"COPY dd0c.{table} (tenant_id, {columns[table]}) FROM STDIN (FORMAT binary)"
            with connection.cursor().copy(into.encode()) as copy:
                for block in blocks:
                    copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - begun
        connection.execute(_CIRCLE + b"NOT DEFERRABLE")
    return seconds


_CIRCLE: Final = b"ALTER TABLE dd0c.runbooks ALTER CONSTRAINT runbooks_current_version_fkey "
"""Runbooks and versions refer to each other: one statement stores both, two COPY can't."""


def _columns(connection: psycopg.Connection, table: str) -> str:
    """All but the tenant, and the time of an event, which the server chooses."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'dd0c' AND table_name = %s "
        "ORDER BY ordinal_position",
        (table,),
    ).fetchall()
    left_out = {"tenant_id"} | ({"created_at"} if table == "audit_events" else set())
    return ", ".join(name for (name,) in found if name not in left_out)


def copy_in(urls: Urls, rows: Sequence[bytes]) -> None:
    """The same bytes into a table without an index, one COPY, one commit."""
    with psycopg.connect(urls.superuser) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS copied (content bytea)")
        with connection.cursor() as cursor, cursor.copy("COPY copied (content) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row,))
