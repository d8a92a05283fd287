"""What the check says of changed policy and flags: where they ask for less, and whom that reaches. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from controller.governance.pinning import InForce
from controller.review.change import ChangedFile, Note, Serving, attention
from controller.review.reached import compare_reached
from controller.review.rule_changes import RuleChange, compare_rules
from controller.review.views import RunbookChange

_NAMED_MAX: Final = 10
_STEPS_MAX: Final = 5


def settings_notes(files: Sequence[ChangedFile], serving: Serving, then: InForce) -> list[Note]:
    """`then`: the rules after the change. What begins to run alone is told whichever file lets it."""
    paths = {file.kind: file.path for file in files if file.kind in {"policy", "flags"}}
    if not paths:
        return []
    notes = []
    changes = [each for each in compare_rules(serving.in_force, then) if each.looser]
    for kind, path in paths.items():
        said = [_less(each) for each in changes if each.file == kind]
        if said:
            notes.append(attention(path, "looser", f"it asks for less than what is in force: {_some(said)}"))
    reached = compare_reached(serving.reached, serving.in_force, then)
    begins = [each for each in reached if each.begins_alone]
    if begins:
        count = sum(len(each.begins_alone) for each in begins)
        message = (
            f"{count} step(s) of {len(begins)} runbook(s) that it does not touch begin to run without a "
            f"person: {_some([_steps(each) for each in begins])}"
        )
        notes.append(attention(next(iter(paths.values())), "widened", message))
    if serving.reached_left_out:
        message = f"{serving.reached_left_out} more runbook(s) that it does not touch run otherwise under it"
        notes.append(attention(next(iter(paths.values())), "widened", message))
    return notes


def _less(change: RuleChange) -> str:
    if change.file == "flags":
        return f"the flag {change.name} goes from {change.before} to {change.after}"
    if change.name.startswith("rule "):
        return f"the {change.name} is {'gone' if change.after is None else 'another one'}"
    return f"{change.name} goes from {change.before or 'nothing'} to {change.after or 'nothing'}"


def _steps(change: RunbookChange) -> str:
    begin = set(change.begins_alone)
    ids = [step.after.id for step in change.steps if step.after is not None and step.after.number in begin]
    more = f" and {len(ids) - _STEPS_MAX} more" if len(ids) > _STEPS_MAX else ""
    return f"{change.name} ({', '.join(ids[:_STEPS_MAX])}{more})"


def _some(items: Sequence[str]) -> str:
    more = f"; and {len(items) - _NAMED_MAX} more" if len(items) > _NAMED_MAX else ""
    return "; ".join(items[:_NAMED_MAX]) + more
