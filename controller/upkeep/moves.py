"""What another scanner or other knowledge found: listed, and where it is lower, accepted by an owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from base.ids import new_id
from controller.db import queries
from controller.db.database import Database
from controller.db.unit_of_work import UnitOfWork
from controller.governance.classification_rows import classification_row
from controller.governance.repositories import lock_repository
from controller.governance.standing import Classifier, Direction
from controller.tenants.principal import Principal
from schemas.audit import AuditRecord, RunbookLoweringAccepted, StepReclassified
from schemas.audit_runbook import RULES_MAX
from schemas.errors import Conflict, NotFound
from schemas.merge import merge
from schemas.verdict import Finding, Verdict, said_of

ACCEPT_MAX: Final = 500
"""Verdicts that one word of an owner may lower: what a person can be thought to have looked at."""

_QUERIES: Final = queries.load("reclassifications")


@dataclass(frozen=True)
class Move:
    """One command that serves and is judged otherwise than before."""

    id: UUID
    version_id: UUID
    step_id: str
    direction: str
    before_id: UUID
    standing_id: UUID
    finding: dict[str, Any] | None
    advice: dict[str, Any] | None
    no_advice: str
    accepted_by: str | None
    accepted_at: datetime | None
    created_at: datetime
    runbook_id: UUID
    repository_id: UUID
    name: str
    title: str
    before_finding: dict[str, Any]
    before_advice: dict[str, Any] | None
    before_no_advice: str
    stands: bool
    command: str | None
    step_title: str | None

    @property
    def before(self) -> Verdict:
        """What stood when it was looked at."""
        return merge(
            Finding.from_json(self.before_finding), said_of(self.before_advice, self.before_no_advice)
        )

    @property
    def found(self) -> Verdict | None:
        """What was found; None where the document can't be read any more."""
        if self.finding is None:
            return None
        return merge(Finding.from_json(self.finding), said_of(self.advice, self.no_advice))

    @property
    def waits(self) -> bool:
        """Whether an owner may accept it now."""
        return self.direction == Direction.LOWER and self.accepted_at is None and self.stands


@dataclass(frozen=True)
class Counts:
    """How the commands that serve moved."""

    raised: int
    waiting: int
    accepted: int
    unread: int


class Moves:
    """Reads and accepts what `Reclassifying` noted."""

    def __init__(self, database: Database, classifier: Classifier | None = None) -> None:
        self._database = database
        self.classifier = classifier or Classifier.here()

    def _versions(self) -> dict[str, str]:
        return {
            "scanner_version": self.classifier.scanner_version,
            "knowledge_version": self.classifier.knowledge_version,
        }

    async def counts(self, uow: UnitOfWork) -> tuple[Counts, int]:
        """How they moved, and how many runbooks are still to be looked at."""
        found = await uow.one(_QUERIES["count_moves"], Counts, **self._versions())
        assert found is not None
        return found, int(await uow.value(_QUERIES["count_due"], **self._versions()))

    async def page(
        self,
        uow: UnitOfWork,
        *,
        count: int,
        before: UUID | None = None,
        waiting: bool = False,
        runbook_id: UUID | None = None,
    ) -> list[Move]:
        """Newest first."""
        return await self._read(uow, count=count, before=before, waiting=waiting, runbook_id=runbook_id)

    async def accept(self, principal: Principal, ids: Sequence[UUID]) -> int:
        """Let these lower verdicts stand: all of them or none. How many there were.

        Raises Forbidden; NotFound for one that is not there; Conflict (`moved_on`) where one no longer waits.
        """
        principal.require("accept_lower")
        wanted = sorted(set(ids))

        async def store(uow: UnitOfWork) -> int:
            for row in await uow.all(_QUERIES["repositories_of_moves"], _Repository, ids=wanted):
                await lock_repository(uow, row.id)
            moves = await self._read(uow, ids=wanted, count=len(wanted))
            _check(wanted, moves)
            for (version_id, name), group in groupby(
                sorted(moves, key=lambda move: (move.version_id, move.step_id)),
                key=lambda move: (move.version_id, move.name),
            ):
                await self._accept(uow, principal.actor, version_id, name, list(group))
            return len(moves)

        return await self._database.transact(principal.tenant_id, store)

    async def _read(self, uow: UnitOfWork, **asked: Any) -> list[Move]:
        unasked = {"before": None, "ids": None, "runbook_id": None, "waiting": False}
        return await uow.all(_QUERIES["moves"], Move, **unasked | asked | self._versions())

    async def _accept(
        self, uow: UnitOfWork, actor: str, version_id: UUID, name: str, moves: Sequence[Move]
    ) -> None:
        accepted = []
        for move in moves:
            found, number = move.found, new_id()
            assert found is not None
            digest = await uow.value(_QUERIES["command_of"], version_id=version_id, id=move.standing_id)
            row = classification_row(number, version_id, move.step_id, digest, found)
            await uow.run(_QUERIES["add_standing"], **row)
            hit = await uow.run(
                _QUERIES["accept"], id=move.id, actor=actor, standing_id=number, stood_id=move.standing_id
            )
            if hit != 1:
                raise _moved_on(move)
            accepted.append(_lowered(move, number, found))
        event = RunbookLoweringAccepted(
            runbook=moves[0].runbook_id,
            runbook_version=version_id,
            name=name,
            steps=tuple(accepted),
            **self._versions(),
        )
        uow.audit(AuditRecord(event, actor))


@dataclass(frozen=True)
class _Repository:
    id: UUID


def _check(wanted: Sequence[UUID], moves: Sequence[Move]) -> None:
    if len(moves) != len(wanted):
        raise NotFound(
            "A verdict that was to be accepted is not there: its runbook changed, or another scanner looks.",
            hint="Look at the list again: `dd0c upgrade report`.",
        )
    for move in moves:
        if not move.waits:
            raise _moved_on(move)


def _moved_on(move: Move) -> Conflict:
    return Conflict(
        f"The verdict on the step {move.step_id} of {move.name} does not wait for an owner any more. "
        "Nothing was accepted.",
        hint="Look at the list again: `dd0c upgrade report`.",
        code="moved_on",
    )


def _lowered(move: Move, number: UUID, found: Verdict) -> StepReclassified:
    return StepReclassified(
        step=move.step_id,
        classification=number,
        before=move.before.shown,
        found=found.shown,
        stands=found.shown,
        rule_ids=found.finding.rule_ids[:RULES_MAX],
    )
