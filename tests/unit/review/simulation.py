"""What runs by itself in one run of a runbook, played through: the oracle of the tests of widenings.

It knows nothing of how the product compares two contents. An outcome is given for each act, and the walk of
CONTRACTS.md §5 is followed: a person stops all that stands behind, a failed step what comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from controller.governance.documents import JudgedFile
from controller.governance.pinning import InForce, pin_runbook
from controller.governance.policy import Latches, OwnRun, hindrances
from schemas.risk import Risk
from schemas.runbook import Runbook
from schemas.step import Step, When

STOPS: Final = None
"""Nobody lets it run, nobody answers, or it ran out of time."""
Act = tuple[str, str]
Outcomes = Mapping[Any, Any]


@dataclass
class Play:
    """One content under the rules that its run would pin; `let`: whether they let any safe step run alone."""

    runbook: Runbook
    alone: frozenset[str]
    let: bool
    codes: dict[str, set[int]] = field(default_factory=dict)
    any_failure: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.order = [self.runbook.step(step_id) for step_id in self.runbook.order()]
        self.prerequisites = [item.text for item in self.runbook.spec.prerequisites]
        for step in self.order:
            self._name_failures(step.when, negated=False)

    def _name_failures(self, when: When | None, *, negated: bool) -> None:
        if when is None:
            return
        if when.step is not None and when.exit_code is not None:
            self.codes.setdefault(when.step, set()).update(when.exit_code)
            if negated:
                self.any_failure.add(when.step)
        for child in when.children():
            self._name_failures(child, negated=negated != (when.not_ is not None))

    def act(self, step: Step) -> Act:
        """What it does, and where."""
        if step.command is None:
            return f"by hand: {step.manual}", ""
        return step.command, str(self.runbook.target_of(step.id))

    def runs(self, outcomes: Outcomes) -> dict[Act, int]:
        """What runs without a person, and for how many ms at most."""
        if not all(outcomes[text] for text in self.prerequisites):
            return {}
        took = {step.id: outcomes[self.act(step)] for step in self.order}
        taken: dict[str, bool] = {}
        stopped: list[str] = []
        found = {}
        for step in self.order:
            needs = self.runbook.needs_of(step.id)
            taken[step.id] = (not needs or any(taken[need] for need in needs)) and (
                step.when is None or _holds(step.when, taken, took)
            )
            if not taken[step.id]:
                continue
            held = any(
                other not in self.alone or other in self.runbook.upstream(step.id) for other in stopped
            )
            if step.id in self.alone and not held:
                found[self.act(step)] = step.timeout_ms
            if not self._goes_on(step, took[step.id]):
                stopped.append(step.id)
        return found

    def _goes_on(self, step: Step, outcome: Any) -> bool:
        if step.command is None:
            return outcome is not STOPS
        if step.id in self.any_failure and (step.id in self.alone or outcome is not STOPS):
            return True
        return outcome is not STOPS and outcome in {*step.expected_exit_codes, *self.codes.get(step.id, ())}


def _holds(when: When, taken: Mapping[str, bool], took: Mapping[str, Any]) -> bool:
    if when.step is None:
        each = [_holds(child, taken, took) for child in when.children()]
        return not each[0] if when.not_ is not None else (all(each) if when.all else any(each))
    if when.skipped or not taken[when.step]:
        return bool(when.skipped) and not taken[when.step]
    return took[when.step] == when.answer if when.answer else took[when.step] in (when.exit_code or ())


def play_of(file: JudgedFile, rules: InForce) -> Play:
    """The content of a judged file; what may run alone is the engine's own decision."""
    assert file.runbook is not None
    runbook = Runbook.from_json(file.runbook.document)
    pinned = pin_runbook(rules, runbook, approval_minutes=30)
    found = set()
    for step, judgement in zip(runbook.spec.steps, file.runbook.steps, strict=True):
        reads = step.when is not None and step.when.reads_output()
        run = OwnRun(judgement.risk, bool(runbook.open_ambiguities(step.id)), reads, forced=False)
        if step.command is not None and not hindrances(run, pinned, Latches()):
            found.add(step.id)
    free = OwnRun(Risk.SAFE, ambiguous=False, reads_output=False, forced=False)
    return Play(runbook, frozenset(found), not hindrances(free, pinned, Latches()))


def widened(before: Play, after: Play) -> set[Act]:
    """What, in some run, runs alone after and does not before under the same outcomes, or not so long."""
    found: set[Act] = set()
    for outcomes in all_outcomes(before, after):
        known = before.runs(outcomes)
        found |= {act for act, ms in after.runs(outcomes).items() if ms > known.get(act, 0)}
    return found


def all_outcomes(*plays: Play) -> Iterator[Outcomes]:
    """Every run: each prerequisite met or not, each question with each answer or none, each command with the
    exit codes that make a difference.
    """
    possible: dict[Any, set[Any]] = {}
    for play in plays:
        possible |= {text: {True, False} for text in play.prerequisites}
        for step in play.order:
            ends = possible.setdefault(play.act(step), {STOPS})
            named = play.codes.get(step.id, set())
            ends |= (
                set(step.answers or ("done",))
                if step.command is None
                else {0, *named, *step.expected_exit_codes}
            )
    for values in product(*possible.values()):
        yield dict(zip(possible, values, strict=True))
