"""Whether GitHub may be asked now: it named a time to wait until, or it failed too often (PROMISES.md 76).

Thread-safe; one for each API and credential, because GitHub's limits are counted by credential.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from base import limits
from forge.errors import ForgeBusy, ForgeDown


class Gate:
    """`monotonic` gives seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._resume_at = 0.0
        self._failures: deque[float] = deque(maxlen=limits.GITHUB_FAILURES_TO_OPEN)
        self._opened_at: float | None = None
        self._probing = False

    def enter(self) -> None:
        """Return where a request may be sent. Raises ForgeBusy, ForgeDown, without any delay.

        After a rest one caller probes; the others are still refused. Each entry is settled by one of the
        methods below.
        """
        with self._lock:
            now = self._monotonic()
            if now < self._resume_at:
                raise ForgeBusy("GitHub asked to wait before the next request", self._resume_at - now)
            if self._opened_at is None:
                return
            if now - self._opened_at < limits.GITHUB_REST_SECONDS or self._probing:
                raise ForgeDown("GitHub failed several times in a row and is left alone for a while")
            self._probing = True

    def answered(self) -> None:
        """GitHub answered, whatever it said."""
        with self._lock:
            self._opened_at, self._probing = None, False
            self._failures.clear()

    def limited(self, seconds: float) -> None:
        """GitHub asked for a pause: nobody asks before it is over."""
        with self._lock:
            self._opened_at, self._probing = None, False
            self._resume_at = max(self._resume_at, self._monotonic() + seconds)

    def failed(self) -> None:
        """It did not answer, or answered with a fault of its own."""
        with self._lock:
            now = self._monotonic()
            self._failures.append(now)
            often = (
                len(self._failures) == limits.GITHUB_FAILURES_TO_OPEN
                and now - self._failures[0] <= limits.GITHUB_FAILURES_WITHIN_SECONDS
            )
            if self._probing or often:
                self._opened_at, self._probing = now, False
