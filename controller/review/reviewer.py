"""Checks a change: reads it from a mirror, judges its files, asks the rows what serves, decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from base import limits
from controller.db import queries
from controller.db.database import Database
from controller.governance.documents import FileKind, JudgedFile, kind_of, unreadable
from controller.governance.judging import Judging
from controller.governance.pinning import load_in_force
from controller.governance.repositories import RepositoryRow
from controller.review.checks import ChangedFile, ChangeReport, Serving, check_change
from forge.errors import BadPack, TooLarge
from forge.mirror import Mirror

CHANGE_MAX_BYTES: Final = 256 * limits.MIB
"""All changed files of one check together: they are in memory at once."""

_QUERIES: Final = queries.load("runbooks")


class _Name(NamedTuple):
    name: str
    path: str


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


def read_change(mirror: Mirror, old: str | None, new: str, prefix: str) -> ReadChange:
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
    return ReadChange(tuple(contents), tuple(refused), tuple(others))


class Reviewer:
    """The one check of pushes, pull requests and merges."""

    def __init__(self, database: Database, judging: Judging) -> None:
        self._database = database
        self._judging = judging

    async def review(self, tenant_id: UUID, row: RepositoryRow, change: ReadChange) -> ChangeReport:
        """Judge and decide. Raises Unavailable where too many texts are being parsed.

        An LLM is asked, not waited for: a push holds its repository, and nothing is refused for advice.
        """
        judged = [*change.refused, *await self._judging.judge(change.contents, advice_seconds=0)]
        files = [*change.others, *(ChangedFile(file.path, file.kind, file) for file in judged)]
        files.sort(key=lambda file: file.path)
        return check_change(files, await self._serving(tenant_id, row, files))

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
            in_force = None if row.forge == "builtin" else await load_in_force(uow)
        return Serving(
            {found.name: found.path for found in active},
            {found.name: found.document for found in documents},
            in_force,
        )
