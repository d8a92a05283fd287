"""Reads what is known of some runbooks and asks `staleness` about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from base.clock import parse_instant
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.standing import Classifier
from controller.upkeep.staleness import Facts, Reason, Review, RunEnd, StepFacts, Thresholds, reasons
from schemas.ids import member_of
from schemas.risk import Risk

_QUERIES: Final = queries.load("staleness")


@dataclass(frozen=True)
class _Row:
    id: UUID
    name: str
    since: datetime
    now: datetime
    commit_oid: str
    owners: list[str] | None
    review: dict[str, Any] | None
    last_end: RunEnd | None
    last_run_at: datetime | None
    file_state: str | None
    file_reason: str | None
    repository_error: str | None
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class _Merge:
    commit_oid: str
    direct: bool
    actor_id: str
    at: datetime


@dataclass(frozen=True)
class _Member:
    id: UUID
    email: str


async def stale_reasons(
    uow: UnitOfWork, ids: Sequence[UUID], thresholds: Thresholds, classifier: Classifier
) -> dict[UUID, tuple[Reason, ...]]:
    """The reasons of each of these runbooks that is in service."""
    if not ids:
        return {}
    rows = await uow.all(
        _QUERIES["facts"],
        _Row,
        ids=list(ids),
        scanner_version=classifier.scanner_version,
        knowledge_version=classifier.knowledge_version,
    )
    commits = sorted({row.commit_oid for row in rows})
    merges = await uow.all(_QUERIES["merges"], _Merge, commits=commits)
    members = {row.id: row.email for row in await uow.all(_QUERIES["member_addresses"], _Member)}
    found = {}
    for row in rows:
        mine = [merge for merge in merges if merge.commit_oid == row.commit_oid]
        found[row.id] = reasons(_facts(row, mine, members), thresholds, row.now)
    return found


def _facts(row: _Row, merges: Sequence[_Merge], members: Mapping[UUID, str]) -> Facts:
    return Facts(
        name=row.name,
        owners=tuple(row.owners or ()),
        members=frozenset(members.values()),
        since=row.since,
        last_end=row.last_end,
        last_run_at=row.last_run_at,
        reviews=(*_said(row.review), *(_merged(merge, members) for merge in merges)),
        steps=tuple(_step(step) for step in row.steps),
        file_state=row.file_state,
        file_reason=row.file_reason,
        repository_error=row.repository_error,
    )


def _said(review: Mapping[str, Any] | None) -> tuple[Review, ...]:
    return () if review is None else (Review("said", review["by"], parse_instant(review["at"])),)


def _merged(merge: _Merge, members: Mapping[UUID, str]) -> Review:
    how: Literal["pushed", "merged"] = "pushed" if merge.direct else "merged"
    member_id = member_of(merge.actor_id)
    by = merge.actor_id if member_id is None else members.get(member_id, "a former member")
    return Review(how, by, merge.at)


def _step(step: Mapping[str, Any]) -> StepFacts:
    return StepFacts(
        step=step["step"],
        declared=None if step["declared"] is None else Risk(step["declared"]),
        found=Risk(step["found"]),
        rule_ids=tuple(step["rules"] or ()),
        why=step["why"] or "",
        waits=step["waits"],
        is_current=step["current"],
    )
