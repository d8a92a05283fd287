"""The decision log of an edit or a retirement: a person decided; what changed and its verdicts are told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ingest.decisions import verdict_row
from schemas.decision import Alternative, DecisionLog
from schemas.runbook import Runbook
from schemas.step import Step
from schemas.verdict import Verdict

CONFIDENCE: Final = 0.9
"""A person wrote it and saw the verdicts; a second person has not read it yet."""

LINES_MAX: Final = 400
"""Of the reasoning: a document has at most 300 steps."""

_LINE_MAX_CHARACTERS: Final = 200


@dataclass(frozen=True)
class JudgedCommand:
    """The verdict of one command of the new document."""

    step: str
    line: int
    command: str
    verdict: Verdict


def edit_log(
    before: Runbook | None,
    after: Runbook,
    judged: Sequence[JudgedCommand],
    *,
    content: bytes,
    author: str,
    at: datetime,
) -> DecisionLog:
    """Why the new document is what it is. `before` is None where what was there could not be read."""
    digest = hashlib.sha256(content).hexdigest()
    return DecisionLog(
        prompt=f"Edit the runbook {after.name} by hand: the whole document was given (SHA-256 {digest}).",
        reasoning="\n".join([*_changes(before, after), *_verdicts(judged)][:LINES_MAX]),
        alternatives_considered=(
            Alternative(
                option="Leave it as it is in service",
                why_not="The author of the change wants it otherwise; what serves stays until it is merged.",
            ),
        ),
        confidence=CONFIDENCE,
        timestamp=at,
        author=author,
    )


def retirement_log(name: str, path: str, *, author: str, at: datetime) -> DecisionLog:
    """Why a runbook goes out of service."""
    return DecisionLog(
        prompt=f"Take the runbook {name} out of service.",
        reasoning=f"Its file {path} goes; its versions and its runs stay and can be looked up.",
        alternatives_considered=(
            Alternative(option="Keep it in service", why_not="The author of the change wants it gone."),
        ),
        confidence=CONFIDENCE,
        timestamp=at,
        author=author,
    )


def verdicts_text(judged: Iterable[JudgedCommand]) -> bytes:
    """The file beside the log: the verdict of each command with the versions that gave it."""
    rows: list[dict[str, Any]] = [
        verdict_row(item.step, item.line, item.command, item.verdict) for item in judged
    ]
    return (json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode()


def _changes(before: Runbook | None, after: Runbook) -> list[str]:
    if before is None:
        return ["What was in service could not be read, so that nothing is compared."]
    olds = {step.id: step for step in before.spec.steps}
    news = {step.id: step for step in after.spec.steps}
    found = [f"Step {name} is new." for name in news if name not in olds]
    found += [f"Step {name} is gone." for name in olds if name not in news]
    for name, step in news.items():
        fields = _fields(olds[name], step) if name in olds else ()
        if fields:
            found.append(f"Step {name} changes: {', '.join(fields)}.")
    kept = [name for name in news if name in olds]
    if kept != [name for name in olds if name in news]:
        found.append("Steps change places.")
    outside = _differ(_outside(before), _outside(after))
    if outside:
        found.append(f"Outside the steps: {', '.join(outside)}.")
    return [line[:_LINE_MAX_CHARACTERS] for line in found] or ["Only comments or the layout change."]


def _fields(old: Step, new: Step) -> tuple[str, ...]:
    return _differ(old.given(), new.given())


def _outside(runbook: Runbook) -> dict[str, Any]:
    spec = runbook.spec.to_json()
    return {**runbook.metadata.to_json(), **{name: value for name, value in spec.items() if name != "steps"}}


def _differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name))


def _verdicts(judged: Sequence[JudgedCommand]) -> list[str]:
    lines = []
    for item in judged:
        verdict = item.verdict
        mark = "unknown, so caution" if verdict.unknown else verdict.risk.value
        lines.append(f"{item.step} (line {item.line}): {mark}; {verdict.reason}."[: 2 * _LINE_MAX_CHARACTERS])
    if judged:
        finding = judged[0].verdict.finding
        lines.append(
            f"Judged by scanner {finding.scanner_version} with knowledge {finding.knowledge_version}."
        )
    return lines
