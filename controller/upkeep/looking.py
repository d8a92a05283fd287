"""What a new look at a runbook that serves comes to, step by step: rows in, what to write out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from controller.governance.standing import Classifier, Direction, Reclassified, reclassified
from schemas.merge import merge
from schemas.verdict import Finding, Verdict, said_of


@dataclass(frozen=True)
class StandingRow:
    """The newest classification of a step; `noted_id` is the one that this classifier last left standing."""

    step_id: str
    id: UUID
    command_sha256: bytes | None
    scanner_version: str
    knowledge_version: str
    finding: dict[str, Any]
    advice: dict[str, Any] | None
    no_advice: str
    noted_id: UUID | None

    @property
    def verdict(self) -> Verdict:
        """What stands."""
        return merge(Finding.from_json(self.finding), said_of(self.advice, self.no_advice))


@dataclass(frozen=True)
class Look:
    """One step that was looked at. `stored` is the verdict to write as `standing_id`, None where the row that
    stood stays; `came_to` is None where nothing could be found out.
    """

    row: StandingRow
    before: Verdict
    came_to: Reclassified | None
    standing_id: UUID
    stored: Verdict | None

    @property
    def direction(self) -> Direction:
        """Where it moved."""
        return Direction.UNREAD if self.came_to is None else self.came_to.direction


def looks(
    rows: Iterable[StandingRow],
    now: Mapping[str, Verdict],
    classifier: Classifier,
    new_id: Callable[[], UUID],
) -> tuple[Look, ...]:
    """The steps whose verdict is of another classifier, and was not looked at by this one as it stands.
    `now` has what is found today, by step.
    """
    return tuple(
        _look(row, now.get(row.step_id), new_id)
        for row in rows
        if Classifier(row.scanner_version, row.knowledge_version) != classifier and row.noted_id != row.id
    )


def _look(row: StandingRow, now: Verdict | None, new_id: Callable[[], UUID]) -> Look:
    before = row.verdict
    if now is None:
        return Look(row, before, None, row.id, None)
    came_to = reclassified(before, now)
    # Where replicas of two versions run side by side, each renews an equal verdict once, not for ever.
    is_renewed = came_to.direction is Direction.SAME and row.noted_id is None
    if came_to.direction is Direction.HIGHER or is_renewed or came_to.standing.risk != before.risk:
        return Look(row, before, came_to, new_id(), came_to.standing)
    return Look(row, before, came_to, row.id, None)
