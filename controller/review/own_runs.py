"""Which steps of a content run by themselves, told apart by what would really run. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from controller.review.step_facts import Content, StepFacts
from controller.review.ways import Way, ways
from schemas.holes import holes
from schemas.runbook import Runbook
from schemas.step import Step

OwnRunKey: TypeAlias = tuple[Any, ...]
"""Command, agents, secrets, condition, retries, the variables that fill it: another one is another run."""


@dataclass(frozen=True)
class LoneStep:
    """A step that runs by itself, and by which way a run comes to it."""

    key: OwnRunKey
    way: Way
    facts: StepFacts


def lone_steps(content: Content | None, facts: Sequence[StepFacts]) -> tuple[LoneStep, ...]:
    """The steps that run by themselves. A new name, title or place makes no new key; whatever could make it
    do something else, or do it where it did not before, does.
    """
    if content is None:
        return ()
    runbook = content.runbook
    pairs = [pair for pair in zip(runbook.spec.steps, facts, strict=True) if pair[1].runs_by_itself]
    if not pairs:
        return ()
    by_step = ways(runbook, {step.id for step, _ in pairs})
    return tuple(
        LoneStep(_key(runbook, step, fact, by_step[step.id]), by_step[step.id], fact) for step, fact in pairs
    )


def _key(runbook: Runbook, step: Step, facts: StepFacts, way: Way) -> OwnRunKey:
    used = {hole.name for hole in holes(step.command or "")} | set(step.env.values())
    variables = (item for item in runbook.spec.variables if item.name in used)
    return (
        step.command,
        tuple(sorted(facts.target.items())),
        tuple(sorted(step.env.items())),
        way.condition,
        step.retries,
        tuple(sorted((item.name, item.pattern or "", item.source or "", item.secret) for item in variables)),
    )


def newly_alone(before: Sequence[LoneStep], after: Sequence[LoneStep]) -> tuple[StepFacts, ...]:
    """The steps that run by themselves after and did not before, in their order; so do those that are reached
    by a wider way, as where a gate upstream is gone, and the second of two equal ones where there was one.
    """
    return _without_match(after, before, lambda new, old: new.way.is_no_wider_than(old.way))


def alone_no_longer(before: Sequence[LoneStep], after: Sequence[LoneStep]) -> tuple[StepFacts, ...]:
    """The steps that ran by themselves before and do not after; behind one gate more they still do."""
    return _without_match(before, after, lambda _old, _new: True)


def _without_match(
    steps: Sequence[LoneStep], others: Sequence[LoneStep], fits: Callable[[LoneStep, LoneStep], bool]
) -> tuple[StepFacts, ...]:
    """Each of `others` stands for one step at most; what has its very way is taken first."""
    left, found = list(others), []
    for step in sorted(steps, key=lambda each: -each.way.people):
        same = [other for other in left if other.key == step.key and fits(step, other)]
        if same:
            left.remove(max(same, key=lambda other: (other.way == step.way, other.way.people)))
        else:
            found.append(step.facts)
    return tuple(sorted(found, key=lambda facts: facts.number))
