"""The decision log of a proposal: why the document came out so. Time and author come in as arguments."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ingest.building import unmasked
from ingest.code_left_out import CodeLeftOut
from ingest.document import Built
from ingest.extract.drafts import Extraction
from ingest.questions import Answers
from ingest.readings import Reading
from ingest.typed_or_not import first_line, told_of
from schemas.decision import Alternative, DecisionLog
from schemas.verdict import NoAdvice, Verdict

_CODE_MAX = 100
"""Pieces of code in no step that a log lists."""
_CONFIDENCE_RULES_ONLY = 0.6
"""One reader, no second opinion: a person is asked to look at every step."""


def decision_log(
    built: Built,
    extraction: Extraction,
    answers: Answers,
    *,
    form: str,
    sha256: str,
    author: str,
    at: datetime,
    reading: Reading | None = None,
    code: Sequence[CodeLeftOut] = (),
) -> DecisionLog:
    """The log of a document that the rules made; an LLM may have judged its commands, and read its text."""
    return DecisionLog(
        prompt=(
            f"Turn the pasted text (SHA-256 {sha256}, read as {form}) into a runbook: ordered steps, each "
            f"with its risk. The rules of ingest/extract read it. {_readers(reading)}{_advisors(built)}"
        ),
        reasoning="\n".join([*_taken(reading), *_reasons(built, extraction, answers), *_left_out(code)]),
        alternatives_considered=tuple([*_not_taken(reading), *_alternatives(extraction)][:100]),
        confidence=_CONFIDENCE_RULES_ONLY,
        timestamp=at,
        author=author,
    )


def verdicts(built: Built) -> list[dict[str, Any]]:
    """The verdict of each command, with the versions that gave it; beside the log in its file."""
    return [
        verdict_row(item.step.id, item.line, item.step.command or "", item.verdict)
        for item in built.steps
        if item.verdict is not None
    ]


def verdict_row(step: str, line: int, command: str, verdict: Verdict) -> dict[str, Any]:
    """One verdict as the file beside a log has it."""
    return {
        "step": step,
        "line": line,
        "commandSha256": hashlib.sha256(command.encode()).hexdigest(),
        "risk": verdict.risk.value,
        "unknown": verdict.unknown,
        "rule": verdict.rule.value,
        "reason": verdict.reason,
        "ruleIds": list(verdict.finding.rule_ids),
        "scannerVersion": verdict.finding.scanner_version,
        "knowledgeVersion": verdict.finding.knowledge_version,
        **_second_key(verdict),
    }


def _second_key(verdict: Verdict) -> dict[str, Any]:
    """What the advisor said, with what it was asked; or why it said nothing."""
    advice = verdict.advice
    if advice is None:
        missing = verdict.no_advice
        return {} if missing in (None, NoAdvice.OFF) else {"noAdvice": missing.value}
    said: dict[str, Any] = {
        "risk": advice.risk.value,
        "confidence": advice.confidence,
        "reasoning": advice.reasoning,
        "advisor": advice.advisor,
        "version": advice.advisor_version,
    }
    if advice.prompt_sha256 is not None:
        said |= {"promptSha256": advice.prompt_sha256}
        said |= {"alternativesConsidered": list(advice.alternatives_considered)}
    if advice.suggested_rollback is not None:
        said |= {"suggestedRollback": advice.suggested_rollback}
    return {"advice": said}


def _advisors(built: Built) -> str:
    """Who gave second opinions, and on how many commands."""
    judged = [item.verdict for item in built.steps if item.verdict is not None]
    asked = Counter(verdict.advisor_version for verdict in judged if verdict.advice is not None)
    if not asked:
        return "No LLM was asked, or none answered: there is one key."
    named = ", ".join(f"{version} on {count}" for version, count in sorted(asked.items()))
    return f"A second opinion on each command, by version: {named} of {len(judged)}."


def _readers(reading: Reading | None) -> str:
    """Who else read the text, where somebody could; with a blank behind it."""
    if reading is None or not reading.heard.answers:
        return ""
    return f"{reading.heard.by} read it, too; the document is what the rules read, and what the author took. "


def _taken(reading: Reading | None) -> list[str]:
    """What the author took of the LLM's reading."""
    if reading is None:
        return []
    return [
        f"The author took what {reading.heard.by} read in line {item.line}: {item.kind} “{item.model}”; "
        f"the rules read: {item.rules}."
        for item in reading.taken
    ]


def _not_taken(reading: Reading | None) -> list[Alternative]:
    """What the LLM read otherwise, and why it is not so."""
    if reading is None:
        return []
    return [
        Alternative(
            option=f"{reading.heard.by} reads in line {item.line or 0} ({item.kind}): {item.model[:120]}",
            why_not=item.why
            or ("nobody took it" if item.can_take else f"the rules read: {item.rules[:200]}"),
        )
        for item in reading.differences
        if not item.taken
    ]


def _reasons(built: Built, extraction: Extraction, answers: Answers) -> list[str]:
    lines = [
        f"The author answered “{unmasked(item.question.question)}” (line {item.question.line}): {item.effect}"
        for item in answers.settled.values()
    ]
    for item in built.steps:
        if item.verdict is None:
            lines.append(f"{item.step.id} (line {item.line}): an instruction for a person.")
            continue
        mark = "unknown, so caution" if item.verdict.unknown else item.verdict.risk.value
        lines.append(f"{item.step.id} (line {item.line}): {mark}; {item.verdict.reason}.")
    steps = sum(account.fate == "step" for account in extraction.accounts)
    lines.append(f"{steps} of {len(extraction.accounts)} sentences of the text became steps.")
    return [line[:2000] for line in lines]


def _left_out(code: Sequence[CodeLeftOut]) -> list[str]:
    """The code that reads like a command, and that no rule made a step."""
    told = [
        f"Line {item.line} is code that the rules left out ({item.reason}): {first_line(item)}; "
        f"{told_of(item)}."
        for item in code
        if item.reads_like_command or item.said
    ]
    more = [f"{len(told) - _CODE_MAX} further lines read like commands."] if len(told) > _CODE_MAX else []
    return [*told[:_CODE_MAX], *more]


def _alternatives(extraction: Extraction) -> list[Alternative]:
    """Sentences that could have become steps and did not."""
    return [
        Alternative(
            option=f"Make a step of line {account.line}: {' '.join(unmasked(account.text).split())[:120]}",
            why_not=account.detail,
        )
        for account in extraction.accounts
        if account.fate == "ignored"
    ][:100]
