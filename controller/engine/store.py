"""Rows of an execution: lock, read the history, fold, write back. The one place that knows their columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from base.limits import EXECUTION_EVENTS_MAX
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import replay
from controller.engine.context import Context
from controller.engine.documents import Version, Versions
from controller.engine.events import Event, UnknownEvent, decode, encode, kind_of
from controller.engine.plan import Plan
from controller.engine.replay import ENGINE_VERSION, Recorded, ReplayDiverged
from controller.engine.rows import BY_NUMBER
from controller.engine.states import PASSED_THROUGH, Execution, State, StepStatus
from controller.engine.transition import Decision
from controller.engine.walk import pinned_of
from controller.pki.sealer import Erased, Sealer
from schemas.canonical import canonical
from schemas.errors import Conflict, NotFound

_QUERIES: Final = load("executions")


class VersionConflict(Conflict):
    """Somebody was faster: the execution has another version than the caller looked at."""

    code = "version_conflict"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The execution has changed: it is at version {version} now.",
            hint="Look again, then decide.",
            extra={"version": version},
        )


@dataclass(frozen=True, slots=True)
class Locked:
    """The row under its lock; `now` is the time of the decision."""

    id: UUID
    version: int
    state: str
    engine_version: int
    runbook_version_id: UUID
    undo_steps: list[str]
    crash_count: int
    crash_version: int | None
    parent_execution_id: UUID | None
    requested_by: str
    mode: str
    panic_epoch: int
    now: datetime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of `execution_events`."""

    version: int
    event_key: str
    event_type: str
    event: dict[str, Any]
    sealed: bytes | None
    actor: str
    from_state: str
    to_state: str
    passed: list[str]
    effects: list[str]
    known: dict[str, Any]
    path: list[int]
    decided_at: datetime


@dataclass(frozen=True)
class Loaded:
    """An execution in memory: its row, its version of the runbook, its plan, and the fold."""

    row: Locked
    version: Version
    plan: Plan
    execution: Execution

    @property
    def undoes(self) -> bool:
        """Whether this execution rolls another one back."""
        return bool(self.row.undo_steps)


@dataclass(frozen=True, slots=True)
class _Version:
    version: int


class Store:
    """Loads and saves executions inside the caller's unit of work."""

    def __init__(self, sealer: Sealer, versions: Versions) -> None:
        self._sealer = sealer
        self._versions = versions

    async def load(self, uow: UnitOfWork, execution_id: UUID, *, lock: bool) -> Loaded:
        """The execution as its history folds; with `lock`, nobody else can move it until the commit.

        Raises NotFound; ReplayDiverged where the history does not lead to what the row says.
        """
        name = "lock_execution" if lock else "read_execution"
        row = await uow.one(_QUERIES[name], Locked, execution_id=execution_id)
        if row is None:
            raise NotFound("There is no such execution.")
        version = await self._versions.load(uow, row.runbook_version_id)
        plan = version.plan_for(tuple(row.undo_steps))
        execution = replay.begin(row.id, uow.tenant_id)
        for recorded in await self.recorded(uow, execution_id):
            execution = replay.step(execution, plan, recorded)
        if lock and (execution.version, execution.state) != (row.version, State(row.state)):
            raise ReplayDiverged(f"the row says {row.state} at {row.version}, its history {execution.state}")
        version = version.under(pinned_of(execution))  # the history is folded by what was recorded in it
        return Loaded(row, version, version.plan_for(tuple(row.undo_steps)), execution)

    async def recorded(self, uow: UnitOfWork, execution_id: UUID) -> list[Recorded]:
        """The whole history, decoded; what was erased reads as None."""
        rows = await uow.all(
            _QUERIES["history"], HistoryRow, execution_id=execution_id, after=0, most=EXECUTION_EVENTS_MAX
        )
        return [
            Recorded(
                row.version,
                row.event_key,
                await self._event(uow, execution_id, row),
                row.known,
                State(row.to_state),
                tuple(row.path),
            )
            for row in rows
        ]

    async def _event(self, uow: UnitOfWork, execution_id: UUID, row: HistoryRow) -> Event:
        secret = None
        if row.sealed is not None:
            try:
                opened = await self._sealer.open(uow, row.sealed, event_aad(execution_id, row.version))
                secret = json.loads(opened)
            except Erased:
                secret = None
        try:
            return decode(row.event, secret)
        except UnknownEvent as error:
            raise ReplayDiverged(str(error)) from error

    async def taken(self, uow: UnitOfWork, execution_id: UUID, event_key: str) -> int | None:
        """The version at which an event with this key was taken, or None."""
        found = await uow.one(
            _QUERIES["event_by_key"], _Version, execution_id=execution_id, event_key=event_key
        )
        return None if found is None else found.version

    async def save(
        self,
        uow: UnitOfWork,
        loaded: Loaded,
        decision: Decision,
        context: Context,
        event: Event,
        *,
        event_key: str,
        actor: str,
    ) -> None:
        """Write the new state and the event. Raises VersionConflict where the row has moved on."""
        after = decision.execution
        changed = await uow.run(_QUERIES["save_execution"], **_columns(loaded.plan, after, context.now))
        if changed != 1:
            raise VersionConflict(loaded.row.version)
        public, secret = encode(event)
        sealed = None
        if secret:
            aad = event_aad(after.id, after.version)
            sealed = await self._sealer.seal(uow, "execution", after.id, canonical(secret), aad)
        await uow.run(
            _QUERIES["append_event"],
            execution_id=after.id,
            version=after.version,
            event_key=event_key,
            event_type=kind_of(event),
            event=public,
            sealed=sealed,
            actor=actor,
            from_state=loaded.execution.state.value,
            to_state=after.state.value,
            passed=_passed(decision.path),
            effects=json.dumps([type(effect).__name__ for effect in decision.effects]),
            known=replay.write_context(context),
            path=list(decision.path),
            engine_version=ENGINE_VERSION,
            now=context.now,
        )


def event_aad(execution_id: UUID, version: int) -> bytes:
    """The id of an event's row, as additional data of what it seals."""
    return execution_id.bytes + version.to_bytes(8, "big")


def _passed(path: tuple[int, ...]) -> list[str]:
    """The states that a decision went through without resting."""
    rows = [BY_NUMBER[number] for number in path]
    return [target.value for row in rows for target in row.targets[:1] if target in PASSED_THROUGH]


def _columns(plan: Plan, x: Execution, now: datetime) -> dict[str, Any]:
    pinned = pinned_of(x)
    place = len(plan.steps) if x.cursor is None and x.steps else 0
    held = None if x.held is None else json.dumps(encode(x.held)[0])
    return {
        "execution_id": x.id,
        "version": x.version,
        "state": x.state.value,
        "engine_version": ENGINE_VERSION,
        "trust": x.trust,
        "governance": pinned.governance,
        "policy": {} if x.pinned is None else replay.write_pinned(pinned),
        "policy_sha256": pinned.policy_sha256 or None,
        "policy_commit": pinned.commit or None,
        "cursor": plan.place(x.cursor) if x.cursor is not None else place,
        "resume_to": x.resume_to.value if x.resume_to is not None else None,
        "held_result": held,
        "panic": x.panic,
        "fate_unknown": x.unknown,
        "reason": None if x.told else x.reason or None,
        "snapshot": summary(x),
        "now": now,
        "started_at": x.started_at,
        "ended_at": x.ended_at,
    }


def summary(x: Execution) -> dict[str, Any]:
    """What a list shows of an execution: counts, the step at the cursor, the open gate's risk."""
    ended = [step for step in x.steps if step.status not in (StepStatus.WAITING, StepStatus.READY)]
    found: dict[str, Any] = {"steps": len(x.steps), "ended": len(ended)}
    if x.cursor is not None:
        found["step"] = x.cursor
    if x.state is State.AWAIT_APPROVAL and x.gate is not None:
        found["gate"] = {"risk": x.gate.risk.value, "lapsed": x.gate.lapsed, "kind": x.gate.kind.value}
    return found
