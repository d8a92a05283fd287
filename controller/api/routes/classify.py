"""Classify one command without running it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Response

from base import limits
from base.ids import new_id, show_id, whole_id
from controller.api import rates
from controller.api.advice import advised_command
from controller.api.auth import Caller, ServicesDep
from controller.api.idempotency import IdempotentRoute
from controller.api.routing import id_or_404
from controller.api.shapes.audit import AdviceShape, ClassificationShape, ClassifyRequest
from controller.db import queries
from schemas.audit import AuditRecord, RunbookClassified
from schemas.audit_runbook import RiskCounts, StepClassified
from schemas.errors import NotFound
from schemas.merge import merge
from schemas.risk import Risk, effective
from schemas.verdict import Finding, MergeRule, Verdict, said_of

router = APIRouter(tags=["classify"], route_class=IdempotentRoute)

_QUERIES: Final = queries.load("classifications")
_RULES: Final = tuple(MergeRule)


@dataclass(frozen=True)
class _Row:
    id: UUID
    language: str
    finding: dict[str, Any]
    advice: dict[str, Any] | None
    no_advice: str
    rule: int
    risk: str
    unknown: bool
    created_at: datetime


@router.post("/classify", status_code=201, summary="Judge one command")
async def classify(
    principal: Caller, services: ServicesDep, response: Response, body: ClassifyRequest
) -> ClassificationShape:
    """The same command and the same versions of scanner, knowledge and local model give the same verdict.

    Where the second key is an LLM, it is waited for at most 3.8 s. 30 a minute and tenant.
    """
    principal.require("read")
    await services.rates.take(rates.CLASSIFICATIONS, "classify", str(principal.tenant_id))
    advising = await advised_command(
        services, principal, body.command, body.language, limits.ADVICE_PREVIEW_MS / 1000
    )
    verdict = await services.parse_pool.run(advising.judge, body.command, body.language)
    finding, advice = verdict.finding, verdict.advice
    classification_id = new_id()
    async with services.database.work(principal.tenant_id) as uow:
        created_at = await uow.value(
            _QUERIES["add_classification"],
            id=classification_id,
            language=body.language,
            command_sha256=sha256(body.command.encode("utf-8", "surrogatepass")).digest(),
            scanner_version=finding.scanner_version,
            knowledge_version=finding.knowledge_version,
            advisor_version=verdict.advisor_version,
            finding=finding.to_json(),
            advice=None if advice is None else advice.to_json(),
            no_advice=verdict.no_advice or "",
            rule=_RULES.index(verdict.rule) + 1,
            risk=verdict.risk.value,
            unknown=verdict.unknown,
            requested_by=principal.actor,
        )
        uow.audit(AuditRecord(_classified(classification_id, verdict), principal.actor))
    shown = show_id("cls", classification_id)
    response.headers["Location"] = f"/api/v1/classifications/{shown}"
    row = _Row(
        classification_id,
        body.language,
        finding.to_json(),
        None if advice is None else advice.to_json(),
        verdict.no_advice or "",
        _RULES.index(verdict.rule) + 1,
        verdict.risk.value,
        verdict.unknown,
        created_at,
    )
    return _shape(row)


@router.get("/classifications/{classification_id}", summary="Show a classification")
async def show_classification(
    principal: Caller, services: ServicesDep, classification_id: str
) -> ClassificationShape:
    """A verdict that was given before, with the versions that gave it."""
    principal.require("read")
    wanted = id_or_404("cls", classification_id, "There is no such classification.")
    async with services.database.work(principal.tenant_id) as uow:
        row = await uow.one(_QUERIES["find_classification"], _Row, id=wanted, whole_id=whole_id(wanted))
    if row is None:
        raise NotFound("There is no such classification.")
    return _shape(row)


def _classified(classification_id: UUID, verdict: Verdict) -> RunbookClassified:
    counts = RiskCounts.model_validate({verdict.shown.value: 1})
    return RunbookClassified(
        counts=counts,
        scanner_version=verdict.finding.scanner_version,
        knowledge_version=verdict.finding.knowledge_version,
        advisor_version=verdict.advisor_version,
        classification=classification_id,
        steps=(StepClassified.of(None, classification_id, verdict),),
    )


def _shape(row: _Row) -> ClassificationShape:
    finding = Finding.from_json(row.finding)
    merged = merge(finding, said_of(row.advice, row.no_advice))
    advice = merged.advice
    return ClassificationShape(
        id=show_id("cls", row.id),
        language=cast(Literal["bash", "sql"], row.language),
        risk=effective(Risk(row.risk)),
        unknown=row.unknown,
        rule=_RULES[row.rule - 1].value,
        scanner_risk=finding.risk,
        why=finding.why,
        rule_ids=finding.rule_ids,
        resources=finding.resources,
        spans=tuple(span.to_json() for span in finding.spans),
        reversibility=finding.reversibility.value,
        inverse=finding.inverse,
        scanner_version=finding.scanner_version,
        knowledge_version=finding.knowledge_version,
        reason=merged.reason,
        advised=merged.advised,
        advice=None if advice is None else AdviceShape(**advice.model_dump()),
        no_advice=merged.no_advice,
        created_at=row.created_at,
    )
