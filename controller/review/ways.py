"""By which way a run comes to a step: its branch, and what stands before it. Ids make no way. Pure.

A step is reached where its own condition holds and something that it needs was not skipped; on the way there
the run stops at every person, and at every failure that no condition names.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from controller.engine.plan import named_failures
from schemas.runbook import Prerequisite, Runbook
from schemas.step import Expect, Step, When

DEPTH_MAX: Final = 60
"""Conditional steps behind each other; a branch that goes deeper is the same one or counts as another."""

_Asked: TypeAlias = dict[tuple[str, str], bool]


@dataclass(frozen=True)
class Branch:
    """When a step is not skipped, where it can be at all. `needs`: one of these was not skipped; None: it
    needs nothing, or something that is never skipped.
    """

    digest: str
    condition: str | None = field(compare=False)
    needs: tuple[Branch, ...] | None = field(compare=False)
    depth: int = field(compare=False)


@dataclass(frozen=True)
class Barrier:
    """A step, or a prerequisite, before another one. `by_person`: somebody decides there. `passes`: the exit
    codes with which the run goes on; None: whatever it is.
    """

    by_person: bool
    does: tuple[Any, ...]
    branch: Branch | None
    passes: frozenset[int] | None
    output: str | None

    def holds_back_like(self, other: Barrier, asked: _Asked) -> bool:
        """Whether the run stops here wherever it stopped at the other one, which does the same."""
        if other.by_person and not self.by_person:
            return False
        if other.passes is not None and (self.passes is None or not self.passes <= other.passes):
            return False
        return other.output in {None, self.output} and _implies(other.branch, self.branch, asked)


@dataclass(frozen=True)
class Way:
    """How a run comes to a step. `condition` is its own, with what the steps that it names do."""

    condition: str | None
    branch: Branch | None
    barriers: tuple[Barrier, ...]

    @property
    def people(self) -> int:
        """At how many places somebody decides."""
        return sum(each.by_person for each in self.barriers)

    def is_no_wider_than(self, other: Way) -> bool:
        """Whether every run that comes by this way came by the other one, past all that held it back there.

        What runs by itself and is there no more holds nothing back: that it is gone is seen by itself.
        """
        if self == other:
            return True
        asked: _Asked = {}
        if not _implies(self.branch, other.branch, asked):
            return False
        left: dict[tuple[Any, ...], list[Barrier]] = defaultdict(list)
        for barrier in self.barriers:
            left[barrier.does].append(barrier)
        for barrier in sorted(other.barriers, key=lambda each: not each.by_person):
            here = left[barrier.does]
            found = next((each for each in here if each.holds_back_like(barrier, asked)), None)
            if found is not None:
                here.remove(found)
            elif here or barrier.by_person:
                return False
        return True


def ways(runbook: Runbook, alone: Collection[str]) -> dict[str, Way]:
    """The way to each step of a sound document; `alone` are the ids of those that run by themselves."""
    branches, conditions = _branches(runbook)
    codes, whatever = named_failures(runbook)
    barriers = {}
    for step in runbook.spec.steps:
        passes = _passes(step.expect) | codes.get(step.id, frozenset())
        barriers[step.id] = Barrier(
            step.id not in alone,
            _does(runbook, step),
            branches[step.id],
            None if step.id in whatever else passes,
            None if step.expect is None else step.expect.output,
        )
    first = [_prerequisite(each) for each in runbook.spec.prerequisites]
    return {
        step.id: Way(
            conditions[step.id],
            branches[step.id],
            tuple(sorted([*first, *(barriers[each] for each in runbook.upstream(step.id))], key=_place_of)),
        )
        for step in runbook.spec.steps
    }


def _place_of(barrier: Barrier) -> str:
    """Any order will do that does not come from ids."""
    return repr((barrier.by_person, barrier.does, barrier.branch and barrier.branch.digest, barrier.output))


def _prerequisite(each: Prerequisite) -> Barrier:
    check = None if each.check is None else each.check.to_json()
    return Barrier(True, ("prerequisite", each.text, json.dumps(check)), None, frozenset(), None)


def _passes(expect: Expect | None) -> frozenset[int]:
    return frozenset((expect or Expect()).exit_codes)


def _does(runbook: Runbook, step: Step) -> tuple[Any, ...]:
    target = runbook.target_of(step.id)
    labels = () if target is None or step.command is None else tuple(sorted(target.labels.items()))
    return step.manual, step.command, labels


def _branches(runbook: Runbook) -> tuple[dict[str, Branch | None], dict[str, str | None]]:
    branches: dict[str, Branch | None] = {}
    conditions: dict[str, str | None] = {}
    for step_id in runbook.order():
        step = runbook.step(step_id)
        condition = None if step.when is None else json.dumps(_resolved(runbook, step.when, branches))
        needed = [branches[each] for each in runbook.needs_of(step_id)]
        some = {each.digest: each for each in needed if each is not None}
        needs = tuple(some[each] for each in sorted(some)) if needed and None not in needed else None
        conditions[step_id] = condition
        branches[step_id] = None if condition is None and needs is None else _branch(condition, needs)
    return branches, conditions


def _branch(condition: str | None, needs: tuple[Branch, ...] | None) -> Branch:
    parts = [condition, None if needs is None else [each.digest for each in needs]]
    depth = 1 + max((each.depth for each in needs or ()), default=0)
    return Branch(hashlib.sha256(json.dumps(parts).encode()).hexdigest(), condition, needs, depth)


def _resolved(runbook: Runbook, when: When, branches: Mapping[str, Branch | None]) -> Any:
    """A condition with what the steps that it names do in place of their ids."""
    if when.step is None:
        word = "not" if when.not_ is not None else "all" if when.all else "any"
        return [word, *(_resolved(runbook, child, branches) for child in when.children())]
    branch = branches[when.step]
    asked = when.model_dump(mode="json", exclude={"step"}, exclude_none=True)
    return [_does(runbook, runbook.step(when.step)), branch and branch.digest, asked]


def _implies(one: Branch | None, other: Branch | None, asked: _Asked) -> bool:
    """Whether the other one holds wherever this one does, as far as their form shows it."""
    if other is None:
        return True
    if one is None:
        return False
    if one.digest == other.digest:
        return True
    if one.depth > DEPTH_MAX:
        return False
    pair = (one.digest, other.digest)
    if pair not in asked:
        asked[pair] = _has_all_of(one, other, asked) or _comes_through(one, other, asked)
    return asked[pair]


def _has_all_of(one: Branch, other: Branch, asked: _Asked) -> bool:
    if other.condition is not None and one.condition != other.condition:
        return False
    if other.needs is None:
        return True
    if one.needs is None:
        return False
    for need in one.needs:
        for known in other.needs:
            if _implies(need, known, asked):
                break
        else:
            return False
    return True


def _comes_through(one: Branch, other: Branch, asked: _Asked) -> bool:
    return one.needs is not None and all(_implies(need, other, asked) for need in one.needs)
