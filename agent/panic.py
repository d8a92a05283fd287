"""Stop what runs, at once: SIGSTOP to everything below a shim, straight from the agent.

The agent does not wait for the shims to be scheduled; it walks the trees itself, and then tells the shims,
which stop their clocks and go after what was forked in between. What belongs to another user, or sits at
the far end of ssh or kubectl exec, can't be stopped from here: `could_not_freeze` names it.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from agent import processes

ROUNDS: Final = 40
ROUND_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Target:
    """A shim to freeze, named beyond doubt."""

    attempt: UUID
    pid: int
    start_time: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze came to."""

    frozen: tuple[UUID, ...]
    could_not_freeze: tuple[UUID, ...]
    took_ms: int


def _stop_group(target: Target) -> None:
    """The command's own process group, in one call: what nearly every command is, whole."""
    for child in processes.children(target.pid):
        processes.send_group(child, signal.SIGSTOP)


def _stop_tree(target: Target) -> bool:
    """One pass over everything below the shim; True where nothing of it moves any more."""
    moving = [pid for pid, is_stopped in processes.tree(target.pid) if not is_stopped]
    for pid in moving:
        processes.send(pid, signal.SIGSTOP)
    return not moving


async def freeze(targets: Iterable[Target]) -> Frozen:
    """Stop every tree: all groups first, then what is outside of them, then the shims' clocks.

    The shims are told last. Hundreds of them waking up at once would take the processor from this pass.
    """
    began = time.monotonic()
    alive = [item for item in targets if processes.is_alive(item.pid, item.start_time)]
    for target in alive:
        _stop_group(target)
    moving = [target for target in alive if not _stop_tree(target)]
    for _ in range(ROUNDS):
        if not moving:
            break
        await asyncio.sleep(ROUND_SECONDS)
        moving = [target for target in moving if not _stop_tree(target)]
    took_ms = int((time.monotonic() - began) * 1000)
    for target in alive:
        processes.send(target.pid, signal.SIGUSR1)
    stubborn = {target.attempt for target in moving}
    return Frozen(
        frozen=tuple(item.attempt for item in alive if item.attempt not in stubborn),
        could_not_freeze=tuple(stubborn),
        took_ms=took_ms,
    )


def thaw(target: Target) -> bool:
    """Let the shim let its tree go on; False where it is gone."""
    alive = processes.is_alive(target.pid, target.start_time)
    return alive and processes.send(target.pid, signal.SIGUSR2)
