"""What waits while newer grant keys can't be stored: whatever starts a command, or lets one go on.

The stream goes on meanwhile, and orders that stop are heard at once. The keys are tried again, later each
time; what waited is then done in its order. A new stream begins with the keys and with whatever was not
answered, so nothing of an older one is kept.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from agent.attempts import Attempts
from agent.orders import Orders
from agent.renewal import NotStored
from base import log
from proto.agent.v1 import agent_pb2

FIRST_SECONDS: Final = 1.0
MAX_SECONDS: Final = 60.0
HELD_MAX: Final = 1_000
"""Messages that wait; more are left to be sent again."""
_STARTING: Final = frozenset({"run", "thaw", "panic_clear"})

_log = log.get(__name__)


class KeyWait:
    """One for the life of the agent; used from one event loop only."""

    def __init__(
        self,
        orders: Orders,
        attempts: Attempts,
        do: Callable[[agent_pb2.ControllerMessage], Awaitable[object]],
    ) -> None:
        """`do` carries out a message that waited."""
        self._orders = orders
        self._attempts = attempts
        self._do = do
        self._held: list[agent_pb2.ControllerMessage] = []
        self._failed = asyncio.Event()
        self._failures = 0

    def forget(self) -> None:
        """A stream begins."""
        self._held.clear()

    def holds(self, message: agent_pb2.ControllerMessage) -> bool:
        """Whether this message waits: a key may have been taken away that is still believed here."""
        if self._orders.unstored is None or message.WhichOneof("body") not in _STARTING:
            return False
        if len(self._held) < HELD_MAX:
            self._held.append(message)
        else:
            self._attempts.diagnose("busy", f"more than {HELD_MAX} orders wait for grant keys to be stored")
        return True

    def failed(self, problem: NotStored) -> None:
        """The disk did not take the keys: say so, and try again later."""
        _log.error("%s", problem, extra={"action": "agent.keys_not_stored"})
        self._attempts.diagnose("keys", str(problem))
        self._failed.set()

    async def let_go(self) -> None:
        """Do what waited, where nothing is to be stored any more."""
        if self._orders.unstored is not None:
            return
        self._failures = 0
        self._failed.clear()
        held, self._held = self._held, []
        for message in held:
            await self._do(message)

    async def keep(self, turn: asyncio.Lock) -> None:
        """Try again until it is cancelled; `turn` is held by whoever carries out an order."""
        while True:
            await self._failed.wait()
            await asyncio.sleep(self._wait())
            async with turn:
                try:
                    self._orders.store_unstored()
                except NotStored as problem:
                    self.failed(problem)
                else:
                    await self.let_go()

    def _wait(self) -> float:
        """Twice as long each time in a row, and never quite alike for two agents."""
        ceiling: float = min(MAX_SECONDS, FIRST_SECONDS * 2 ** min(self._failures, 10))
        self._failures += 1
        seconds = ceiling * random.uniform(0.75, 1.0)  # noqa: S311  # reason: spreading, no secret
        extra = {"action": "agent.keys_again", "again_seconds": round(seconds, 2)}
        _log.info("new grant keys are tried again in %.1f s", seconds, extra=extra)
        return seconds
