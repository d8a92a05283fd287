"""An LLM as the second key: questions in, advice out, whatever the service does.

A question is asked once at a time, however many wait for it; an answer that comes too late for one who waited
is kept for the next. Every answer is kept under the digest of all that was asked, so that the same question
has the same answer (docs/decisions/0002).
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from base import limits, log
from base.circuit import Admission, Circuit, State
from ingest.advisor.advising import Advising, Said
from ingest.advisor.budget import TokenBudget
from ingest.advisor.prompt import MAX_TOKENS, build_request, digest
from ingest.advisor.question import Question
from ingest.advisor.reading import read_answer, tokens_used
from schemas.risk import Risk
from schemas.verdict import Advice, NoAdvice

_LOG: Final = log.get(__name__)
_CHARACTERS_PER_TOKEN: Final = 2
"""Fewer than any language needs in the mean, so that a call is never cheaper on paper than it is."""
_BACKOFF_SECONDS: Final = (0.25, 0.5)
"""The most that is waited before the second and the third attempt; a random part of it is."""


@dataclass(frozen=True)
class Fault:
    """A call without an answer. `retry_after` in seconds, None where the service names none."""

    why: NoAdvice
    again: bool = False
    retry_after: float | None = None
    status: int | None = None


class Service(Protocol):
    """The border to a provider: the only thing that differs between them, and between them and a test."""

    async def send(self, request: dict[str, Any], seconds: float) -> bytes | Fault:
        """The body of the answer. Never raises for what the service does."""

    async def close(self) -> None:
        """End its connections."""


class Asks(Protocol):
    """What the controller needs of an LLM."""

    async def ask(self, questions: Sequence[Question], seconds: float) -> Advising:
        """What is known of each after at most so many seconds."""

    def kept(self, questions: Sequence[Question]) -> Advising:
        """What was answered before. Nobody is asked."""

    async def close(self) -> None:
        """Give up what is under way."""


@dataclass(frozen=True)
class Rules:
    """How an LLM is asked. `pick` gives a random number from 0 to 1; `clock` monotonic seconds."""

    model: str
    timeout_seconds: float
    clock: Callable[[], float]
    pick: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    concurrent_calls: int = limits.ADVICE_CONCURRENT_CALLS
    attempts: int = limits.ADVICE_ATTEMPTS


@dataclass
class _Memory:
    """Answers by digest, the oldest forgotten first."""

    answers: OrderedDict[str, Said] = field(default_factory=OrderedDict)

    def put(self, key: str, said: Said) -> None:
        self.answers[key] = said
        while len(self.answers) > limits.ADVICE_KEPT:
            self.answers.popitem(last=False)


class LlmAdvisor:
    """Asks a service about many texts at once. One a process; belongs to one event loop."""

    def __init__(self, service: Service, rules: Rules, circuit: Circuit, budget: TokenBudget) -> None:
        self._service = service
        self._rules = rules
        self._circuit = circuit
        self._budget = budget
        self._turns = asyncio.Semaphore(rules.concurrent_calls)
        self._flights: dict[str, asyncio.Task[Said]] = {}
        self._memory = _Memory()

    @property
    def state(self) -> State:
        """Of its circuit."""
        return self._circuit.state

    async def ask(self, questions: Sequence[Question], seconds: float) -> Advising:
        """All at once, within `seconds`. What is not answered by then has no advice, and is still awaited
        for the next who asks. With 0 nobody waits, and what is not there yet is pending."""
        waiting: dict[str, asyncio.Task[Said]] = {}
        found: list[tuple[Question, str, Said | None]] = []
        for question in questions:
            key = digest(question, self._rules.model)
            said = self._at_once(question, key)
            if said is None:
                waiting[key] = self._flight(question, key)
            found.append((question, key, said))
        if waiting:
            await asyncio.wait(waiting.values(), timeout=seconds)
        missing = NoAdvice.LATE if seconds > 0 else NoAdvice.PENDING
        return Advising.of(
            (question.text, question.language, said or _landed(waiting[key], missing))
            for question, key, said in found
        )

    def kept(self, questions: Sequence[Question]) -> Advising:
        """Answers of before."""
        return Advising.of(
            (question.text, question.language, self._kept(question) or NoAdvice.NOT_ASKED)
            for question in questions
        )

    async def close(self) -> None:
        """Cancel what is under way and wait for its end."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._service.close()

    def _kept(self, question: Question) -> Said | None:
        return self._memory.answers.get(digest(question, self._rules.model))

    def _at_once(self, question: Question, key: str) -> Said | None:
        """What can be said without a call: 1. unfit to be sent; 2. answered before; 3. on its way already,
        so wait; 4. the service rests; 5. too many questions wait."""
        if question.unfit is not None:
            return question.unfit
        if key in self._memory.answers:
            return self._memory.answers[key]
        if key in self._flights:
            return None
        if self._circuit.state is State.OPEN:
            return NoAdvice.RESTING
        return NoAdvice.LIMITED if len(self._flights) >= limits.ADVICE_FLIGHTS_MAX else None

    def _flight(self, question: Question, key: str) -> asyncio.Task[Said]:
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fly(question, key))
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        return flight

    async def _fly(self, question: Question, key: str) -> Said:
        """One question from its turn to its end, all attempts within the timeout."""
        async with self._turns:
            request = build_request(question, self._rules.model)
            reserved = _at_most(request)
            if not self._budget.take(reserved):
                return NoAdvice.BUDGET
            spent = 0
            try:
                body, spent = await self._attempts(request)
            finally:
                self._budget.settle(reserved, spent)
        if isinstance(body, Fault):
            _LOG.warning(
                "no advice", extra={"action": "advisor.failed", "why": body.why.value, "status": body.status}
            )
            return body.why
        said = read_answer(body, question=question.id, model=self._rules.model, prompt_sha256=key)
        if isinstance(said, Advice) and said.risk is Risk.SAFE and question.leads:
            said = NoAdvice.LED
        if isinstance(said, Advice) or said is NoAdvice.LED:
            self._memory.put(key, said)
        else:
            _LOG.warning("no advice", extra={"action": "advisor.unusable", "why": said.value})
        return said

    async def _attempts(self, request: dict[str, Any]) -> tuple[bytes | Fault, int]:
        """The last outcome, and the tokens of all."""
        ends = self._rules.clock() + self._rules.timeout_seconds
        for attempt in range(self._rules.attempts):
            outcome = await self._call(request, ends - self._rules.clock())
            if isinstance(outcome, bytes):
                return outcome, tokens_used(outcome) or _at_most(request)
            wait = self._backoff(attempt, outcome)
            if wait is None or self._rules.clock() + wait >= ends:
                return outcome, 0
            await self._rules.sleep(wait)
        raise AssertionError("the last attempt has no backoff")

    def _backoff(self, attempt: int, fault: Fault) -> float | None:
        """Seconds until the next attempt; None where there is none."""
        if not fault.again or attempt >= min(self._rules.attempts - 1, len(_BACKOFF_SECONDS)):
            return None
        return max(fault.retry_after or 0.0, _BACKOFF_SECONDS[attempt] * self._rules.pick())

    async def _call(self, request: dict[str, Any], seconds: float) -> bytes | Fault:
        """One call through the circuit."""
        admission = self._circuit.admit()
        if admission is None:
            return Fault(NoAdvice.RESTING)
        outcome: bytes | Fault | None = None
        try:
            outcome = await self._service.send(request, seconds)
        finally:
            if outcome is None:  # given up by us: it says nothing of the service
                self._circuit.abandoned(admission)
        self._settle(admission, outcome)
        return outcome

    def _settle(self, admission: Admission, outcome: bytes | Fault) -> None:
        before = self._circuit.state
        if isinstance(outcome, Fault):
            self._circuit.failed(admission)
        else:
            self._circuit.succeeded(admission)
        after = self._circuit.state
        if before is not after:
            _LOG.warning("the circuit changed", extra={"action": f"advisor.circuit_{after.value}"})


def _landed(flight: asyncio.Task[Said], missing: NoAdvice) -> Said:
    """What a flight brought; `missing` where it still flies."""
    if not flight.done() or flight.cancelled():
        return missing
    return flight.result()


def _at_most(request: dict[str, Any]) -> int:
    """More tokens than a call can cost."""
    return len(json.dumps(request, ensure_ascii=True)) // _CHARACTERS_PER_TOKEN + MAX_TOKENS
