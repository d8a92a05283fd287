"""The one function that moves an execution: total, pure, driven by the table of CONTRACTS.md §5."""

from __future__ import annotations

from controller.engine import events as ev
from controller.engine import table
from controller.engine.context import Context, Refusal
from controller.engine.rules import Rule, rules_for
from controller.engine.states import Execution
from controller.engine.transition import Decision, IntentWanted, Transition, wanted

__all__ = ["Decision", "Refusal", "decide"]

RELEASE_HELD = 44


def decide(execution: Execution, event: ev.Event, context: Context) -> Decision | Refusal:
    """What an event does to an execution.

    A pair of state and event that is not listed, or whose guards do not hold, gives a Refusal and changes
    nothing. Where a gate or an automatic run needs an intent that `context.prepared` lacks, the Refusal has
    code `intent_wanted` and names it in `wanted`: prepare it and call again with everything else equal.
    Raises table.TableBroken where a move and the table disagree, which is a fault of ours.
    """
    t = Transition(execution, context)
    try:
        refusal = _follow(t, _normal(event))
    except IntentWanted as error:
        return wanted(error)
    if refusal is not None:
        return refusal
    decision = t.decision()
    table.check(execution.state, decision.path, decision.execution.state, decision.effects)
    return decision


def _normal(event: ev.Event) -> ev.Event:
    """A journal that never saw the attempt proves that it did not run: that counts as expired (row 25)."""
    if isinstance(event, ev.JournalAnswer):
        return ev.AttemptRefused(attempt=event.attempt, code="expired")
    return event


def _follow(t: Transition, event: ev.Event) -> Refusal | None:
    found = _choose(t, event)
    if isinstance(found, Refusal):
        return found
    held = t.x.held
    t.path.append(found.row)
    found.move(t, event)
    if found.row == RELEASE_HELD:
        assert held is not None, "row 44 found a held result"
        refusal = _follow(t, held)
        assert refusal is None, "a held result applies where it was held for"
    return None


def _choose(t: Transition, event: ev.Event) -> Rule | Refusal:
    refusal: Refusal | None = None
    for rule in rules_for(t.x.state, type(event)):
        refusal = rule.guard(t.x, event, t.context)
        if refusal is None:
            return rule
    return refusal or _unlisted(t.x, event)


def _unlisted(x: Execution, event: ev.Event) -> Refusal:
    return Refusal("not_now", f"{ev.kind_of(event)} does not apply while the execution is {x.state.value}.")
