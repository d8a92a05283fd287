"""Which steps of a content run by themselves, told apart by what would really run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from controller.review.step_facts import Content, StepFacts
from schemas.holes import holes
from schemas.runbook import Runbook
from schemas.step import Step

OwnRunKey: TypeAlias = tuple[Any, ...]
"""Command, agents, secrets, condition, retries, the variables that fill it: another one is another run."""


def lone_steps(content: Content | None, facts: Sequence[StepFacts]) -> dict[OwnRunKey, StepFacts]:
    """The steps that run by themselves. A new name, title or place makes no new key; whatever could make it
    do something else, or do it where it did not before, does.
    """
    if content is None:
        return {}
    pairs = zip(content.runbook.spec.steps, facts, strict=True)
    return {_key(content.runbook, step, fact): fact for step, fact in pairs if fact.runs_by_itself}


def _key(runbook: Runbook, step: Step, facts: StepFacts) -> OwnRunKey:
    used = {hole.name for hole in holes(step.command or "")} | set(step.env.values())
    variables = (item for item in runbook.spec.variables if item.name in used)
    return (
        step.command,
        tuple(sorted(facts.target.items())),
        tuple(sorted(step.env.items())),
        None if step.when is None else step.when.model_dump_json(),
        step.retries,
        tuple(sorted((item.name, item.pattern or "", item.source or "", item.secret) for item in variables)),
    )


def newly_alone(
    before: dict[OwnRunKey, StepFacts], after: dict[OwnRunKey, StepFacts]
) -> tuple[StepFacts, ...]:
    """The steps that run by themselves after and did not before, in their order."""
    return tuple(facts for key, facts in after.items() if key not in before)
