"""A condition of the text becomes a question to a person, asked once; its steps depend on the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ingest.building import Building, BuiltStep, plain_line, slug
from ingest.extract.conditions import Condition
from ingest.extract.drafts import Draft
from schemas.step import Step, When

_YES: Final = "yes"
_NO: Final = "no"
_IF: Final = re.compile(r"(?i)^(?:if|when|unless|in case|in the case|should)\b")


def branch(building: Building, draft: Draft) -> tuple[When | None, tuple[str, ...] | None]:
    """What a draft's step waits for, and on which answer.

    A step behind a branch waits for the branch's last step and for its question: a step is skipped where all
    that it needs was skipped, and the question never is because of its own answer. So both ways join.
    """
    ends = building.open_ends if len(building.open_ends) > 1 else None
    if draft.condition is None:
        return None, ends
    decision = building.decisions.get(draft.condition)
    if decision is None or not (draft.negated or decision in building.open_ends):
        # The same words further down ask about another moment.
        decision = _question(building, draft, draft.condition, ends)
    # The question, and the step above whether or not it ran.
    last = building.open_ends[-1]
    needs = (decision,) if last == decision else (decision, last)
    return When(step=decision, answer=_NO if draft.negated else _YES), needs


def joined(step_id: str, when: When | None) -> tuple[str, ...]:
    """What the next step waits for, once this one is there."""
    return (step_id,) if when is None or when.step is None else (when.step, step_id)


def _question(building: Building, draft: Draft, condition: str, needs: tuple[str, ...] | None) -> str:
    decision = building.unique(slug(f"decide {_IF.sub('', condition)}", 48))
    step = Step(
        id=decision,
        title=plain_line(f"Decide: {condition}"),
        manual=building.prose(condition if condition.endswith("?") else f"{condition}: is that so?"),
        answers=(_YES, _NO),
        needs=needs,
    )
    building.steps.append(BuiltStep(step, draft.line, draft.end_line, None, spans=draft.spans[:1]))
    building.decisions[condition] = decision
    building.open_ends = (decision,)
    return decision


def at_their_cases(
    steps: Sequence[BuiltStep], by_draft: Mapping[int, str], cases: Iterable[Condition]
) -> tuple[BuiltStep, ...]:
    """The steps, each question with the words of the text that it asks about, instead of those of the first
    step that waits for its answer.
    """
    asked = {item.step.id: item.step.when.step for item in steps if item.step.when is not None}
    told: dict[str, Condition] = {}
    for case in cases:
        for draft in (*case.then, *case.otherwise):
            if (decision := asked.get(by_draft[draft])) is not None:
                told.setdefault(decision, case)
    return tuple(
        replace(item, spans=(told[item.step.id].span,))
        if item.step.id in told and item.step.answers == (_YES, _NO)
        else item
        for item in steps
    )
