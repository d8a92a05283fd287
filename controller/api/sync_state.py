"""How far each repository is synced, and what is broken in it: rows in, shapes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base.ids import show_id
from controller.api.paging import encode_cursor
from controller.api.shapes.sync import (
    BrokenFile,
    PolicyPart,
    RepositorySync,
    State,
    SyncRun,
    SyncRuns,
    SyncStatus,
)
from controller.api.sync_links import Linked, line_link
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.pinning import load_policy_parts

LATE_SECONDS: Final = 15.0
"""The least age of a look that counts as late, however short the interval: as readiness has it."""

_QUERIES: Final = queries.load("catalog")


@dataclass(frozen=True)
class RepositoryState:
    """One repository as its row, files and history tell it; ages in seconds of the database's clock."""

    id: UUID
    name: str
    forge: str
    remote: str
    branch: str
    prefix: str
    environment: str | None
    head_commit: str | None
    synced_commit: str | None
    last_fetch_at: datetime | None
    last_sync_at: datetime | None
    behind_since: datetime | None
    error_text: str | None
    error_at: datetime | None
    fetch_age: float | None
    lag: float | None
    trigger: str | None
    runbooks: int
    broken: int
    badge_sha256: bytes | None
    direct_push: bool


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
    repository: str
    from_commit: str | None
    to_commit: str | None
    trigger: str
    outcome: str
    counts: dict[str, int]
    error: str | None
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True)
class View:
    """What the shapes need beside the rows: the interval of the poll, and the address of this server."""

    poll_seconds: float
    url: str


async def repository_states(
    uow: UnitOfWork, name: str | None = None, ids: Sequence[UUID] | None = None
) -> list[RepositoryState]:
    """Every repository in use, or the one of that name, or those of these ids that are still in use."""
    wanted = None if ids is None else list(ids)
    return await uow.all(_QUERIES["list_repositories"], RepositoryState, name=name, ids=wanted)


async def sync_status(uow: UnitOfWork, view: View) -> SyncStatus:
    """Every repository with its broken files, and the last syncs."""
    rows = await repository_states(uow)
    broken = await uow.all(_QUERIES["broken_files"], _BrokenRow)
    parts = await load_policy_parts(uow)
    runs = await uow.all(_QUERIES["recent_syncs"], _SyncRow, repository_id=None, before=None, count=20)
    items = []
    for row in rows:
        files = [_broken(item, row, view) for item in broken if item.repository_id == row.id]
        part = parts.get(row.id)
        policy = PolicyPart(
            role="source" if part is not None and part.is_source else "other",
            in_force=part is not None and part.in_force,
            asks=[] if part is None else list(part.asks),
        )
        items.append(_repository(row, files, policy, view))
    return SyncStatus(items=items, history=[_run(row) for row in runs])


async def sync_history(
    uow: UnitOfWork, repository_id: UUID | None, before: UUID | None, limit: int
) -> SyncRuns:
    """A page of what syncs did, newest first."""
    rows = await uow.all(
        _QUERIES["recent_syncs"], _SyncRow, repository_id=repository_id, before=before, count=limit + 1
    )
    more = len(rows) > limit
    return SyncRuns(
        items=[_run(row) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1].id) if more else None,
    )


def _repository(
    row: RepositoryState, files: Sequence[BrokenFile], policy: PolicyPart, view: View
) -> RepositorySync:
    state, says = state_of(row, view.poll_seconds)
    return RepositorySync(
        id=show_id("rpo", row.id),
        name=row.name,
        forge=row.forge,
        branch=row.branch,
        prefix=row.prefix,
        environment=row.environment,
        state=state,
        says=says,
        head=row.head_commit,
        synced_commit=row.synced_commit,
        synced_at=row.last_sync_at,
        trigger=row.trigger,
        fetched_at=row.last_fetch_at,
        fetch_age_seconds=None if row.fetch_age is None else max(0, int(row.fetch_age)),
        behind_since=row.behind_since,
        lag_seconds=None if row.lag is None else max(0, int(row.lag)),
        error=row.error_text,
        error_at=row.error_at,
        runbooks=row.runbooks,
        broken=row.broken,
        broken_files=list(files),
        policy=policy,
        has_badge=row.badge_sha256 is not None,
        direct_push=row.direct_push,
    )


def state_of(row: RepositoryState, poll_seconds: float) -> tuple[State, str]:
    """The state and a sentence. Pure. Synced is said only of what was looked at lately: what nobody looked at
    may have changed.
    """
    if row.error_text is not None:
        return "broken", f"The last sync failed: {row.error_text}"
    if row.synced_commit is None:
        return "never", "Nothing was read from this repository yet."
    if row.broken:
        what = "1 file is" if row.broken == 1 else f"{row.broken} files are"
        return (
            "broken",
            f"{what} not in service as git has it: the last good version is, where there was one.",
        )
    if row.head_commit != row.synced_commit:
        return "behind", f"Git has {(row.head_commit or '')[:12]}, which is not in service yet."
    if row.fetch_age is None or row.fetch_age > max(3 * poll_seconds, LATE_SECONDS):
        age = "never" if row.fetch_age is None else f"{_ago(row.fetch_age)} ago"
        return "behind", f"Git was last looked at {age}: it may have something newer."
    return "synced", "What is in service is what git has."


def _ago(seconds: float) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{int(seconds)} seconds"


def _broken(item: _BrokenRow, row: RepositoryState, view: View) -> BrokenFile:
    linked = Linked(row.id, row.forge, row.remote, view.url)
    return BrokenFile(
        path=item.path,
        state=item.state,
        line=item.error_line or None,
        column=item.error_column or None,
        reason=item.error_reason or "",
        commit=item.commit_oid,
        serving_version_id=show_id("ver", item.serving_version_id) if item.serving_version_id else None,
        runbook_id=show_id("rbk", item.runbook_id) if item.runbook_id else None,
        since=item.updated_at,
        link=line_link(linked, item.path, item.commit_oid, item.error_line),
    )


def _run(row: _SyncRow) -> SyncRun:
    spent = row.finished_at - row.started_at
    return SyncRun(
        id=show_id("syn", row.id),
        repository=row.repository,
        trigger=row.trigger,
        outcome=row.outcome,
        from_commit=row.from_commit,
        to_commit=row.to_commit,
        counts=counted(row.counts),
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_ms=max(0, round(spent.total_seconds() * 1000)),
    )


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """In the words of today: before, a history said `new`, `synced` and `rejected`. Pure."""
    if "new" not in counts:
        return dict(counts)
    return {
        "added": counts["new"],
        "changed": counts.get("synced", 0) - counts["new"],
        "retired": counts.get("retired", 0),
        "broken": counts.get("rejected", 0),
        "skipped": counts.get("skipped", 0),
    }
