"""When a service that fails is left alone: a circuit breaker (PROMISES.md 76). It only reads a clock.

Closed: everybody may call. Open, after some failures within some seconds: nobody. Then half open: one caller
probes; its success closes the circuit, its failure opens it again. Open never means "allow": it means that
the service says nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from base import limits


class State(StrEnum):
    """Of a circuit."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Admission:
    """A call that was let through. What is heard of it counts only for the era that it began in."""

    era: int
    probe: bool


class Circuit:
    """One for each service. Not thread-safe: it belongs to one event loop, or to a lock of its holder."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        failures: int = limits.FAILURES_TO_OPEN,
        within_seconds: float = limits.FAILURES_WITHIN_SECONDS,
        rest_seconds: float = limits.REST_SECONDS,
    ) -> None:
        """`clock` gives monotonic seconds."""
        self._clock = clock
        self._failures = failures
        self._within = within_seconds
        self._rest = rest_seconds
        self._recent: deque[float] = deque(maxlen=failures)
        self._opened_at: float | None = None
        self._probing = False
        self._era = 0

    @property
    def state(self) -> State:
        """What a caller would meet now."""
        if self._opened_at is None:
            return State.CLOSED
        rested = self._clock() - self._opened_at >= self._rest
        return State.HALF_OPEN if rested else State.OPEN

    def admit(self) -> Admission | None:
        """Permission for one call, which must be settled by one of the three below; None: not now."""
        state = self.state
        if state is State.CLOSED:
            return Admission(self._era, probe=False)
        if state is State.OPEN or self._probing:
            return None
        self._probing = True
        return Admission(self._era, probe=True)

    def succeeded(self, admission: Admission) -> None:
        """The service answered."""
        if admission.era == self._era and admission.probe:
            self._begin(None)

    def failed(self, admission: Admission) -> None:
        """It did not."""
        if admission.era != self._era:
            return
        now = self._clock()
        self._recent.append(now)
        full = len(self._recent) == self._failures and now - self._recent[0] <= self._within
        if admission.probe or full:
            self._begin(now)

    def abandoned(self, admission: Admission) -> None:
        """The call was given up for another reason: it says nothing of the service."""
        if admission.era == self._era and admission.probe:
            self._probing = False

    def _begin(self, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._probing = False
        self._recent.clear()
        self._era += 1
