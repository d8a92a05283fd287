"""How an execution comes to be: which version, whose values, and the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from base.ids import show_id
from base.limits import PENDING_HOURS
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine.documents import Version
from controller.engine.effects import TimerKind
from controller.engine.replay import ENGINE_VERSION
from controller.engine.states import TERMINAL, State, StepStatus
from controller.engine.store import Loaded
from schemas.errors import Conflict, NotFound, Place, Unprocessable
from schemas.holes import check_value

_QUERIES: Final = load("executions")
_TIMERS: Final = load("timers")


@dataclass(frozen=True, slots=True)
class Birth:
    """What a new row is made of. `undo_steps`: the parent's steps to roll back, in the order done."""

    execution_id: UUID
    version: Version
    actor: str
    source: str
    parent_id: UUID | None = None
    alert_id: UUID | None = None
    undo_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rollback:
    """An execution that undoes another one; `touched`: something ran in it, or was done by hand."""

    id: UUID
    state: str
    touched: bool


@dataclass(frozen=True, slots=True)
class _Id:
    id: UUID | None


async def newest_version(uow: UnitOfWork, runbook_id: UUID) -> UUID:
    """The version of a runbook that is in service. Raises NotFound, and Conflict where none ever was good."""
    row = await uow.one(_QUERIES["current_version"], _Id, runbook_id=runbook_id)
    if row is None:
        raise NotFound("There is no such runbook, or it was retired.")
    if row.id is None:
        raise Conflict("No version of this runbook is in service.", code="not_in_service")
    return row.id


def check_values(version: Version, variables: Mapping[str, str], ticked: Sequence[str]) -> None:
    """Whether values and ticks fit the document, all places at once. Raises Unprocessable. Pure."""
    places: list[Place] = []
    for name, value in variables.items():
        variable = version.plan.variable(name)
        if variable is None:
            places.append(_place(f"variables.{name}", f"The runbook has no variable {name} to fill."))
            continue
        try:
            check_value(variable, value)
        except Unprocessable as error:
            places.extend(error.places)
    places += [
        _place(f"prerequisites.{item}", f"The runbook has no prerequisite {item}.")
        for item in ticked
        if item not in version.plan.prerequisites
    ]
    if places:
        raise Unprocessable(places[0].message, places=places, code="values")


def _place(path: str, message: str) -> Place:
    return Place(0, 0, path, message)


def undoable_steps(parent: Loaded) -> tuple[str, ...]:
    """The steps of a completed execution that a new one can undo, in the order they were done. Pure.

    Raises Conflict.
    """
    x = parent.execution
    if x.state is not State.COMPLETED:
        raise Conflict("Only a completed execution is rolled back by a new one.", code="not_completed")
    steps = tuple(
        step.id
        for step in parent.plan.steps
        if step.rollback and x.step(step.id).status in (StepStatus.SUCCEEDED, StepStatus.FAILED)
    )
    if not steps:
        raise Conflict("No step that was done has a rollback command.", code="nothing_to_roll_back")
    return steps


async def refuse_second_rollback(uow: UnitOfWork, parent: Loaded) -> None:
    """Raises Conflict, naming the first, where another rollback of the parent is open or did something.

    One that ended before anything ran left things as they were and may be repeated. The caller holds the
    parent's row lock, which makes two at once wait for each other.
    """
    rows = await uow.all(
        _QUERIES["rollbacks_of"],
        Rollback,
        runbook_id=parent.version.runbook_id,
        execution_id=parent.execution.id,
    )
    first = standing_rollback(rows)
    if first is None:
        return
    name = show_id("exe", first.id)
    ended = State(first.state) in TERMINAL
    raise Conflict(
        f"Execution {name} {'rolled' if ended else 'is rolling'} this one back already.",
        hint="What it left undone is undone by hand." if ended else f"Go on with {name}, or abort it.",
        code="rolled_back_already" if ended else "rollback_open",
        extra={"execution": name},
    )


def standing_rollback(rollbacks: Sequence[Rollback]) -> Rollback | None:
    """The first that stands in the way of another: open, or something was done in it. Pure."""
    return next((row for row in rollbacks if row.touched or State(row.state) not in TERMINAL), None)


async def add_execution(uow: UnitOfWork, birth: Birth) -> None:
    """The row, pending at version 0, and the timer that ends it where nobody starts it in time."""
    version = birth.version
    await uow.run(
        _QUERIES["add_execution"],
        id=birth.execution_id,
        runbook_id=version.runbook_id,
        version_id=version.version_id,
        parent_id=birth.parent_id,
        alert_id=birth.alert_id,
        engine_version=ENGINE_VERSION,
        trust=version.runbook.spec.trust_level,
        undo_steps=list(birth.undo_steps),
        title=version.title,
        requested_by=birth.actor,
        source=birth.source,
    )
    await uow.run(
        _TIMERS["set_timer_in"],
        execution_id=birth.execution_id,
        kind=TimerKind.EXPIRY.value,
        seconds=int(timedelta(hours=PENDING_HOURS).total_seconds()),
    )
