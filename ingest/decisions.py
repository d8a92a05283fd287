"""The decision log of a proposal: why the document came out so. Time and author come in as arguments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingest.building import unmasked
from ingest.document import Built
from ingest.extract.drafts import Extraction
from ingest.questions import Answers
from schemas.decision import Alternative, DecisionLog

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
) -> DecisionLog:
    """The log of a document that the rules made, without an LLM."""
    return DecisionLog(
        prompt=(
            f"Turn the pasted text (SHA-256 {sha256}, read as {form}) into a runbook: ordered steps, each "
            "with its risk. No LLM was asked; the rules of ingest/extract read it."
        ),
        reasoning="\n".join(_reasons(built, extraction, answers)),
        alternatives_considered=tuple(_alternatives(extraction)),
        confidence=_CONFIDENCE_RULES_ONLY,
        timestamp=at,
        author=author,
    )


def verdicts(built: Built) -> list[dict[str, Any]]:
    """The verdict of each command, with the versions that gave it; beside the log in its file."""
    return [
        {
            "step": item.step.id,
            "line": item.line,
            "risk": item.verdict.risk.value,
            "unknown": item.verdict.unknown,
            "rule": item.verdict.rule.value,
            "reason": item.verdict.reason,
            "ruleIds": list(item.verdict.finding.rule_ids),
            "scannerVersion": item.verdict.finding.scanner_version,
            "knowledgeVersion": item.verdict.finding.knowledge_version,
        }
        for item in built.steps
        if item.verdict is not None
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
