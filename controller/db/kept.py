"""A task that is started again whenever it ends: later each time, never given up, and its health told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from base import log

BACKOFF_SECONDS: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Bounded by a poll that a person does not notice; a database that comes back is not stormed either."""
STEADY_SECONDS: Final = 30.0
"""Work that lasted this long begins again without having learnt anything from earlier failures."""
SETTLED_SECONDS: Final = 2.0
"""Work that failed before counts as well again after this time; one that can't begin fails earlier."""

_log = log.get(__name__)


class Kept:
    """Work that is meant never to end. `name` is for the log."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._work = work
        self._begun: float | None = None
        self._failures = 0

    def is_well(self) -> bool:
        """Whether the work runs now, and has not just begun again after a failure."""
        if self._begun is None:
            return False
        return self._failures == 0 or monotonic() - self._begun >= SETTLED_SECONDS

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                await self._once()
                await asyncio.sleep(BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS)) - 1])
        finally:
            self._begun = None

    async def _once(self) -> None:
        self._begun = begun = monotonic()
        why = "it returned"
        try:
            await self._work()
        except Exception as error:  # noqa: BLE001  # reason: the border of supervised work; it begins again
            why = type(error).__name__
        self._begun = None
        self._failures = 1 if monotonic() - begun >= STEADY_SECONDS else self._failures + 1
        _log.warning(
            "background work ended and begins again: %s",
            why,
            extra={"action": "kept.again", "work": self._name, "failures": self._failures},
        )
