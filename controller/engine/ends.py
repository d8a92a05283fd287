"""The ends of attempts on their way to transitions, so that none waits for a judgement and none is lost.

An end moves an execution to its next gate, whose command may have to be judged first. Whoever says an end is
not kept waiting for that: the end is kept beside its attempt, and a job brings it. A kept end comes before
anything else that is said of its attempt, so that neither a time that runs out nor a journal that is gone
overtakes it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from base import log
from controller.db.errors import AccessDenied, Broken, Retryable, StatementTimedOut, Violation
from controller.db.queries import load
from controller.engine import events as ev
from controller.engine.attempt_rows import StepRow
from controller.engine.judgements import NotJudged
from controller.engine.kept_ends import keep_end, not_run, put_off, report_from_json
from controller.engine.outcomes import needs_head, outcome_event
from controller.engine.outputs import Outputs
from controller.engine.service import Engine
from controller.link.events import AttemptReport, AttemptState
from schemas.errors import Unprocessable
from schemas.ids import agent_actor

WAIT_SECONDS: Final = 0.5
"""How long the job waits for a judgement: it holds one of the few workers meanwhile."""
AGAIN_SECONDS: Final = 2
"""Until a job that got none looks again; the judgement goes on meanwhile."""

UNMADE_SECONDS: Final = 30
"""Until a job looks again where the next gate has no agent, or where bringing the end failed: both last."""

_STEPS: Final = load("steps")
_log = log.get(__name__)
_LATER: Final = (NotJudged, Unprocessable)
"""Why the next gate can't be made now: its command can't be judged, or (rarely) has no agent."""
_REFUSED: Final = (Violation, AccessDenied, StatementTimedOut, Broken)
"""What the database says of one unit of work for good, where it does not go away."""
_FAILED: Final = "bringing it failed"
_UNMADE: Final = timedelta(seconds=UNMADE_SECONDS)
_OPEN: Final = frozenset({"dispatched", "started"})


class Kept(Enum):
    """What came of an end that may have been kept."""

    NOTHING = "nothing"
    """None was kept, or the output that decides about it is not here."""
    PUT_OFF = "put off"
    """A job brings it later; whoever knows of it otherwise, as a timer does, goes on knowing of it."""
    BROUGHT = "brought"


class Ends:
    """Keeps and brings the ends of attempts; holds no state."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outputs = Outputs(engine.parts)

    async def finished(self, tenant_id: UUID, row: StepRow, report: AttemptReport) -> None:
        """Keep how an attempt ended, and bring it once the output that decides about it is here."""
        await self._outputs.end(tenant_id, row.id, report)
        async with self._engine.parts.database.work(tenant_id) as uow:
            await keep_end(uow, report)
        await self.finish_kept(tenant_id, row.id, report=report)

    async def refused(self, tenant_id: UUID, row: StepRow, report: AttemptReport) -> None:
        """The agent would not run it: bring that, or keep it until it can be brought."""
        key = f"{row.id}:{report.state.value}"
        await self._bring_or_keep(tenant_id, row, refusal_event(row.id, report), key, report)

    async def never_ran(self, tenant_id: UUID, row: StepRow) -> None:
        """The journal proves that it never ran: bring that, or keep it until it can be brought."""
        event, key = ev.JournalAnswer(attempt=row.id), f"{row.id}:not_seen"
        await self._bring_or_keep(tenant_id, row, event, key, not_run(row.id))

    async def finish_kept(
        self, tenant_id: UUID, attempt: UUID, *, anyway: bool = False, report: AttemptReport | None = None
    ) -> Kept:
        """Bring the end of an attempt that was kept. `anyway`: with whatever output is here (its deadline is
        over).
        """
        row = await self._row(tenant_id, attempt)
        if row is None:
            return Kept.NOTHING
        if report is None:
            if row.ended_report is None or row.status not in _OPEN:
                return Kept.NOTHING
            report = report_from_json(row.ended_report)
        try:
            is_brought = await self._finish(tenant_id, row, report, anyway=anyway)
        except (*_LATER, *_REFUSED) as why:
            await self._put_off(tenant_id, row.id, report, why)
            return Kept.PUT_OFF
        return Kept.BROUGHT if is_brought else Kept.NOTHING

    async def finish_put_off(self, tenant_id: UUID, attempt: UUID) -> None:
        """The job: bring a kept end, or put it off again, for as long as it takes: an agent whose report was
        acknowledged says it no more, so nobody else may know of it. Raises Retryable: the queue is in the
        same database, and tries again.

        Also where people ended the execution meanwhile: then it is late, and recorded as that.
        """
        row = await self._row(tenant_id, attempt)
        if row is None or row.ended_report is None:
            return
        report = report_from_json(row.ended_report)
        try:
            await self._finish(tenant_id, row, report, anyway=True, seconds=WAIT_SECONDS)
        except NotJudged as problem:
            why, seconds = problem.detail, AGAIN_SECONDS
        except Unprocessable as problem:
            why, seconds = problem.detail, UNMADE_SECONDS
        except Retryable:
            raise
        except Exception:  # noqa: BLE001  # reason: the border of one end; the queue would give it up some day
            _log.exception(
                "the end of an attempt can't be brought",
                extra={"action": "engine.end_failed", "attempt": str(attempt)},
            )
            why, seconds = _FAILED, UNMADE_SECONDS
        else:
            return
        async with self._engine.parts.database.work(tenant_id) as uow:
            await put_off(uow, row.id, why, delay=timedelta(seconds=seconds))

    async def bring(
        self, tenant_id: UUID, row: StepRow, event: ev.Event, event_key: str, *, seconds: float = 0.0
    ) -> None:
        """Bring an event of an attempt, in its agent's name. Errors as `Engine.apply_system`."""
        actor = agent_actor(row.agent_id) if row.agent_id is not None else "system:link"
        await self._engine.apply_system(
            tenant_id, row.execution_id, event, actor=actor, event_key=event_key, seconds=seconds
        )

    async def bring_or_leave(self, tenant_id: UUID, row: StepRow, event: ev.Event, event_key: str) -> None:
        """Bring what is no end. Where the database refuses it for good, the attempt's end or its deadline
        says more later; the stream goes on, because others speak on it.
        """
        try:
            await self.bring(tenant_id, row, event, event_key)
        except _REFUSED as why:
            _log.error(
                "what an agent says can't be brought: %s",
                why,
                extra={"action": "engine.report_failed", "attempt": str(row.id)},
            )

    async def _bring_or_keep(
        self, tenant_id: UUID, row: StepRow, event: ev.Event, event_key: str, report: AttemptReport
    ) -> None:
        try:
            await self.bring(tenant_id, row, event, event_key)
        except (*_LATER, *_REFUSED) as why:
            await self._put_off(tenant_id, row.id, report, why)

    async def _put_off(self, tenant_id: UUID, attempt: UUID, report: AttemptReport, why: Exception) -> None:
        """Keep an end and have a job bring it. What the database refuses for good is said loudly: the stream
        that brought the end goes on, because others speak on it.
        """
        reason, delay = (why.detail, timedelta(0)) if isinstance(why, _LATER) else (_FAILED, _UNMADE)
        if not isinstance(why, _LATER):
            _log.error(
                "the end of an attempt can't be brought: %s",
                why,
                extra={"action": "engine.end_failed", "attempt": str(attempt)},
            )
        async with self._engine.parts.database.work(tenant_id) as uow:
            await keep_end(uow, report)
            await put_off(uow, attempt, reason, delay=delay)

    async def _finish(
        self, tenant_id: UUID, row: StepRow, report: AttemptReport, *, anyway: bool, seconds: float = 0.0
    ) -> bool:
        if report.state is AttemptState.REFUSED:
            event: ev.Event = refusal_event(row.id, report)
        else:
            found = await self._outcome(tenant_id, row, report, anyway=anyway)
            if found is None:
                return False
            event = found
        await self.bring(tenant_id, row, event, f"{row.id}:{report.state.value}", seconds=seconds)
        # Whoever follows the output waits for this: its bytes were told before its end was known.
        await self._engine.parts.bus.publish(f"out:{tenant_id}:{row.id}", b"ended")
        return True

    async def _outcome(
        self, tenant_id: UUID, row: StepRow, report: AttemptReport, *, anyway: bool
    ) -> ev.AttemptFinished | None:
        """How it ended; None while the output that decides about it is not here."""
        async with self._engine.parts.database.work(tenant_id) as uow:
            version = await self._engine.versions.load(uow, row.runbook_version_id)
        forward = row.kind == "forward"
        head = ""
        if forward and needs_head(version.runbook, row.step_id):
            output = await self._outputs.head(tenant_id, row.execution_id, row.id)
            if not (output.complete or anyway):
                return None
            head = output.text
        return outcome_event(version.runbook, row.step_id, report, head, forward=forward)

    async def _row(self, tenant_id: UUID, attempt: UUID) -> StepRow | None:
        async with self._engine.parts.database.work(tenant_id) as uow:
            return await uow.one(_STEPS["step_of"], StepRow, id=attempt)


def refusal_event(attempt: UUID, report: AttemptReport) -> ev.AttemptRefused:
    """The event that a refusal is. Pure."""
    assert report.refusal is not None, "a refusal has a reason"
    return ev.AttemptRefused(attempt=attempt, code=report.refusal.value, agent_risk=report.agent_risk)
