"""Work for tenants side by side: each has a turn of its own, and none waits for another's slow forge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import TypeAlias
from uuid import UUID

from base import log
from controller.db.errors import Retryable
from schemas.errors import Dd0cError

_log = log.get(__name__)

Work: TypeAlias = Callable[[], Awaitable[object]]
"""What is to be done for a repository, once."""


class Turns:
    """One a kind of work, on the event loop. `at_once` tenants work at the same time, one repository of a
    tenant after the other. Work that takes longer than `seconds` is ended, and taken up when begun again.
    """

    def __init__(self, name: str, *, at_once: int, seconds: float | None = None) -> None:
        """`name` begins the `action` of what is logged."""
        self._name = name
        self._seconds = seconds
        self._at_once = asyncio.Semaphore(at_once)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._waiting: dict[UUID, dict[UUID, Work]] = {}
        """What is to be done next, by tenant and repository: the newest word counts."""

    def begin(self, tenant_id: UUID, repository_id: UUID, work: Work) -> None:
        """Do it soon, after what runs for this tenant now. Never waits."""
        self._waiting.setdefault(tenant_id, {})[repository_id] = work
        running = self._tasks.get(tenant_id)
        if running is None or running.done():
            self._tasks[tenant_id] = asyncio.create_task(self._turn(tenant_id), name=self._name)

    async def wait(self, tenant_ids: Collection[UUID], seconds: float | None = None) -> None:
        """Until nothing is left to do for these tenants, or the time is over: what runs goes on."""
        running = [self._tasks[each] for each in tenant_ids if each in self._tasks]
        if running:
            await asyncio.wait(running, timeout=seconds)

    async def idle(self) -> None:
        """Until nothing is left to do."""
        while running := [task for task in self._tasks.values() if not task.done()]:
            await asyncio.wait(running)

    async def close(self) -> None:
        """End what runs."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _turn(self, tenant_id: UUID) -> None:
        waiting = self._waiting[tenant_id]
        while waiting:
            repository_id = next(iter(waiting))
            async with self._at_once:
                await self._one(repository_id, waiting.pop(repository_id))
        del self._waiting[tenant_id], self._tasks[tenant_id]

    async def _one(self, repository_id: UUID, work: Work) -> None:
        extra = {"action": f"{self._name}.postponed", "repository": str(repository_id)}
        try:
            async with asyncio.timeout(self._seconds):
                await work()
        except TimeoutError:
            _log.warning("a look took too long, and goes on in a later turn", extra=extra)
        except Dd0cError as refusal:
            _log.warning(refusal.detail, extra={**extra, "code": refusal.code})
        except Retryable as fault:
            _log.warning(str(fault), extra={**extra, "fault": type(fault).__name__})
        except Exception:  # noqa: BLE001 # reason: the border of one repository; it stops no other
            _log.exception("a look went wrong", extra={**extra, "action": f"{self._name}.broken"})
