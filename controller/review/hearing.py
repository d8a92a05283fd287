"""Reads the comments of open pull requests beside the sync, each tenant in its own turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from base import limits, log
from controller.governance.repositories import RepositoryRow
from controller.review.errors import forge_border
from controller.review.forges import Forges
from forge.pull_requests import PullRequest
from schemas.errors import Dd0cError

_log = log.get(__name__)

AnswerPull = Callable[[UUID, RepositoryRow, PullRequest], Awaitable[object]]
"""Answer what is asked in a pull request's comments; `Questions.look` is one."""


class Hearing:
    """One a process, on its event loop. A slow forge of one tenant delays that tenant's answers, no sync and
    nobody else's turn for longer than GITHUB_HEARING_SECONDS.
    """

    def __init__(
        self, forges: Forges, answer: AnswerPull, seconds: float = limits.GITHUB_HEARING_SECONDS
    ) -> None:
        self._forges = forges
        self._answer = answer
        self._seconds = seconds
        self._at_once = asyncio.Semaphore(limits.GITHUB_HEARINGS_AT_ONCE)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._waiting: dict[UUID, dict[UUID, tuple[RepositoryRow, tuple[int, ...]]]] = {}
        """What is to be read next, by tenant and repository: the newest word counts."""
        self._heard: dict[UUID, set[int]] = {}
        """Pull requests whose comments were read in this turn, by repository."""

    def begin(self, tenant_id: UUID, row: RepositoryRow, numbers: Sequence[int]) -> None:
        """Read some of these soon, after what is being read for this tenant now. Never waits."""
        self._waiting.setdefault(tenant_id, {})[row.id] = (row, tuple(numbers))
        running = self._tasks.get(tenant_id)
        if running is None or running.done():
            self._tasks[tenant_id] = asyncio.create_task(self._turns(tenant_id), name="hearing")

    async def of(self, tenant_id: UUID) -> None:
        """Wait until nothing more is read for a tenant."""
        await asyncio.gather(self._tasks[tenant_id], return_exceptions=True)

    async def idle(self) -> None:
        """Wait until nobody is being heard."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self) -> None:
        """End what runs; a question that was taken and not answered is taken again later."""
        for task in self._tasks.values():
            task.cancel()
        await self.idle()

    async def _turns(self, tenant_id: UUID) -> None:
        waiting = self._waiting[tenant_id]
        while waiting:
            row, numbers = waiting.pop(next(iter(waiting)))
            try:
                async with self._at_once, asyncio.timeout(self._seconds):
                    await self._hear(tenant_id, row, numbers)
            except TimeoutError:
                extra = {"action": "hearing.slow", "repository": row.name}
                _log.warning("comments were read too slowly, and are read on in a later turn", extra=extra)

    async def _hear(self, tenant_id: UUID, row: RepositoryRow, numbers: Sequence[int]) -> None:
        """Read the comments of some open pull requests, in turn, and answer what was asked there."""
        heard = self._heard.setdefault(row.id, set())
        if heard.issuperset(numbers):
            heard.clear()
        for number in [each for each in numbers if each not in heard][: limits.GITHUB_PULLS_HEARD]:
            heard.add(number)
            try:
                with forge_border():
                    forge = self._forges.open(tenant_id, row)
                    pull = await self._forges.runner(partial(forge.get, number))
                await self._answer(tenant_id, row, pull)
            except Dd0cError as refusal:
                extra = {"action": "hearing.postponed", "code": refusal.code, "number": number}
                _log.warning(refusal.detail, extra=extra)
            except Exception:  # noqa: BLE001 # reason: the border of one pull request; it stops no other
                _log.exception("an answer went wrong", extra={"action": "hearing.broken", "number": number})
