"""Who may approve what, and whether it is enough (rows 11, 12 and 27 of CONTRACTS.md §5). Pure."""

from __future__ import annotations

from controller.engine import events as ev
from controller.engine.context import Context, Refusal
from controller.engine.permissions import may_approve
from controller.engine.states import Execution, Gate, Kind, StepState
from controller.engine.walk import held_back_by, pinned_of


def approve_counts(x: Execution, event: ev.Approve, context: Context) -> Refusal | None:
    """Row 11: the approval counts, and more are needed."""
    refusal = _may_count(x, event, context)
    if refusal is not None:
        return refusal
    gate = _gate(x)
    if len(gate.approvals) + 1 >= gate.quorum:
        return Refusal("quorum_reached", "This approval completes the quorum.")
    return None


def approve_enough(x: Execution, event: ev.Approve, context: Context) -> Refusal | None:
    """Row 12: the approval counts, is the last one needed, and every earlier approver still may approve."""
    refusal = _may_count(x, event, context)
    if refusal is not None:
        return refusal
    gone = [vote.member for vote in _gate(x).approvals if not _still_may(x, vote.member, context)]
    if gone:
        return Refusal("approver_lost_role", "A member who approved before no longer may: ask again.")
    return None


def _may_count(x: Execution, event: ev.Approve, context: Context) -> Refusal | None:
    """The checks of an approval, in this order: 1 open, 2 in time, 3 no latch, 4 digest, 5 role, 6 four eyes,
    7 not twice, 8 typed text."""
    gate = _gate(x)
    by = event.by
    checks = (
        (not gate.lapsed, "gate_lapsed", "The gate has lapsed: ask again."),
        (context.now < gate.expires_at, "approval_expired", "The time to approve is over: ask again."),
        (not _latched(x, context), "panic", "Panic is on: nothing new starts until it is cleared."),
        (
            context.intent_sha256 in (None, gate.intent_sha256),
            "approval_mismatch",
            "The intent at this gate is no longer the one that was shown.",
        ),
        (event.intent_sha256 == gate.intent_sha256, "intent_changed", "What would run changed: look again."),
        (
            may_approve(by.role, gate.risk, pinned_of(x), by.scopes),
            "role",
            f"The role {by.role} may not approve this.",
        ),
        (not _own(x, gate, event), "four_eyes", "Somebody else must approve what you asked for or edited."),
        (
            by.member not in [v.member for v in gate.approvals],
            "already_approved",
            "You approved this before.",
        ),
        (
            gate.confirm is None or event.typed == gate.confirm,
            "typed",
            "The typed text is not what was asked.",
        ),
    )
    return next((Refusal(code, reason) for holds, code, reason in checks if not holds), None)


def may_repeat(x: Execution, event: ev.AttemptLost, context: Context) -> Refusal | None:
    """Row 27: a bounded, automatic retry of a step that was declared idempotent.

    Beside what the table asks for, the approvals that cover it must still be good, and a step that ran by
    itself must still be one that may.
    """
    attempt, gate = x.attempt, x.gate
    if attempt is None or attempt.id != event.attempt or gate is None:
        return Refusal("other_attempt", "That attempt is not the current one.")
    step = context.plan.step(gate.step)
    good = (
        step.idempotent
        and pinned_of(x).retry
        and x.tries < gate.max_attempts
        and not _latched(x, context)
        and all(_still_may(x, vote.member, context) for vote in gate.approvals)
    )
    if good and gate.automatic:
        good = not held_back_by(x, context.plan, gate.step, gate.risk, context.latches)
    return None if good else Refusal("no_repeat", "The step is not tried again by itself.")


def _latched(x: Execution, context: Context) -> bool:
    return x.panic or context.latches.panic or context.latches.party_mode


def _still_may(x: Execution, member: object, context: Context) -> bool:
    role = next((role for known, role in context.roles.items() if known == member), None)
    return role is not None and may_approve(role, _gate(x).risk, pinned_of(x))


def _own(x: Execution, gate: Gate, event: ev.Approve) -> bool:
    """Under four eyes: whether the approver asked for the run or for the rollback, or edited the command."""
    if not pinned_of(x).four_eyes:
        return False
    state: StepState = x.step(gate.step)
    editor = state.edited_by if gate.kind is Kind.FORWARD else None
    return event.by.member in (x.requester, gate.requested_by, editor)


def _gate(x: Execution) -> Gate:
    assert x.gate is not None, "an approval needs a gate"
    return x.gate
