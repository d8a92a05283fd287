"""Two contents of a runbook step by step: what came, went, changed and moved. Pure."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from pydantic import Field

from controller.review.step_facts import Content, StepFacts
from schemas.model import Model
from schemas.step import Step

VALUE_MAX_CHARACTERS: Final = 16_384
ChangeKind: TypeAlias = Literal["same", "added", "removed", "changed"]


class FieldChange(Model):
    """One field with its text before and after; absent where it was not there."""

    field: str
    before: str | None = None
    after: str | None = None


class StepChange(Model):
    """One step of either content. `before` is left out where nothing of it changed."""

    change: ChangeKind
    moved: bool = Field(False, description="It stands in another place among the steps that were there.")
    was: int | None = Field(None, description="Its number before.")
    before: StepFacts | None = None
    after: StepFacts | None = None
    fields: tuple[FieldChange, ...] = ()


def compare_steps(
    before: Content | None,
    after: Content | None,
    old_facts: Sequence[StepFacts],
    new_facts: Sequence[StepFacts],
) -> tuple[StepChange, ...]:
    """Every step once, as the new content has them; what went stands behind what it stood behind."""
    olds = () if before is None else before.runbook.spec.steps
    news = () if after is None else after.runbook.spec.steps
    pairs = pair_steps(olds, news)
    moved = moved_steps(pairs)
    taken = {old for old in pairs if old is not None}
    gone: dict[int, list[StepChange]] = {}
    last = -1
    position = {old: new for new, old in enumerate(pairs) if old is not None}
    for index in range(len(olds)):
        if index in taken:
            last = position[index]
        else:
            removed = StepChange(change="removed", was=index + 1, before=old_facts[index])
            gone.setdefault(last, []).append(removed)
    found = list(gone.get(-1, ()))
    for new, old in enumerate(pairs):
        if old is None:
            found.append(StepChange(change="added", after=new_facts[new]))
        else:
            found.append(_kept(olds[old], news[new], old_facts[old], new_facts[new], moved=new in moved))
        found.extend(gone.get(new, ()))
    return tuple(found)


def pair_steps(olds: Sequence[Step], news: Sequence[Step]) -> list[int | None]:
    """For each new step the index of the old one that it is: the same id, else the same text to run or do."""
    by_id = {step.id: index for index, step in enumerate(olds)}
    pairs = [by_id.get(step.id) for step in news]
    taken = {index for index in pairs if index is not None}
    by_text: dict[tuple[str | None, str | None], list[int]] = {}
    for index, step in enumerate(olds):
        if index not in taken:
            by_text.setdefault((step.command, step.manual), []).append(index)
    for index, step in enumerate(news):
        if pairs[index] is None and (same := by_text.get((step.command, step.manual))):
            pairs[index] = same.pop(0)
    return pairs


def moved_steps(pairs: Sequence[int | None]) -> frozenset[int]:
    """The new steps that changed places: all kept ones but a longest run whose order stayed."""
    kept = [(new, old) for new, old in enumerate(pairs) if old is not None]
    tails: list[int] = []
    ends: list[int] = []
    previous: dict[int, int | None] = {}
    for index, (_, old) in enumerate(kept):
        place = bisect_left(tails, old)
        previous[index] = ends[place - 1] if place else None
        if place == len(tails):
            tails.append(old)
            ends.append(index)
        else:
            tails[place], ends[place] = old, index
    stays: set[int] = set()
    at: int | None = ends[-1] if ends else None
    while at is not None:
        stays.add(kept[at][0])
        at = previous[at]
    return frozenset(new for new, _ in kept if new not in stays)


def _kept(old: Step, new: Step, before: StepFacts, after: StepFacts, *, moved: bool) -> StepChange:
    fields = field_changes(old.given(), new.given())
    if before.shown != after.shown and not any(item.field == "risk" for item in fields):
        fields = (*fields, FieldChange(field="verdict", before=before.shown, after=after.shown))
    if before.runs_by_itself != after.runs_by_itself:  # by the document's trust level, or by policy and flags
        words = {True: "yes", False: "no"}
        fields = (
            *fields,
            FieldChange(
                field="runs by itself",
                before=words[before.runs_by_itself],
                after=words[after.runs_by_itself],
            ),
        )
    return StepChange(
        change="changed" if fields else "same",
        moved=moved,
        was=before.number,
        before=before if fields else None,
        after=after,
        fields=fields,
    )


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields that differ, in the order in which the new side has them."""
    names = dict.fromkeys([*after, *before])
    return tuple(
        FieldChange(field=name, before=shown_value(before.get(name)), after=shown_value(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    )


def shown_value(value: Any) -> str | None:
    """A value of a document as an author would write it; None where there is none."""
    if value is None:
        return None
    shown = value if isinstance(value, str) else _plain(value)
    return shown if len(shown) <= VALUE_MAX_CHARACTERS else shown[:VALUE_MAX_CHARACTERS] + "…"


def _plain(value: Any) -> str:
    """A value as an author would write it on one line; a list of objects has a line each."""
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return "\n".join(f"- {_flow(item)}" for item in value)
        return ", ".join(_flow(item) for item in value)
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_inner(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(_inner(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _inner(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{_flow(value)}}}"
    return f"[{_flow(value)}]" if isinstance(value, list) else _flow(value)
