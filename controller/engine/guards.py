"""The guards of CONTRACTS.md §5: each says None where it holds, or the refusal that a person reads. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from controller.engine import events as ev
from controller.engine.context import Context, Refusal
from controller.engine.permissions import may
from controller.engine.states import (
    RUNNING,
    TERMINAL,
    AttemptStatus,
    Execution,
    Kind,
    State,
)
from controller.engine.walk import pinned_of, rollable
from controller.governance.policy import Latches
from controller.tenants.roles import Permission
from schemas.errors import Unprocessable
from schemas.holes import check_value

Guard = Callable[[Execution, Any, Context], Refusal | None]


def _role(x: Execution, event: ev.HumanEvent, permission: Permission) -> Refusal | None:
    if may(event.by.role, permission, event.by.scopes):
        return None
    return Refusal("role", f"The role {event.by.role} may not do this here.")


def _first(*refusals: Refusal | None) -> Refusal | None:
    return next((refusal for refusal in refusals if refusal is not None), None)


def _unless(holds: bool, code: str, reason: str) -> Refusal | None:
    return None if holds else Refusal(code, reason)


def _given(text: str | None) -> Refusal | None:
    """A sealed text reads as None after an erasure: then it was checked when it happened."""
    return _unless(text is None or bool(text.strip()), "reason_required", "Say why: a reason is required.")


def _quiet(latches: Latches, x: Execution) -> Refusal | None:
    if x.panic or latches.panic:
        return Refusal("panic", "Panic is on: nothing new starts until it is cleared.")
    return _unless(not latches.party_mode, "party_mode", "A safety invariant broke: nothing new starts.")


def always(x: Execution, event: Any, context: Context) -> Refusal | None:
    """No condition."""
    return None


def start(x: Execution, event: ev.Start, context: Context) -> Refusal | None:
    """Row 1."""
    off = () if context.pinned is None else context.pinned.flags_off
    return _first(
        _role(x, event, Permission.START),
        _quiet(context.latches, x),
        _unless(context.in_service, "not_in_service", "This runbook version is no longer in service."),
        _unless("execution" not in off, "flag_off", "Executions are switched off by a flag."),
    )


def pending_expired(x: Execution, event: ev.Expired, context: Context) -> Refusal | None:
    """Row 2."""
    return _unless(event.gate is None, "other_timer", "This timer belongs to a gate.")


def preflight_passed(x: Execution, event: ev.PreflightPassed, context: Context) -> Refusal | None:
    """Row 3."""
    unbound = [variable.name for variable in context.plan.variables if x.binding(variable.name) is None]
    unticked = [item for item in context.plan.prerequisites if item not in x.ticked]
    chosen = {choice.step for choice in event.agents}
    needed = [] if x.trust == 0 else [step.id for step in context.plan.steps if not step.manual]
    lonely = [step for step in needed if step not in chosen]
    return _first(
        _unless(not unbound, "variable_missing", f"These variables have no value: {', '.join(unbound)}."),
        _unless(not unticked, "prerequisite_open", f"These prerequisites are open: {', '.join(unticked)}."),
        _unless(not lonely, "no_agent", f"No agent is chosen for: {', '.join(lonely)}."),
    )


def bind(x: Execution, event: ev.Bind, context: Context) -> Refusal | None:
    """Row 5: the value matches its variable's pattern as a whole (the first of the three locks)."""
    variable = context.plan.variable(event.name)
    if variable is None:
        return Refusal("variable_unknown", f"The runbook has no variable {event.name} that a person binds.")
    if event.value is not None:
        try:
            check_value(variable, event.value)
        except Unprocessable as error:
            return Refusal("variable_value", error.detail)
    return _role(x, event, Permission.RESPOND)


def tick(x: Execution, event: ev.Tick, context: Context) -> Refusal | None:
    """Row 5."""
    known = event.prerequisite in context.plan.prerequisites
    return _first(
        _unless(known, "prerequisite_unknown", f"The runbook has no prerequisite {event.prerequisite}."),
        _role(x, event, Permission.RESPOND),
    )


def steer(x: Execution, event: ev.HumanEvent, context: Context) -> Refusal | None:
    """A responder's act without another condition."""
    return _role(x, event, Permission.RESPOND)


def gate_expired(x: Execution, event: ev.Expired, context: Context) -> Refusal | None:
    """Row 13."""
    gate = x.gate
    open_now = gate is not None and not gate.lapsed and gate.id == event.gate
    return _unless(open_now, "other_gate", "That gate is not open.")


def approver_lost(x: Execution, event: ev.ApproverLostRole, context: Context) -> Refusal | None:
    """Row 13."""
    gate = x.gate
    counted = gate is not None and not gate.lapsed and any(v.member == event.member for v in gate.approvals)
    return _unless(counted, "not_an_approver", "That member has not approved this gate.")


def lapsed(x: Execution, event: ev.AskAgain, context: Context) -> Refusal | None:
    """Row 14."""
    is_lapsed = x.gate is not None and x.gate.lapsed
    return _first(
        _unless(is_lapsed, "gate_open", "The gate is still open."), _role(x, event, Permission.RESPOND)
    )


def _forward(x: Execution) -> Refusal | None:
    return _unless(x.kind is Kind.FORWARD, "rollback_gate", "This gate is for a rollback.")


def edit_at_gate(x: Execution, event: ev.Edit, context: Context) -> Refusal | None:
    """Row 15."""
    return _first(_forward(x), edit(x, event, context))


def edit(x: Execution, event: ev.Edit, context: Context) -> Refusal | None:
    """Rows 15 and 46: who may edit, and a text. At trust 0 and for a manual step people follow the text."""
    return _first(
        _role(x, event, Permission.EDIT),
        _unless(pinned_of(x).edit, "policy", "Policy allows no edits during a run."),
        _given(event.command),
    )


def edit_in_hand(x: Execution, event: ev.Edit, context: Context) -> Refusal | None:
    """Row 46."""
    return _first(known(x, event, context), edit(x, event, context))


def retry_in_hand(x: Execution, event: ev.Retry, context: Context) -> Refusal | None:
    """Row 46."""
    return _first(known(x, event, context), _role(x, event, Permission.RESPOND))


def skip_at_gate(x: Execution, event: ev.Skip, context: Context) -> Refusal | None:
    """Row 16."""
    return _first(_forward(x), skip_with_reason(x, event, context))


def skip(x: Execution, event: ev.Skip, context: Context) -> Refusal | None:
    """Row 19."""
    return _role(x, event, Permission.SKIP)


def skip_with_reason(x: Execution, event: ev.Skip, context: Context) -> Refusal | None:
    """Rows 16, 34 and 47."""
    return _first(
        _role(x, event, Permission.SKIP),
        _unless(pinned_of(x).skip, "policy", "Policy allows no skipping."),
        _given(event.reason),
    )


def by_hand_at_gate(x: Execution, event: ev.DoneByHand, context: Context) -> Refusal | None:
    """Row 16."""
    return _first(_forward(x), by_hand(x, event, context))


def by_hand(x: Execution, event: ev.DoneByHand, context: Context) -> Refusal | None:
    """Rows 16 and 47."""
    return _first(
        _role(x, event, Permission.RESPOND),
        _unless(pinned_of(x).done_by_hand, "policy", "Policy allows no work by hand in place of a step."),
        _given(event.note),
    )


def skip_in_hand(x: Execution, event: ev.Skip, context: Context) -> Refusal | None:
    """Row 47."""
    return _first(known(x, event, context), skip_with_reason(x, event, context))


def by_hand_in_hand(x: Execution, event: ev.DoneByHand, context: Context) -> Refusal | None:
    """Row 47."""
    return _first(known(x, event, context), by_hand(x, event, context))


def rollback_at_gate(x: Execution, event: ev.RequestRollback, context: Context) -> Refusal | None:
    """Row 18."""
    return _first(_forward(x), rollback(x, event, context))


def rollback_in_hand(x: Execution, event: ev.RequestRollback, context: Context) -> Refusal | None:
    """Row 18."""
    return _first(known(x, event, context), rollback(x, event, context))


def rollback(x: Execution, event: ev.RequestRollback, context: Context) -> Refusal | None:
    """Rows 18 and 32."""
    possible = rollable(x, context.plan) is not None
    return _first(
        _role(x, event, Permission.RESPOND),
        _unless(possible, "nothing_to_roll_back", "No step that was done can be rolled back."),
    )


def known(x: Execution, event: Any, context: Context) -> Refusal | None:
    """Rows 46, 47 and 18: the fate of the last command is known."""
    return _unless(not x.unknown, "fate_unknown", "First say what became of the command that ran last.")


def reported_ok(x: Execution, event: ev.Reported, context: Context) -> Refusal | None:
    """Row 19: the answer is one of the list, where the step has a list."""
    if not event.ok:
        return Refusal("reported_failed", "The step failed.")
    answers = context.plan.step(x.cursor).answers if x.cursor is not None else ()
    fits = event.answer in answers if answers else event.answer is None
    return _first(
        _role(x, event, Permission.RESPOND),
        _unless(fits, "answer_unknown", f"The answers to this step are: {', '.join(answers) or 'none'}."),
    )


def reported_failed(x: Execution, event: ev.Reported, context: Context) -> Refusal | None:
    """Row 20."""
    if event.ok:
        return reported_ok(x, event, context)
    return _role(x, event, Permission.RESPOND)


def abort(x: Execution, event: ev.Abort, context: Context) -> Refusal | None:
    """Row 49."""
    return _first(_role(x, event, Permission.ABORT), _given(event.reason))


def resolve(x: Execution, event: ev.Resolve, context: Context) -> Refusal | None:
    """Row 45."""
    return _first(
        _unless(x.unknown, "fate_known", "The fate of the last command is known."),
        _role(x, event, Permission.RESPOND),
        _given(event.note),
    )


def resume(x: Execution, event: ev.Resume, context: Context) -> Refusal | None:
    """Row 43."""
    return _first(
        _role(x, event, Permission.RESPOND), _quiet(context.latches, x), _unless(x.held is None, "held", "")
    )


def resume_held(x: Execution, event: ev.Resume, context: Context) -> Refusal | None:
    """Row 44."""
    return _first(_role(x, event, Permission.RESPOND), _quiet(context.latches, x))


def panic_off(x: Execution, event: ev.PanicOff, context: Context) -> Refusal | None:
    """Row 41."""
    return _unless(x.panic, "no_panic", "This execution is not under panic.")


def panic_on(x: Execution, event: ev.PanicOn, context: Context) -> Refusal | None:
    """Rows 39 and 40."""
    return _unless(not x.panic, "panic", "This execution is already under panic.")


GUARDS_OF_ATTEMPTS_STATES: Final = frozenset({*TERMINAL, State.MANUAL_INTERVENTION})
"""Where a report of an attempt is late whatever it says (row 50)."""


def current(x: Execution, event: ev.AttemptEvent | ev.Deadline, context: Context) -> Refusal | None:
    """Rows 22–29: about the attempt that is running."""
    now = x.attempt is not None and x.attempt.id == event.attempt
    return _unless(now, "other_attempt", "That attempt is not the current one.")


def dispatched(x: Execution, event: ev.AttemptEvent, context: Context) -> Refusal | None:
    """Rows 21, 25, 26: current, and not started."""
    waits = x.attempt is not None and x.attempt.status is AttemptStatus.DISPATCHED
    return _first(
        current(x, event, context), _unless(waits, "already_started", "That attempt has already started.")
    )


def held_for_resume(x: Execution, event: ev.AttemptEvent, context: Context) -> Refusal | None:
    """Row 42: the paused state was running it, and nothing is held yet."""
    needs_unstarted = isinstance(event, ev.AttemptStarted | ev.AttemptRefused)
    return _first(
        _unless(x.resume_to in RUNNING, "not_running", "Nothing was running when it was paused."),
        dispatched(x, event, context) if needs_unstarted else current(x, event, context),
        _unless(x.held is None, "held", "A result of this attempt is already held."),
    )


def late(x: Execution, event: ev.AttemptEvent, context: Context) -> Refusal | None:
    """Row 50: nobody waits for this report any more."""
    ended = x.state in GUARDS_OF_ATTEMPTS_STATES
    ended = ended or (x.state is State.PAUSED and x.resume_to not in RUNNING)
    other = x.attempt is None or x.attempt.id != event.attempt
    return _unless(ended or other, "not_late", "That report does not apply to the attempt's state.")
