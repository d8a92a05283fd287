"""What a text would become, each part with its place in the text.

All spans are offsets in Unicode code points (not UTF-16 units) into `sourceText`: `start` from 0, `end`
behind the last character.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from controller.api.shapes.left_out import CodeLeftOutShape, SetAside, SuspiciousShape
from controller.api.shapes.places import Open, SpanShape
from ingest.blocks import Form
from schemas.model import Sha256Hex
from schemas.risk import EffectiveRisk, Risk
from schemas.verdict import NoAdvice


class SourceLines(Open):
    """Lines of the text as it was sent; they count from 1."""

    line: int
    end_line: int


class RiskSpan(Open):
    """Which characters of the step's `command` (not of the source) decided its risk."""

    start: int = Field(description="In code points of `command`, holes as they stand there.")
    end: int
    rule: str = Field(description="The scanner's rule.")
    why: str


class StepKeys(Open):
    """Who looked at the command: two keys make it safe, one is not enough."""

    given: int = Field(description="How many have answered: 1 where only the scanner looked.")
    of: int
    scanner: Risk = Field(description="What the scanner alone says.")
    advisor: Risk | None = Field(None, description="What the advisor says; left out where it said nothing.")
    confidence: int | None = Field(
        None, description="The advisor's, in thousandths; under 900 its risk counts one tier higher."
    )
    advisor_why: str | None = None
    by: str | None = Field(None, description="Which advisor, with its version.", examples=["anthropic:m/p1"])
    no_advice: NoAdvice | None = Field(
        None, description="Why the advisor said nothing; absent where there is none at all."
    )
    missing: str | None = Field(None, description="The same as a sentence.")


class PreviewStep(Open):
    """A step that was found."""

    id: str
    order: int
    title: str
    titled_by: str | None = Field(None, description="Which LLM wrote the title, where one did.")
    kind: Literal["command", "manual"]
    source: SourceLines
    spans: list[SpanShape] = Field(
        default_factory=list,
        description="Where it comes from: the sentence over it, its own sentence, its command. In order, "
        "never overlapping; none of what an answer put there.",
    )
    command_span: SpanShape | None = Field(None, description="Where the command itself stands.")
    repeats: list[str] | None = Field(
        None,
        description="Steps above whose settings the command begins with: each runs in a shell of its own.",
    )
    needs: tuple[str, ...] | None = None
    when: dict[str, Any] | None = None
    command: str | None = None
    env: dict[str, str] | None = Field(
        None, description="Secret variables that reach the command by environment: name there → variable."
    )
    manual: str | None = None
    warning: str | None = Field(None, description="What the text warns of beside it; its notes hold it.")
    typed: str | None = Field(
        None, description="Of a manual step: what a person types into the console that `dialect` names."
    )
    dialect: str | None = Field(None, description="sql, redis-cli, rails, pgbouncer …; of `typed`.")
    answers: tuple[str, ...] | None = None
    risk: EffectiveRisk | None = Field(None, description="Of a command, by the merge rules.")
    unknown: bool | None = Field(None, description="Nobody could tell: the risk is caution for that reason.")
    why: str | None = None
    rule_ids: tuple[str, ...] | None = None
    risk_spans: list[RiskSpan] | None = None
    keys: StepKeys | None = Field(None, description="Of a command.")
    point_of_no_return: bool = Field(
        False, description="The first step that can't be undone: draw the line above it."
    )
    confirm: str | None = Field(None, description="What must be typed before it runs.")
    rollback: dict[str, Any] | None = None
    open_questions: tuple[str, ...] = Field(
        (), description="Ambiguities that it depends on, its own and those upstream: it never runs by itself."
    )


class PreviewVariable(Open):
    """A value that the operator or the agent's host gives."""

    name: str
    type: str = Field(
        "text",
        description="text, integer, port, ip, host, namespace, pod, node, instance_id, arn, region, date, "
        "url, path or secret; by its name.",
    )
    pattern: str = Field(
        "", description="RE2, matched as a whole. Of a secret: empty, its value is never seen."
    )
    example: str | None = None
    secret: bool = False
    source: str | None = Field(None, description="`agent.secrets.…`: where the agent's host finds a secret.")
    alert_field: str | None = Field(None, description="The alert's label that could fill it, by its name.")
    spans: list[SpanShape] = Field(
        default_factory=list, description="Where it occurs; for a secret, where its value was masked."
    )


class PrerequisiteShape(Open):
    """What must be true before the first step."""

    id: str
    text: str
    check: dict[str, Any] | None = Field(None, description="A command that shows whether it holds.")
    spans: list[SpanShape] = Field(default_factory=list)


class BranchShape(Open):
    """A case of the text (“if …”), and the ids of the steps that it leads to."""

    if_: str = Field(alias="if")
    span: SpanShape
    then: list[str]
    else_: list[str] = Field(alias="else")


class AnswerOption(Open):
    """One answer to click."""

    id: str
    label: str
    effect: str = Field(description="What the document says then, as a sentence.")


class FreeAnswer(Open):
    """An answer to write."""

    label: str
    placeholder: str
    pattern: str = Field(description="An ECMAScript and Python regular expression for the whole answer.")
    effect: str


class Ambiguity(Open):
    """A sentence that a person must make precise, as a question with answers."""

    id: str = Field(description="The same for the same sentence, wherever it moves in the text.")
    kind: Literal[
        "vague",
        "missing_value",
        "missing_command",
        "unknown_threshold",
        "contradictory",
        "unresolvable_reference",
    ]
    text: str = Field(description="The sentence.")
    question: str
    step: str | None = Field(None, description="The step that depends on it.")
    line: int
    span: SpanShape | None = Field(None, description="The sentence's place.")
    phrase: SpanShape | None = Field(None, description="The words in it that are asked about.")
    options: list[AnswerOption] = Field(default_factory=list)
    free: FreeAnswer | None = None
    blocking: bool = Field(
        False,
        description="Whether the proposal is refused while it is open. A document may carry open questions: "
        "a step that depends on one waits for a person.",
    )


class Answered(Ambiguity):
    """A question with the answer that was given."""

    answer: dict[str, str] = Field(description="As in the request: `option` or `value`.")
    effect: str = Field(description="What the answer changed, as a sentence.")


class CoverageItemShape(Open):
    """One sentence (of code: its lines of one fate) of the source and its fate."""

    start: int = 0
    end: int = 0
    line: int
    end_line: int
    fate: Literal["step", "expectation", "title", "prerequisite", "branch", "note", "ignored"]
    detail: str
    step: str | None = Field(None, description="The step that it became, or that it names.")


class CoverageShape(Open):
    """What became of every sentence."""

    sentences: int
    accounted: int
    by_fate: dict[str, int]
    items: list[CoverageItemShape] = Field(description="In order, never overlapping.")


class MaskedSpan(Open):
    """Where a secret was masked: positions, never values."""

    start: int = 0
    end: int = 0
    kind: str
    now: str = Field(description="What stands there instead: `${password}`, a secret variable, or `***`.")


class RepairShape(Open):
    """A character that a word processor put into a command, and what was read in its place."""

    start: int = 0
    end: int = 0
    line: int
    was: str = ""
    now: str = Field("", description="Empty where the character was left out.")
    kind: str = Field("", examples=["smart quote", "dash for two hyphens"])


class DifferenceShape(Open):
    """A passage that an LLM reads otherwise than the rules do. The document is what the rules read."""

    id: str = Field(description="The same for the same passage and answer; `taken` of a request names it.")
    kind: Literal[
        "command", "instruction", "prerequisite", "variable", "title", "missing", "set_aside", "invented"
    ] = Field(
        description="command, instruction, prerequisite: the LLM reads one here, the rules a note. title: "
        "the rules found no words for the step. variable: a word that the LLM would fill in. missing: a step "
        "of the rules that the LLM does not have; it stays. set_aside: the rules set aside what the LLM "
        "reads as a step. invented: the LLM says it and the text does not.",
    )
    step: str | None = Field(None, description="The step that it stands with; left out above the first.")
    line: int | None = Field(None, description="Left out where the LLM names no passage of the text.")
    span: SpanShape | None = None
    rules: str = Field(description="How the rules read it.")
    model: str = Field(description="How the LLM reads it: words of the LLM, for a reader only.")
    why: str | None = Field(None, description="Why the LLM's reading can't be taken.")
    can_take: bool = Field(description="Whether the LLM's reading may be taken.")
    taken: bool = Field(description="Whether it was, by `taken` of the request.")


class ReadingShape(Open):
    """What an LLM read beside the rules; it can add nothing by itself and takes nothing away."""

    by: str = Field(description="Which LLM with which prompt; empty where none was asked.")
    read: bool = Field(description="Whether it read all of the text.")
    said: str = Field(description="Who read the text, as a sentence.")
    missing: NoAdvice | None = Field(None, description="Why it did not read all.")
    differences: list[DifferenceShape] = Field(description="In the order of the text; 100 at most.")
    not_listed: int | None = Field(None, description="How many there are behind those, where there are.")


class KeysShape(Open):
    """How many opinions there can be on this installation."""

    asked: int
    of: int


class CanPropose(Open):
    """Whether a pull request can be opened of this document now, by a member who may propose."""

    ok: bool
    reason: str = Field(description="Why not; or what the pull request will hold open.")


class PreviewShape(Open):
    """What the text would become. Spans are in Unicode code points of `sourceText`."""

    name: str
    title: str
    service: str | None = None
    alerts: list[str] = Field(default_factory=list, description="Names of alerts that it is for.")
    format: Form
    source_sha256: Sha256Hex
    source_text: str = Field(
        "",
        description="The text that was read. Of Markdown and plain text: the text as it was sent, as long as "
        "that, each character of a secret shown as •. Of HTML: what a reader of the page sees, as Markdown.",
    )
    steps: list[PreviewStep]
    tally: dict[str, int] = Field(description="Steps by badge: safe, caution, dangerous, unknown, manual.")
    variables: list[PreviewVariable]
    prerequisites: list[PrerequisiteShape]
    branches: list[BranchShape] = Field(
        default_factory=list, description="Cases that the text names, in the order of the text."
    )
    ambiguities: list[Ambiguity] = Field(description="Open questions, in the order of the text.")
    answered: list[Answered] = Field(default_factory=list)
    unused: list[str] = Field(
        default_factory=list,
        description="Ids in `answers` that nothing in this text asks, and `variables.<name>` of overrides of "
        "variables that are not in it.",
    )
    coverage: CoverageShape
    masked: list[MaskedSpan]
    repairs: list[RepairShape] = Field(default_factory=list)
    set_aside: list[SetAside] = Field(default_factory=list)
    code_left_out: list[CodeLeftOutShape] = Field(
        default_factory=list,
        description="All code of the source that is in no step, in the order of the text.",
    )
    suspicious: list[SuspiciousShape] = Field(
        default_factory=list, description="Listed, never obeyed; 50 at most."
    )
    reading: ReadingShape | None = Field(
        None, description="What an LLM reads otherwise; left out where the rules read alone by setting."
    )
    keys: KeysShape
    can_propose: CanPropose | None = None
    yaml: str | None = Field(None, description="The document as it would be proposed, where asked for.")
