"""`forge.pull_rows.PullRows` over Postgres: called in threads of the forge, run on the event loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from controller.db import queries
from controller.db.database import Database
from controller.db.unit_of_work import UnitOfWork
from controller.review.bridge import LoopBridge
from forge.pull_requests import Check, Oid, PullState
from forge.pull_rows import EVENTS_MAX, PullEvent, PullRow
from forge.reviews import WITHDRAWN
from schemas.audit import AuditRecord, RunbookReviewed

CHECKS_KEPT: Final = 200
"""Of commits that head no pull request, in one repository: the oldest go."""

_OUTCOMES: Final = {"approved": "approved", "refused": "changes_requested", WITHDRAWN: "changes_withdrawn"}
"""A review's word in the audit trail: written by the transaction that keeps it."""

_QUERIES: Final = queries.load("pulls")
Result = TypeVar("Result")


class _Number(NamedTuple):
    number: int


class _CheckRow(NamedTuple):
    number: int
    actor: str
    at: datetime
    key: str
    commit: Oid
    data: Mapping[str, str | int | bool]


@dataclass(frozen=True)
class DatabasePullRows:
    """The pull requests of one repository of one tenant. Each call is one transaction."""

    database: Database
    bridge: LoopBridge
    tenant_id: UUID
    repository_id: UUID

    def find(self, number: int) -> PullRow | None:
        """See PullRows."""
        return self._one("find_pull", number=number)

    def find_key(self, key: str) -> PullRow | None:
        """See PullRows."""
        return self._one("find_pull_by_key", key=key)

    def page(self, state: PullState, before: int | None, limit: int) -> Sequence[PullRow]:
        """See PullRows."""
        return self._all("page_of_pulls", PullRow, state=state, before=before, count=limit)

    def unsettled(self) -> Sequence[PullRow]:
        """See PullRows."""
        return self._all("unsettled_pulls", PullRow)

    def headed_by(self, commit: Oid) -> Sequence[int]:
        """See PullRows."""
        return [row.number for row in self._all("pulls_headed_by", _Number, commit=commit)]

    def save(self, row: PullRow, event: PullEvent | None) -> None:
        """See PullRows."""

        async def write(uow: UnitOfWork) -> None:
            await uow.run(_QUERIES["put_pull"], repository_id=self.repository_id, **asdict(row))
            if event is not None:
                await self._put_event(uow, row.number, event)

        self._transact(write)

    def put_event(self, number: int, event: PullEvent) -> None:
        """See PullRows."""
        self._transact(lambda uow: self._put_event(uow, number, event))

    def put_check(self, commit: Oid, check: Check) -> None:
        """See PullRows."""

        async def write(uow: UnitOfWork) -> None:
            place = {"repository_id": self.repository_id}
            said = {
                "name": check.name,
                "status": check.status,
                "title": check.title,
                "summary": check.summary,
            }
            await uow.run(_QUERIES["put_commit_check"], **place, commit=commit, **said)
            await uow.run(_QUERIES["prune_commit_checks"], **place, kept=CHECKS_KEPT)

        self._transact(write)

    def checks_on(self, commit: Oid) -> Sequence[Check]:
        """See PullRows."""
        return self._all("commit_checks_on", Check, commit=commit)

    def events(self, number: int) -> Sequence[PullEvent]:
        """See PullRows."""
        return self._all("pull_events_of", PullEvent, number=number, most=EVENTS_MAX)

    def checks(self, heads: Collection[tuple[int, Oid]]) -> Mapping[int, Sequence[PullEvent]]:
        """See PullRows."""
        if not heads:
            return {}
        numbers, commits = zip(*heads, strict=True)
        found: dict[int, list[PullEvent]] = defaultdict(list)
        for row in self._all("checks_of_heads", _CheckRow, numbers=list(numbers), commits=list(commits)):
            event = PullEvent("check", row.actor, row.at, key=row.key, commit=row.commit, data=row.data)
            found[row.number].append(event)
        return found

    async def _put_event(self, uow: UnitOfWork, number: int, event: PullEvent) -> None:
        await uow.one(_QUERIES["lock_pull"], _Number, repository_id=self.repository_id, number=number)
        values = asdict(event) | {"data": dict(event.data)}
        await uow.run(_QUERIES["put_pull_event"], repository_id=self.repository_id, number=number, **values)
        outcome = _OUTCOMES.get(str(event.data.get("state"))) if event.kind == "review" else None
        if outcome is not None and event.commit is not None:
            payload = RunbookReviewed(
                repository=self.repository_id,
                outcome=outcome,
                direct=False,
                commit=event.commit,
                pull_number=number,
            )
            uow.audit(AuditRecord(payload, event.actor))

    def _one(self, query: str, **params: Any) -> PullRow | None:
        rows = self._all(query, PullRow, **params)
        return rows[0] if rows else None

    def _all(self, query: str, row_type: type[Result], **params: Any) -> list[Result]:
        async def read() -> list[Result]:
            async with self.database.work(self.tenant_id) as uow:
                return await uow.all(_QUERIES[query], row_type, repository_id=self.repository_id, **params)

        return self.bridge.call(read())

    def _transact(self, write: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        async def run() -> None:
            await self.database.transact(self.tenant_id, write)

        self.bridge.call(run())
