"""How an event is handled around its transaction: retries, repeats, and the count of crashes.

A handling that kills the process leaves its count behind, and so does one that the database refuses for
good; three at one version park the execution (PROMISES.md 11), so that a poisoned one can't take the
controller down, or hold up the stream of its agent, for all the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from base import faults, log
from base.limits import CRASHES_BEFORE_PARKED
from controller import telemetry
from controller.db.database import Database
from controller.db.errors import ConnectionLost, DatabaseError, Retryable
from controller.db.queries import load
from controller.engine import events as ev
from controller.engine.judgements import PERSON_SECONDS, Judgements, JudgementWanted, NotJudged
from controller.engine.runner import Applied, Command, Refused, Runner
from controller.engine.store import VersionConflict
from schemas.errors import Dd0cError, Unprocessable
from schemas.ids import system_actor

COUNTED: Final = faults.register("engine.handling_counted", "a handling is counted and has not begun")

_ATTEMPTS: Final = 3
_JUDGED_MAX: Final = 5
"""Once is the rule; again where the execution moved to another command meanwhile."""
_ENGINE: Final = system_actor("engine")
_QUERIES: Final = load("executions")
_log = log.get(__name__)
Handled = TypeVar("Handled")


@dataclass(frozen=True, slots=True)
class _Count:
    crash_count: int
    version: int


class Handler:
    """Handles events of all executions; one a process."""

    def __init__(self, database: Database, judgements: Judgements, runner: Runner) -> None:
        self._database = database
        self._judgements = judgements
        self._runner = runner
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, tenant_id: UUID, command: Command) -> Applied:
        """Handle a person's event. Errors as `Runner.apply`, and NotJudged where a command can't be judged
        now; a fault of ours counts as a crash.
        """
        try:
            return await self._judging(lambda: self._handle(tenant_id, command), PERSON_SECONDS)
        except NotJudged:
            telemetry.NOT_JUDGED.labels("person").inc()
            raise

    async def handle_system(
        self, tenant_id: UUID, command: Command, *, seconds: float = 0.0
    ) -> Applied | None:
        """Handle an event of time, an agent or a job; None where it does not apply (any more).

        Counted before it begins. `seconds`: how long a judgement is waited for; without it one is begun, and
        the event finds it when it is brought again. Raises Retryable, NotJudged where a command can't be
        judged now, Unprocessable where the next gate can't be made, or the fault of ours that stopped it.
        """
        return await self._judging(lambda: self._handle_system(tenant_id, command), seconds)

    async def _judging(self, handle: Callable[[], Awaitable[Handled]], seconds: float) -> Handled:
        """Handle; where a long command is to be judged, with nothing locked meanwhile, and again."""
        for _ in range(_JUDGED_MAX):
            try:
                return await handle()
            except JudgementWanted as wanted:
                filling = wanted.filling
            with contextlib.suppress(Unprocessable):  # kept as an answer: the event is refused with it
                await self._judgements.judge(filling, urgent=True, seconds=seconds)
        raise NotJudged("The command changed each time it was judged.", hint="Look again, then decide.")

    async def _handle(self, tenant_id: UUID, command: Command) -> Applied:
        async with self._lock(command.execution_id):
            try:
                return await self._apply(tenant_id, command)
            except (Dd0cError, DatabaseError, JudgementWanted):
                raise
            except Exception:
                # reason: counted and raised again; what broke is logged by whoever called
                await self._count(tenant_id, command.execution_id)
                raise

    async def _handle_system(self, tenant_id: UUID, command: Command) -> Applied | None:
        async with self._lock(command.execution_id):
            count = await self._count(tenant_id, command.execution_id)
            faults.reach(COUNTED)
            if count is not None and count.crash_count > CRASHES_BEFORE_PARKED:
                await self._park(tenant_id, command, count)
            try:
                return await self._apply(tenant_id, command)
            except (Refused, VersionConflict) as refusal:
                _log.info(
                    "an event no longer applies: %s",
                    refusal.detail,
                    extra={
                        "action": "engine.refused",
                        "code": refusal.reason_code,
                        "event": command.event_key,
                    },
                )
                await self._uncount(tenant_id, command.execution_id)
                return None
            except (JudgementWanted, Unprocessable):  # answers: nothing broke
                await self._uncount(tenant_id, command.execution_id)
                raise
            except Retryable:
                await self._uncount_if_possible(tenant_id, command.execution_id)
                raise

    async def _apply(self, tenant_id: UUID, command: Command) -> Applied:
        """One transaction; again where its commit may have been lost: the event's key makes that harmless."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                applied = await self._database.transact(
                    tenant_id, lambda uow: self._runner.apply(uow, command)
                )
            except ConnectionLost:
                if attempt == _ATTEMPTS:
                    raise
                _log.warning("a transition is done again", extra={"action": "engine.again"})
            else:
                if applied.repeated:
                    await self._uncount(tenant_id, command.execution_id)
                else:
                    telemetry.TRANSITIONS.labels(applied.state).inc()
                return applied
        raise AssertionError("unreachable")

    async def _park(self, tenant_id: UUID, command: Command, count: _Count) -> None:
        crashes = count.crash_count - 1
        _log.error(
            "an execution is parked: handling it crashed the controller",
            extra={"action": "engine.parked", "execution": str(command.execution_id), "crashes": crashes},
        )
        event = ev.Poisoned(crashes=crashes)
        parking = replace(
            command, event=event, actor=_ENGINE, event_key=f"poisoned:{count.version}", expected_version=None
        )
        try:
            await self._apply(tenant_id, parking)
        except Refused:
            await self._uncount(tenant_id, command.execution_id)

    async def _count(self, tenant_id: UUID, execution_id: UUID) -> _Count | None:
        async with self._database.work(tenant_id) as uow:
            return await uow.one(_QUERIES["begin_handling"], _Count, execution_id=execution_id)

    async def _uncount(self, tenant_id: UUID, execution_id: UUID) -> None:
        async with self._database.work(tenant_id) as uow:
            await uow.run(_QUERIES["end_handling"], execution_id=execution_id)

    async def _uncount_if_possible(self, tenant_id: UUID, execution_id: UUID) -> None:
        """A database that is down is no crash of ours; where it can't be told so, the count stays."""
        try:
            await self._uncount(tenant_id, execution_id)
        except Retryable as error:
            _log.warning("a handling stays counted: %s", error, extra={"action": "engine.counted"})

    def _lock(self, execution_id: UUID) -> asyncio.Lock:
        """One handling at a time in this process: waiting here is cheaper than on the row."""
        return self._locks.setdefault(execution_id, asyncio.Lock())
