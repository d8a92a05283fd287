"""Work that must outlive the call that began it: the end of a stream, a security event, a panic's row."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from base import log

_log = log.get(__name__)


class Background:
    """Tasks that are kept from being collected, and ended together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it on its own; what it raises is logged."""
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before its first step never comes to its work: closed, it is not mourned.
        task.add_done_callback(lambda _: work.close())

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way, then cancel what is left."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001  # reason: nobody awaits it; the rows and the poll make it good
            _log.exception("background work of the link failed", extra={"action": "link.background_failed"})
