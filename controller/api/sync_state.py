"""How far each repository is synced, and what is broken in it: rows in, shapes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from base.ids import show_id
from controller.api.shapes.runbooks import BrokenFile, RepositorySync, SyncRun, SyncStatus
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork

_QUERIES: Final = queries.load("catalog")


@dataclass(frozen=True)
class _RepositoryRow:
    id: UUID
    name: str
    forge: str
    branch: str
    prefix: str
    head_commit: str | None
    synced_commit: str | None
    last_fetch_at: datetime | None
    last_sync_at: datetime | None
    error_code: str | None
    error_text: str | None
    error_at: datetime | None


@dataclass(frozen=True)
class _BrokenRow:
    repository_id: UUID
    path: str
    state: str
    commit_oid: str | None
    error_line: int | None
    error_column: int | None
    error_reason: str | None
    serving_version_id: UUID | None
    runbook_id: UUID | None
    updated_at: datetime


@dataclass(frozen=True)
class _SyncRow:
    id: UUID
    repository_id: UUID
    from_commit: str | None
    to_commit: str | None
    trigger: str
    outcome: str
    counts: dict[str, int]
    error: str | None
    started_at: datetime
    finished_at: datetime


async def repository_ids(uow: UnitOfWork) -> list[tuple[UUID, str]]:
    """Every repository in use, with its name."""
    return [(row.id, row.name) for row in await uow.all(_QUERIES["list_repositories"], _RepositoryRow)]


async def sync_status(uow: UnitOfWork) -> SyncStatus:
    """Every repository with its broken files, and the last syncs."""
    repositories = await uow.all(_QUERIES["list_repositories"], _RepositoryRow)
    broken = await uow.all(_QUERIES["broken_files"], _BrokenRow)
    runs = await uow.all(_QUERIES["recent_syncs"], _SyncRow)
    names = {row.id: row.name for row in repositories}
    triggers = {row.repository_id: row.trigger for row in reversed(runs)}
    return SyncStatus(
        items=[
            _repository(row, [item for item in broken if item.repository_id == row.id], triggers.get(row.id))
            for row in repositories
        ],
        history=[_run(row, names) for row in runs],
    )


def _repository(row: _RepositoryRow, broken: list[_BrokenRow], trigger: str | None) -> RepositorySync:
    files = [
        BrokenFile(
            path=item.path,
            state=item.state,
            line=item.error_line,
            column=item.error_column,
            reason=item.error_reason or "",
            commit=item.commit_oid,
            serving_version_id=show_id("ver", item.serving_version_id) if item.serving_version_id else None,
            runbook_id=show_id("rbk", item.runbook_id) if item.runbook_id else None,
            since=item.updated_at,
        )
        for item in broken
    ]
    return RepositorySync(
        id=show_id("rpo", row.id),
        name=row.name,
        forge=row.forge,
        branch=row.branch,
        state=_sync_state(row, files),
        head=row.head_commit,
        synced_commit=row.synced_commit,
        synced_at=row.last_sync_at,
        trigger=trigger,
        fetched_at=row.last_fetch_at,
        error=row.error_text,
        broken_files=files,
    )


def _sync_state(
    row: _RepositoryRow, files: list[BrokenFile]
) -> Literal["synced", "behind", "broken", "never"]:
    if row.synced_commit is None and row.error_text is None:
        return "never"
    if row.error_text is not None or any(item.state == "stale_invalid" for item in files):
        return "broken"
    return "synced" if row.synced_commit == row.head_commit else "behind"


def _run(row: _SyncRow, names: Mapping[UUID, str]) -> SyncRun:
    return SyncRun(
        id=show_id("syn", row.id),
        repository=names.get(row.repository_id, show_id("rpo", row.repository_id)),
        trigger=row.trigger,
        outcome=row.outcome,
        from_commit=row.from_commit,
        to_commit=row.to_commit,
        counts=row.counts,
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
