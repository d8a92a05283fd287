"""A finding of another scanner or other knowledge stays with its command until an owner accepts a lower one.

A commit that brings a runbook again is no such word: its reviewers looked at the change, not at the scanner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import JudgedStep
from controller.governance.standing import held
from controller.sync.by_command import by_command, with_steps
from controller.sync.plan import NewVersion
from schemas.verdict import Finding

_QUERIES: Final = queries.load("reclassifications")

Findings: TypeAlias = Mapping[bytes, Sequence[Finding]]
"""Command's SHA-256 → what stands for it in one runbook, one finding a step that has it."""


class _Row(NamedTuple):
    runbook_id: UUID
    command_sha256: bytes
    finding: dict[str, Any]


async def with_kept_findings(uow: UnitOfWork, versions: Sequence[NewVersion]) -> tuple[NewVersion, ...]:
    """The versions, no step below what stands for its command in the same runbook by another classifier.

    What stands is what the version in service has; where it lacks the command, what any version with it has.
    """
    commands = {
        step.command_sha256
        for version in versions
        for step in version.runbook.steps
        if step.command_sha256 is not None
    }
    if not commands:
        return tuple(versions)
    rows = await uow.all(
        _QUERIES["standing_findings"],
        _Row,
        commands=list(commands),
        runbook_ids=list({version.runbook_id for version in versions}),
    )
    found = by_command(rows, Finding.from_json)
    return tuple(
        with_steps(
            version, [_step(step, found.get(version.runbook_id, {})) for step in version.runbook.steps]
        )
        for version in versions
    )


def _step(step: JudgedStep, found: Findings) -> JudgedStep:
    if step.verdict is None or step.command_sha256 is None:
        return step
    verdict = held(step.verdict, found.get(step.command_sha256, ()))
    return step if verdict is step.verdict else replace(step, verdict=verdict)
