"""How long the event loop is kept from everybody else.

Measured is what its own thread computes between two turns: no other load on the machine is in it.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Loop:
    """What the thread of the event loop computed while it was watched, in seconds."""

    longest_turn: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Loop]:
    """Watch the loop's turns while the block runs.

    What the tests of this process left behind is no part of a turn: the product, too, freezes what it loaded.
    """
    loop, stop = Loop(), asyncio.Event()

    async def watch() -> None:
        while not stop.is_set():
            before = time.thread_time()
            await asyncio.sleep(0.001)
            loop.longest_turn = max(loop.longest_turn, time.thread_time() - before)

    gc.collect()
    gc.freeze()
    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)  # it has begun: the first turn counts, too
    try:
        yield loop
    finally:
        stop.set()
        await watching
        gc.unfreeze()
