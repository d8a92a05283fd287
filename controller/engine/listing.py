"""Lines of the list of executions: rows alone, no document is read for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import views
from controller.engine.showing import requester_of
from controller.tenants.members import emails_of
from schemas.ids import member_of
from schemas.risk import Risk

_QUERIES: Final = load("executions")


@dataclass(frozen=True, slots=True)
class _Summary:
    id: UUID
    version: int
    state: str
    runbook_id: UUID
    runbook_version_id: UUID
    runbook_name: str
    title: str
    trust: int
    governance: str
    panic: bool
    fate_unknown: bool
    reason: str | None
    requested_by: str
    snapshot: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    parent_execution_id: UUID | None


async def list_executions(
    uow: UnitOfWork, *, states: list[str], runbook_id: UUID | None, before: UUID | None, most: int
) -> list[views.ExecutionSummary]:
    """Lines of the list, the newest first."""
    rows = await uow.all(
        _QUERIES["list_executions"], _Summary, states=states, runbook_id=runbook_id, before=before, most=most
    )
    requesters = {row.requested_by: member_of(row.requested_by) for row in rows}
    emails = await emails_of(uow, sorted({member for member in requesters.values() if member is not None}))
    return [_show_summary(row, emails) for row in rows]


def _show_summary(row: _Summary, emails: Mapping[UUID, str]) -> views.ExecutionSummary:
    gate = row.snapshot.get("gate") or {}
    return views.ExecutionSummary(
        id=row.id,
        version=row.version,
        state=row.state,
        runbook=row.runbook_id,
        runbook_version=row.runbook_version_id,
        runbook_name=row.runbook_name,
        title=row.title,
        trust=row.trust,
        governance=row.governance,
        panic=row.panic,
        unknown=row.fate_unknown,
        reason=row.reason or "",
        step=row.snapshot.get("step"),
        steps=row.snapshot.get("steps", 0),
        ended=row.snapshot.get("ended", 0),
        gate_risk=Risk(gate["risk"]) if "risk" in gate else None,
        requested_by=row.requested_by,
        requester=requester_of(row.requested_by, emails),
        parent=row.parent_execution_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
