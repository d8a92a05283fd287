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
    building.around = ()
    if draft.condition is None:
        return None, ends
    when: When | None = None
    asked, said, anew = list[str](), "", False
    for condition, negated in (*draft.within, (draft.condition, draft.negated)):
        said = f"{said}{condition}\n"
        decision = building.decisions.get(said)
        if decision is None or anew or not (negated or decision in building.open_ends):
            # The same words further down ask about another moment.
            anew = True
            decision = _question(building, draft, condition, _after(building, when, ends), when)
            building.decisions[said] = decision
            building.open_ends = (*asked, decision)
        asked.append(decision)
        when = When(step=decision, answer=_NO if negated else _YES)
    building.around = tuple(asked[:-1])
    return when, _after(building, when, ends)


def _after(building: Building, when: When | None, ends: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What a step behind a question waits for: the question, and the step above whether or not it ran."""
    if when is None or when.step is None:
        return ends
    last = building.open_ends[-1]
    return (when.step,) if last == when.step else (when.step, last)


def joined(step_id: str, when: When | None, around: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What the next step waits for, once this one is there; `around`: the questions around its own, of which
    each may skip it.
    """
    return (step_id,) if when is None or when.step is None else (*around, when.step, step_id)


def _question(
    building: Building, draft: Draft, condition: str, needs: tuple[str, ...] | None, when: When | None
) -> str:
    decision = building.unique(slug(f"decide {_IF.sub('', condition)}", 48))
    step = Step(
        id=decision,
        title=plain_line(f"Decide: {condition}"),
        manual=building.prose(condition if condition.endswith("?") else f"{condition}: is that so?"),
        answers=(_YES, _NO),
        when=when,
        needs=needs,
    )
    building.steps.append(BuiltStep(step, draft.line, draft.end_line, None, spans=draft.spans[:1]))
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
