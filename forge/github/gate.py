"""Whether GitHub may be asked now: it named a time to wait until, or it failed too often (PROMISES.md 76).

Thread-safe; one for each API and credential, because GitHub's limits are counted by credential.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from base.circuit import Admission, Circuit
from forge.errors import ForgeBusy, ForgeDown


class Gate:
    """`monotonic` gives seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._resume_at = 0.0
        self._circuit = Circuit(monotonic)

    def enter(self) -> Admission:
        """Permission for one request. Raises ForgeBusy, ForgeDown, without any delay.

        After a rest one caller probes; the others are still refused. Each entry is settled by one of
        `answered`, `failed` and `abandoned`.
        """
        with self._lock:
            wait = self._resume_at - self._monotonic()
            if wait > 0:
                raise ForgeBusy("GitHub asked to wait before the next request", wait)
            admission = self._circuit.admit()
        if admission is None:
            raise ForgeDown("GitHub failed several times within seconds and is left alone for a while")
        return admission

    def answered(self, admission: Admission) -> None:
        """GitHub answered, whatever it said."""
        with self._lock:
            self._circuit.succeeded(admission)

    def failed(self, admission: Admission) -> None:
        """It did not answer, or answered with a fault of its own."""
        with self._lock:
            self._circuit.failed(admission)

    def abandoned(self, admission: Admission) -> None:
        """The request was given up for a reason of ours: it says nothing of GitHub."""
        with self._lock:
            self._circuit.abandoned(admission)

    def limited(self, seconds: float) -> None:
        """GitHub asked for a pause: nobody asks before it is over."""
        with self._lock:
            self._resume_at = max(self._resume_at, self._monotonic() + seconds)
