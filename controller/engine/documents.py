"""Runbook versions as the engine needs them: document, plan, verdicts. Parsed documents are kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final, Self
from uuid import UUID

from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine.plan import Plan, build_plan, build_undo_plan
from controller.governance.policy import Pinned
from controller.governance.silence import under_flags
from schemas.errors import NotFound
from schemas.merge import merge
from schemas.runbook import Runbook
from schemas.verdict import Finding, Verdict, said_of
from schemas.yaml_codec import load_runbook

_QUERIES: Final = load("executions")
_KEPT: Final = 256
"""Parsed documents in memory; a document has at most 512 KiB."""


@dataclass(frozen=True, slots=True)
class _VersionRow:
    version_id: UUID
    runbook_id: UUID
    content_sha256: str
    content: bytes
    commit_oid: str
    repository_id: UUID
    name: str
    title: str
    service: str
    in_service: bool


@dataclass(frozen=True, slots=True)
class _VerdictRow:
    step_id: str
    finding: dict[str, Any]
    advice: dict[str, Any] | None
    no_advice: str


@dataclass(frozen=True)
class Version:
    """One content of one runbook: everything that an intent names, and what the steps were judged to be."""

    version_id: UUID
    runbook_id: UUID
    repository_id: UUID
    name: str
    title: str
    service: str
    commit: str
    content_sha256: str
    in_service: bool
    runbook: Runbook
    verdicts: dict[str, Verdict]
    plan: Plan

    def plan_for(self, undo_steps: tuple[str, ...]) -> Plan:
        """The plan of an execution: the document's, or the one that undoes these steps."""
        return build_undo_plan(self.runbook, undo_steps) if undo_steps else self.plan

    def under(self, pinned: Pinned) -> Self:
        """The version as a run that pinned these flags takes it: what one of them silences does not count."""
        verdicts = {step_id: under_flags(said, pinned.flags_off) for step_id, said in self.verdicts.items()}
        if verdicts == self.verdicts:
            return self
        return replace(self, verdicts=verdicts, plan=build_plan(self.runbook, verdicts))


class Versions:
    """Loads versions; one a process."""

    def __init__(self) -> None:
        self._parsed: OrderedDict[tuple[UUID, UUID], Runbook] = OrderedDict()

    async def load(self, uow: UnitOfWork, version_id: UUID) -> Version:
        """The version of the unit of work's tenant. Raises NotFound; DocumentInvalid for damaged content."""
        row = await uow.one(_QUERIES["version_facts"], _VersionRow, version_id=version_id)
        if row is None:
            raise NotFound("There is no such runbook version.")
        runbook = await self._runbook(uow.tenant_id, row)
        verdicts = {
            found.step_id: merge(
                Finding.from_json(found.finding),
                said_of(found.advice, found.no_advice),
            )
            for found in await uow.all(_QUERIES["version_verdicts"], _VerdictRow, version_id=version_id)
        }
        return Version(
            version_id=row.version_id,
            runbook_id=row.runbook_id,
            repository_id=row.repository_id,
            name=row.name,
            title=row.title or runbook.metadata.title,
            service=row.service,
            commit=row.commit_oid,
            content_sha256=_prefixed(row.content_sha256),
            in_service=row.in_service,
            runbook=runbook,
            verdicts=verdicts,
            plan=build_plan(runbook, verdicts),
        )

    async def _runbook(self, tenant_id: UUID, row: _VersionRow) -> Runbook:
        """The parsed document. It was judged before it was stored, so it is read outside of the pool."""
        key = (tenant_id, row.version_id)
        found = self._parsed.get(key)
        if found is None:
            found = await asyncio.to_thread(load_runbook, row.content, path=row.name)
            self._parsed[key] = found
            while len(self._parsed) > _KEPT:
                self._parsed.popitem(last=False)
        self._parsed.move_to_end(key)
        return found


def _prefixed(sha256: str) -> str:
    return sha256 if sha256.startswith("sha256:") else f"sha256:{sha256}"
