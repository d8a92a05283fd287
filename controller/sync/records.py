"""The audit records of one sync: who let the commit in, what serves from now on, what was refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from controller.sync.plan import NewVersion, Plan, Rejected, services_of
from controller.sync.state import Known, RunbookRow
from forge.storage import Movement
from schemas.audit import (
    AuditPayload,
    AuditRecord,
    FlagChanged,
    PolicyChanged,
    RepositoryRewritten,
    RunbookClassified,
    RunbookRejected,
    RunbookRetired,
    RunbookReviewed,
    RunbookSynced,
    WrittenRecord,
)
from schemas.audit_texts import Judged, RunbookTexts, classified
from schemas.flags import Flags
from schemas.ids import system_actor

SERVICE_MAX_CHARACTERS: Final = 512
"""Of a name in a record: flags.json bounds how many there are, not how long."""
_SYNC: Final = system_actor("sync")


def _short(services: Sequence[str]) -> tuple[str, ...]:
    return tuple(service[:SERVICE_MAX_CHARACTERS] for service in services)


@dataclass(frozen=True)
class SyncRecords:
    """What all records of a sync name."""

    repository_id: UUID
    sync_id: UUID
    commit: str
    rewrote: str | None = None
    """The commit that served and is not in this one's history."""

    def of(
        self, known: Known, plan: Plan, movements: tuple[Movement, ...]
    ) -> Iterator[AuditRecord | WrittenRecord]:
        """Every record, in the order of the trail."""
        for movement in movements:
            if (record := self._reviewed(movement, errors=len(plan.rejected))) is not None:
                yield record
        if self.rewrote is not None:
            payload: AuditPayload = RepositoryRewritten(
                repository=self.repository_id, sync=self.sync_id, before=self.rewrote, commit=self.commit
            )
            yield AuditRecord(payload, _SYNC)
        texts = RunbookTexts(self.repository_id, self.sync_id, self.commit)
        for version in plan.versions:
            yield self._synced(version, texts)
            if version.is_new:
                yield self._classified(version, texts)
        for payload in self._others(known, plan):
            yield AuditRecord(payload, _SYNC)

    def _others(self, known: Known, plan: Plan) -> Iterator[AuditPayload]:
        for rejected in plan.rejected:
            yield self._rejected(rejected)
        for row in plan.retired:
            yield self._retired(row)
        if plan.policy_changes:
            yield PolicyChanged(
                repository=self.repository_id,
                commit=self.commit,
                before=known.policy,
                after=plan.policy_sha256,
            )
        now = services_of(plan.flags_document or Flags())
        for name, (before, after) in plan.flags.items():
            yield FlagChanged(
                name=name,
                before=before,
                after=after,
                commit=self.commit,
                services_before=_short(known.flag_services.get(name, ())),
                services_after=_short(now.get(name, ())),
            )

    def _reviewed(self, movement: Movement, errors: int) -> AuditRecord | None:
        """Who let a commit in, from the reflog: by merging a pull request, or by pushing past it."""
        how, _, number = movement.how.partition(" ")
        if how not in {"push", "merge"}:
            return None
        payload = RunbookReviewed(
            repository=self.repository_id,
            outcome="pushed" if how == "push" else "merged",
            direct=how == "push",
            commit=movement.new,
            pull_number=int(number) if number.isdigit() else None,
            errors=errors,
        )
        try:
            return AuditRecord(payload, movement.actor_id)
        except ValidationError:
            return AuditRecord(payload, system_actor("git"))

    def _synced(self, version: NewVersion, texts: RunbookTexts) -> AuditRecord | WrittenRecord:
        runbook_id, name, sha256 = version.runbook_id, version.runbook.name, version.file.content_sha256
        text = texts.synced(runbook_id, version.id, name, version.path, sha256)
        if text is not None:
            return WrittenRecord(RunbookSynced.EVENT_TYPE, text, _SYNC)
        payload = RunbookSynced(
            repository=self.repository_id,
            sync=self.sync_id,
            runbook=runbook_id,
            runbook_version=version.id,
            name=name,
            path=version.path,
            commit=self.commit,
            content_sha256=sha256,
        )
        return AuditRecord(payload, _SYNC)

    def _rejected(self, rejected: Rejected) -> RunbookRejected:
        return RunbookRejected(
            repository=self.repository_id,
            sync=self.sync_id,
            path=rejected.path,
            commit=self.commit,
            line=rejected.place.line,
            column=rejected.place.column,
            code=rejected.place.code,
            serving_version=rejected.serving_version_id,
        )

    def _retired(self, row: RunbookRow) -> RunbookRetired:
        return RunbookRetired(
            repository=self.repository_id,
            sync=self.sync_id,
            runbook=row.id,
            name=row.name,
            path=row.path,
            commit=self.commit,
        )

    def _classified(self, version: NewVersion, texts: RunbookTexts) -> AuditRecord | WrittenRecord:
        """Of a version that is new, so that its verdicts came with it."""
        judged = list(starmap(Judged, version.brought()))
        text = texts.classified(version.id, version.runbook.name, judged)
        if text is not None:
            return WrittenRecord(RunbookClassified.EVENT_TYPE, text, _SYNC)
        return AuditRecord(classified(version.id, version.runbook.name, judged), _SYNC)
