"""Numbered SQL files, applied once each, in order, by one migrator at a time.

`migrations/NNNN_slug.sql`; a line `\\ir FILE`, as psql has it, includes a file beside it. Each file runs in
one transaction together with its row in `schema_migrations`, so a failure leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

import psycopg

from base import log
from controller.db.errors import border
from controller.db.queries import load

PARTITION_MONTHS: Final = 24
"""How far ahead the audit trail's partitions are made (CONTRACTS.md §2)."""

_LOCK_TIMEOUT: Final = "10s"
_STATEMENT_TIMEOUT: Final = "300s"
_FILE: Final = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_INCLUDE: Final = re.compile(r"^\\ir ([a-z0-9._-]+)$", re.MULTILINE)

EDITED: Final = {
    1: frozenset(
        {
            "c3a5bb64303c3173408b310c91af6733dd863af96b31165ba0459a44c5f76dfb",
            "7cdcad0a7a3f2487e0f6dbf6d42544cb7ebefeab218b32a72c5bf99a2cfd2a9c",
        }
    )
}
"""Version → digests of texts that it wrongly had for a while. Databases made with them go on from there: 0002
leads from each to the same schema. Nothing is ever added here; a file that ran is not changed."""

_log = log.get(__name__)


class MigrationRefused(Exception):
    """The database and the files disagree; the text says how, in one sentence."""


@dataclass(frozen=True)
class Migration:
    """One numbered file, with its includes in place."""

    version: int
    name: str
    text: LiteralString

    @property
    def sha256(self) -> str:
        """Of the text that runs, includes and all."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def folder() -> Path:
    """Where the files are: inside the installed package, else in the repository."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"


def read_script(path: Path) -> str:
    """A file's SQL with `\\ir` includes resolved, one level deep."""
    return _INCLUDE.sub(
        lambda match: (path.parent / match[1]).read_text(encoding="utf-8"), path.read_text(encoding="utf-8")
    )


def migrations(where: Path | None = None) -> list[Migration]:
    """All numbered files in order; raises MigrationRefused where a number is missing or double."""
    where = where or folder()
    found = [
        Migration(int(match[1]), match[2], read_script(path))
        for path in sorted(where.glob("*.sql"))
        if (match := _FILE.match(path.name))
    ]
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationRefused(f"The migrations in {where} are not numbered 1, 2, 3, … without a gap.")
    return found


def pending(files: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """What is still to run, given version → sha256 of what ran. Pure.

    Raises MigrationRefused where the database is newer than the files, or a file changed after it ran.
    """
    known = {migration.version: migration for migration in files}
    for version, sha256 in sorted(applied.items()):
        migration = known.get(version)
        if migration is None:
            raise MigrationRefused(f"The database is at version {version}, which is newer than this program.")
        if sha256 != migration.sha256 and sha256 not in EDITED.get(version, frozenset()):
            raise MigrationRefused(
                f"Migration {version} ({migration.name}) was changed after it had run here."
            )
    return [migration for migration in files if migration.version not in applied]


def migrate(url: str, *, where: Path | None = None, partition_months: int = PARTITION_MONTHS) -> list[int]:
    """Bring the database at `url` (role dd0c_migrate) up to date; the versions that ran now.

    Also makes the audit partitions that are missing. Raises MigrationRefused and errors of
    `controller.db.errors`.
    """
    queries = load("migrate")
    files = migrations(where)
    with border(), psycopg.connect(url, autocommit=True) as connection:
        limits = {"lock_timeout": _LOCK_TIMEOUT, "statement_timeout": _STATEMENT_TIMEOUT}
        connection.execute(queries["become_owner"])
        connection.execute(queries["limit_waiting"], limits)
        connection.execute(queries["lock"])
        todo = pending(files, _applied(connection))
        for migration in todo:
            _apply(connection, migration)
        connection.execute(queries["make_partitions"], {"months": partition_months})
    return [migration.version for migration in todo]


def _applied(connection: psycopg.Connection) -> dict[int, str]:
    queries = load("migrate")
    if connection.execute(queries["has_table"]).fetchone() == (False,):
        return {}
    return {version: sha256 for version, _, sha256 in connection.execute(queries["applied"])}


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.text)
        connection.execute(
            load("migrate")["record"],
            {"version": migration.version, "name": migration.name, "sha256": migration.sha256},
        )
    _log.info(
        "migration applied",
        extra={"action": "db.migrated", "version": migration.version, "migration": migration.name},
    )
