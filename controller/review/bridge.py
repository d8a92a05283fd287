"""Between the event loop and the threads in which the forge works, both ways, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Final, TypeVar

from forge.errors import ForgeBusy

Result = TypeVar("Result")

THREADS: Final = 8
WAITING_MAX: Final = 64
CALL_SECONDS: Final = 60.0


class ForgeRunner:
    """Runs synchronous functions of the forge in a pool of THREADS threads; WAITING_MAX may wait."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING_MAX) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="forge")
        self._waiting = waiting
        self._pending = 0

    async def __call__(self, function: Callable[[], Result], /) -> Result:
        """What the function returns or raises; ForgeBusy where too many wait already.

        A caller that is cancelled stops waiting; the function runs to its end, as a git push would.
        """
        if self._pending >= self._waiting:
            raise ForgeBusy("too many requests for repositories at once", 2.0)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function)
        finally:
            self._pending -= 1

    async def close(self) -> None:
        """Wait for what runs, then end the threads."""
        await asyncio.to_thread(self._pool.shutdown, wait=True)


class LoopBridge:
    """Lets a thread of the forge wait for a coroutine on the event loop: its rows, its checks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def call(self, coroutine: Coroutine[Any, Any, Result], *, seconds: float = CALL_SECONDS) -> Result:
        """The coroutine's result. Raises ForgeBusy after `seconds`; never call it on the loop itself."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(seconds)
        except FutureTimeout:
            future.cancel()
            raise ForgeBusy("the database did not answer in time", 5.0) from None
