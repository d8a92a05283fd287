"""A finding of another scanner or other knowledge stays with its command until an owner accepts a lower one.

A commit that brings a runbook again is no such word: its reviewers looked at the change, not at the scanner.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from controller.db import arrays, queries
from controller.db.unit_of_work import QueryRows
from controller.governance.documents import JudgedStep
from controller.governance.standing import Classifier, held
from controller.sync.by_command import Document, by_command, commands_of
from schemas.verdict import Finding

_QUERIES: Final = queries.load("reclassifications")

Findings: TypeAlias = Mapping[bytes, Sequence[Finding]]
"""Command's SHA-256 → what stands for it in one runbook, one finding a step that has it."""


class FindingRow(NamedTuple):
    """What stands for a command in a runbook."""

    runbook_id: UUID
    command_sha256: bytes
    finding: dict[str, Any]


def findings_query(documents: Sequence[Document]) -> QueryRows:
    """What stands for the commands of documents in the runbooks that they may be stored in: what the version
    in service has; where it lacks the command, what any version with it has. What the classifier of all these
    documents found itself is not read: `held` would leave it alone.
    """
    asked, classifiers = set(), set()
    for runbook_id, command, verdict in commands_of(documents):
        asked.add((runbook_id, command))
        classifiers.add(Classifier.of(verdict.finding))
    own = classifiers.pop() if len(classifiers) == 1 else None
    return QueryRows(
        _QUERIES["standing_findings"],
        FindingRow,
        {
            "runbook_ids": arrays.uuids([runbook_id for runbook_id, _ in asked]),
            "commands": arrays.blobs([command for _, command in asked]),
            "scanner_version": None if own is None else own.scanner_version,
            "knowledge_version": None if own is None else own.knowledge_version,
        },
    )


def kept_findings(rows: Iterable[FindingRow]) -> Mapping[UUID, Findings]:
    """The rows by runbook and by command."""
    return by_command(rows, Finding.from_json)


def held_steps(steps: Iterable[JudgedStep], found: Findings) -> tuple[JudgedStep, ...]:
    """The steps, none below what stands for its command by another classifier."""
    return tuple(_step(step, found) for step in steps)


def _step(step: JudgedStep, found: Findings) -> JudgedStep:
    if step.verdict is None or step.command_sha256 is None:
        return step
    verdict = held(step.verdict, found.get(step.command_sha256, ()))
    return step if verdict is step.verdict else replace(step, verdict=verdict)
