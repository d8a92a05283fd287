"""What one payer has with an LLM: the tokens of its hour, its circuit, its turns, how many questions fly.

A payer is a tenant, to this room a name. Nobody's questions use up another's budget, rest another's circuit
or fill another's queue; what a service answered one is no answer to another.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar

from base import limits
from base.circuit import Circuit
from ingest.advisor.budget import TokenBudget
from schemas.verdict import Advice, NoAdvice

V = TypeVar("V")
Key: TypeAlias = tuple[str, str]
"""A payer, and the digest of all that it asked."""
MAY_BE_BILLED: Final = frozenset({NoAdvice.LATE, NoAdvice.INVALID})
"""Calls without an answer that a service may have worked on: they count as the most that they can cost."""
NOT_SENT: Final = frozenset({NoAdvice.RESTING, NoAdvice.LIMITED, NoAdvice.BUDGET})
"""Where nothing was sent, or the service took nothing: asking again spends nothing by itself."""


@dataclass
class Account:
    """One payer's. Belongs to one event loop."""

    circuit: Circuit
    budget: TokenBudget
    turns: asyncio.Semaphore
    flying: int = 0


class Accounts:
    """One account a payer, opened when it first asks; as many as there are tenants."""

    def __init__(self, tokens_per_hour: int, concurrent_calls: int, clock: Callable[[], float]) -> None:
        """`clock` gives monotonic seconds."""
        self._tokens = tokens_per_hour
        self._calls = concurrent_calls
        self._clock = clock
        self._open: dict[str, Account] = {}

    def of(self, payer: str) -> Account:
        """The account of a payer."""
        account = self._open.get(payer)
        if account is None:
            budget = TokenBudget(self._tokens, self._clock)
            account = Account(Circuit(self._clock), budget, asyncio.Semaphore(self._calls))
            self._open[payer] = account
        return account


@dataclass
class Kept(Generic[V]):
    """Values by payer and digest. Where there are too many, the oldest of whoever has the most is forgotten:
    nobody's questions push out what another paid for.
    """

    values: dict[str, OrderedDict[str, V]] = field(default_factory=dict)
    count: int = 0

    def put(self, key: Key, value: V) -> None:
        """Keep a value, the newest of its payer."""
        payer, digest = key
        own = self.values.setdefault(payer, OrderedDict())
        self.count += digest not in own
        own[digest] = value
        own.move_to_end(digest)
        while self.count > limits.ADVICE_KEPT:
            most = max(self.values, key=lambda name: len(self.values[name]))
            self.values[most].popitem(last=False)
            self.count -= 1

    def get(self, key: Key) -> V | None:
        """The value, if it is kept."""
        own = self.values.get(key[0])
        return None if own is None else own.get(key[1])


@dataclass
class Record:
    """What was answered, and why others had no answer with the time of it (monotonic seconds)."""

    answers: Kept[Advice | NoAdvice] = field(default_factory=Kept)
    failures: Kept[tuple[NoAdvice, float]] = field(default_factory=Kept)

    def failed_lately(self, key: Key, now: float) -> NoAdvice | None:
        """Why a question had no answer a moment ago: it is not asked again with every look at a page."""
        found = self.failures.get(key)
        if found is None or found[0] in NOT_SENT or now - found[1] >= limits.ADVICE_AGAIN_SECONDS:
            return None
        return found[0]

    def known(self, key: Key) -> Advice | NoAdvice | None:
        """The answer, or why there was none."""
        failure = self.failures.get(key)
        return self.answers.get(key) or (failure[0] if failure is not None else None)
