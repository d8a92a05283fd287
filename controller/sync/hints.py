"""What says that it may be worth to look at a forge's repositories now: many hints cost one look."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from base import limits


class SyncHints:
    """One a process, on its event loop. `look` looks once at what they can be about."""

    def __init__(self, look: Callable[[], Awaitable[None]]) -> None:
        self._look = look
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._wanted = False
        self._task: asyncio.Task[None] | None = None

    def give(self, delivery_id: str) -> bool:
        """Look soon; False where this delivery came before. Never waits.

        Hints that come while a look runs are one more look after it.
        """
        if delivery_id in self._seen:
            return False
        self._seen[delivery_id] = None
        if len(self._seen) > limits.GITHUB_DELIVERIES_KEPT:
            self._seen.popitem(last=False)
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="sync hints")
        return True

    async def _run(self) -> None:
        while self._wanted:
            self._wanted = False
            await self._look()

    async def idle(self) -> None:
        """Wait until every hint was followed."""
        if self._task is not None:
            await self._task

    async def close(self) -> None:
        """End what runs; a sync that is cut off is taken up by the next poll."""
        self._wanted = False
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
