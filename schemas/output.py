"""What became of one attempt, and whether that is what the step expected. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.ids import StepExecutionId
from schemas.model import Count, Digest, Instant, Model, StrictBool, StrictInt
from schemas.patterns import fullmatch
from schemas.step import Expect


class Outcome(StrEnum):
    """How an attempt ended."""

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    KILLED = "killed"
    REFUSED = "refused"
    LOST = "lost"


class OutputSummary(Model):
    """How much a command wrote, of which head and tail are stored; the hash covers the true bytes."""

    true_bytes: Count = 0
    head_bytes: Count = 0
    tail_bytes: Count = 0
    sha256: Digest | None = None

    @property
    def gap_bytes(self) -> int:
        """The bytes between head and tail that were not kept."""
        return max(0, self.true_bytes - self.head_bytes - self.tail_bytes)


class StepResult(Model):
    """The end of one attempt. `exit_code` is missing where a signal ended it or it never ran."""

    step_execution: StepExecutionId
    outcome: Outcome
    exit_code: Annotated[StrictInt, Field(ge=0, le=255)] | None = None
    signal: Annotated[StrictInt, Field(ge=1, le=64)] | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    duration_ms: Count | None = None
    leaked_process: StrictBool = False
    output: OutputSummary = OutputSummary()


def judge(expect: Expect | None, exit_code: int | None, output_head: str | None = None) -> Outcome:
    """OK or FAILED for a command that ended by itself.

    The exit code must be one of the expected (0 where nothing is said); a pattern must match the whole
    output head, trailing newlines apart. An output that is not known (None) does not meet a pattern.
    """
    if exit_code not in ((0,) if expect is None else expect.exit_codes):
        return Outcome.FAILED
    if expect is None or expect.output is None:
        return Outcome.OK
    met = output_head is not None and fullmatch(expect.output, output_head.rstrip("\n"))
    return Outcome.OK if met else Outcome.FAILED
