"""Reads what the rows of a repository say, and writes what a plan decided, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple
from uuid import UUID

from controller.db import arrays, queries
from controller.db.database import Database
from controller.db.unit_of_work import QueryRows, UnitOfWork
from controller.governance.documents import JudgedFile
from controller.governance.repositories import RepositoryRow, finding, found_row, locking
from controller.sync.plan import Plan
from controller.sync.recording import counting
from controller.sync.records import SyncRecords
from controller.sync.results import Totals
from controller.sync.rows import (
    VERSIONS_MAX,
    Classifications,
    Columns,
    file_columns,
    runbook_columns,
    serving_columns,
    version_columns,
)
from controller.sync.said_before import SaidBefore, queries_of, stored_again
from controller.sync.source import Read
from controller.sync.state import FileRow, FlagRow, Known, RunbookRow
from schemas.audit import AuditRecord, WrittenRecord
from schemas.flags import Flag

_RECORDS_BESIDE: Final = 2 * VERSIONS_MAX
"""Audit records that are put together while the server stores a batch of versions: as many as they bring."""

_QUERIES: Final = queries.load("runbooks")


class _Version(NamedTuple):
    id: UUID
    runbook_id: UUID
    content_sha256: str


class _Policy(NamedTuple):
    content_sha256: str


class _Moment(NamedTuple):
    at: datetime


async def stale_files(uow: UnitOfWork, repository_id: UUID) -> list[FileRow]:
    """Files whose newest content was not in service when they were last looked at."""
    return await uow.all(_QUERIES["stale_files"], FileRow, repository_id=repository_id)


async def find_with_stale_files(
    database: Database, tenant_id: UUID, repository_id: UUID
) -> tuple[RepositoryRow, list[FileRow]]:
    """A repository by its id, and its `stale_files`. Raises NotFound."""
    stale = QueryRows(_QUERIES["stale_files"], FileRow, {"repository_id": repository_id})
    rows, files = await database.at_once(tenant_id, finding(repository_id), stale)
    return found_row(rows), files


@dataclass(frozen=True)
class Locked:
    """What a repository's rows say while nobody else writes them: read after its row was locked.

    `at`: when it was locked. What one sync stores is equally new, and of two the later one is newer.
    """

    row: RepositoryRow
    at: datetime
    totals: Totals
    known: Known
    said: SaidBefore = field(default_factory=SaidBefore)


async def lock_and_load(
    uow: UnitOfWork, repository_id: UUID, read: Read, judged: Sequence[JudgedFile]
) -> Locked:
    """Lock the repository for this transaction and read the rows that a commit can touch: of its paths, and
    of the names that its files carry. All of them where the whole tree was read. What a commit leaves alone
    is not read, so that ten changed files of five thousand cost what ten cost; of versions only those that
    hold one of these contents. Raises NotFound.

    Each statement sees what was committed when it began, so that those that are sent behind the lock see all
    that was written under it before. It is two waits for the server: the second asks about what the first
    found.
    """
    paths = None if read.full else arrays.texts(sorted({c.path for c in read.changes} | read.blobs.keys()))
    names = arrays.texts(sorted({file.name for file in judged if file.name}))
    place = {"repository_id": repository_id}
    rows, moments, totals, files, runbooks, policies, flags = await uow.several(
        locking(repository_id),
        QueryRows(_QUERIES["moment"], _Moment, {}),
        counting(repository_id),
        QueryRows(_QUERIES["files_of"], FileRow, {**place, "paths": paths}),
        QueryRows(_QUERIES["runbooks_of"], RunbookRow, {**place, "paths": paths, "names": names}),
        QueryRows(_QUERIES["policy_of"], _Policy, place),
        QueryRows(_QUERIES["flags_of"], FlagRow, place),
    )
    assert len(policies) <= 1, "two policies of one repository are in force"
    known = Known(
        files={row.path: row for row in files},
        runbooks={row.name: row for row in runbooks},
        policy=policies[0].content_sha256 if policies else None,
        flags={row.name: row.enabled for row in flags},
        flag_services={row.name: tuple(row.services) for row in flags},
    )
    known, said = await _what_comes_again(uow, known, judged)
    return Locked(found_row(rows), moments[0].at, totals[0], known, said)


async def _what_comes_again(
    uow: UnitOfWork, known: Known, judged: Sequence[JudgedFile]
) -> tuple[Known, SaidBefore]:
    """The same with the versions that hold one of these contents already; and what was said before of the
    commands that may be stored again. Where nothing is known, nothing is asked.
    """
    again = stored_again(known.runbooks, judged)
    if not again:
        return known, SaidBefore()
    of = QueryRows(
        _QUERIES["versions_with_content"],
        _Version,
        {
            "runbook_ids": arrays.uuids([row.id for row in known.runbooks.values()]),
            "contents": arrays.texts([file.content_sha256 for file in judged]),
        },
    )
    versions, advice, findings = await uow.several(of, *queries_of(again))
    ids = {(row.runbook_id, row.content_sha256): row.id for row in versions}
    return replace(known, versions=ids), SaidBefore.of(advice, findings)


class PlanWriter:
    """Writes one plan: rows in an order that every foreign key accepts, then the audit records."""

    def __init__(self, uow: UnitOfWork, *, locked: Locked, sync_id: UUID, read: Read) -> None:
        self._uow = uow
        self._locked = locked
        self._repository_id = locked.row.id
        self._sync_id = sync_id
        self._commit = read.commit
        self._facts = read.facts
        self._movements = read.movements
        self._rewrote = read.before if read.rewritten else None

    async def write(self, plan: Plan) -> None:
        """Store everything; the transaction is the caller's, who sends it on (`UnitOfWork.send_on`)."""
        known, at, said = self._locked.known, self._locked.at, self._locked.said
        plan = replace(plan, versions=tuple(said.as_it_stands(version) for version in plan.versions))
        records = SyncRecords(self._repository_id, self._sync_id, self._commit, self._rewrote)
        trail = records.of(known, plan, self._movements)
        await self._runbooks(plan, at, trail)
        for columns in file_columns(plan.files):
            await self._run("put_files", columns, commit_oid=self._commit)
        if plan.moved:
            ids, paths = [row.id for row, _ in plan.moved], [path for _, path in plan.moved]
            await self._run("move_runbooks", {"ids": ids, "paths": paths})
        if plan.retired:
            await self._run("retire_runbooks", {"ids": [row.id for row in plan.retired]})
        await self._policy(plan)
        await self._flags(plan)
        self._tell(trail)

    async def _run(self, query: str, columns: Columns, **common: object) -> None:
        await self._uow.run(_QUERIES[query], repository_id=self._repository_id, **common, **columns)

    def _tell(self, records: Iterable[AuditRecord | WrittenRecord]) -> None:
        """The next ones of the trail."""
        self._uow.audit_all(list(records))

    async def _runbooks(
        self, plan: Plan, created_at: datetime, trail: Iterator[AuditRecord | WrittenRecord]
    ) -> None:
        facts = {
            "commit_oid": self._commit,
            "author": self._facts.author,
            "committed_at": self._facts.committed_at,
            "created_at": created_at,
        }
        for columns in runbook_columns(plan.runbooks, plan.versions):
            await self._run("add_runbooks", columns, **facts)
            self._tell(islice(trail, _RECORDS_BESIDE))
        for columns in version_columns(plan.runbooks, plan.versions):
            await self._run("add_versions", columns, **facts)
        for columns in Classifications(plan.versions).columns():
            await self._run("add_changed_classifications", columns, created_at=created_at)
        for columns in serving_columns(plan.runbooks):
            await self._run("serve_versions", columns)

    async def _policy(self, plan: Plan) -> None:
        if not plan.policy_changes:
            return
        await self._run("retire_policy", {})
        if plan.policy is None:
            return
        await self._run(
            "put_policy",
            {},
            content_sha256=plan.policy_sha256,
            commit_oid=self._commit,
            document=plan.policy.to_json(),
        )

    async def _flags(self, plan: Plan) -> None:
        if plan.flags_document is None:
            return
        switched_back = {name: Flag(enabled=True) for name in plan.flags}
        for name, flag in (switched_back | dict(plan.flags_document.flags)).items():
            await self._run(
                "put_flag",
                {},
                name=name,
                enabled=flag.enabled,
                document=flag.to_json(),
                commit_oid=self._commit,
            )
