"""Reading the audit trail: newest first, with filters and a cursor. Writing it is `UnitOfWork.audit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from base.limits import PAGE_DEFAULT_ITEMS, PAGE_MAX_ITEMS
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from schemas.errors import NotFound

_QUERIES: Final = load("audit")


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event and its place in the chain. `data` is the payload as JSON; what is sealed is not in it."""

    seq: int
    id: UUID
    event_type: str
    execution_id: UUID | None
    actor_id: str
    data: dict[str, Any]
    has_sealed: bool
    created_at: datetime
    hash: bytes


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events; what is None does not count. `since` is inside, `until` outside.

    `event_type` is a whole name (`step.approved`) or the word before its dot (`step`).
    """

    event_type: str | None = None
    execution_id: UUID | None = None
    actor_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first, and the cursor of the next page; None where this was the last."""

    events: list[AuditEvent]
    next_cursor: UUID | None


async def list_events(
    uow: UnitOfWork,
    cursor: UUID | None = None,
    filters: Filters | None = None,
    *,
    limit: int = PAGE_DEFAULT_ITEMS,
) -> EventPage:
    """A page of events from before `cursor`, the id of the last event seen. `limit` at most 200."""
    wanted = filters or Filters()
    size = max(1, min(limit, PAGE_MAX_ITEMS))
    name = "list_events" if wanted.execution_id is None else "list_events_of_execution"
    events = await uow.all(
        _QUERIES[name],
        AuditEvent,
        before=cursor,
        **_of_type(wanted.event_type),
        execution_id=wanted.execution_id,
        actor_id=wanted.actor_id,
        since=wanted.since,
        until=wanted.until,
        limit=size + 1,
    )
    page = events[:size]
    return EventPage(page, page[-1].id if len(events) > size else None)


def _of_type(event_type: str | None) -> dict[str, str | None]:
    """The two filters of the query: only a whole name has a dot."""
    if event_type is None or "." in event_type:
        return {"whole_type": event_type, "type_begins": None}
    return {"whole_type": None, "type_begins": f"{event_type}."}


async def find_sealed(uow: UnitOfWork, event_id: UUID) -> bytes:
    """The sealed part of an event, for whoever holds the key. Raises NotFound where there is none."""
    sealed = await uow.value(_QUERIES["find_sealed"], event_id=event_id)
    if sealed is None:
        raise NotFound("This event has no sealed part.")
    return bytes(sealed)
