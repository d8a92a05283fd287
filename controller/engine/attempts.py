"""What each row of CONTRACTS.md §5 does about a command that runs, ran, or may have run. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from base.limits import LOST_SECONDS
from controller.engine import events as ev
from controller.engine.effects import (
    AskJournal,
    Cancel,
    CheckPreflight,
    Freeze,
    Notify,
    SetTimer,
    Thaw,
    TimerKind,
    Topic,
    VoidReason,
)
from controller.engine.states import RUNNING, AttemptStatus, State, StepStatus
from controller.engine.transition import Transition
from controller.engine.walk import (
    again,
    ask_again,
    complete,
    dispatch,
    fail,
    hand_over,
    rolled_back,
    time_to_run,
)
from schemas.risk import Risk, worse

LATE: Final = {ev.AttemptStarted: "started", ev.AttemptLost: "lost"}
"""How a late report that has no word of its own is called in the audit trail."""

RESOLVED: Final = {
    ev.Resolution.RAN_OK: "the command ran and succeeded",
    ev.Resolution.RAN_AND_FAILED: "the command ran and failed",
    ev.Resolution.DID_NOT_RUN: "the command did not run",
}
"""What a person said about a command whose fate was unknown."""


def started(t: Transition, event: ev.AttemptStarted) -> None:
    """Row 21: from here its time counts, not from the dispatch, which may have waited for the agent."""
    deadline_at = _mark_started(t)
    t.emit(SetTimer(TimerKind.DEADLINE, deadline_at), Notify(Topic.ATTEMPT_STARTED))


def _mark_started(t: Transition) -> datetime:
    assert t.x.attempt is not None, "the guard found the attempt"
    assert t.x.gate is not None, "an attempt has its gate"
    deadline_at = t.context.now + time_to_run(t.x.gate)
    t.set(attempt=replace(t.x.attempt, status=AttemptStatus.STARTED, deadline_at=deadline_at))
    return deadline_at


def _record_end(t: Transition, event: ev.AttemptFinished) -> None:
    assert t.x.attempt is not None, "the guard found the attempt"
    facts = {
        "step_execution": event.attempt,
        "agent": t.x.attempt.agent,
        "duration_ms": event.duration_ms,
        "output_bytes": event.output_bytes,
        "leaked_process": event.leaked_process,
    }
    if event.outcome is ev.Outcome.TIMED_OUT:
        timeout_ms = 0 if t.x.gate is None else t.x.gate.timeout_ms
        t.record("step.timed_out", t.x.target, timeout_ms=timeout_ms, **facts)
    elif event.outcome is ev.Outcome.OK:
        t.record("step.executed", t.x.target, exit_code=event.exit_code, **facts)
    else:
        code = "unexpected_output" if event.unexpected_output else event.outcome.value
        t.record(
            "step.failed", t.x.target, code=code, exit_code=event.exit_code, signal=event.signal, **facts
        )


def finished_ok(t: Transition, event: ev.AttemptFinished) -> None:
    """Row 22."""
    _record_end(t, event)
    t.clear_timers()
    complete(t, StepStatus.SUCCEEDED, exit_code=event.exit_code, matched=event.matched)


def finished_named(t: Transition, event: ev.AttemptFinished) -> None:
    """Row 23: a `when` names the failure; the branch decides."""
    _record_end(t, event)
    t.clear_timers()
    complete(t, StepStatus.FAILED, exit_code=event.exit_code, matched=event.matched)


def finished_badly(t: Transition, event: ev.AttemptFinished) -> None:
    """Row 24."""
    _record_end(t, event)
    t.clear_timers()
    fail(t, exit_code=event.exit_code, matched=event.matched)


def refused_ask_again(t: Transition, event: ev.AttemptRefused) -> None:
    """Row 25: it did not run; people are asked once more, with the agent's risk where that is higher."""
    assert t.x.target is not None, "a command is at stake"
    state = t.x.step(t.x.target)
    if event.agent_risk in set(Risk):
        found = Risk(event.agent_risk)
        t.set_step(state.id, raised=found if state.raised is None else worse(state.raised, found))
    _record_refusal(t, event)
    t.clear_timers()
    ask_again(t)


def refused_for_human(t: Transition, event: ev.AttemptRefused) -> None:
    """Row 26."""
    _record_refusal(t, event)
    t.clear_timers()
    hand_over(t, "agent_refused", f"the agent refused to run it: {event.code}")


def _record_refusal(t: Transition, event: ev.AttemptRefused) -> None:
    agent = None if t.x.attempt is None else t.x.attempt.agent
    t.record("step.failed", t.x.target, code=event.code, step_execution=event.attempt, agent=agent)


def repeat(t: Transition, event: ev.AttemptLost) -> None:
    """Row 27: under the same gate, with a new attempt id."""
    _record_loss(t, event)
    dispatch(t, retry=True)
    assert t.x.attempt is not None, "it was just dispatched"
    t.record(
        "step.retried",
        t.x.target,
        step_execution=t.x.attempt.id,
        previous=event.attempt,
        attempt=t.x.attempt.number,
        automatic=True,
    )


def lost(t: Transition, event: ev.AttemptLost) -> None:
    """Row 28."""
    _record_loss(t, event)
    t.clear_timers()
    hand_over(t, "lost", "nobody knows what became of the command", unknown=True)


def _record_loss(t: Transition, event: ev.AttemptLost) -> None:
    agent = None if t.x.attempt is None else t.x.attempt.agent
    code = event.why or "no_answer"
    t.record("step.lost", t.x.target, step_execution=event.attempt, agent=agent, code=code)


def deadline(t: Transition, event: ev.Deadline) -> None:
    """Row 29."""
    t.emit(
        AskJournal(event.attempt),
        SetTimer(TimerKind.LOST, t.context.now + timedelta(seconds=LOST_SECONDS)),
    )


def stop(t: Transition, event: ev.Stop) -> None:
    """Row 30."""
    assert t.x.attempt is not None, "something runs"
    t.emit(Cancel(t.x.attempt.id))


def undone(t: Transition, event: ev.AttemptFinished) -> None:
    """Row 36."""
    _record_end(t, event)
    t.clear_timers()
    t.emit(Notify(Topic.ROLLED_BACK))
    t.record(
        "step.rolled_back",
        t.x.target,
        step_execution=event.attempt,
        exit_code=event.exit_code,
        duration_ms=event.duration_ms,
        output_bytes=event.output_bytes,
    )
    rolled_back(t)


def not_undone(t: Transition, event: ev.AttemptFinished) -> None:
    """Row 37."""
    _record_end(t, event)
    t.clear_timers()
    hand_over(t, "rollback_failed", "the rollback failed")


def pause(t: Transition, event: ev.Pause | ev.PanicOn) -> None:
    """Rows 38 and 39: hold everything where it stands, and remember where."""
    panic = isinstance(event, ev.PanicOn)
    rest_ms = None
    if t.x.attempt is not None:
        t.emit(Freeze(t.x.attempt.id))
        left = t.x.attempt.deadline_at - t.context.now
        rest_ms = max(0, left // timedelta(milliseconds=1))
    t.close_gate(VoidReason.PANIC if panic else VoidReason.PAUSED)
    t.clear_timers()
    t.record("execution.paused", code="panic" if panic else "member", resume_to=t.x.state.value)
    t.set(resume_to=t.x.state, state=State.PAUSED, panic=t.x.panic or panic, rest_ms=rest_ms)


def panic_on(t: Transition, event: ev.PanicOn) -> None:
    """Row 40."""
    t.set(panic=True)


def panic_off(t: Transition, event: ev.PanicOff) -> None:
    """Row 41: stays paused."""
    t.set(panic=False)


def hold(t: Transition, event: ev.AttemptEvent) -> None:
    """Row 42."""
    if isinstance(event, ev.AttemptStarted):
        _mark_started(t)
        assert t.x.gate is not None, "an attempt has its gate"
        t.set(rest_ms=time_to_run(t.x.gate) // timedelta(milliseconds=1))
    else:
        t.set(held=event)


def resume(t: Transition, event: ev.Resume) -> None:
    """Row 43; a gate is asked for anew, a frozen command thawed with what was left of its time."""
    back_to, rest_ms = t.x.resume_to, t.x.rest_ms
    assert back_to is not None, "a paused execution knows where it goes on"
    t.set(state=back_to, resume_to=None, rest_ms=None)
    t.record("execution.resumed", state=back_to.value)
    if back_to in RUNNING and t.x.attempt is not None:
        deadline_at = t.context.now + timedelta(milliseconds=rest_ms or 0)
        t.set(attempt=replace(t.x.attempt, deadline_at=deadline_at))
        t.emit(Thaw(t.x.attempt.id), SetTimer(TimerKind.DEADLINE, deadline_at))
    elif back_to is State.AWAIT_APPROVAL:
        ask_again(t)
    else:
        if back_to is State.PREFLIGHT:
            t.emit(CheckPreflight())
        t.emit(Notify(Topic.RESUMED))


def release_held(t: Transition, event: ev.Resume) -> None:
    """Row 44, first half: back to where it ran; `decide` then applies the held event there."""
    assert t.x.resume_to is not None, "a paused execution knows where it goes on"
    t.record("execution.resumed", state=t.x.resume_to.value, held_result=True)
    t.set(state=t.x.resume_to, resume_to=None, rest_ms=None, held=None)


def resolve(t: Transition, event: ev.Resolve) -> None:
    """Row 45: a person says what became of it; a rollback goes on as rows 36 and 37.

    What was said takes the place of "nobody knows", unless what follows has a reason of its own.
    """
    said = RESOLVED[event.outcome] + (f" ({event.note})" if event.note else "")
    t.set(reason=said, told=True, told_by=event.by.member)
    attempt = None if t.x.attempt is None else t.x.attempt.id
    ran_ok = event.outcome is ev.Resolution.RAN_OK
    if ran_ok:
        t.record("step.executed", t.x.target, step_execution=attempt)
    else:
        t.record("step.failed", t.x.target, step_execution=attempt, code=event.outcome.value)
    if t.x.rolling:
        if ran_ok:
            t.record("step.rolled_back", t.x.target, step_execution=attempt)
            rolled_back(t)
        else:
            t.set(attempt=None, unknown=False)
            hand_over(t, "rollback_failed", "the rollback failed")
    elif ran_ok:
        complete(t, StepStatus.SUCCEEDED)
    elif event.outcome is ev.Resolution.RAN_AND_FAILED:
        fail(t)
    else:
        again(t)


def park(t: Transition, event: ev.Poisoned) -> None:
    """Row 48."""
    ran = t.x.state in RUNNING
    if ran and t.x.attempt is not None:
        t.emit(AskJournal(t.x.attempt.id))
    t.close_gate(VoidReason.POISONED)
    t.clear_timers()
    why = event.why or f"handling this execution crashed the controller {event.crashes} times"
    hand_over(t, "poisoned", why, unknown=ran)


def late(t: Transition, event: ev.AttemptEvent) -> None:
    """Row 50: kept beside the step execution; nothing else changes."""
    outcome = event.outcome.value if isinstance(event, ev.AttemptFinished) else None
    code = event.code if isinstance(event, ev.AttemptRefused) else None
    t.record(
        "step.late_result",
        t.x.target or t.plan.steps[-1].id,
        step_execution=event.attempt,
        state=t.x.state.value,
        code=code or outcome or LATE[type(event)],
        exit_code=event.exit_code if isinstance(event, ev.AttemptFinished) else None,
    )
