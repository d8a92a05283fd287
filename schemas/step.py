"""One unit of a runbook: a command for an agent, or a manual instruction for a human."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from base.limits import (
    DOCUMENT_MAX_LABELS,
    DOCUMENT_MAX_STEPS,
    STEP_MAX_RETRIES,
    STEP_TIMEOUT_DEFAULT_MS,
    STEP_TIMEOUT_MAX_MS,
)
from schemas.model import Extensible, Model, StrictBool, StrictInt
from schemas.names import AgentLabels, EnvName, PatternText, StepName, VariableName
from schemas.risk import EffectiveRisk, Risk
from schemas.text import CommandText, DurationMs, Line, Text

ExitCode = Annotated[int, Field(strict=True, ge=0, le=255)]
ExitCodes = Annotated[tuple[ExitCode, ...], Field(min_length=1, max_length=256)]
Answer = Line


class Expect(Model):
    """What tells success: exit codes (default: 0), a pattern over the whole output head, and words for
    people.
    """

    exit_codes: ExitCodes = (0,)
    output: PatternText | None = None
    text: Text | None = None


class Rollback(Model):
    """How a step is undone: by a command, or not at all (`impossible` says why)."""

    command: CommandText | None = None
    impossible: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.command is None) == (self.impossible is None):
            raise PydanticCustomError("one_of", "give exactly one of `command`, `impossible`")
        return self


class Target(Model):
    """Which agents may run it: an agent must carry all of these labels."""

    labels: Annotated[AgentLabels, Field(min_length=1, max_length=DOCUMENT_MAX_LABELS)]


class When(Model):
    """A condition over earlier steps: an atom (`step` and one of the four tests), or `all`, `any`, `not`.

    The bound on depth and the rule "only steps upstream" are lint's, which knows the whole document.
    """

    step: StepName | None = None
    exit_code: ExitCodes | None = None
    output: PatternText | None = None
    answer: Answer | None = None
    skipped: Literal[True] | None = None
    all: Annotated[tuple[When, ...], Field(min_length=1, max_length=32)] | None = None
    any: Annotated[tuple[When, ...], Field(min_length=1, max_length=32)] | None = None
    not_: When | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one(self) -> Self:
        tests = [self.exit_code, self.output, self.answer, self.skipped]
        groups = [self.all, self.any, self.not_]
        given = sum(test is not None for test in tests)
        grouped = sum(group is not None for group in groups)
        if self.step is not None and given == 1 and grouped == 0:
            return self
        if self.step is None and given == 0 and grouped == 1:
            return self
        raise PydanticCustomError(
            "when",
            "a condition is `step` with one of `exitCode`, `output`, `answer`, `skipped`, "
            "or one of `all`, `any`, `not`",
        )

    def children(self) -> tuple[When, ...]:
        """The conditions directly inside; empty for an atom."""
        if self.not_ is not None:
            return (self.not_,)
        return self.all or self.any or ()

    def atoms(self) -> Iterator[When]:
        """Every atom of the tree."""
        if self.step is not None:
            yield self
        for child in self.children():
            yield from child.atoms()

    def depth(self) -> int:
        """1 for an atom."""
        return 1 + max((child.depth() for child in self.children()), default=0)

    def steps(self) -> frozenset[str]:
        """The ids that the tree names."""
        return frozenset(atom.step for atom in self.atoms() if atom.step is not None)

    def reads_output(self) -> bool:
        """Whether an atom looks at output, which is untrusted: such a step never runs by itself."""
        return bool([atom for atom in self.atoms() if atom.output is not None])


class Step(Extensible):
    """One step. `needs` None means "the step above"; ask `Runbook.needs_of`."""

    id: StepName
    title: Line
    needs: Annotated[tuple[StepName, ...], Field(max_length=DOCUMENT_MAX_STEPS)] | None = None
    when: When | None = None
    risk: EffectiveRisk | None = None
    confirm: Line | None = None
    env: Annotated[dict[EnvName, VariableName], Field(max_length=64)] = Field(default_factory=dict)
    command: CommandText | None = None
    manual: Text | None = None
    answers: Annotated[tuple[Answer, ...], Field(max_length=20)] = ()
    expect: Expect | None = None
    rollback: Rollback | None = None
    timeout_ms: Annotated[DurationMs, Field(ge=1, le=STEP_TIMEOUT_MAX_MS)] = Field(
        default=STEP_TIMEOUT_DEFAULT_MS, alias="timeout"
    )
    idempotent: StrictBool = False
    retries: Annotated[StrictInt, Field(ge=0, le=STEP_MAX_RETRIES)] = 0
    target: Target | None = None
    notes: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.command is None) == (self.manual is None):
            raise PydanticCustomError("one_of", "give exactly one of `command`, `manual`")
        return self

    @property
    def declared_risk(self) -> Risk | None:
        """The risk that the document declares; a verdict can only be raised by it."""
        return self.risk

    @property
    def max_attempts(self) -> int:
        """How many step executions one approval may cover: 1 and the declared retries."""
        return 1 + self.retries

    @property
    def expected_exit_codes(self) -> tuple[int, ...]:
        """The exit codes that count as success."""
        return (0,) if self.expect is None else self.expect.exit_codes

    def texts(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every text with holes: its path inside the step, and the text."""
        if self.command is not None:
            yield ("command",), self.command
        if self.manual is not None:
            yield ("manual",), self.manual
        if self.confirm is not None:
            yield ("confirm",), self.confirm
        if self.rollback is not None and self.rollback.command is not None:
            yield ("rollback", "command"), self.rollback.command

    def given(self) -> dict[str, Any]:
        """The fields that differ from their defaults, by their names in the document."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
