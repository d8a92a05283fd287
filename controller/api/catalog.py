"""Reads runbooks, versions and sync states for the API: rows in, shapes out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from base.ids import show_id
from controller.api.resolving import no_runbook
from controller.api.shapes.runbooks import (
    FileError,
    LastRun,
    RepositoryRef,
    RunbookItem,
    RunbookShape,
    RunbookStep,
    ShownRisk,
    StepVerdict,
    VersionItem,
)
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.sample import template_spans
from controller.review.step_facts import condition_words
from schemas.errors import NotFound
from schemas.merge import why_one_key
from schemas.no_return import is_final
from schemas.risk import EffectiveRisk, Risk, exceeds, worse
from schemas.runbook import Runbook
from schemas.step import Step
from schemas.verdict import Reversibility, Span, said_of

_QUERIES: Final = queries.load("catalog")


@dataclass(frozen=True)
class _RunbookRow:
    """A runbook joined with its version in service and its file."""

    id: UUID
    name: str
    title: str
    service: str
    path: str
    retired_at: datetime | None
    updated_at: datetime
    repository_id: UUID
    repository_name: str
    version_id: UUID | None
    content_sha256: str | None
    commit_oid: str | None
    file_commit: str | None
    file_state: str | None
    error_line: int | None
    error_column: int | None
    error_reason: str | None
    trust_level: int | None
    governance: str | None
    owners: list[str] | None
    review: dict[str, Any] | None


Mark: TypeAlias = tuple[bool, str | None, str | None, bool | None]
"""Of a step: whether it has a command, the declared risk, the verdict's, and whether that is unknown."""


@dataclass(frozen=True)
class _ListedRow(_RunbookRow):
    marks: list[Mark]


@dataclass(frozen=True)
class _WholeRow(_RunbookRow):
    document: dict[str, Any] | None


_ADVICE_RAISES: Final = 4  # the number of the merge rule


@dataclass(frozen=True)
class VerdictRow:
    """The stored classification of one step."""

    version_id: UUID
    step_id: str
    id: UUID
    finding: dict[str, Any]
    advice: dict[str, Any] | None
    no_advice: str
    rule: int
    risk: str
    unknown: bool


@dataclass(frozen=True)
class _VersionRow:
    id: UUID
    content_sha256: str
    path: str
    blob_oid: str
    commit_oid: str
    author: str
    committed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class _RunRow:
    runbook_id: UUID
    id: UUID
    state: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ContentRow:
    """The bytes of one version."""

    id: UUID
    content_sha256: str
    content: bytes
    path: str
    commit_oid: str


async def runbook_page(
    uow: UnitOfWork, *, before: UUID | None, count: int, name: str | None, retired: bool
) -> list[tuple[UUID, RunbookItem]]:
    """Runbooks, newest first, each with its id for the cursor."""
    rows = await uow.all(
        _QUERIES["list_runbooks"], _ListedRow, before=before, count=count, name=name, retired=retired
    )
    runs = await _last_runs(uow, [row.id for row in rows])
    items = []
    for row in rows:
        profile = [_listed(mark) for mark in row.marks]
        items.append((row.id, RunbookItem(**_item(row, profile, runs.get(row.id)))))
        await asyncio.sleep(0)  # a page may have 60,000 steps: others get their turn between two runbooks
    return items


async def runbook_shape(uow: UnitOfWork, runbook_id: UUID) -> RunbookShape:
    """One runbook, whole. Raises NotFound."""
    row = await uow.one(_QUERIES["find_runbook"], _WholeRow, id=runbook_id)
    if row is None:
        raise no_runbook()
    verdicts = await verdicts_of(uow, [row.version_id] if row.version_id else [])
    steps = _steps(row, verdicts)
    runs = await _last_runs(uow, [row.id])
    item = _item(row, [_mark(step) for step in steps], runs.get(row.id))
    return RunbookShape(**item, step_list=steps, document=row.document or {})


async def verdicts_of(uow: UnitOfWork, version_ids: Iterable[UUID]) -> dict[tuple[UUID, str], VerdictRow]:
    """The latest classification of each step of some versions."""
    ids = list(version_ids)
    if not ids:
        return {}
    rows = await uow.all(_QUERIES["version_verdicts"], VerdictRow, version_ids=ids)
    return {(row.version_id, row.step_id): row for row in rows}


async def version_page(
    uow: UnitOfWork, runbook_id: UUID, *, before: UUID | None, count: int
) -> list[tuple[UUID, VersionItem]]:
    """A runbook's versions, newest first. Raises NotFound."""
    if await uow.value(_QUERIES["has_runbook"], id=runbook_id) is None:
        raise no_runbook()
    rows = await uow.all(
        _QUERIES["list_versions"], _VersionRow, runbook_id=runbook_id, before=before, count=count
    )
    return [
        (
            row.id,
            VersionItem(
                id=show_id("ver", row.id),
                content_sha256=row.content_sha256,
                path=row.path,
                commit=row.commit_oid,
                author=row.author,
                committed_at=row.committed_at,
                created_at=row.created_at,
            ),
        )
        for row in rows
    ]


async def version_content(uow: UnitOfWork, runbook_id: UUID, version_id: UUID) -> ContentRow:
    """The bytes of one version. Raises NotFound."""
    row = await uow.one(_QUERIES["version_content"], ContentRow, runbook_id=runbook_id, id=version_id)
    if row is None:
        raise NotFound("The runbook has no such version.")
    return row


async def _last_runs(uow: UnitOfWork, runbook_ids: list[UUID]) -> dict[UUID, LastRun]:
    rows = await uow.all(_QUERIES["last_runs"], _RunRow, runbook_ids=runbook_ids)
    return {
        row.runbook_id: LastRun(id=show_id("exe", row.id), state=row.state, at=row.ended_at or row.created_at)
        for row in rows
    }


def _item(row: _RunbookRow, profile: list[ShownRisk], last_run: LastRun | None) -> dict[str, Any]:
    tally = Counter(mark for mark in profile if mark != "manual")
    error = None
    if row.error_reason is not None:
        error = FileError(
            line=row.error_line,
            column=row.error_column,
            reason=row.error_reason,
            commit=row.file_commit,
        )
    return {
        "id": show_id("rbk", row.id),
        "name": row.name,
        "title": row.title,
        "service": row.service or None,
        "repository": RepositoryRef(id=show_id("rpo", row.repository_id), name=row.repository_name),
        "path": row.path,
        "state": "retired" if row.retired_at else (row.file_state or "ok"),
        "error": error,
        "version_id": show_id("ver", row.version_id) if row.version_id else None,
        "content_sha256": row.content_sha256,
        "commit": row.commit_oid,
        "steps": len(profile),
        "risks": dict(tally),
        "profile": profile,
        "trust_level": 1 if row.trust_level is None else row.trust_level,
        "governance": row.governance,
        "owners": row.owners or [],
        "last_run": last_run,
        "review": row.review,
        "updated_at": row.updated_at,
    }


def _mark(step: RunbookStep) -> ShownRisk:
    if step.command is None:
        return "manual"
    return "unknown" if step.unknown else cast("ShownRisk", step.risk.value)


def _listed(mark: Mark) -> ShownRisk:
    """As `_mark`, of what a list reads of a step."""
    command, declared, risk, unknown = mark
    if not command:
        return "manual"
    merged, unsure = merged_risk(
        None if declared is None else Risk(declared),
        None if risk is None else Risk(risk),
        unknown=bool(unknown),
    )
    return "unknown" if unsure else cast("ShownRisk", merged.value)


def _steps(row: _WholeRow, verdicts: Mapping[tuple[UUID, str], VerdictRow]) -> list[RunbookStep]:
    if row.document is None or row.version_id is None:
        return []
    runbook = Runbook.from_json(row.document)
    return [_step(runbook, step, verdicts.get((row.version_id, step.id))) for step in runbook.spec.steps]


def _reversibility(verdict: VerdictRow | None) -> Reversibility | None:
    return None if verdict is None else Reversibility(verdict.finding["reversibility"])


def _step(runbook: Runbook, step: Step, verdict: VerdictRow | None) -> RunbookStep:
    risk, unknown = effective_risk(step, verdict)
    rollback = step.rollback.to_json() if step.rollback else None
    target = runbook.target_of(step.id)
    return RunbookStep(
        found=_found(runbook, step, verdict),
        declared=step.risk,
        when=None if step.when is None else condition_words(runbook, step.when),
        target={} if target is None else dict(target.labels),
        id=step.id,
        title=step.title,
        command=step.command,
        manual=step.manual,
        answers=step.answers,
        risk=risk,
        unknown=unknown,
        why=_why(step, verdict) if verdict else None,
        rule_ids=tuple(verdict.finding.get("ruleIds", ())) if verdict else (),
        needs=runbook.needs_of(step.id),
        confirm=step.confirm,
        rollback=rollback,
        irreversible=is_final(step, _reversibility(verdict), risk),
        timeout_ms=step.timeout_ms,
        idempotent=step.idempotent,
    )


def _found(runbook: Runbook, step: Step, verdict: VerdictRow | None) -> StepVerdict | None:
    """The stored verdict, with the scanner's spans as spans of the command."""
    if verdict is None or step.command is None:
        return None
    spans = (Span.from_json(span) for span in verdict.finding.get("spans", ()))
    return StepVerdict(
        classification=show_id("cls", verdict.id),
        scanner=verdict.finding["risk"],
        advisor=None if verdict.advice is None else verdict.advice.get("risk"),
        rule=verdict.rule,
        keys=1 if verdict.advice is None else 2,
        one_key=why_one_key(said_of(verdict.advice, verdict.no_advice)),
        spans=list(template_spans(runbook, step.command, spans)),
    )


def _why(step: Step, verdict: VerdictRow) -> str | None:
    """The scanner's reason, or the advisor's where that raised the risk; under what the runbook declares,
    where that is what counts."""
    why = verdict.finding.get("why")
    if verdict.rule == _ADVICE_RAISES and verdict.advice is not None:
        why = f"the advisor says {verdict.advice['risk']}: {verdict.advice['reasoning']}"
    if step.declared_risk is None or not exceeds(step.declared_risk, Risk(verdict.risk)):
        return why
    return f"the runbook declares it {step.declared_risk}; the scanner says {verdict.finding['risk']}: {why}"


def effective_risk(step: Step, verdict: VerdictRow | None) -> tuple[EffectiveRisk, bool]:
    """max(declared, verdict), and whether nobody could tell. Pure."""
    if step.command is None:
        return step.risk or Risk.SAFE, False
    if verdict is None:
        return merged_risk(step.declared_risk, None, unknown=True)
    return merged_risk(step.declared_risk, Risk(verdict.risk), unknown=verdict.unknown)


def merged_risk(declared: Risk | None, judged: Risk | None, *, unknown: bool) -> tuple[EffectiveRisk, bool]:
    """The same of a command, by the risks alone. One that nobody judged is unknown. Pure."""
    found = Risk.CAUTION if judged is None else judged
    merged = found if declared is None else worse(declared, found)
    return cast(EffectiveRisk, merged), (unknown or judged is None) and merged is Risk.CAUTION
