"""From what the journal knows of an attempt to the report that says it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from agent import records
from agent.records import Attempt
from agent.shim import Outcome
from proto.convert import AttemptReport, AttemptState, Refusal

SEQ_INTENT: Final = 1
SEQ_STARTED: Final = 2
SEQ_FINAL: Final = 1 << 50
"""A result's number is above every other's; freezes and thaws are numbered by their microsecond after the
intent, so that a restarted agent goes on above what it said before."""

_STATES: Final = {
    records.INTENT: (AttemptState.INTENT, SEQ_INTENT),
    records.STARTED: (AttemptState.STARTED, SEQ_STARTED),
    records.FINISHED: (AttemptState.FINISHED, SEQ_FINAL),
    records.LOST: (AttemptState.LOST, SEQ_FINAL),
    records.REFUSED: (AttemptState.REFUSED, SEQ_FINAL),
}


def report_of(attempt: Attempt) -> AttemptReport:
    """What is to be said of the attempt as it stands in the journal."""
    state, seq = _STATES[attempt.status]
    result = attempt.result
    said = AttemptReport(
        step_execution_id=attempt.id,
        report_seq=seq,
        state=state,
        started_us=attempt.started.at_us if attempt.started else None,
        agent_risk=attempt.risk or None,
        traceparent=attempt.traceparent,
    )
    if state is AttemptState.REFUSED:
        refusal = Refusal(attempt.refusal or Refusal.JOURNAL)
        return replace(said, refusal=refusal, started_us=None, ended_us=attempt.at_us or None)
    if result is None:
        return said
    return replace(
        said,
        exit_code=result.exit_code,
        signal=result.signal,
        timed_out=result.timed_out,
        leaked_process=result.leaked,
        output_bytes=result.output_bytes,
        output_sha256=bytes.fromhex(result.output_sha256),
        started_us=result.started_us or said.started_us,
        ended_us=result.ended_us,
    )


def frozen_report(attempt: Attempt, *, is_frozen: bool, now_us: int) -> AttemptReport:
    """FROZEN or THAWED, numbered by when it happened."""
    return AttemptReport(
        step_execution_id=attempt.id,
        report_seq=SEQ_STARTED + 1 + max(0, now_us - attempt.at_us),
        state=AttemptState.FROZEN if is_frozen else AttemptState.THAWED,
        started_us=attempt.started.at_us if attempt.started else None,
        traceparent=attempt.traceparent,
    )


def result_of(outcome: Outcome, output_bytes: int, output_sha256: bytes) -> records.Result:
    """The journal's result from the shim's `exit` file and the output's sums."""
    return records.Result(
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        timed_out=outcome.timed_out,
        leaked=outcome.leaked,
        output_bytes=output_bytes,
        output_sha256=output_sha256.hex(),
        started_us=outcome.started_us,
        ended_us=outcome.ended_us or outcome.started_us,
    )


def lost_result(attempt: Attempt, *, leaked: bool, sums: tuple[int, bytes], now_us: int) -> records.Result:
    """It started, it is gone, and nothing says how it ended."""
    return records.Result(
        exit_code=None,
        signal=None,
        timed_out=False,
        leaked=leaked,
        output_bytes=sums[0],
        output_sha256=sums[1].hex(),
        started_us=attempt.started.at_us if attempt.started else attempt.at_us,
        ended_us=now_us,
    )
