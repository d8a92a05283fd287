"""What the check says of rollback commands: they wait for a person, who is told by day what they do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller.review.change import ChangedFile, Note, Serving, attention, runbook_of
from controller.review.risky_steps import line_of
from schemas.risk import Risk


def rollback_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    """Dangerous rollback commands that are not in service as they are: new, or changed."""
    runbook = runbook_of(file)
    if file.judged is None or runbook is None:
        return []
    known = set(_rollbacks(serving.documents.get(runbook.name, {})).values())
    now = _rollbacks(runbook.document)
    notes = []
    for step in runbook.steps:
        if step.undo is None or step.undo.finding.risk is not Risk.DANGEROUS or now[step.step_id] in known:
            continue
        message = f"the rollback of the step `{step.step_id}` is dangerous: {step.undo.finding.why}"
        line = line_of(file.judged.content, step.step_id) or 0
        notes.append(attention(file.path, "dangerous_rollback", message, line))
    return notes


def _rollbacks(document: Mapping[str, Any]) -> dict[str, str | None]:
    steps = document.get("spec", {}).get("steps", ())
    return {step["id"]: (step.get("rollback") or {}).get("command") for step in steps}
