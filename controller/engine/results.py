"""The engine's ear: what agents say becomes events, outputs become objects (`link.events.LinkEvents`).

Every handler returns after its own transaction committed, and may be called again with the same value: events
are keyed by step execution and what they say.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from base import log
from controller.db.queries import load
from controller.engine import events as ev
from controller.engine.attempt_rows import StepRow
from controller.engine.outcomes import needs_head, outcome_event
from controller.engine.outputs import Outputs
from controller.engine.reconcile import reconcile
from controller.engine.service import Engine
from controller.engine.unlisted import record_unlisted
from controller.link.events import (
    AttemptReport,
    AttemptState,
    Hello,
    JournalAnswer,
    OutputChunk,
    PanicReport,
    RecordedCommand,
)
from proto.convert import Refusal
from schemas.ids import agent_actor

_STEPS: Final = load("steps")
_OPEN: Final = frozenset({"dispatched", "started"})
_log = log.get(__name__)


class EngineEvents:
    """Implements `LinkEvents`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outputs = Outputs(engine.parts)

    async def hello(self, tenant_id: UUID, agent_id: UUID, hello: Hello) -> None:
        """Compare what the agent knows with what we know: journals that are gone, epochs above ours."""
        await reconcile(self._engine, tenant_id, agent_id, hello)

    async def attempt_report(
        self, tenant_id: UUID, agent_id: UUID, instance_id: UUID, report: AttemptReport
    ) -> None:
        """An attempt moved on."""
        row = await self._step(tenant_id, report.step_execution_id)
        if row is None or row.agent_id != agent_id or row.agent_instance != instance_id:
            _log.warning(
                "a report does not fit its step execution",
                extra={"action": "engine.stray_report", "agent": str(agent_id)},
            )
            return
        if report.state is AttemptState.FINISHED:
            await self._finished(tenant_id, row, report)
            return
        event = event_of(row, report)
        if event is not None:
            await self._bring(tenant_id, row, event, f"{report.step_execution_id}:{report.state.value}")

    async def journal_answer(self, tenant_id: UUID, agent_id: UUID, answer: JournalAnswer) -> None:
        """The answer to a question: never seen by this journal is proof that it never ran."""
        row = await self._step(tenant_id, answer.step_execution_id)
        if row is None or row.agent_id != agent_id:
            return
        if answer.seen:
            if answer.report is not None:
                await self.attempt_report(tenant_id, agent_id, answer.instance_id, answer.report)
            return
        event: ev.Event = ev.JournalAnswer(attempt=row.id)
        if answer.instance_id != row.agent_instance:
            event = ev.AttemptLost(attempt=row.id, why="instance_changed")
        await self._bring(tenant_id, row, event, f"{row.id}:not_seen")

    async def output(self, tenant_id: UUID, agent_id: UUID, chunk: OutputChunk) -> int:
        """Keep a chunk; the offset up to which the output is stored without a gap."""
        row = await self._step(tenant_id, chunk.step_execution_id)
        if row is None or row.agent_id != agent_id:
            return chunk.offset + len(chunk.data)  # nobody will ever ask for it
        upto = await self._outputs.keep(tenant_id, row.execution_id, chunk)
        if row.ended_report is not None:
            await self.finish_kept(tenant_id, row.id)
        return upto

    async def panic_report(self, tenant_id: UUID, agent_id: UUID, report: PanicReport) -> None:
        """What the agent froze; what it could not is told loudly."""
        level = _log.warning if report.could_not_freeze else _log.info
        level(
            "an agent latched a panic",
            extra={
                "action": "engine.panic_report",
                "agent": str(agent_id),
                "frozen": len(report.frozen),
                "could_not_freeze": len(report.could_not_freeze),
                "took_ms": report.took_ms,
            },
        )

    async def recorded(self, tenant_id: UUID, agent_id: UUID, command: RecordedCommand) -> None:
        """A command was run by hand beside the runbook: it goes into the trail, sealed."""
        await record_unlisted(self._engine, tenant_id, agent_id, command)

    async def agent_lost(self, tenant_id: UUID, agent_id: UUID, instance_id: UUID) -> None:
        """Its stream ended. What runs goes on; deadlines and its next hello say the rest."""
        _log.info(
            "an agent's stream ended",
            extra={"action": "engine.agent_lost", "agent": str(agent_id), "instance": str(instance_id)},
        )

    # ------------------------------------------------------------ the end of an attempt

    async def _finished(self, tenant_id: UUID, row: StepRow, report: AttemptReport) -> None:
        """Keep the end, and bring it once the output that decides about it is here."""
        await self._outputs.end(tenant_id, row.id, report)
        kept = report_to_json(report)
        async with self._engine.parts.database.work(tenant_id) as uow:
            await uow.run(_STEPS["keep_end"], id=row.id, report=kept)
        await self.finish_kept(tenant_id, row.id, report=report)

    async def finish_kept(
        self, tenant_id: UUID, attempt: UUID, *, anyway: bool = False, report: AttemptReport | None = None
    ) -> bool:
        """Bring the end of an attempt that was kept; False where there is none, or its output is not here.

        `anyway`: with whatever output is here (its deadline is over).
        """
        async with self._engine.parts.database.work(tenant_id) as uow:
            row = await uow.one(_STEPS["step_of"], StepRow, id=attempt)
            if row is None:
                return False
            version = await self._engine.versions.load(uow, row.runbook_version_id)
        if report is None:
            if row.ended_report is None or row.status not in _OPEN:
                return False
            report = report_from_json(row.ended_report)
        forward = row.kind == "forward"
        head = ""
        if forward and needs_head(version.runbook, row.step_id):
            output = await self._outputs.head(tenant_id, row.execution_id, attempt)
            if not (output.complete or anyway):
                return False
            head = output.text
        event = outcome_event(version.runbook, row.step_id, report, head, forward=forward)
        await self._bring(tenant_id, row, event, f"{attempt}:finished")
        # Whoever follows the output waits for this: its bytes were told before its end was known.
        await self._engine.parts.bus.publish(f"out:{tenant_id}:{attempt}", b"ended")
        return True

    async def _step(self, tenant_id: UUID, attempt: UUID) -> StepRow | None:
        async with self._engine.parts.database.work(tenant_id) as uow:
            return await uow.one(_STEPS["step_of"], StepRow, id=attempt)

    async def _bring(self, tenant_id: UUID, row: StepRow, event: ev.Event, event_key: str) -> None:
        actor = agent_actor(row.agent_id) if row.agent_id is not None else "system:link"
        await self._engine.apply_system(tenant_id, row.execution_id, event, actor=actor, event_key=event_key)


def event_of(row: StepRow, report: AttemptReport) -> ev.Event | None:
    """The event that a report is, except an end; None where it changes nothing. Pure."""
    if report.state is AttemptState.STARTED:
        return ev.AttemptStarted(attempt=row.id) if row.status == "dispatched" else None
    if report.state is AttemptState.LOST:
        return ev.AttemptLost(attempt=row.id, why="agent_lost_it")
    if report.state is AttemptState.REFUSED:
        assert report.refusal is not None, "a refusal has a reason"
        return ev.AttemptRefused(attempt=row.id, code=report.refusal.value, agent_risk=report.agent_risk)
    return None


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
