"""One content as the engine walks it: what is done where, behind whom, and under which condition. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from controller.engine.plan import PlanStep, build_plan
from controller.review.step_facts import Content, StepFacts
from schemas.holes import holes
from schemas.runbook import Runbook
from schemas.step import Step, When

Act: TypeAlias = tuple[Any, ...]
"""What a step does: command, agents, secrets, the variables that fill it; or what a person is asked to do.
No id, no title, no place: two steps of one act have the same outcomes.
"""


COMPARED_MAX: Final = 400
"""Pairs of conditions that are looked at for two steps."""


@dataclass(frozen=True)
class WalkStep:
    """One step at its place of the walk; `needs` are places, all before it. `gate`: a person stands there."""

    step: Step
    plan: PlanStep
    facts: StepFacts
    act: Act
    gate: bool
    needs: tuple[int, ...]

    @property
    def when(self) -> When | None:
        """Its own condition; the steps in it are ids of this content."""
        return self.step.when

    def goes_on(self, exit_code: int) -> str | None:
        """The pattern that the output must match for the walk to go on after this exit code: empty where it
        goes on whatever was printed, None where it stops.
        """
        if self.plan.names_failure(exit_code):
            return ""
        if exit_code not in self.step.expected_exit_codes:
            return None
        return (self.step.expect.output if self.step.expect is not None else None) or ""


@dataclass(frozen=True)
class Walk:
    """The steps of a content in the order of the walk."""

    runbook: Runbook
    steps: tuple[WalkStep, ...]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the step of an id stands."""
        return {each.step.id: place for place, each in enumerate(self.steps)}

    @cached_property
    def upstream(self) -> tuple[frozenset[int], ...]:
        """By place, all steps that it comes after along `needs`."""
        found: list[frozenset[int]] = []
        for each in self.steps:
            found.append(frozenset(each.needs).union(*(found[need] for need in each.needs)))
        return tuple(found)

    @cached_property
    def always(self) -> tuple[bool, ...]:
        """By place, whether no branch ever passes the step by."""
        found: list[bool] = []
        for each in self.steps:
            found.append(each.when is None and (not each.needs or any(found[need] for need in each.needs)))
        return tuple(found)

    @cached_property
    def certain(self) -> tuple[frozenset[int], ...]:
        """By place, the step and those that are taken whenever it is: what all that it needs have in common,
        and what its condition can't hold without.
        """
        found: list[frozenset[int]] = []
        for place, each in enumerate(self.steps):
            shared = [found[need] for need in each.needs]
            mine = frozenset({place}).union(frozenset.intersection(*shared) if shared else ())
            asked = [
                self.places[atom.step] for atom in conjuncts(each.when) if atom.step and not atom.skipped
            ]
            found.append(mine.union(*(found[other] for other in asked)))
        return tuple(found)

    @cached_property
    def _mentions(self) -> dict[int, list[tuple[int, When]]]:
        """By place, the parts of conditions that ask about it, with the place of the step that asks."""
        found: dict[int, list[tuple[int, When]]] = {}
        for place, each in enumerate(self.steps):
            for part in conjuncts(each.when):
                for step_id in part.steps():
                    found.setdefault(self.places[step_id], []).append((place, part))
        return found

    def facts(self, place: int, about: Iterable[int]) -> tuple[When, ...]:
        """Conditions about some steps of which each holds whenever the step at the place is taken."""
        known = self.certain[place]
        return tuple(
            part for other in about for owner, part in self._mentions.get(other, ()) if owner in known
        )

    @cached_property
    def _asked(self) -> tuple[tuple[When, ...], ...]:
        """By place, all conditions of which each holds whenever the step is taken."""
        parts = [tuple(conjuncts(each.when)) for each in self.steps]
        return tuple(tuple(part for owner in known for part in parts[owner]) for known in self.certain)

    def exclude(self, one: int, other: int) -> bool:
        """Whether no run takes both: by what they ask of one step, as the two arms of a branch do. No is said
        of very many conditions, too.
        """
        known, asked = self._asked[one], self._asked[other]
        if len(known) * len(asked) > COMPARED_MAX:
            return False
        return any(_contradict(first, second) for first in known for second in asked)


def conjuncts(when: When | None) -> Iterator[When]:
    """The parts that all hold where a condition does: `all` taken apart, as deep as it goes."""
    if when is None:
        return
    if when.all is None:
        yield when
        return
    for part in when.all:
        yield from conjuncts(part)


def stronger(one: When, other: When) -> bool:
    """Whether an atom holds only where another one of the same step does; the step is not compared."""
    if one.exit_code is not None and other.exit_code is not None:
        return set(one.exit_code) <= set(other.exit_code)
    names = ("exit_code", "answer", "output", "skipped")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _contradict(one: When, other: When) -> bool:
    for positive, negative in ((one, other), (other, one)):
        inner = negative.not_
        if inner is None or positive.step is None or positive.step != inner.step:
            continue
        if stronger(positive, inner):
            return True
    if one.step is None or one.step != other.step:
        return False
    if one.skipped is not None or other.skipped is not None:
        return one.skipped is None or other.skipped is None
    if one.exit_code is not None and other.exit_code is not None:
        return not set(one.exit_code) & set(other.exit_code)
    return one.answer is not None and other.answer is not None and one.answer != other.answer


def walk_of(content: Content, facts: Sequence[StepFacts]) -> Walk:
    """The walk of a sound content; `facts` are those of its steps, in the order of the document."""
    runbook = content.runbook
    plan = build_plan(runbook, {})
    return Walk(
        runbook,
        tuple(_walk_step(runbook, each, facts[runbook.position(each.id)], plan.place) for each in plan.steps),
    )


def _walk_step(
    runbook: Runbook, planned: PlanStep, facts: StepFacts, place: Callable[[str], int]
) -> WalkStep:
    step = runbook.step(planned.id)
    needs = tuple(place(need) for need in dict.fromkeys(planned.needs))
    return WalkStep(step, planned, facts, _act(runbook, step, facts), not facts.runs_by_itself, needs)


def _act(runbook: Runbook, step: Step, facts: StepFacts) -> Act:
    if step.command is None:
        return (None, step.manual)
    used = {hole.name for hole in holes(step.command)} | set(step.env.values())
    variables = (item for item in runbook.spec.variables if item.name in used)
    return (
        step.command,
        tuple(sorted(facts.target.items())),
        tuple(sorted(step.env.items())),
        tuple(sorted((item.name, item.pattern or "", item.source or "", item.secret) for item in variables)),
    )
