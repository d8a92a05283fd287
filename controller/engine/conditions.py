"""`needs` and `when`: whether the walk takes a step or passes it by (CONTRACTS.md §1). Pure."""

from __future__ import annotations

from controller.engine.plan import Plan
from controller.engine.states import Execution, StepState, StepStatus
from schemas.patterns import fullmatch
from schemas.runbook import Runbook
from schemas.step import When

SKIPPED = frozenset({StepStatus.SKIPPED, StepStatus.SKIPPED_BY_BRANCH})


def branch_taken(execution: Execution, plan: Plan, step_id: str) -> bool:
    """Whether a step that the walk reached is to be done.

    Not where all that it needs were skipped by their branch, nor where its `when` does not hold. That all it
    needs have ended is given by the walking order.
    """
    step = plan.step(step_id)
    if step.needs and all(execution.step(need).status is StepStatus.SKIPPED_BY_BRANCH for need in step.needs):
        return False
    return step.when is None or holds(step.when, execution)


def holds(when: When, execution: Execution) -> bool:
    """Whether a condition is true. Depth is bounded by lint (WHEN_MAX_DEPTH)."""
    if when.all is not None:
        return all(holds(part, execution) for part in when.all)
    if when.any is not None:
        return any(holds(part, execution) for part in when.any)
    if when.not_ is not None:
        return not holds(when.not_, execution)
    assert when.step is not None, "an atom names a step"
    return _atom(when, execution.step(when.step))


def _atom(when: When, step: StepState) -> bool:
    skipped = step.status in SKIPPED
    if when.skipped is not None:
        return skipped
    if skipped:
        return False
    if when.exit_code is not None:
        return step.exit_code in when.exit_code
    if when.answer is not None:
        return step.answer == when.answer
    return when.output in step.matched


def matched_patterns(runbook: Runbook, step_id: str, output_head: str) -> tuple[str, ...]:
    """The `output` patterns of all conditions on this step that its whole output head matches.

    Called by the shell when an attempt ends, so that the head itself need not be kept in the history.
    """
    patterns = {
        atom.output
        for step in runbook.spec.steps
        if step.when is not None
        for atom in step.when.atoms()
        if atom.step == step_id and atom.output is not None
    }
    return tuple(sorted(pattern for pattern in patterns if fullmatch(pattern, output_head)))
