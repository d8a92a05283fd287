"""Ends of attempts as rows keep them until they are brought, and the job that brings one later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from base import log
from controller import telemetry
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.events import AttemptReport, AttemptState
from proto.convert import Refusal

TASK: Final = "engine.end"
_STEPS: Final = load("steps")
_log = log.get(__name__)


async def keep_end(uow: UnitOfWork, report: AttemptReport) -> None:
    """Keep the end of an open attempt; the first one that is said counts."""
    await uow.run(_STEPS["keep_end"], id=report.step_execution_id, report=report_to_json(report))


async def put_off(uow: UnitOfWork, attempt: UUID, why: str, *, delay: timedelta = timedelta(0)) -> None:
    """Have a job bring the kept end of an attempt, because the next gate can't be made now."""
    await uow.defer(TASK, once=f"end:{attempt}", attempt=attempt, delay=delay)
    telemetry.PUT_OFF.inc()
    _log.warning(
        "the end of an attempt is brought later: %s",
        why,
        extra={"action": "engine.put_off", "attempt": str(attempt)},
    )


def not_run(attempt: UUID) -> AttemptReport:
    """The end of an attempt that provably never ran: it counts as expired, and people are asked again."""
    return AttemptReport(attempt, 0, AttemptState.REFUSED, refusal=Refusal.EXPIRED)


def report_to_json(report: AttemptReport) -> dict[str, Any]:
    """A report as it is kept in a row."""
    found = asdict(report)
    found["step_execution_id"] = str(report.step_execution_id)
    found["state"] = report.state.value
    found["refusal"] = report.refusal.value if report.refusal is not None else None
    found["output_sha256"] = report.output_sha256.hex()
    return found


def report_from_json(found: dict[str, Any]) -> AttemptReport:
    """The inverse of `report_to_json`."""
    refusal = found.get("refusal")
    return AttemptReport(
        **{
            **found,
            "step_execution_id": UUID(found["step_execution_id"]),
            "state": AttemptState(found["state"]),
            "refusal": Refusal(refusal) if refusal is not None else None,
            "output_sha256": bytes.fromhex(found["output_sha256"]),
        }
    )
