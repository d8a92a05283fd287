"""Foreign text is parsed in worker processes with memory and time limits (DESIGN.md §2).

A hostile megabyte then costs one worker, never the event loop: a worker that runs too long or asks
for too much memory is ended and replaced, and only its own caller is told.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from typing import Final, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from base import limits, log
from schemas.errors import Unavailable, Unprocessable

_LOOK_SECONDS: Final = 1.0
_log = log.get(__name__)
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def _start_worker(memory_bytes: int) -> None:
    """Runs first in each worker: bounded memory, no core file, deaf to the terminal's Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _warm() -> bool:
    """Import what a preview needs, so that the first caller does not wait for it."""
    import ingest.pipeline
    import scanner

    return bool(ingest.pipeline) and bool(scanner.scan("true"))


class ParsePool:
    """A bounded pool; `run` is safe to call from many requests at once."""

    def __init__(
        self,
        workers: int,
        *,
        seconds: float = limits.PARSE_SECONDS,
        memory_bytes: int = limits.PARSE_MEMORY_BYTES,
        waiting: int = 64,
    ) -> None:
        """`waiting`: how many calls may queue before further ones are refused."""
        self._seconds = seconds
        self._waiting = waiting
        self._pending = 0
        self._workers = workers
        self._memory_bytes = memory_bytes
        self._closed = False
        self._ending: set[asyncio.Task[None]] = set()
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=2000,
            initializer=_start_worker,
            initargs=(self._memory_bytes,),
            context=multiprocessing.get_context("spawn"),
        )

    def warm(self, load: Callable[[], bool] = _warm) -> None:
        """Have every worker start and `load` what it will need, beside everything else that starts."""
        for _ in range(self._workers):
            self._pool.schedule(load, timeout=60.0)

    async def run(
        self, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Call `function` (a module-level one) in a worker.

        Raises what the function raises; Unprocessable where it took too long or too much memory;
        Unavailable where too many calls already wait, or the workers were lost under it.
        """
        return await self._call(function, self._seconds, *args, **kwargs)

    async def _call(
        self,
        function: Callable[..., Result],
        seconds: float,
        *args: object,
        **kwargs: object,
    ) -> Result:
        if self._pending >= self._waiting:
            raise Unavailable(
                "Too many texts are being parsed at this moment.", hint="Try again in a second."
            )
        self._pending += 1
        try:
            pool = self._sound_pool()
            future = pool.schedule(function, args=list(args), kwargs=kwargs, timeout=seconds)
            return await _answer(pool, asyncio.wrap_future(future))
        except BrokenProcessPool as error:
            raise _lost() from error
        except (FutureTimeout, TimeoutError) as error:
            raise Unprocessable(
                f"The text was not understood within {seconds:g} s, so it was given up.",
                hint="Cut it into smaller parts, or remove deeply nested markup.",
            ) from error
        except (MemoryError, ProcessExpired) as error:
            raise Unprocessable(
                "The text asks for more memory than one import may use.",
                hint="Cut it into smaller parts, or remove deeply nested markup.",
            ) from error
        finally:
            self._pending -= 1

    def _sound_pool(self) -> ProcessPool:
        """The pool, or a new one where it broke: one idle worker that is killed is enough for that."""
        if self._closed:
            raise _lost()
        if not self._pool.active:
            _log.error("the workers that parse are lost; new ones start", extra={"action": "parse.broken"})
            ending = asyncio.create_task(_end(self._pool))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            self._pool = self._new_pool()
        return self._pool

    async def close(self) -> None:
        """End the workers and wait until none is left."""
        self._closed = True
        await asyncio.gather(_end(self._pool), *self._ending)


async def _answer(pool: ProcessPool, waiting: asyncio.Future[Result]) -> Result:
    """What the worker gives. A pool that ends or breaks forgets who waits, so it is looked at meanwhile."""
    try:
        while not waiting.done():
            await asyncio.wait([waiting], timeout=_LOOK_SECONDS)
            if not waiting.done() and not pool.active:
                raise _lost()
    finally:
        waiting.cancel()
    if waiting.cancelled():
        raise _lost()
    return waiting.result()


async def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble types only its results
    await asyncio.to_thread(pool.join, 10)


def _lost() -> Unavailable:
    return Unavailable(
        "The process that was reading the text is gone; another one takes its place.",
        hint="Try again in a second.",
    )


__all__ = ["ParsePool"]
