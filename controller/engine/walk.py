"""The passing states: from the end of one step to the rest before, or the run of, the next. Pure.

Rows 6–10 and 31 of CONTRACTS.md §5, and the few moves that several rows share.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from base.limits import DEADLINE_SLACK_SECONDS, STEP_GRACE_MS
from controller.engine.conditions import SKIPPED, branch_taken
from controller.engine.context import Prepared
from controller.engine.effects import (
    DetectDivergence,
    Dispatch,
    Notify,
    RequestApproval,
    SetTimer,
    TimerKind,
    Topic,
)
from controller.engine.plan import Plan
from controller.engine.states import (
    Attempt,
    AttemptStatus,
    Execution,
    Gate,
    Kind,
    State,
    StepStatus,
)
from controller.engine.transition import Transition
from controller.governance.policy import AUTO_RULE, Hindrance, Latches, OwnRun, Pinned, hindrances
from schemas.risk import Risk, effective

NO_RESULT: Final[dict[str, object]] = {"exit_code": None, "answer": None, "matched": ()}
"""What a step's end replaces, so that no condition reads the result of an earlier attempt."""

UNPINNED: Final = Pinned()
"""Before the start nothing is pinned: the strictest policy stands in."""


def pinned_of(execution: Execution) -> Pinned:
    """The policy that the execution started under."""
    return execution.pinned or UNPINNED


def arrive(t: Transition) -> None:
    """Follow `step_ready` from the cursor, past branches not taken, to the next rest."""
    t.set(kind=Kind.FORWARD, attempt=None, gate=None, unknown=False, tries=0)
    while t.x.cursor is not None and not branch_taken(t.x, t.plan, t.x.cursor):
        t.path.append(7)
        t.set_step(t.x.cursor, status=StepStatus.SKIPPED_BY_BRANCH)
        t.record("step.skipped", t.x.cursor, code="branch")
        t.set(cursor=t.plan.after(t.x.cursor), forced=False)
    if t.x.cursor is None:
        t.path.append(6)
        t.set(state=State.COMPLETED, target=None, ended_at=t.context.now)
        t.emit(DetectDivergence(), Notify(Topic.COMPLETED))
        t.record("execution.completed", **_counts(t.x))
        return
    _meet(t, t.x.cursor)


def _counts(x: Execution) -> dict[str, int]:
    """How the steps ended, and the milliseconds since the start."""
    statuses = [step.status for step in x.steps]
    ended_at, started_at = x.ended_at, x.started_at
    assert ended_at is not None, "a completed execution has ended"
    assert started_at is not None, "a completed execution was started"
    return {
        "steps_done": sum(s in (StepStatus.SUCCEEDED, StepStatus.DONE_BY_HAND) for s in statuses),
        "steps_skipped": sum(s in SKIPPED for s in statuses),
        "steps_failed": sum(s in (StepStatus.FAILED, StepStatus.FAILED_ACCEPTED) for s in statuses),
        "duration_ms": max(0, (ended_at - started_at) // timedelta(milliseconds=1)),
    }


def _meet(t: Transition, step_id: str) -> None:
    """Stand before a step. One that was done before a rollback went behind it stays done until it is done
    again: it could still be rolled back itself."""
    t.set(target=step_id)
    if t.x.step(step_id).status in (StepStatus.WAITING, StepStatus.SKIPPED_BY_BRANCH):
        t.set_step(step_id, status=StepStatus.READY)
    manual = t.cursor_step().manual or t.x.trust == 0
    t.record(
        "step.ready", step_id, kind="manual" if manual else "command", risk=effective(t.cursor_step().risk)
    )
    if manual:
        t.path.append(8)
        t.set(state=State.AWAIT_MANUAL)
        t.emit(Notify(Topic.MANUAL_STEP))
        return
    prepared = t.prepared(step_id, Kind.FORWARD)
    if held_back(t, prepared):
        t.path.append(10)
        ask(t, Kind.FORWARD, step_id)
        return
    t.path.append(9)
    t.set(gate=_gate(t, prepared, round_number=0, expires_at=t.context.now))
    t.record(
        "step.auto_executed",
        step_id,
        gate=t.context.gate_id,
        intent_sha256=prepared.intent_sha256,
        policy_commit=pinned_of(t.x).commit,
        rule=AUTO_RULE,
    )
    dispatch(t)


def held_back(t: Transition, prepared: Prepared) -> tuple[Hindrance, ...]:
    """Why the step at the cursor may not run by itself; empty where it may."""
    return held_back_by(t.x, t.plan, prepared.step, prepared.risk, t.context.latches)


def held_back_by(
    execution: Execution, plan: Plan, step_id: str, risk: Risk, latches: Latches
) -> tuple[Hindrance, ...]:
    """Why a step of this risk may not run by itself now; empty where it may."""
    step = plan.step(step_id)
    run = OwnRun(risk, step.ambiguous, step.reads_output, execution.forced, execution.panic)
    return hindrances(run, pinned_of(execution), latches)


def ask(t: Transition, kind: Kind, step_id: str, requested_by: UUID | None = None) -> None:
    """Open a new gate, one round higher: RequestApproval and the approval timer."""
    prepared = t.prepared(step_id, kind)
    expires_at = t.context.now + timedelta(minutes=pinned_of(t.x).approval_minutes)
    gate = _gate(t, prepared, round_number=t.x.rounds + 1, expires_at=expires_at, requested_by=requested_by)
    t.set(
        state=State.AWAIT_APPROVAL,
        kind=kind,
        target=step_id,
        attempt=None,
        gate=gate,
        rounds=gate.round,
    )
    t.emit(RequestApproval(gate.id), SetTimer(TimerKind.APPROVAL, expires_at))
    t.record(
        "step.approval_requested",
        step_id,
        gate=gate.id,
        round=gate.round,
        kind=kind.value,
        intent_sha256=gate.intent_sha256,
        risk=effective(gate.risk),
        quorum=gate.quorum,
        typed=gate.confirm is not None,
        forced=t.x.forced,
        expires_at=expires_at,
    )


def ask_again(t: Transition) -> None:
    """A new round of the gate that was open."""
    assert t.x.target is not None, "no command is at stake"
    gate = t.x.gate
    ask(t, t.x.kind, t.x.target, gate.requested_by if gate is not None else None)


def _gate(
    t: Transition,
    prepared: Prepared,
    *,
    round_number: int,
    expires_at: datetime,
    requested_by: UUID | None = None,
) -> Gate:
    return Gate(
        id=t.context.gate_id,
        round=round_number,
        step=prepared.step,
        kind=prepared.kind,
        intent_sha256=prepared.intent_sha256,
        risk=prepared.risk,
        confirm=prepared.confirm,
        agent=prepared.agent,
        max_attempts=prepared.max_attempts,
        timeout_ms=prepared.timeout_ms,
        expires_at=expires_at,
        quorum=pinned_of(t.x).by_risk(prepared.risk).quorum,
        requested_by=requested_by,
    )


def dispatch(t: Transition, *, retry: bool = False) -> None:
    """Let the command of the closed gate run: a new attempt id, its dispatch and its deadline."""
    gate = t.x.gate
    assert gate is not None, "a dispatch needs a gate"
    number = t.x.attempt.number + 1 if retry and t.x.attempt is not None else 1
    deadline_at = t.context.now + time_to_run(gate)
    attempt = Attempt(
        t.context.attempt_id, gate.id, number, gate.agent, AttemptStatus.DISPATCHED, deadline_at
    )
    rolling = gate.kind is Kind.ROLLBACK
    t.set(state=State.ROLLING_BACK if rolling else State.EXECUTING, attempt=attempt, tries=t.x.tries + 1)
    t.emit(
        Dispatch(attempt.id, number, gate.id, gate.step, gate.kind, gate.agent, gate.automatic, retry),
        SetTimer(TimerKind.DEADLINE, deadline_at),
    )
    t.record(
        "step.dispatched",
        gate.step,
        step_execution=attempt.id,
        gate=gate.id,
        kind=gate.kind.value,
        attempt=number,
        agent=gate.agent,
        intent_sha256=gate.intent_sha256,
        risk=effective(gate.risk),
    )


def time_to_run(gate: Gate) -> timedelta:
    """How long a command of this gate may take until its result is missed: timeout, grace, 10 s (row 29)."""
    return timedelta(milliseconds=gate.timeout_ms + STEP_GRACE_MS, seconds=DEADLINE_SLACK_SECONDS)


def complete(t: Transition, status: StepStatus, **result: object) -> None:
    """Row 31: the step at the cursor ended; go to the next."""
    t.path.append(31)
    assert t.x.cursor is not None, "the walk stands on no step"
    t.set_step(t.x.cursor, status=status, **(NO_RESULT | result))
    t.set(cursor=t.plan.after(t.x.cursor), forced=False)
    arrive(t)


def fail(t: Transition, **result: object) -> None:
    """FAIL(step): offer the rollback where something can be rolled back, else a human takes over."""
    assert t.x.cursor is not None, "the walk stands on no step"
    t.set_step(t.x.cursor, status=StepStatus.FAILED, **(NO_RESULT | result))
    t.set(attempt=None, unknown=False)
    candidate = rollable(t.x, t.plan)
    if candidate is None:
        hand_over(t, "step_failed", "the step failed and nothing can be rolled back")
        return
    t.set(state=State.ROLLBACK_AVAILABLE, gate=None)
    t.emit(Notify(Topic.ROLLBACK_OFFERED))
    t.record("step.rollback_offered", t.x.cursor, candidate=candidate)


def hand_over(t: Transition, code: str, why: str, *, unknown: bool = False, told: bool = False) -> None:
    """A human takes over. With `unknown` the attempt is kept: somebody must say what became of it.

    `told`: `why` is what a person said, not a sentence of ours.
    """
    attempt = t.x.attempt
    kept = None
    if unknown and attempt is not None:
        kept = replace(attempt, status=AttemptStatus.UNKNOWN)
    gate = t.x.gate if kept is not None else None
    t.set(state=State.MANUAL_INTERVENTION, unknown=unknown, attempt=kept, gate=gate)
    t.set(reason=why, told=told, told_by=None)
    t.emit(Notify(Topic.NEEDS_HUMAN))
    t.record("execution.needs_human", t.x.target, code=code, unknown=unknown, reason=why)


def again(t: Transition) -> None:
    """The step at the cursor once more, at a gate whatever its risk."""
    assert t.x.cursor is not None, "the walk stands on no step"
    t.set_step(t.x.cursor, status=StepStatus.READY)
    t.set(forced=True)
    arrive(t)


def rolled_back(t: Transition) -> None:
    """The target was undone: the walk goes back to it, forced."""
    assert t.x.target is not None, "no command is at stake"
    step_id = t.x.target
    t.set_step(step_id, status=StepStatus.READY, rolled_back=True)
    t.set(cursor=step_id)
    again(t)


def rollable(execution: Execution, plan: Plan) -> str | None:
    """The step that a rollback would undo: last in, first out, a failed one itself first.

    None at trust 0, where the agent runs nothing, and where the flag `rollback` was off at the start.
    """
    if execution.trust == 0 or not pinned_of(execution).rollback:
        return None
    last = len(plan.steps) - 1 if execution.cursor is None else plan.place(execution.cursor)
    for step in reversed(plan.steps[: last + 1]):
        done = execution.step(step.id).status in (StepStatus.SUCCEEDED, StepStatus.FAILED)
        if done and step.rollback:
            return step.id
    return None
