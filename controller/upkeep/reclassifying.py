"""Judges what serves again when scanner or knowledge are others than those of its verdicts.

A higher verdict holds at once; a lower one is noted and waits for an owner. Runbooks are judged with nothing
locked and written one transaction each, under the lock of their repository, which syncs take, too: what
another replica has written meanwhile is seen and left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from base import log
from base.ids import new_id
from controller.db import queries
from controller.db.database import Database
from controller.db.unit_of_work import UnitOfWork
from controller.governance.classification_rows import classification_row
from controller.governance.documents import JudgedFile
from controller.governance.judging import File, Judging
from controller.governance.repositories import lock_repository
from controller.governance.standing import Classifier, Direction
from controller.upkeep.looking import Look, StandingRow, looks
from schemas.audit import AuditRecord, RunbookReclassified, StepReclassified
from schemas.audit_runbook import RULES_MAX
from schemas.ids import system_actor
from schemas.verdict import Verdict

BATCH: Final = 24
"""Runbooks that are judged before the first of them is written."""

_TOO_EXPENSIVE: Final = "too_expensive"
_ACTOR: Final = system_actor("upkeep")
_QUERIES: Final = queries.load("reclassifications")
_log = log.get(__name__)


@dataclass(frozen=True)
class _Due:
    runbook_id: UUID
    name: str
    path: str
    version_id: UUID
    content: bytes


class Reclassifying:
    """One a process. Doing it twice, or on two replicas, changes nothing the second time."""

    def __init__(self, database: Database, judging: Judging, classifier: Classifier | None = None) -> None:
        self._database = database
        self._judging = judging
        self._classifier = classifier or Classifier.here()
        self._skipped: set[UUID] = set()

    async def repository(self, tenant_id: UUID, repository_id: UUID) -> int:
        """Look at everything that is due there; how many runbooks. Raises what the database raises."""
        done = 0
        while due := await self._due(tenant_id, repository_id):
            files: list[File] = [(row.path, "runbook", bytes(row.content)) for row in due]
            judged = await self._judging.judge(tenant_id, files)
            for row, file in zip(due, judged, strict=True):
                if any(place.code == _TOO_EXPENSIVE for place in file.places):
                    # It may have been the hour, not the document; a restart tries again.
                    self._skipped.add(row.version_id)
                    continue
                await self._write(tenant_id, repository_id, row, verdicts_of(file))
                done += 1
        return done

    async def _due(self, tenant_id: UUID, repository_id: UUID) -> list[_Due]:
        async with self._database.work(tenant_id) as uow:
            return await uow.all(
                _QUERIES["to_reclassify"],
                _Due,
                repository_id=repository_id,
                skipped=list(self._skipped),
                count=BATCH,
                **self._versions(),
            )

    def _versions(self) -> dict[str, str]:
        return {
            "scanner_version": self._classifier.scanner_version,
            "knowledge_version": self._classifier.knowledge_version,
        }

    async def _write(
        self, tenant_id: UUID, repository_id: UUID, due: _Due, now: Mapping[str, Verdict]
    ) -> None:
        async def store(uow: UnitOfWork) -> tuple[Look, ...]:
            await lock_repository(uow, repository_id)
            serves = await uow.value(
                _QUERIES["is_serving"], runbook_id=due.runbook_id, version_id=due.version_id
            )
            if serves is None:
                return ()
            rows = await uow.all(
                _QUERIES["standing_verdicts"], StandingRow, version_id=due.version_id, **self._versions()
            )
            found = looks(rows, now, self._classifier, new_id)
            await self._store(uow, due, found)
            return found

        found = await self._database.transact(tenant_id, store)
        _log.info(
            "a runbook was classified again",
            extra={
                "action": "upkeep.reclassified",
                **{word.value: sum(look.direction is word for look in found) for word in Direction},
            },
        )

    async def _store(self, uow: UnitOfWork, due: _Due, found: Sequence[Look]) -> None:
        standing = [
            classification_row(
                look.standing_id, due.version_id, look.row.step_id, look.row.command_sha256, look.stored
            )
            for look in found
            if look.stored is not None
        ]
        if standing:
            await uow.run_many(_QUERIES["add_standing"], standing)
        if found:
            await uow.run_many(_QUERIES["note"], [self._note(due, look) for look in found])
        event = self._event(due, found)
        if event is not None:
            uow.audit(AuditRecord(event, _ACTOR))

    def _note(self, due: _Due, look: Look) -> dict[str, Any]:
        came_to = look.came_to
        advice = None if came_to is None else came_to.found.advice
        return {
            "id": new_id(),
            "version_id": due.version_id,
            "step_id": look.row.step_id,
            "direction": look.direction.value,
            "before_id": look.row.id,
            "standing_id": look.standing_id,
            "finding": None if came_to is None else came_to.found.finding.to_json(),
            "advice": None if advice is None else advice.to_json(),
            "no_advice": "" if came_to is None else came_to.found.no_advice or "",
            **self._versions(),
        }

    def _event(self, due: _Due, found: Sequence[Look]) -> RunbookReclassified | None:
        """What the audit trail is told; a look that moved nothing is no event."""
        counts = [look.direction for look in found]
        if all(word is Direction.SAME for word in counts):
            return None
        return RunbookReclassified(
            runbook=due.runbook_id,
            runbook_version=due.version_id,
            name=due.name,
            same=counts.count(Direction.SAME),
            unread=counts.count(Direction.UNREAD),
            raised=tuple(_moved(look) for look in found if look.direction is Direction.HIGHER),
            waiting=tuple(_moved(look) for look in found if look.direction is Direction.LOWER),
            **self._versions(),
        )


def verdicts_of(file: JudgedFile) -> dict[str, Verdict]:
    """What a judged document's commands come to, also where it may not serve because it declares too little;
    empty where it can't be read.
    """
    runbook = file.runbook or file.too_low
    steps = () if runbook is None else runbook.steps
    return {step.step_id: step.verdict for step in steps if step.verdict is not None}


def _moved(look: Look) -> StepReclassified:
    assert look.came_to is not None
    found = look.came_to.found
    return StepReclassified(
        step=look.row.step_id,
        classification=look.standing_id,
        before=look.before.shown,
        found=found.shown,
        stands=look.came_to.standing.shown,
        rule_ids=found.finding.rule_ids[:RULES_MAX],
    )
