"""What another scanner, or other knowledge, found otherwise, as the API shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from base.ids import show_id
from controller.upkeep.moves import ACCEPT_MAX, Counts, Move
from schemas.ids import ReclassificationId
from schemas.model import Instant, Model
from schemas.risk import EffectiveRisk, Risk
from schemas.verdict import Verdict

MoveState = Literal["raised", "waiting", "accepted", "unread", "overtaken"]


class MovedVerdict(Model):
    """A verdict before or after."""

    risk: EffectiveRisk
    unknown: bool = Field(False, description="Nobody could tell: the risk is caution for that reason.")
    scanner: Risk = Field(description="What the scanner alone says.")
    why: str
    rule_ids: tuple[str, ...] = ()
    scanner_version: str
    knowledge_version: str
    reason: str = Field(description="Which merge rule decided, in words.")


class MovedRunbook(Model):
    """The runbook of a command that moved."""

    id: str
    name: str
    title: str


class MoveShape(Model):
    """One command in service that is judged otherwise than before."""

    id: str
    runbook: MovedRunbook
    version_id: str
    step: str
    title: str
    command: str
    state: MoveState = Field(
        description="raised: holds at once. waiting: lower, the stricter one holds until an owner accepts. "
        "unread: this version can't read the document; what stood holds. overtaken: something newer holds."
    )
    before: MovedVerdict
    after: MovedVerdict | None = Field(None, description="Absent for unread.")
    accepted_by: str | None = Field(None, description="The owner, as an actor.")
    accepted_at: Instant | None = None
    at: Instant


class ReclassificationReport(Model):
    """What the scanner of this server makes of everything that serves, one page of moves at a time."""

    scanner_version: str
    knowledge_version: str
    to_look_at: int = Field(description="Runbooks that it has not looked at yet: it does so by itself.")
    raised: int
    waiting: int
    accepted: int
    unread: int
    items: list[MoveShape]
    next_cursor: str | None = Field(
        None, description="Give it back as `cursor` for the next page; absent on the last."
    )


class AcceptRequest(Model):
    """Which lower verdicts an owner accepts: those that were looked at, by their ids."""

    ids: Annotated[list[ReclassificationId], Field(min_length=1, max_length=ACCEPT_MAX)]


class Accepted(Model):
    """How many verdicts are lower from now on."""

    accepted: int


def move_shape(move: Move) -> MoveShape:
    """One row of the report. Pure."""
    found = move.found
    return MoveShape(
        id=show_id("rcl", move.id),
        runbook=MovedRunbook(id=show_id("rbk", move.runbook_id), name=move.name, title=move.title),
        version_id=show_id("ver", move.version_id),
        step=move.step_id,
        title=move.step_title or move.step_id,
        command=move.command or "",
        state=_state(move),
        before=_verdict(move.before),
        after=None if found is None else _verdict(found),
        accepted_by=move.accepted_by,
        accepted_at=move.accepted_at,
        at=move.created_at,
    )


def _state(move: Move) -> MoveState:
    if move.accepted_at is not None:
        return "accepted"
    if not move.stands:
        return "overtaken"
    if move.direction == "lower":
        return "waiting"
    return "unread" if move.direction == "unread" else "raised"


def _verdict(verdict: Verdict) -> MovedVerdict:
    finding = verdict.finding
    return MovedVerdict(
        risk=verdict.risk,
        unknown=verdict.unknown,
        scanner=finding.risk,
        why=finding.why,
        rule_ids=finding.rule_ids,
        scanner_version=finding.scanner_version,
        knowledge_version=finding.knowledge_version,
        reason=verdict.reason,
    )


def report_shape(
    moves: list[Move],
    counts: Counts,
    to_look_at: int,
    versions: tuple[str, str],
    next_cursor: str | None,
) -> ReclassificationReport:
    """The whole answer. Pure. `versions`: of the scanner and its knowledge."""
    return ReclassificationReport(
        scanner_version=versions[0],
        knowledge_version=versions[1],
        to_look_at=to_look_at,
        raised=counts.raised,
        waiting=counts.waiting,
        accepted=counts.accepted,
        unread=counts.unread,
        items=[move_shape(move) for move in moves],
        next_cursor=next_cursor,
    )
