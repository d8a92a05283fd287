"""How an attempt ended, judged by what the step expects. Pure."""

from __future__ import annotations

from controller.engine import events as ev
from controller.engine.conditions import matched_patterns
from proto.convert import AttemptReport
from schemas.output import Outcome as Judged
from schemas.output import judge
from schemas.runbook import Runbook


def needs_head(runbook: Runbook, step_id: str) -> bool:
    """Whether the output's head decides about the step or about a later branch."""
    expect = runbook.step(step_id).expect
    if expect is not None and expect.output is not None:
        return True
    conditions = [step.when for step in runbook.spec.steps if step.when is not None]
    return any(
        atom.step == step_id and atom.output is not None for when in conditions for atom in when.atoms()
    )


def outcome_event(
    runbook: Runbook, step_id: str, report: AttemptReport, head: str, *, forward: bool
) -> ev.AttemptFinished:
    """The event of an attempt's end. A rollback command is only asked to exit with 0."""
    expect = runbook.step(step_id).expect if forward else None
    by_code = judge(
        expect.model_copy(update={"output": None}) if expect is not None else None, report.exit_code
    )
    if report.timed_out:
        outcome = ev.Outcome.TIMED_OUT
    elif report.exit_code is None:
        outcome = ev.Outcome.KILLED
    elif judge(expect, report.exit_code, head) is Judged.OK:
        outcome = ev.Outcome.OK
    else:
        outcome = ev.Outcome.FAILED
    return ev.AttemptFinished(
        attempt=report.step_execution_id,
        outcome=outcome,
        exit_code=report.exit_code,
        signal=report.signal,
        matched=matched_patterns(runbook, step_id, head.rstrip("\n")) if forward else (),
        output_bytes=report.output_bytes,
        duration_ms=_duration_ms(report),
        leaked_process=report.leaked_process,
        unexpected_output=outcome is ev.Outcome.FAILED and by_code is Judged.OK,
    )


def _duration_ms(report: AttemptReport) -> int:
    if report.started_us is None or report.ended_us is None:
        return 0
    return max(0, (report.ended_us - report.started_us) // 1000)
