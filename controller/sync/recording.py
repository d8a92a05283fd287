"""What a look at a repository leaves in its row and its history, so that the state that is shown is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base.ids import new_id
from controller.db import queries
from controller.db.unit_of_work import QueryRows, UnitOfWork
from controller.governance.repositories import RepositoryRow
from controller.sync.results import SyncResult, Totals, Trigger

HISTORY_MAX_SYNCS: Final = 200
"""Of one repository; the oldest go. What they put into service stays in the audit trail."""

_QUERIES: Final = queries.load("repositories")


@dataclass(frozen=True)
class Begun:
    """One look at a repository that is under way."""

    row: RepositoryRow
    trigger: Trigger
    started: datetime


def noting_head(row: RepositoryRow, head: str) -> QueryRows:
    """A fetch saw a head that is not in service: until it is, the repository is behind. It has no rows."""
    return QueryRows(_QUERIES["note_head"], tuple, {"id": row.id, "head": head, "before": row.synced_commit})


async def note_unchanged(uow: UnitOfWork, begun: Begun, result: SyncResult) -> None:
    """What is in service is what git has; kept in the history where somebody asked."""
    row = begun.row
    await uow.run(
        _QUERIES["note_fetch"],
        id=row.id,
        head=row.synced_commit,
        head_before=row.head_commit,
        error_before=row.error_text,
    )
    if begun.trigger == "manual":
        await _add_or_repeat(uow, begun, result)


async def note_failure(uow: UnitOfWork, begun: Begun, result: SyncResult, code: str) -> bool:
    """The rows stay as they are; the same failure of every poll is kept once. Whether it is news."""
    row = begun.row
    await uow.run(_QUERIES["note_error"], id=row.id, code=code, text=result.error)
    news = row.error_text != result.error or begun.trigger not in {"poll", "start"}
    if news:
        await _add_or_repeat(uow, begun, result)
    return news


async def _add_or_repeat(uow: UnitOfWork, begun: Begun, result: SyncResult) -> None:
    """One row for what comes to the same again and again: asking often must not push what happened out."""
    await uow.run(
        _QUERIES["drop_repeated_sync"],
        repository_id=result.repository_id,
        outcome=result.outcome,
        error=result.error,
    )
    await add_sync(uow, new_id(), begun, result)


async def note_synced(uow: UnitOfWork, sync_id: UUID, begun: Begun, result: SyncResult) -> None:
    """The rows show the commit, in the transaction that made them do so."""
    await add_sync(uow, sync_id, begun, result)
    await uow.run(
        _QUERIES["note_synced"], id=begun.row.id, commit=result.to_commit, before=begun.row.synced_commit
    )


def counting(repository_id: UUID) -> QueryRows:
    """The query of how much of the repository is in service now, to be sent with others: one `Totals`."""
    return QueryRows(_QUERIES["sync_totals"], Totals, {"repository_id": repository_id})


async def add_sync(uow: UnitOfWork, sync_id: UUID, begun: Begun, result: SyncResult) -> None:
    """One row of the history, which keeps the newest."""
    await uow.run(
        _QUERIES["add_sync"],
        id=sync_id,
        repository_id=result.repository_id,
        before=result.from_commit,
        commit=result.to_commit,
        trigger=begun.trigger,
        outcome=result.outcome,
        counts=dict(result.counts),
        error=result.error,
        started_at=begun.started,
    )
    await uow.run(_QUERIES["prune_syncs"], repository_id=result.repository_id, kept=HISTORY_MAX_SYNCS)
