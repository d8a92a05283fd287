"""One attempt from "go" to its result: wait for the shim, take in its output, write down how it ended.

It is the same code for a command that this process started and for one that it finds running after a
restart: all it needs is the journal, the spool folder and the shim's pid.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

from agent import processes, records
from agent.outbox import Outbox
from agent.records import Attempt, Result
from agent.reports import lost_result, result_of
from agent.shim import Outcome, now_us
from agent.stream import Collector
from base import faults

FAST_POLL_SECONDS: Final = 0.05
SLOW_POLL_SECONDS: Final = 0.5
"""Output is looked for often while some comes, and less and less often while none does."""

AFTER_EXIT: Final = faults.register("agent.watch.after_exit", "the shim is gone, its output not yet taken in")
AFTER_SPOOL: Final = faults.register(
    "agent.watch.after_spool", "the output is complete in the spool, the result not yet in the journal"
)


class ProcessEnd:
    """The end of a process that is not our child, by its pidfd."""

    def __init__(self, pid: int, start_time: int) -> None:
        self._ended = asyncio.Event()
        self._descriptor = -1
        try:
            self._descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self._ended.set()
            return
        if not processes.is_alive(pid, start_time):
            self._ended.set()
            return
        asyncio.get_running_loop().add_reader(self._descriptor, self._ended.set)

    async def wait(self, seconds: float) -> bool:
        """True once it has ended; False where it lives on after that time."""
        if self._ended.is_set():
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Give the descriptor back."""
        if self._descriptor >= 0:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


async def watch(attempt: Attempt, folder: Path, collector: Collector, outbox: Outbox) -> tuple[str, Result]:
    """Until the attempt is over: (FINISHED or LOST, its result), output complete in the spool.

    Raises OSError where the spool's disk fails.
    """
    started = attempt.started
    assert started is not None
    is_this_boot = started.boot == processes.boot_id()
    if is_this_boot:
        await _follow(started.pid, started.start_time, collector, outbox)
    faults.reach(AFTER_EXIT)
    outcome = _read_outcome(folder)
    while collector.pump(is_end=True):
        outbox.nudge()
        await asyncio.sleep(0)
    outbox.nudge()
    faults.reach(AFTER_SPOOL)
    sums = (collector.total_bytes, collector.sha256)
    if outcome is None:
        leaked = is_this_boot and bool(processes.session_members(started.pid))
        return records.LOST, lost_result(attempt, leaked=leaked, sums=sums, now_us=now_us())
    return records.FINISHED, result_of(outcome, *sums)


async def _follow(pid: int, start_time: int, collector: Collector, outbox: Outbox) -> None:
    end = ProcessEnd(pid, start_time)
    pause = FAST_POLL_SECONDS
    try:
        while not await end.wait(pause):
            before = collector.total_bytes
            while collector.pump(is_end=False):
                outbox.nudge()
                await asyncio.sleep(0)
            if collector.total_bytes > before:
                pause = FAST_POLL_SECONDS
                outbox.nudge()
            else:
                pause = min(SLOW_POLL_SECONDS, pause * 1.5)
    finally:
        end.close()


def _read_outcome(folder: Path) -> Outcome | None:
    """The `exit` file; None where the shim left none, or one that is no JSON (it died on the way)."""
    try:
        return Outcome.read(folder)
    except (ValueError, KeyError, TypeError):
        return None
