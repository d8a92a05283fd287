"""Checks a change: reads it from a mirror, judges its files, asks the rows what serves, decides."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from base import limits
from controller.db import queries
from controller.db.database import Database
from controller.governance.documents import FileKind, JudgedFile, kind_of, unreadable
from controller.governance.judging import Judging
from controller.governance.pinning import load_in_force
from controller.governance.policy import TRUST_COPILOT
from controller.governance.repositories import RepositoryRow
from controller.governance.widening import Leash
from controller.review.change import ChangedFile, Serving, runbook_of
from controller.review.checks import ChangeReport, check_change
from controller.review.logged import LoggedVerdict, logs_of, pointer, read_verdicts, verdicts_path
from controller.review.reached import load_reached
from controller.review.step_notes import rules_after
from controller.review.stored import as_stored, load_stored
from forge.codeowners import CODEOWNERS_PATHS
from forge.errors import BadPack, TooLarge
from forge.mirror import Mirror

CHANGE_MAX_BYTES: Final = 256 * limits.MIB
"""All changed files of one check together: they are in memory at once."""

LOGS_MAX_BYTES: Final = 4 * limits.MIB
"""All decision logs of one check together; what is beyond is not compared."""

_QUERIES: Final = queries.load("runbooks")


class _Name(NamedTuple):
    name: str
    path: str


class _Content(NamedTuple):
    name: str
    path: str
    content: bytes


class _Document(NamedTuple):
    name: str
    path: str
    document: dict[str, Any]


@dataclass(frozen=True)
class ReadChange:
    """A change as read from git: contents to judge, and files that need no judgement."""

    contents: tuple[tuple[str, FileKind, bytes], ...]
    refused: tuple[JudgedFile, ...]
    others: tuple[ChangedFile, ...]
    logs: tuple[tuple[str, str, bytes], ...] = ()
    """Path of a runbook, a decision log that its text names, and the file of verdicts beside that."""


class ReadMirror(Mirror, Protocol):
    """A mirror that finds a file by its path."""

    def blob_at(self, commit: str, path: str) -> str | None:
        """The blob of a usable file of a commit, or None. Raises BadPack, TooLarge."""
        ...


def read_change(mirror: ReadMirror, old: str | None, new: str, prefix: str) -> ReadChange:
    """The files of ours that differ between two commits. Synchronous. Raises BadPack, TooLarge."""
    contents, refused, others, total = [], [], [], 0
    for change in mirror.changes(old, new, prefix):
        kind = kind_of(change.path, prefix)
        if change.skipped is not None:
            others.append(ChangedFile(change.path, kind, skipped=change.skipped.reason))
        elif kind == "other":
            continue
        elif change.blob is None:
            others.append(ChangedFile(change.path, kind))
        else:
            try:
                data = mirror.read(change.blob, max_bytes=limits.DOCUMENT_MAX_BYTES)
            except (TooLarge, BadPack) as refusal:
                refused.append(unreadable(change.path, kind, refusal.reason, "document_size"))
                continue
            total += len(data)
            if total > CHANGE_MAX_BYTES:
                raise TooLarge(f"the changed files are more than {CHANGE_MAX_BYTES} bytes together")
            contents.append((change.path, kind, data))
    others += _owners(mirror, old, new, {file.path for file in others})
    return ReadChange(tuple(contents), tuple(refused), tuple(others), _logs(mirror, new, prefix, contents))


def _owners(mirror: ReadMirror, old: str | None, new: str, known: Collection[str]) -> list[ChangedFile]:
    """The files that say who is asked to review, where they differ; they lie outside of every prefix."""
    if old is None:
        return []
    return [
        ChangedFile(path, "other")
        for path in CODEOWNERS_PATHS
        if path not in known and mirror.blob_at(old, path) != mirror.blob_at(new, path)
    ]


def _logs(
    mirror: ReadMirror, commit: str, prefix: str, contents: Sequence[tuple[str, FileKind, bytes]]
) -> tuple[tuple[str, str, bytes], ...]:
    """The files of verdicts that the changed runbooks name: whatever can't be read says nothing."""
    named = logs_of([(path, data) for path, kind, data in contents if kind == "runbook"])
    folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    found, total = [], 0
    for path, log in named:
        try:
            blob = mirror.blob_at(commit, folder + verdicts_path(log))
            data = b"" if blob is None else mirror.read(blob, max_bytes=limits.DOCUMENT_MAX_BYTES)
        except (TooLarge, BadPack):
            continue
        total += len(data)
        if total > LOGS_MAX_BYTES:
            break
        found.append((path, log, data))
    return tuple(found)


class Reviewer:
    """The one check of pushes, pull requests and merges."""

    def __init__(self, database: Database, judging: Judging) -> None:
        self._database = database
        self._judging = judging

    async def review(self, tenant_id: UUID, row: RepositoryRow, change: ReadChange) -> ChangeReport:
        """Judge and decide. Raises Unavailable where too many texts are being parsed.

        An LLM is asked, not waited for: a push holds its repository, and nothing is refused for advice.
        """
        judged = [*change.refused, *await self._judging.judge(tenant_id, change.contents, 0)]
        files = [*change.others, *(ChangedFile(file.path, file.kind, file) for file in judged)]
        files.sort(key=lambda file: file.path)
        serving = await self._serving(tenant_id, row, files)
        logs = await asyncio.to_thread(_logged, files, change.logs)
        return check_change(files, replace(serving, logs=logs))

    async def _serving(self, tenant_id: UUID, row: RepositoryRow, files: Sequence[ChangedFile]) -> Serving:
        paths = [file.path for file in files]
        names = [
            file.judged.runbook.name
            for file in files
            if file.judged is not None and file.judged.runbook is not None
        ]
        async with self._database.work(tenant_id) as uow:
            active = await uow.all(_QUERIES["active_names"], _Name, repository_id=row.id)
            documents = await uow.all(
                _QUERIES["serving_documents"],
                _Document,
                repository_id=row.id,
                paths=paths,
                names=names,
            )
            contents = await uow.all(
                _QUERIES["serving_contents"],
                _Content,
                repository_id=row.id,
                paths=[],
                names=_trusted(files),
            )
            stored = await load_stored(uow, row.id, [], _trusted(files))
            in_force = await load_in_force(uow, row.id)
        judged = await self._judging.judge(
            tenant_id, [(each.path, "runbook", bytes(each.content)) for each in contents]
        )
        judged = as_stored(judged, stored)
        serving = Serving(
            {found.name: found.path for found in active},
            {found.name: found.document for found in documents},
            {each.name: file for each, file in zip(contents, judged, strict=True)},
            in_force,
        )
        return await self._with_reached(tenant_id, row, files, serving)

    async def _with_reached(
        self, tenant_id: UUID, row: RepositoryRow, files: Sequence[ChangedFile], serving: Serving
    ) -> Serving:
        """With what policy and flags of the change reach beyond its own files."""
        rules = (serving.in_force, rules_after(files, serving.in_force))
        gone = {file.path for file in files if file.deleted}
        touched = {name for name, path in serving.names.items() if path in gone}
        touched.update(each.name for each in map(runbook_of, files) if each is not None)
        found = await load_reached(self._database, self._judging, tenant_id, (row.id, touched), rules)
        return replace(serving, reached=found.files, reached_left_out=found.left_out)


def _trusted(files: Sequence[ChangedFile]) -> list[str]:
    """The runbooks of a change some of whose steps could run by themselves."""
    found = [runbook for file in files if (runbook := runbook_of(file)) is not None]
    return [each.name for each in found if Leash.of(each.document).trust >= TRUST_COPILOT]


def _logged(
    files: Sequence[ChangedFile], logs: Sequence[tuple[str, str, bytes]]
) -> dict[str, dict[str, LoggedVerdict]]:
    """By runbook, what the log that it names says of its steps."""
    runbooks = {file.path: runbook for file in files if (runbook := runbook_of(file)) is not None}
    return {
        runbooks[path].name: read_verdicts(data, runbooks[path].name)
        for path, log, data in logs
        if path in runbooks and pointer(runbooks[path].document) == log
    }
