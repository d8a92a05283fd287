"""Rows of step executions: written at the dispatch, ended once, never changed after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine.states import Attempt, Gate, State
from controller.engine.work import Work
from schemas.canonical import canonical
from schemas.grant import Intent

_STEPS: Final = load("steps")

ENDINGS: Final = {
    ev.Outcome.OK: "succeeded",
    ev.Outcome.FAILED: "failed",
    ev.Outcome.TIMED_OUT: "timed_out",
    ev.Outcome.KILLED: "killed",
}
RESOLVED: Final = {
    ev.Resolution.RAN_OK: "succeeded",
    ev.Resolution.RAN_AND_FAILED: "failed",
    ev.Resolution.DID_NOT_RUN: "refused",
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """Which execution an attempt belongs to, and what of it was kept."""

    id: UUID
    execution_id: UUID
    step_id: str
    kind: str
    status: str
    agent_id: UUID | None
    agent_instance: UUID | None
    attempt: int
    ended_report: dict[str, Any] | None
    runbook_version_id: UUID


async def end_step(uow: UnitOfWork, attempt_id: UUID, status: str, *, now: datetime, **more: Any) -> None:
    """Write the end of an attempt; one that has ended stays as it is."""
    found: dict[str, Any] = {
        "exit_code": None, "signal": None, "refusal": None, "agent_risk": None, "leaked_process": False,
        "output_bytes": None, "ran": False,
    }  # fmt: skip
    await uow.run(_STEPS["end_step"], id=attempt_id, status=status, now=now, **(found | more))


async def record_attempt(work: Work) -> None:
    """Bring the rows of step executions up to what the event said of one."""
    event, now = work.event, work.context.now
    if isinstance(event, ev.AttemptEvent) and work.decision.path == (50,):
        await work.uow.run(_STEPS["keep_late"], id=event.attempt, report=ev.encode(event)[0])
    elif isinstance(event, ev.AttemptStarted):
        await work.uow.run(_STEPS["start_step"], id=event.attempt, started_at=None, now=now)
    elif isinstance(event, ev.AttemptFinished):
        await end_step(
            work.uow, event.attempt, ENDINGS[event.outcome], now=now, ran=True, exit_code=event.exit_code,
            signal=event.signal, leaked_process=event.leaked_process, output_bytes=event.output_bytes,
        )  # fmt: skip
    elif isinstance(event, ev.AttemptRefused):
        await end_step(
            work.uow, event.attempt, "refused", now=now, refusal=event.code, agent_risk=event.agent_risk
        )
    elif isinstance(event, ev.JournalAnswer):
        await end_step(work.uow, event.attempt, "refused", now=now, refusal="expired")
    elif isinstance(event, ev.AttemptLost):
        await end_step(work.uow, event.attempt, "lost", now=now)
    elif work.before.attempt is not None and work.after.attempt is None:
        status = RESOLVED[event.outcome] if isinstance(event, ev.Resolve) else "lost"
        await end_step(work.uow, work.before.attempt.id, status, now=now)
    elif work.after.attempt is not None and work.after.state in (State.ABORTED, State.MANUAL_INTERVENTION):
        await end_step(work.uow, work.after.attempt.id, "lost", now=now)


async def write_attempt(work: Work, attempt: Attempt, intent: Intent, gate: Gate, instance: UUID) -> None:
    """A new attempt; the partial unique index refuses it while another one may run."""
    sealed = await work.parts.sealer.seal(
        work.uow, "execution", work.after.id, canonical(intent.to_json()), attempt.id.bytes
    )
    await work.uow.run(
        _STEPS["add_step_execution"],
        id=attempt.id,
        execution_id=work.after.id,
        step_id=gate.step,
        gate_id=gate.id,
        attempt=attempt.number,
        kind=intent.kind,
        epoch=work.after.version,
        intent_sha256=gate.intent_sha256,
        intent_sealed=sealed,
        agent_id=attempt.agent,
        agent_instance=instance,
        actor=work.actor,
        now=work.context.now,
    )
