"""Reads what the rows of a repository say, and writes what a plan decided, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from base.ids import new_id
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.classification_rows import classification_row
from controller.governance.documents import JudgedFile
from controller.sync.kept_advice import with_kept_advice
from controller.sync.kept_findings import with_kept_findings
from controller.sync.plan import NewVersion, Plan
from controller.sync.source import Read
from controller.sync.state import FileRow, FlagRow, Known, RunbookRow
from forge.storage import Movement
from schemas.audit import (
    AuditPayload,
    AuditRecord,
    FlagChanged,
    PolicyChanged,
    RiskCounts,
    RunbookClassified,
    RunbookRejected,
    RunbookRetired,
    RunbookReviewed,
    RunbookSynced,
    StepClassified,
)
from schemas.flags import Flag
from schemas.ids import system_actor
from schemas.risk import Risk

_QUERIES: Final = queries.load("runbooks")


class _Version(NamedTuple):
    id: UUID
    runbook_id: UUID
    content_sha256: str


class _Policy(NamedTuple):
    content_sha256: str


async def stale_files(uow: UnitOfWork, repository_id: UUID) -> list[FileRow]:
    """Files that did not validate when they were last looked at."""
    return await uow.all(_QUERIES["stale_files"], FileRow, repository_id=repository_id)


async def load_known(uow: UnitOfWork, repository_id: UUID, read: Read, judged: Sequence[JudgedFile]) -> Known:
    """The rows that a commit can touch: of its paths, and of the names that its files carry. All of them
    where the whole tree was read. What a commit leaves alone is not read, so that ten changed files of five
    thousand cost what ten cost; of versions only those that hold one of these contents.
    """
    paths = None if read.full else sorted({change.path for change in read.changes} | read.blobs.keys())
    names = sorted({file.runbook.name for file in judged if file.runbook is not None})
    contents = [file.content_sha256 for file in judged]
    files = await uow.all(_QUERIES["files_of"], FileRow, repository_id=repository_id, paths=paths)
    runbooks = await uow.all(
        _QUERIES["runbooks_of"], RunbookRow, repository_id=repository_id, paths=paths, names=names
    )
    versions = await uow.all(
        _QUERIES["versions_with_content"], _Version, repository_id=repository_id, contents=contents
    )
    policy = await uow.one(_QUERIES["policy_of"], _Policy, repository_id=repository_id)
    flags = await uow.all(_QUERIES["flags_of"], FlagRow, repository_id=repository_id)
    return Known(
        files={row.path: row for row in files},
        runbooks={row.name: row for row in runbooks},
        versions={(row.runbook_id, row.content_sha256): row.id for row in versions},
        policy=policy.content_sha256 if policy is not None else None,
        flags={row.name: row.enabled for row in flags},
    )


class PlanWriter:
    """Writes one plan: rows in an order that every foreign key accepts, then the audit records."""

    def __init__(self, uow: UnitOfWork, *, repository_id: UUID, sync_id: UUID, read: Read) -> None:
        self._uow = uow
        self._repository_id = repository_id
        self._sync_id = sync_id
        self._commit = read.commit
        self._facts = read.facts
        self._movements = read.movements
        self._ids: dict[tuple[UUID, str], UUID] = {}

    async def write(self, known: Known, plan: Plan) -> None:
        """Store everything; the transaction is the caller's."""
        advised = await with_kept_advice(self._uow, plan.versions)
        plan = replace(plan, versions=await with_kept_findings(self._uow, advised))
        await self._runbooks(plan)
        await self._many(
            "put_file", [asdict(row) | {"repository_id": self._repository_id} for row in plan.files]
        )
        await self._many("retire_runbook", [{"id": row.id} for row in plan.retired])
        await self._policy(plan)
        await self._flags(plan)
        self._audit(known, plan)

    async def _many(self, query: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._uow.run_many(_QUERIES[query], rows)

    async def _runbooks(self, plan: Plan) -> None:
        added = [change for change in plan.runbooks if change.is_new]
        await self._many(
            "add_runbook",
            [
                {
                    "id": change.id,
                    "repository_id": self._repository_id,
                    "name": change.name,
                    "title": change.title,
                    "service": change.service,
                    "path": change.path,
                }
                for change in added
            ],
        )
        await self._many("add_version", [self._version(v) for v in plan.versions if v.is_new])
        await self._many("add_version_classification", list(self._classifications(plan.versions)))
        await self._many(
            "serve_version",
            [
                {
                    "id": change.id,
                    "version_id": change.version_id,
                    "title": change.title,
                    "service": change.service,
                    "path": change.path,
                }
                for change in plan.runbooks
            ],
        )

    def _version(self, version: NewVersion) -> dict[str, Any]:
        return {
            "id": version.id,
            "runbook_id": version.runbook_id,
            "content_sha256": version.file.content_sha256,
            "content": version.file.content,
            "document": version.runbook.document,
            "path": version.path,
            "blob_oid": version.blob_oid,
            "commit_oid": self._commit,
            "author": self._facts.author,
            "committed_at": self._facts.committed_at,
        }

    async def _policy(self, plan: Plan) -> None:
        if not plan.policy_changes:
            return
        await self._uow.run(_QUERIES["retire_policy"], repository_id=self._repository_id)
        if plan.policy is None:
            return
        await self._uow.run(
            _QUERIES["put_policy"],
            content_sha256=plan.policy_sha256,
            repository_id=self._repository_id,
            commit_oid=self._commit,
            document=plan.policy.to_json(),
        )

    async def _flags(self, plan: Plan) -> None:
        if plan.flags_document is None:
            return
        switched_back = {name: Flag(enabled=True) for name in plan.flags}
        flags = switched_back | dict(plan.flags_document.flags)
        await self._many(
            "put_flag",
            [
                {
                    "name": name,
                    "enabled": flag.enabled,
                    "document": flag.to_json(),
                    "repository_id": self._repository_id,
                    "commit_oid": self._commit,
                }
                for name, flag in flags.items()
            ],
        )

    # -------------------------------------------------------------- audit

    def _audit(self, known: Known, plan: Plan) -> None:
        for movement in self._movements:
            self._reviewed(movement, errors=len(plan.rejected))
        for version in plan.versions:
            self._record(self._synced(version))
            if version.is_new:
                self._record(_classified(version, self._ids))
        for rejected in plan.rejected:
            self._record(
                RunbookRejected(
                    repository=self._repository_id,
                    sync=self._sync_id,
                    path=rejected.path,
                    commit=self._commit,
                    line=rejected.place.line,
                    column=rejected.place.column,
                    code=rejected.place.code,
                    serving_version=rejected.serving_version_id,
                )
            )
        for row in plan.retired:
            self._record(
                RunbookRetired(
                    repository=self._repository_id,
                    sync=self._sync_id,
                    runbook=row.id,
                    name=row.name,
                    path=row.path,
                    commit=self._commit,
                )
            )
        if plan.policy_changes:
            self._record(
                PolicyChanged(
                    repository=self._repository_id,
                    commit=self._commit,
                    before=known.policy,
                    after=plan.policy_sha256,
                )
            )
        for name, (before, after) in plan.flags.items():
            self._record(FlagChanged(name=name, before=before, after=after, commit=self._commit))

    def _reviewed(self, movement: Movement, errors: int) -> None:
        """Who let a commit in, from the reflog: by merging a pull request, or by pushing past it."""
        how, _, number = movement.how.partition(" ")
        if how not in {"push", "merge"}:
            return
        payload = RunbookReviewed(
            repository=self._repository_id,
            outcome="pushed" if how == "push" else "merged",
            direct=how == "push",
            commit=movement.new,
            pull_number=int(number) if number.isdigit() else None,
            errors=errors,
        )
        try:
            record = AuditRecord(payload, movement.actor_id)
        except ValidationError:
            record = AuditRecord(payload, system_actor("git"))
        self._uow.audit(record)

    def _synced(self, version: NewVersion) -> RunbookSynced:
        return RunbookSynced(
            repository=self._repository_id,
            sync=self._sync_id,
            runbook=version.runbook_id,
            runbook_version=version.id,
            name=version.runbook.name,
            path=version.path,
            commit=self._commit,
            content_sha256=version.file.content_sha256,
        )

    def _record(self, payload: AuditPayload) -> None:
        self._uow.audit(AuditRecord(payload, system_actor("sync")))

    def _classifications(self, versions: Iterable[NewVersion]) -> Iterable[dict[str, Any]]:
        """One row a command; of a version that serves again only what differs becomes a row of its own."""
        for version in versions:
            for step in version.runbook.steps:
                if step.verdict is not None:
                    number = self._ids.setdefault((version.id, step.step_id), new_id())
                    yield classification_row(
                        number, version.id, step.step_id, step.command_sha256, step.verdict
                    )


def _classified(version: NewVersion, ids: Mapping[tuple[UUID, str], UUID]) -> RunbookClassified:
    """Of a version that is new, so that its rows were written under these ids."""
    judged = [(step, step.verdict) for step in version.runbook.steps if step.verdict is not None]
    verdicts = [verdict for _, verdict in judged]
    shown = [verdict.shown for verdict in verdicts]
    return RunbookClassified(
        counts=RiskCounts(
            safe=shown.count(Risk.SAFE),
            caution=shown.count(Risk.CAUTION),
            dangerous=shown.count(Risk.DANGEROUS),
            unknown=shown.count(Risk.UNKNOWN),
        ),
        scanner_version=verdicts[0].finding.scanner_version if verdicts else "",
        knowledge_version=verdicts[0].finding.knowledge_version if verdicts else "",
        advisor_version=next((v.advisor_version for v in verdicts if v.advice is not None), ""),
        runbook_version=version.id,
        name=version.runbook.name,
        steps=tuple(
            StepClassified.of(step.step_id, ids[version.id, step.step_id], verdict)
            for step, verdict in judged
        ),
    )
