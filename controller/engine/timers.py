"""What time alone does: rows in `timers`, taken by any replica, one event each.

A row is leased, not deleted: a process that dies with it leaves it due again. The transition that the event
brings clears or replaces the row; one that no longer applies is dropped. One whose attempt has an end that
was put off stays, and is due again with each lease, until the end is brought.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import UUID

from base import faults, log
from controller.db.errors import DatabaseError
from controller.db.queries import load
from controller.engine import events as ev
from controller.engine.effects import TimerKind
from controller.engine.ends import Kept
from controller.engine.results import EngineEvents
from controller.engine.service import Engine
from schemas.errors import NotFound
from schemas.ids import system_actor

LEASED: Final = faults.register("engine.timer_leased", "a timer is leased, its event has not been brought")

POLL_SECONDS: Final = 1.0
LEASE_SECONDS: Final = 30
BATCH: Final = 100
LATE_SECONDS: Final = 15.0
"""Without a look for so long (more than a wait for a connection takes), timers count as not running."""
_TIMERS: Final = system_actor("timers")
_QUERIES: Final = load("timers")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A leased row; `version` is that of the execution which set it."""

    tenant_id: UUID
    execution_id: UUID
    kind: str
    version: int
    step_execution_id: UUID | None
    gate_id: UUID | None


def event_of(timer: DueTimer) -> ev.Event | None:
    """What a timer says; None for a row that is about nothing. Pure."""
    kind = TimerKind(timer.kind)
    if kind is TimerKind.EXPIRY:
        return ev.Expired()
    if kind is TimerKind.APPROVAL:
        return None if timer.gate_id is None else ev.Expired(gate=timer.gate_id)
    if timer.step_execution_id is None:
        return None
    if kind is TimerKind.DEADLINE:
        return ev.Deadline(attempt=timer.step_execution_id)
    return ev.AttemptLost(attempt=timer.step_execution_id, why="no_answer")


class TimerLoop:
    """Takes what is due, until cancelled."""

    def __init__(self, engine: Engine, results: EngineEvents, poll_seconds: float = POLL_SECONDS) -> None:
        self._engine = engine
        self._results = results
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()
        self.looked_at = monotonic()
        """Monotonic seconds of the last look that the database answered; of the start before the first."""

    def health(self) -> str:
        """`ok`, or since when it has not looked."""
        silent = monotonic() - self.looked_at
        late = silent > max(3 * self._poll_seconds, LATE_SECONDS)
        return f"has not looked for {silent:.0f} s" if late else "ok"

    async def run(self) -> None:
        """Look each second, and at once where a full batch was taken."""
        while True:
            taken = 0
            try:
                taken = await self.run_once()
            except DatabaseError as error:
                _log.warning("timers can't be read: %s", error, extra={"action": "timers.unreachable"})
            if taken < BATCH:
                await self._wait()

    async def run_once(self) -> int:
        """Handle one batch of what is due now; how many."""
        async with self._engine.parts.database.untenanted() as statements:
            due = await statements.all(
                _QUERIES["take_due"], DueTimer, lease_seconds=LEASE_SECONDS, most=BATCH
            )
        self.looked_at = monotonic()
        for timer in due:
            faults.reach(LEASED)
            await self._handle(timer)
            self.looked_at = monotonic()
        return len(due)

    async def _handle(self, timer: DueTimer) -> None:
        try:
            is_over = await self._bring(timer)
        except DatabaseError as error:
            _log.warning("a timer waits for its lease: %s", error, extra={"action": "timers.put_off"})
            return
        except NotFound:
            _log.warning("a timer of nothing", extra={"action": "timers.stray"})
            is_over = True
        except Exception:  # noqa: BLE001  # reason: the border of one timer; it is due again after its lease
            _log.exception(
                "a timer's event failed",
                extra={"action": "timers.failed", "execution": str(timer.execution_id), "kind": timer.kind},
            )
            return
        if is_over:
            await self._drop(timer)

    async def _bring(self, timer: DueTimer) -> bool:
        """Whether the timer has done what it was for."""
        event = event_of(timer)
        if event is None:
            return True
        if isinstance(event, ev.Deadline | ev.AttemptLost):
            kept = await self._results.ends.finish_kept(timer.tenant_id, event.attempt, anyway=True)
            if kept is not Kept.NOTHING:
                return kept is Kept.BROUGHT
        await self._engine.apply_system(
            timer.tenant_id,
            timer.execution_id,
            event,
            actor=_TIMERS,
            event_key=f"timer:{timer.kind}:{timer.version}",
        )
        return True

    async def _drop(self, timer: DueTimer) -> None:
        async with self._engine.parts.database.work(timer.tenant_id) as uow:
            await uow.run(
                _QUERIES["drop_timer"],
                execution_id=timer.execution_id,
                kind=timer.kind,
                version=timer.version,
            )

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), self._poll_seconds)
        except TimeoutError:
            return
        self._woken.clear()

    def wake(self) -> None:
        """Look now."""
        self._woken.set()
