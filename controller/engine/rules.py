"""Which guard and which move stand behind each row of the table: what `decide` looks an event up in. Pure.

The rules of one (state, event) stand in the order of their rows; the first whose guard holds is taken, and
where none holds the last one's refusal is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from controller.engine import approvals, attempts, guards, moves
from controller.engine import events as ev
from controller.engine.context import Context, Refusal
from controller.engine.states import LIVE, RESTING, RUNNING, TERMINAL, Execution, State
from controller.engine.transition import Transition

S = State
APPROVAL: Final = frozenset({S.AWAIT_APPROVAL})
MANUAL: Final = frozenset({S.AWAIT_MANUAL})
EXECUTING: Final = frozenset({S.EXECUTING})
ROLLING: Final = frozenset({S.ROLLING_BACK})
OFFERED: Final = frozenset({S.ROLLBACK_AVAILABLE})
HAND: Final = frozenset({S.MANUAL_INTERVENTION})
PAUSED: Final = frozenset({S.PAUSED})
PENDING: Final = frozenset({S.PENDING})
PREFLIGHT: Final = frozenset({S.PREFLIGHT})

Guard = Callable[[Execution, Any, Context], Refusal | None]
Move = Callable[[Transition, Any], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which an event applies; `row` is its number in the table."""

    row: int
    states: frozenset[State]
    event: type[ev.Event]
    guard: Guard
    move: Move


def _ended_ok(x: Execution, event: ev.AttemptFinished, context: Context) -> Refusal | None:
    refusal = guards.current(x, event, context)
    if refusal is None and event.outcome is not ev.Outcome.OK:
        return Refusal("not_ok", "The command failed.")
    return refusal


def _named(x: Execution, event: ev.AttemptFinished, context: Context) -> Refusal | None:
    refusal = guards.current(x, event, context)
    if refusal is None and not (x.cursor and context.plan.step(x.cursor).names_failure(event.exit_code)):
        return Refusal("unnamed", "No condition names this failure.")
    return refusal


def _ask_again(x: Execution, event: ev.AttemptRefused, context: Context) -> Refusal | None:
    refusal = guards.dispatched(x, event, context)
    if refusal is None and event.code not in ev.REFUSED_ASK_AGAIN:
        return Refusal("needs_human", "That refusal needs a human.")
    return refusal


RULES: Final[tuple[Rule, ...]] = (
    Rule(1, PENDING, ev.Start, guards.start, moves.start),
    Rule(2, PENDING, ev.Expired, guards.pending_expired, moves.expire_pending),
    Rule(3, PREFLIGHT, ev.PreflightPassed, guards.preflight_passed, moves.pass_preflight),
    Rule(4, PREFLIGHT, ev.PreflightFailed, guards.always, moves.fail_preflight),
    Rule(5, PREFLIGHT, ev.Bind, guards.bind, moves.bind),
    Rule(5, PREFLIGHT, ev.Tick, guards.tick, moves.tick),
    Rule(11, APPROVAL, ev.Approve, approvals.approve_counts, moves.count_approval),
    Rule(12, APPROVAL, ev.Approve, approvals.approve_enough, moves.approve_and_run),
    Rule(13, APPROVAL, ev.Expired, guards.gate_expired, moves.lapse),
    Rule(13, APPROVAL, ev.ApproverLostRole, guards.approver_lost, moves.lapse),
    Rule(14, APPROVAL, ev.AskAgain, guards.lapsed, moves.new_round),
    Rule(15, APPROVAL, ev.Edit, guards.edit_at_gate, moves.edit_at_gate),
    Rule(16, APPROVAL, ev.Skip, guards.skip_at_gate, moves.skip),
    Rule(16, APPROVAL, ev.DoneByHand, guards.by_hand_at_gate, moves.done_by_hand),
    Rule(17, APPROVAL, ev.Refuse, guards.steer, moves.refuse),
    Rule(18, APPROVAL, ev.RequestRollback, guards.rollback_at_gate, moves.request_rollback),
    Rule(18, MANUAL, ev.RequestRollback, guards.rollback, moves.request_rollback),
    Rule(18, HAND, ev.RequestRollback, guards.rollback_in_hand, moves.request_rollback),
    Rule(19, MANUAL, ev.Reported, guards.reported_ok, moves.report_ok),
    Rule(19, MANUAL, ev.Skip, guards.skip, moves.skip),
    Rule(20, MANUAL, ev.Reported, guards.reported_failed, moves.report_failed),
    Rule(21, RUNNING, ev.AttemptStarted, guards.dispatched, attempts.started),
    Rule(22, EXECUTING, ev.AttemptFinished, _ended_ok, attempts.finished_ok),
    Rule(23, EXECUTING, ev.AttemptFinished, _named, attempts.finished_named),
    Rule(24, EXECUTING, ev.AttemptFinished, guards.current, attempts.finished_badly),
    Rule(25, RUNNING, ev.AttemptRefused, _ask_again, attempts.refused_ask_again),
    Rule(26, RUNNING, ev.AttemptRefused, guards.dispatched, attempts.refused_for_human),
    Rule(27, EXECUTING, ev.AttemptLost, approvals.may_repeat, attempts.repeat),
    Rule(28, RUNNING, ev.AttemptLost, guards.current, attempts.lost),
    Rule(29, RUNNING, ev.Deadline, guards.current, attempts.deadline),
    Rule(30, RUNNING, ev.Stop, guards.steer, attempts.stop),
    Rule(32, OFFERED, ev.RequestRollback, guards.rollback, moves.request_rollback),
    Rule(33, OFFERED, ev.Retry, guards.steer, moves.retry),
    Rule(34, OFFERED, ev.Skip, guards.skip_with_reason, moves.accept_failure),
    Rule(35, OFFERED, ev.DeclineRollback, guards.steer, moves.decline_rollback),
    Rule(36, ROLLING, ev.AttemptFinished, _ended_ok, attempts.undone),
    Rule(37, ROLLING, ev.AttemptFinished, guards.current, attempts.not_undone),
    Rule(38, LIVE - PAUSED - HAND, ev.Pause, guards.steer, attempts.pause),
    Rule(39, LIVE - PAUSED, ev.PanicOn, guards.panic_on, attempts.pause),
    Rule(40, PENDING | PAUSED, ev.PanicOn, guards.panic_on, attempts.panic_on),
    Rule(41, RESTING - TERMINAL, ev.PanicOff, guards.panic_off, attempts.panic_off),
    Rule(42, PAUSED, ev.AttemptStarted, guards.held_for_resume, attempts.hold),
    Rule(42, PAUSED, ev.AttemptFinished, guards.held_for_resume, attempts.hold),
    Rule(42, PAUSED, ev.AttemptRefused, guards.held_for_resume, attempts.hold),
    Rule(42, PAUSED, ev.AttemptLost, guards.held_for_resume, attempts.hold),
    Rule(43, PAUSED, ev.Resume, guards.resume, attempts.resume),
    Rule(44, PAUSED, ev.Resume, guards.resume_held, attempts.release_held),
    Rule(45, HAND, ev.Resolve, guards.resolve, attempts.resolve),
    Rule(46, HAND, ev.Retry, guards.retry_in_hand, moves.retry),
    Rule(46, HAND, ev.Edit, guards.edit_in_hand, moves.retry),
    Rule(47, HAND, ev.Skip, guards.skip_in_hand, moves.skip),
    Rule(47, HAND, ev.DoneByHand, guards.by_hand_in_hand, moves.done_by_hand),
    Rule(48, LIVE - PAUSED - HAND, ev.Poisoned, guards.always, attempts.park),
    Rule(49, RESTING - TERMINAL, ev.Abort, guards.abort, moves.abort),
    *(
        Rule(50, RESTING - PENDING, kind, guards.late, attempts.late)
        for kind in (ev.AttemptStarted, ev.AttemptFinished, ev.AttemptRefused, ev.AttemptLost)
    ),
)

_FOUND: dict[tuple[State, type[ev.Event]], tuple[Rule, ...]] = {}
for _rule in RULES:
    for _state in _rule.states:
        _FOUND[_state, _rule.event] = (*_FOUND.get((_state, _rule.event), ()), _rule)


def rules_for(state: State, event: type[ev.Event]) -> tuple[Rule, ...]:
    """The rules of a pair, in the order of their rows; empty where the pair is not listed."""
    return _FOUND.get((state, event), ())
