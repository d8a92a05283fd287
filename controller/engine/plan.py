"""What decisions need of a runbook version: its steps in walking order, with everything resolved. Pure.

A `Plan` is a projection of the document and of the verdicts that were stored with the version. It holds no
command text: the shell reads that from the document when it prepares an intent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.risk import Risk, worse
from schemas.runbook import Runbook
from schemas.step import When
from schemas.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step. `risk` is the worst of declared and verdict.

    A failure that some `when` names does not stop the run: `handled_codes` are the failing exit codes that
    one names, `handled` is true where one stands under a `not`, which names every failure.
    `undo_of` is true in the plan of a later rollback: the command is the step's rollback command.
    """

    id: str
    manual: bool = False
    risk: Risk = Risk.CAUTION
    answers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    when: When | None = None
    rollback: bool = False
    idempotent: bool = False
    max_attempts: int = 1
    handled: bool = False
    handled_codes: frozenset[int] = frozenset()
    ambiguous: bool = False
    undo_of: bool = False

    def names_failure(self, exit_code: int | None) -> bool:
        """Whether some `when` names this failure, so that the walk goes on and the branch decides."""
        return self.handled or (exit_code is not None and exit_code in self.handled_codes)

    @property
    def reads_output(self) -> bool:
        """Whether its `when` looks at output, which is untrusted."""
        return self.when is not None and self.when.reads_output()


@dataclass(frozen=True, slots=True)
class PlanVariable:
    """A variable that a person or an alert must bind before the first step (secrets are the agent's)."""

    name: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in walking order (along `needs`, ties as in the document), variables and prerequisites."""

    steps: tuple[PlanStep, ...]
    variables: tuple[PlanVariable, ...] = ()
    prerequisites: tuple[str, ...] = ()
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {step.id: place for place, step in enumerate(self.steps)})

    def step(self, step_id: str) -> PlanStep:
        """The step of that id; KeyError."""
        return self.steps[self._index[step_id]]

    def place(self, step_id: str) -> int:
        """Where the step stands in the walk, from 0; KeyError."""
        return self._index[step_id]

    def after(self, step_id: str) -> str | None:
        """The next step of the walk, or None after the last."""
        place = self._index[step_id] + 1
        return self.steps[place].id if place < len(self.steps) else None

    def variable(self, name: str) -> PlanVariable | None:
        """The variable of that name, or None where the document has none that a person may bind."""
        return next((variable for variable in self.variables if variable.name == name), None)


def build_plan(runbook: Runbook, verdicts: Mapping[str, Verdict]) -> Plan:
    """The plan of a document. A command step without a verdict counts as unknown, so it waits at a gate."""
    codes, always = named_failures(runbook)
    steps = []
    for step_id in runbook.order():
        step = runbook.step(step_id)
        steps.append(
            PlanStep(
                id=step.id,
                manual=step.manual is not None,
                risk=step_risk(step.declared_risk, verdicts.get(step_id), manual=step.manual is not None),
                answers=step.answers,
                needs=runbook.needs_of(step_id),
                when=step.when,
                rollback=step.rollback is not None and step.rollback.command is not None,
                idempotent=step.idempotent,
                max_attempts=step.max_attempts if step.idempotent else 1,
                handled=step_id in always,
                handled_codes=codes.get(step_id, frozenset()) - set(step.expected_exit_codes),
                ambiguous=bool(runbook.open_ambiguities(step_id)),
            )
        )
    return Plan(tuple(steps), _variables(runbook), tuple(item.id for item in runbook.spec.prerequisites))


def build_undo_plan(runbook: Runbook, undone: tuple[str, ...]) -> Plan:
    """The plan of a rollback after the end: the rollback commands of these steps, last in, first out.

    `undone` is in the order in which the steps were done. What a rollback command risks is only known when
    it is scanned for its gate, so every step counts as unknown until then.
    """
    ordered = [step_id for step_id in reversed(undone) if _has_rollback(runbook, step_id)]
    steps = tuple(
        PlanStep(
            id=step_id,
            risk=Risk.UNKNOWN,
            needs=tuple(ordered[place - 1 : place]) if place else (),
            undo_of=True,
        )
        for place, step_id in enumerate(ordered)
    )
    return Plan(steps, _variables(runbook), ())


def step_risk(declared: Risk | None, verdict: Verdict | None, *, manual: bool = False) -> Risk:
    """max(declared, verdict). A manual step risks nothing by an agent; a command nobody judged is unknown."""
    found = verdict.shown if verdict is not None else (Risk.SAFE if manual else Risk.UNKNOWN)
    return found if declared is None else worse(declared, found)


def _variables(runbook: Runbook) -> tuple[PlanVariable, ...]:
    return tuple(
        PlanVariable(variable.name, variable.pattern)
        for variable in runbook.spec.variables
        if not variable.secret
    )


def _has_rollback(runbook: Runbook, step_id: str) -> bool:
    rollback = runbook.step(step_id).rollback
    return rollback is not None and rollback.command is not None


def named_failures(runbook: Runbook) -> tuple[dict[str, frozenset[int]], frozenset[str]]:
    """Per step, the exit codes that some `when` names; and the steps of which one names "not this code"."""
    codes: dict[str, frozenset[int]] = {}
    always: set[str] = set()
    for step in runbook.spec.steps:
        if step.when is None:
            continue
        for atom in step.when.atoms():
            if atom.step is not None and atom.exit_code is not None:
                codes[atom.step] = codes.get(atom.step, frozenset()) | set(atom.exit_code)
        always |= _negated(step.when, negated=False)
    return codes, frozenset(always)


def _negated(when: When, *, negated: bool) -> set[str]:
    """The steps whose exit code is tested under an odd number of `not`."""
    if when.step is not None:
        return {when.step} if negated and when.exit_code is not None else set()
    inside = negated != (when.not_ is not None)
    return set().union(*(_negated(child, negated=inside) for child in when.children()))
