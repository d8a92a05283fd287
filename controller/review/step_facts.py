"""What a reviewer is told about one step: who said what about its risk, and what it will ask for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

from pydantic import Field

from controller.governance.documents import RULES, JudgedRunbook, JudgedStep
from controller.governance.policy import Latches, OwnRun, Pinned, hindrances
from controller.governance.sample import template_spans
from schemas.merge import NO_ADVICE
from schemas.model import Model
from schemas.no_return import is_final
from schemas.risk import EffectiveRisk, Risk, effective, worse
from schemas.runbook import Runbook
from schemas.step import Step, When
from schemas.verdict import NoAdvice, Reversibility, Span, Verdict

ShownRisk = Literal["safe", "caution", "dangerous", "unknown", "manual"]
"""What the mark of a step says: manual where a person does it, unknown where nobody could tell."""

_MANUAL: Final = "manual"
_NO_LATCH: Final = Latches()


class ScannerSaid(Model):
    """The first key: what the scanner found in the command, each hole filled with its example."""

    risk: Risk
    why: str
    rule_ids: tuple[str, ...] = ()
    spans: tuple[Span, ...] = Field((), description="Characters of the command that decided.")
    resources: tuple[str, ...] = Field(
        (), description="What it touches, with examples or names of variables."
    )
    reversibility: Reversibility
    scanner_version: str
    knowledge_version: str


class AdvisorSaid(Model):
    """The second key. `confidence` in thousandths."""

    risk: Risk
    confidence: int
    reasoning: str
    advisor: str
    advisor_version: str = ""


class MergeSaid(Model):
    """Which of the five merge rules decided, and what came of it."""

    rule: int = Field(ge=1, le=5)
    risk: EffectiveRisk
    reason: str
    keys: int = Field(description="How many of the two keys looked at it.", ge=1, le=2)
    no_advice: NoAdvice | None = Field(None, description="Why the advisor said nothing.")
    missing: str | None = Field(None, description="The same as a sentence.")


class UndoFacts(Model):
    """What the scanner says of a rollback command, each hole filled with its example. It always waits for a
    person, and is scanned again as filled.
    """

    shown: Literal["safe", "caution", "dangerous", "unknown"]
    why: str
    rule_ids: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    resources: tuple[str, ...] = ()


class StepFacts(Model):
    """One step of one content of a runbook."""

    number: int
    id: str
    title: str
    command: str | None = None
    manual: str | None = None
    answers: tuple[str, ...] = ()
    declared: EffectiveRisk | None = Field(None, description="What the document declares.")
    risk: EffectiveRisk = Field(description="max(declared, verdict): what rules act on.")
    shown: ShownRisk
    scanner: ScannerSaid | None = None
    advisor: AdvisorSaid | None = None
    merge: MergeSaid | None = None
    needs: tuple[str, ...] = ()
    when: str | None = Field(None, description="The condition, in words.")
    confirm: str | None = Field(None, description="What must be typed before it runs.")
    rollback: str | None = Field(None, description="The command that undoes it.")
    undo: UndoFacts | None = Field(None, description="What is said of that command.")
    rollback_impossible: str | None = Field(None, description="Why no command undoes it.")
    expect: str | None = None
    target: dict[str, str] = Field(default_factory=dict, description="Labels that its agent must carry.")
    secrets: tuple[str, ...] = Field((), description="Secrets of the agent's host that it is given.")
    timeout_ms: int
    retries: int = 0
    runs_by_itself: bool
    waits_because: tuple[str, ...] = Field((), description="Why it waits for a person, by code.")
    approvals: int = Field(description="How many members must approve it.")
    approver: str = Field(description="The least role that may approve it.")


@dataclass(frozen=True)
class Content:
    """One content of a runbook, judged, with what a run of it would pin."""

    runbook: Runbook
    judged: JudgedRunbook
    pinned: Pinned

    def facts(self) -> tuple[StepFacts, ...]:
        """Every step, in the order of the document."""
        return tuple(_facts(self, number, step, judged) for number, step, judged in self._steps())

    def point_of_no_return(self) -> int | None:
        """The number of the first step that nothing takes back."""
        return next((number for number, step, judged in self._steps() if _is_final(step, judged)), None)

    def _steps(self) -> Iterator[tuple[int, Step, JudgedStep]]:
        pairs = zip(self.runbook.spec.steps, self.judged.steps, strict=True)
        return ((number, step, judged) for number, (step, judged) in enumerate(pairs, 1))


def _is_final(step: Step, judged: JudgedStep) -> bool:
    verdict = judged.verdict
    return is_final(step, None if verdict is None else verdict.finding.reversibility, judged.risk)


def _facts(content: Content, number: int, step: Step, judged: JudgedStep) -> StepFacts:
    runbook, pinned = content.runbook, content.pinned
    target = runbook.target_of(step.id)
    waits = _waits(content, step, judged)
    asked = pinned.by_risk(judged.risk)
    return StepFacts(
        number=number,
        id=step.id,
        title=step.title,
        command=step.command,
        manual=step.manual,
        answers=step.answers,
        declared=step.risk,
        risk=effective(judged.risk),
        shown=shown_risk(judged),
        scanner=_scanner(runbook, step, judged),
        advisor=_advisor(judged.verdict),
        merge=_merge(judged.verdict),
        needs=runbook.needs_of(step.id),
        when=None if step.when is None else condition_words(runbook, step.when),
        confirm=step.confirm,
        rollback=None if step.rollback is None else step.rollback.command,
        undo=_undo(runbook, step, judged),
        rollback_impossible=None if step.rollback is None else step.rollback.impossible,
        expect=None if step.expect is None else step.expect.text,
        target={} if target is None else dict(target.labels),
        secrets=_secrets(runbook, step),
        timeout_ms=step.timeout_ms,
        retries=step.retries,
        runs_by_itself=step.command is not None and not waits,
        waits_because=waits,
        approvals=asked.quorum,
        approver=asked.role,
    )


def _undo(runbook: Runbook, step: Step, judged: JudgedStep) -> UndoFacts | None:
    command = None if step.rollback is None else step.rollback.command
    if command is None or judged.undo is None:
        return None
    finding = judged.undo.finding
    return UndoFacts(
        shown=finding.risk.value,
        why=finding.why,
        rule_ids=finding.rule_ids,
        spans=template_spans(runbook, command, finding.spans),
        resources=judged.undo.resources,
    )


def shown_risk(judged: JudgedStep) -> ShownRisk:
    """The mark of a step."""
    if judged.verdict is None:
        return "manual"
    merged = worse(judged.declared or Risk.SAFE, judged.verdict.risk)
    if judged.verdict.unknown and effective(merged) is Risk.CAUTION:
        return "unknown"
    return cast("ShownRisk", effective(merged).value)


def _waits(content: Content, step: Step, judged: JudgedStep) -> tuple[str, ...]:
    if step.command is None:
        return (_MANUAL,)
    run = OwnRun(
        risk=Risk.UNKNOWN if judged.verdict is None else judged.risk,
        ambiguous=bool(content.runbook.open_ambiguities(step.id)),
        reads_output=step.when is not None and step.when.reads_output(),
        forced=False,
    )
    return tuple(reason.value for reason in hindrances(run, content.pinned, _NO_LATCH))


def _scanner(runbook: Runbook, step: Step, judged: JudgedStep) -> ScannerSaid | None:
    verdict = judged.verdict
    if verdict is None or step.command is None:
        return None
    finding = verdict.finding
    return ScannerSaid(
        risk=finding.risk,
        why=finding.why,
        rule_ids=finding.rule_ids,
        spans=template_spans(runbook, step.command, finding.spans),
        resources=judged.resources,
        reversibility=finding.reversibility,
        scanner_version=finding.scanner_version,
        knowledge_version=finding.knowledge_version,
    )


def _advisor(verdict: Verdict | None) -> AdvisorSaid | None:
    if verdict is None or verdict.advice is None:
        return None
    advice = verdict.advice
    return AdvisorSaid(
        risk=advice.risk,
        confidence=advice.confidence,
        reasoning=advice.reasoning,
        advisor=advice.advisor,
        advisor_version=advice.advisor_version,
    )


def _merge(verdict: Verdict | None) -> MergeSaid | None:
    if verdict is None:
        return None
    return MergeSaid(
        rule=RULES.index(verdict.rule) + 1,
        risk=verdict.risk,
        reason=verdict.reason,
        keys=1 if verdict.advice is None else 2,
        no_advice=verdict.no_advice,
        missing=None if verdict.no_advice is None else NO_ADVICE[verdict.no_advice],
    )


def _secrets(runbook: Runbook, step: Step) -> tuple[str, ...]:
    known = {variable.name: variable for variable in runbook.spec.variables}
    found = (known[name].secret_name for name in step.env.values() if name in known)
    return tuple(dict.fromkeys(name for name in found if name is not None))


def condition_words(runbook: Runbook, when: When) -> str:
    """A condition as a person says it: `step 3 was answered “disk”, and step 1 exits with 0`."""
    if when.step is not None:
        return _atom_words(runbook, when)
    if when.not_ is not None:
        return f"not ({condition_words(runbook, when.not_)})"
    word = ", and " if when.all else ", or "
    parts = [condition_words(runbook, child) for child in when.children()]
    return word.join(f"({part})" if word in part else part for part in parts)


def _atom_words(runbook: Runbook, when: When) -> str:
    assert when.step is not None
    try:
        name = f"step {runbook.position(when.step) + 1}"
    except KeyError:
        name = f"step {when.step}"
    if when.skipped:
        return f"{name} was skipped"
    if when.answer is not None:
        return f"{name} is answered “{when.answer}”"
    if when.output is not None:
        return f"the output of {name} matches {when.output}"
    return f"{name} exits with {' or '.join(str(code) for code in when.exit_code or ())}"
