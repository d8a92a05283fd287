"""What was said before of the commands that a commit brings again, and what of it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from controller.db.unit_of_work import QueryRows
from controller.governance.documents import JudgedFile
from controller.sync.by_command import Document
from controller.sync.kept_advice import AdviceRow, Kept, advice_query, kept_advice, kept_steps
from controller.sync.kept_findings import FindingRow, Findings, findings_query, held_steps, kept_findings
from controller.sync.plan import NewVersion
from controller.sync.state import RunbookRow


def stored_again(runbooks: Mapping[str, RunbookRow], judged: Iterable[JudgedFile]) -> list[Document]:
    """Documents that may become versions of runbooks that are known; what serves already does not."""
    found = []
    for file in judged:
        row = None if file.runbook is None else runbooks.get(file.runbook.name)
        if row is not None and file.runbook is not None and not row.serves(file.path, file.content_sha256):
            found.append((row.id, file.runbook))
    return found


def queries_of(documents: Sequence[Document]) -> tuple[QueryRows, QueryRows]:
    """What asks for it: advice, findings."""
    return advice_query(documents), findings_query(documents)


@dataclass(frozen=True)
class SaidBefore:
    """By runbook and by command."""

    advice: Mapping[UUID, Kept] = field(default_factory=dict)
    findings: Mapping[UUID, Findings] = field(default_factory=dict)

    @classmethod
    def of(cls, advice: Iterable[AdviceRow], findings: Iterable[FindingRow]) -> Self:
        """From what `queries_of` found."""
        return cls(kept_advice(advice), kept_findings(findings))

    def as_it_stands(self, version: NewVersion) -> NewVersion:
        """The version with what stands for its commands; of a runbook that is new nothing does."""
        advice, findings = self.advice.get(version.runbook_id), self.findings.get(version.runbook_id)
        if not advice and not findings:
            return version
        steps = held_steps(kept_steps(version.runbook.steps, advice or {}), findings or {})
        return replace(version, runbook=replace(version.runbook, steps=steps))
