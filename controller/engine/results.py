"""The engine's ear: what agents say becomes events, outputs become objects (`link.events.LinkEvents`).

Every handler returns after its own transaction committed, and may be called again with the same value: events
are keyed by step execution and what they say. None waits for a judgement: others speak on the same stream.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from base import log
from controller.db.queries import load
from controller.engine import events as ev
from controller.engine.attempt_rows import StepRow
from controller.engine.ends import Ends
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

_STEPS: Final = load("steps")
_log = log.get(__name__)


class EngineEvents:
    """Implements `LinkEvents`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outputs = Outputs(engine.parts)
        self.ends: Final = Ends(engine)

    async def hello(self, tenant_id: UUID, agent_id: UUID, hello: Hello) -> None:
        """Compare what the agent knows with what we know: journals that are gone, epochs above ours."""
        await reconcile(self._engine, self.ends, tenant_id, agent_id, hello)

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
            await self.ends.finished(tenant_id, row, report)
            return
        if report.state is AttemptState.REFUSED:
            await self.ends.refused(tenant_id, row, report)
            return
        event = event_of(row, report)
        if event is not None:
            key = f"{report.step_execution_id}:{report.state.value}"
            await self.ends.bring_or_leave(tenant_id, row, event, key)

    async def journal_answer(self, tenant_id: UUID, agent_id: UUID, answer: JournalAnswer) -> None:
        """The answer to a question: never seen by this journal is proof that it never ran."""
        row = await self._step(tenant_id, answer.step_execution_id)
        if row is None or row.agent_id != agent_id:
            return
        if answer.seen:
            if answer.report is not None:
                await self.attempt_report(tenant_id, agent_id, answer.instance_id, answer.report)
            return
        if row.ended_report is not None:  # its end is known, whatever this journal never saw
            await self.ends.finish_kept(tenant_id, row.id, anyway=True)
        elif answer.instance_id == row.agent_instance:
            await self.ends.never_ran(tenant_id, row)
        else:
            event = ev.AttemptLost(attempt=row.id, why="instance_changed")
            await self.ends.bring_or_leave(tenant_id, row, event, f"{row.id}:not_seen")

    async def output(self, tenant_id: UUID, agent_id: UUID, chunk: OutputChunk) -> int:
        """Keep a chunk; the offset up to which the output is stored without a gap."""
        row = await self._step(tenant_id, chunk.step_execution_id)
        if row is None or row.agent_id != agent_id:
            return chunk.offset + len(chunk.data)  # nobody will ever ask for it
        upto = await self._outputs.keep(tenant_id, row.execution_id, chunk)
        if row.ended_report is not None:
            await self.ends.finish_kept(tenant_id, row.id)
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

    async def _step(self, tenant_id: UUID, attempt: UUID) -> StepRow | None:
        async with self._engine.parts.database.work(tenant_id) as uow:
            return await uow.one(_STEPS["step_of"], StepRow, id=attempt)


def event_of(row: StepRow, report: AttemptReport) -> ev.Event | None:
    """The event that a report is, except an end; None where it changes nothing. Pure."""
    if report.state is AttemptState.STARTED:
        return ev.AttemptStarted(attempt=row.id) if row.status == "dispatched" else None
    if report.state is AttemptState.LOST:
        return ev.AttemptLost(attempt=row.id, why="agent_lost_it")
    return None
