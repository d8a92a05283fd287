"""How many tokens may be spent within an hour. Pure but for the clock it is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

_HOUR: Final = 3600.0
_SLOTS: Final = 60


class TokenBudget:
    """A sliding hour in slots of a minute. What a call may cost is taken before it; the rest comes back.

    Not thread-safe: it belongs to one event loop.
    """

    def __init__(self, tokens_per_hour: int, clock: Callable[[], float]) -> None:
        """`clock` gives monotonic seconds."""
        self._most = tokens_per_hour
        self._clock = clock
        self._spent: deque[list[float]] = deque()
        self._total = 0.0

    @property
    def left(self) -> int:
        """Tokens that may still be taken now; never below 0."""
        self._forget()
        return max(0, int(self._most - self._total))

    def take(self, tokens: int) -> bool:
        """Take the most that a call may cost; False, and nothing taken, where there is not as much left."""
        assert tokens > 0
        if tokens > self.left:
            return False
        self._add(tokens)
        return True

    def settle(self, taken: int, used: int) -> None:
        """After the call: what it took, and what it used, which may be more."""
        assert taken >= 0
        assert used >= 0
        self._forget()
        self._add(used - taken)

    def _add(self, tokens: float) -> None:
        slot = self._clock() // (_HOUR / _SLOTS)
        if not self._spent or self._spent[-1][0] != slot:
            self._spent.append([slot, 0.0])
        self._spent[-1][1] += tokens
        self._total += tokens

    def _forget(self) -> None:
        oldest = self._clock() // (_HOUR / _SLOTS) - _SLOTS
        while self._spent and self._spent[0][0] <= oldest:
            self._total -= self._spent.popleft()[1]
