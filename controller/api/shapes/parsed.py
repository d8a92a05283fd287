"""What a text becomes, in the form for other people's scripts; `dd0c parse --json` prints the same.

Names are in snake_case here; what is not there is left out, lists stay where they are empty. Spans are
offsets in Unicode code points into `source`: `start` from 0, `end` behind the last character.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from ingest.blocks import Form
from schemas.model import Model
from schemas.verdict import NoAdvice


class _Plain(Model):
    model_config = ConfigDict(alias_generator=None, extra="forbid")


class Place(_Plain):
    """A place in `source`."""

    start: int
    end: int


class ParsedRollback(_Plain):
    """How a step is undone: by a command, or why by none."""

    command: str | None = Field(None, description="As the runbook holds it, with its holes.")
    impossible: str | None = None


class ParsedStep(_Plain):
    """A command, or an instruction for a person, in the order in which they are done."""

    order: int = Field(description="From 1.")
    id: str
    kind: Literal["command", "manual"]
    intent: str
    titled_by: str | None = Field(None, description="Which LLM wrote the intent, where one did.")
    command: str | None = Field(
        None, description="As the source writes it, after the repairs that are listed."
    )
    template: str | None = Field(
        None, description="As the runbook holds it, with its holes; null where no agent may run it."
    )
    repeats: list[int] = Field(
        description="The `order` of steps above whose settings the template begins with."
    )
    manual: str | None = None
    warning: str | None = Field(
        None, description="What the text warns of or forbids beside it; the step's notes hold it."
    )
    dialect: str | None = Field(None, description="What reads the command: `shell`, `sql`, `redis-cli` …")
    risk: Literal["safe", "caution", "dangerous", "unknown"] | None = None
    scanner_risk: Literal["safe", "caution", "dangerous", "unknown"] | None = Field(
        None,
        description="The scanner alone; `risk` is `unknown` where only it was asked and says safe.",
    )
    why: str | None = None
    rollback: ParsedRollback | None = None
    rules: list[str]
    line: int
    span: Place | None = None
    spans: list[Place]


class ParsedVariable(_Plain):
    """What the operator supplies."""

    name: str
    pattern: str | None = Field(
        None, description="RE2, for the whole value; null for a secret and an open one."
    )
    example: str | None = None
    type: str | None = None
    secret: bool
    alert_field: str | None = Field(None, description="The field of an alert that fills it.")
    open: bool = Field(description="It could not become a variable yet: a question asks for it.")
    id: str | None = Field(None, description="Of an open one: the question's id.")
    question: str | None = None
    step: int | None = Field(None, description="Of an open one: the `order` of the step that waits for it.")
    candidates: list[str] | None = None
    spans: list[Place]


class ParsedPrerequisite(_Plain):
    """What must be there before the first step; without a check it is a box to tick."""

    id: str
    text: str
    check: dict[str, Any] | None = Field(
        None, description="A command that only reads and shows whether it holds, and what it prints then."
    )
    span: Place


class ParsedBranch(_Plain):
    """A condition of the text and the `order` of the steps on both of its sides."""

    if_: str = Field(alias="if")
    then: list[int]
    else_: list[int] = Field(alias="else")
    span: Place


class ParsedAmbiguity(_Plain):
    """A sentence that a person must make precise."""

    id: str
    kind: str
    text: str
    question: str
    step: int | None = Field(None, description="The `order` of the step that waits for the answer.")
    span: Place | None = None
    candidates: list[str]


class ParsedShell(_Plain):
    """A command that opens a shell elsewhere, into which what follows is typed: by a person, or is the agent
    there?
    """

    id: str
    command: str
    question: str
    step: int | None = Field(None, description="The `order` of the first step that is typed there.")
    candidates: list[str]


class ParsedSetting(_Plain):
    """A command that sets something which no step below it names: do those begin with it?"""

    id: str
    command: str
    question: str
    step: int | None = Field(None, description="The `order` of the step that sets it.")
    candidates: list[str]


class ParsedName(_Plain):
    """A dangerous step whose command names nothing for certain: what must be typed before it runs?"""

    id: str
    question: str
    step: int | None = Field(None, description="The `order` of the step.")
    candidates: list[str] = Field(description="Names that stand in its command.")


class ParsedNote(_Plain):
    """A sentence beside the steps."""

    text: str
    line: int
    span: Place


class ParsedFate(_Plain):
    """What became of one sentence (of code: of its lines of one fate), and why."""

    fate: Literal["step", "expectation", "title", "prerequisite", "branch", "note", "ignored"]
    reason: str
    line: int
    span: Place


class ParsedCoverage(_Plain):
    """What became of every sentence."""

    percent: float = Field(description="The share of the sentences whose fate is told.")
    sentences: int
    by_fate: dict[str, int]
    items: list[ParsedFate]


class ParsedCode(_Plain):
    """A piece of code that stands in no step: lines of a block, or code in a sentence."""

    id: str = Field(description="`answers` of a request name it: `typed` or `not-typed`.")
    text: str
    line: int
    span: Place
    reason: str
    reads_like_command: bool
    asked: bool = Field(description="An open question asks whether it is typed.")
    said: Literal["typed", "not-typed"] | None = Field(None, description="What a person says of it.")
    step: int | None = Field(None, description="The `order` of the step that it became, as a person said so.")


class ParsedSecret(_Plain):
    """Where a secret was masked; never what it was."""

    kind: str
    span: Place


class ParsedSuspicion(_Plain):
    """A passage that speaks to a machine, or that no reader of the source sees; never obeyed."""

    kind: Literal["speaks to a machine", "hidden text", "hidden characters"]
    text: str
    line: int
    span: Place | None = None


class ParsedRepair(_Plain):
    """What a word processor had broken."""

    kind: str
    was: str
    now: str
    line: int
    span: Place


class ParsedDifference(_Plain):
    """A passage that an LLM reads otherwise than the rules do."""

    id: str
    kind: Literal[
        "command", "instruction", "prerequisite", "variable", "title", "missing", "set_aside", "invented"
    ]
    step: str | None = Field(None, description="The id of the step that it stands with.")
    line: int | None = None
    span: Place | None = None
    rules: str
    model: str = Field(description="Words of the LLM, for a reader only.")
    why: str | None = None
    can_take: bool
    taken: bool


class ParsedReading(_Plain):
    """What an LLM read beside the rules; the document is what the rules read."""

    by: str
    read: bool
    said: str
    missing: NoAdvice | None = None
    differences: list[ParsedDifference] = Field(description="In the order of the text; 100 at most.")
    not_listed: int | None = Field(None, description="How many there are behind those, where there are.")


class ParsedShape(_Plain):
    """A text, understood. Nothing of it is stored."""

    version: Literal[1]
    title: str
    name: str
    service: str | None = None
    format: Form
    source_sha256: str
    source: str = Field(description="What the spans point into; secrets are masked.")
    steps: list[ParsedStep]
    variables: list[ParsedVariable]
    prerequisites: list[ParsedPrerequisite]
    branches: list[ParsedBranch]
    ambiguities: list[ParsedAmbiguity]
    shells_opened: list[ParsedShell]
    shell_settings: list[ParsedSetting]
    names_to_type: list[ParsedName]
    notes: list[ParsedNote]
    coverage: ParsedCoverage
    code_left_out: list[ParsedCode] = Field(
        description="All code of the source that is in no step, in the order of the text."
    )
    masked_secrets: list[ParsedSecret]
    suspicious: list[ParsedSuspicion]
    reading: ParsedReading | None = Field(
        None, description="What an LLM reads otherwise; left out where the rules read alone by setting."
    )
    repairs: list[ParsedRepair]
