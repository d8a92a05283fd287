"""A verdict as a row of `dd0c.classifications`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from controller.governance.documents import RULES
from schemas.verdict import Verdict


def classification_row(
    number: UUID, version_id: UUID, step_id: str, command_sha256: bytes | None, verdict: Verdict
) -> dict[str, Any]:
    """The parameters of `add_standing`; a sync writes the same as columns (`sync/rows.py`)."""
    return {
        "id": number,
        "version_id": version_id,
        "step_id": step_id,
        "command_sha256": command_sha256,
        "scanner_version": verdict.finding.scanner_version,
        "knowledge_version": verdict.finding.knowledge_version,
        "advisor_version": verdict.advisor_version,
        "finding": verdict.finding.to_json(),
        "advice": None if verdict.advice is None else verdict.advice.to_json(),
        "no_advice": verdict.no_advice or "",
        "rule": RULES.index(verdict.rule) + 1,
        "risk": verdict.risk.value,
        "unknown": verdict.unknown,
    }
