"""What each row of CONTRACTS.md §5 does while no command is running: starts, gates, people's choices. Pure.

A move changes the `Transition` it is given. `attempts.py` has the moves that speak of a running command.
"""

from __future__ import annotations

from dataclasses import replace

from controller.engine import events as ev
from controller.engine.effects import (
    Cancel,
    CheckPreflight,
    DetectDivergence,
    Notify,
    Topic,
    VoidReason,
)
from controller.engine.states import LIVE, Kind, State, StepState, StepStatus, Vote
from controller.engine.transition import Transition
from controller.engine.walk import (
    again,
    arrive,
    ask,
    ask_again,
    complete,
    dispatch,
    fail,
    hand_over,
    rollable,
)
from controller.governance.policy import Pinned
from schemas.risk import effective


def start(t: Transition, event: ev.Start) -> None:
    """Row 1: pin policy and flags, put every step on the list, stand on the first."""
    pinned = t.context.pinned or Pinned()
    steps = tuple(StepState(step.id) for step in t.plan.steps)
    t.set(
        state=State.PREFLIGHT,
        steps=steps,
        cursor=steps[0].id if steps else None,
        requester=event.by.member,
        pinned=pinned,
        trust=pinned.trust,
        started_at=t.context.now,
    )
    t.clear_timers()
    t.emit(CheckPreflight())
    t.record("execution.started", trust_level=pinned.trust, governance=pinned.governance)


def expire_pending(t: Transition, event: ev.Expired) -> None:
    """Row 2."""
    t.set(state=State.ABORTED, ended_at=t.context.now, reason="nobody started it in time", told=False)
    t.emit(Notify(Topic.EXPIRED))
    t.record("execution.aborted", code="expired", state=State.PENDING.value)


def pass_preflight(t: Transition, event: ev.PreflightPassed) -> None:
    """Row 3."""
    t.set(agents=tuple((choice.step, choice.agent) for choice in event.agents))
    arrive(t)


def fail_preflight(t: Transition, event: ev.PreflightFailed) -> None:
    """Row 4."""
    t.emit(Notify(Topic.PREFLIGHT_FAILED))


def bind(t: Transition, event: ev.Bind) -> None:
    """Row 5."""
    others = tuple(pair for pair in t.x.bindings if pair[0] != event.name)
    t.set(bindings=(*others, (event.name, event.value or "")))
    t.emit(CheckPreflight())


def tick(t: Transition, event: ev.Tick) -> None:
    """Row 5."""
    t.set(ticked=tuple(sorted({*t.x.ticked, event.prerequisite})))
    t.emit(CheckPreflight())


def _count(t: Transition, event: ev.Approve) -> None:
    gate = t.x.gate
    assert gate is not None, "an approval needs a gate"
    vote = Vote(
        event.by.member, event.by.role, event.by.source, t.context.now, gate.intent_sha256, event.typed
    )
    t.set(gate=replace(gate, approvals=(*gate.approvals, vote)))
    t.record(
        "step.approved",
        gate.step,
        gate=gate.id,
        kind=gate.kind.value,
        intent_sha256=gate.intent_sha256,
        risk=effective(gate.risk),
        role=vote.role,
        source=vote.source,
        typed=gate.confirm is not None,
        approvals=len(gate.approvals) + 1,
        quorum=gate.quorum,
    )


def count_approval(t: Transition, event: ev.Approve) -> None:
    """Row 11."""
    _count(t, event)
    t.emit(Notify(Topic.APPROVAL_COUNTED))


def approve_and_run(t: Transition, event: ev.Approve) -> None:
    """Row 12."""
    _count(t, event)
    t.clear_timers()
    dispatch(t)


def lapse(t: Transition, event: ev.Expired | ev.ApproverLostRole) -> None:
    """Row 13."""
    why = VoidReason.ROLE_LOST
    if isinstance(event, ev.Expired):
        why = VoidReason.MISMATCH if event.mismatch else VoidReason.EXPIRED
    t.close_gate(why)
    t.emit(Notify(Topic.APPROVAL_LAPSED))


def new_round(t: Transition, event: ev.AskAgain) -> None:
    """Row 14."""
    ask_again(t)


def _rewrite(t: Transition, event: ev.Edit) -> None:
    step = t.cursor_step()
    t.set_step(step.id, edited=event.command or "", edited_by=event.by.member)
    t.set(forced=True)
    t.record("step.edited", step.id)


def edit_at_gate(t: Transition, event: ev.Edit) -> None:
    """Row 15."""
    t.close_gate(VoidReason.EDITED)
    _rewrite(t, event)
    ask(t, Kind.FORWARD, t.cursor_step().id)


def skip(t: Transition, event: ev.Skip) -> None:
    """Rows 16, 19 and 47."""
    _leave_gate(t, VoidReason.SKIPPED)
    t.record("step.skipped", t.cursor_step().id, code="member", reason=event.reason)
    complete(t, StepStatus.SKIPPED)


def done_by_hand(t: Transition, event: ev.DoneByHand) -> None:
    """Rows 16 and 47."""
    _leave_gate(t, VoidReason.DONE_BY_HAND)
    t.record("step.done_by_hand", t.cursor_step().id, note=event.note)
    complete(t, StepStatus.DONE_BY_HAND)


def _leave_gate(t: Transition, why: VoidReason) -> None:
    if t.x.state is State.AWAIT_APPROVAL:
        t.close_gate(why)
        t.clear_timers()


def refuse(t: Transition, event: ev.Refuse) -> None:
    """Row 17."""
    t.close_gate(VoidReason.REFUSED, reason=event.reason)
    t.clear_timers()
    hand_over(t, "refused", event.reason or "a member refused", told=bool(event.reason))


def request_rollback(t: Transition, event: ev.RequestRollback) -> None:
    """Rows 18 and 32."""
    t.close_gate(VoidReason.ROLLBACK)
    step_id = rollable(t.x, t.plan)
    assert step_id is not None, "the guard found a step to roll back"
    ask(t, Kind.ROLLBACK, step_id, event.by.member)


def report_ok(t: Transition, event: ev.Reported) -> None:
    """Row 19."""
    t.record("step.executed", t.cursor_step().id, answer=event.answer, exit_code=event.exit_code)
    complete(t, StepStatus.DONE_BY_HAND, answer=event.answer, exit_code=event.exit_code)


def report_failed(t: Transition, event: ev.Reported) -> None:
    """Row 20."""
    t.record("step.failed", t.cursor_step().id, code="reported", exit_code=event.exit_code)
    fail(t, exit_code=event.exit_code)


def retry(t: Transition, event: ev.Retry | ev.Edit) -> None:
    """Rows 33 and 46."""
    if isinstance(event, ev.Edit):
        _rewrite(t, event)
    else:
        t.record("step.retried", t.cursor_step().id, attempt=t.x.tries + 1, automatic=False)
    again(t)


def accept_failure(t: Transition, event: ev.Skip) -> None:
    """Row 34."""
    state = t.cursor_state()
    t.record("step.skipped", state.id, code="failure_accepted", reason=event.reason)
    complete(t, StepStatus.FAILED_ACCEPTED)


def decline_rollback(t: Transition, event: ev.DeclineRollback) -> None:
    """Row 35."""
    hand_over(t, "rollback_declined", "a member declined the rollback")


def abort(t: Transition, event: ev.Abort) -> None:
    """Row 49."""
    if t.x.attempt is not None:
        t.emit(Cancel(t.x.attempt.id))
    t.close_gate(VoidReason.ABORTED)
    if t.x.state in LIVE or t.x.state is State.PENDING:
        t.clear_timers()
    t.record("execution.aborted", code="aborted", state=t.x.state.value, reason=event.reason)
    t.set(state=State.ABORTED, ended_at=t.context.now)
    t.set(reason=event.reason or "", told=bool(event.reason), told_by=None)
    t.emit(DetectDivergence(), Notify(Topic.ABORTED))
