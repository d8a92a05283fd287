"""An LLM as the second key: questions in, advice out, whatever the service does.

A question is asked once at a time, however many wait for it; an answer that comes too late for one who waited
is kept for the next. Every answer is kept under the digest of all that was asked, so that the same question
has the same answer (docs/decisions/0002). Each payer has a budget, circuit, queue and answers of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from base import limits, log
from base.circuit import Admission, Circuit, State
from ingest.advisor.account import MAY_BE_BILLED, Account, Accounts, Key, Record
from ingest.advisor.advising import Advising, Said
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

    async def ask(self, questions: Sequence[Question], seconds: float, payer: str) -> Advising:
        """What is known of each after at most so many seconds; `payer`: the tenant whose budget it is."""

    async def kept(self, questions: Sequence[Question], payer: str) -> Advising:
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


class Watch(Protocol):
    """Who counts what became of questions."""

    def question(self, outcome: str, seconds: float | None, tokens: int) -> None:
        """One came to its end: `answered`, or why not. `seconds` from its turn on; None: nobody was asked."""


class Unwatched:
    """Counts nothing."""

    def question(self, outcome: str, seconds: float | None, tokens: int) -> None:
        """Nothing."""


class LlmAdvisor:
    """Asks a service about many texts at once. One a process; belongs to one event loop."""

    def __init__(
        self, service: Service, rules: Rules, tokens_per_hour: int, watch: Watch | None = None
    ) -> None:
        """`tokens_per_hour` of each payer."""
        self._service = service
        self._rules = rules
        self._accounts = Accounts(tokens_per_hour, rules.concurrent_calls, rules.clock)
        self._turns = asyncio.Semaphore(limits.ADVICE_CONCURRENT_CALLS_MAX)
        self._flights: dict[Key, asyncio.Task[Said]] = {}
        self._record = Record()
        self._watch = watch or Unwatched()

    def state(self, payer: str) -> State:
        """Of a payer's circuit."""
        return self._accounts.of(payer).circuit.state

    async def ask(self, questions: Sequence[Question], seconds: float, payer: str) -> Advising:
        """All at once, within `seconds`. What is not answered by then has no advice, and is still awaited
        for the next who asks. With 0 nobody waits, and what is not there yet is pending."""
        account = self._accounts.of(payer)
        waiting: dict[Key, asyncio.Task[Said]] = {}
        found: list[tuple[Question, Key, Said | None]] = []
        for question in questions:
            key = (payer, digest(question, self._rules.model))
            said = self._at_once(question, key, account)
            if said is None:
                waiting[key] = self._flight(question, key, account)
            found.append((question, key, said))
        if waiting:
            await asyncio.wait(waiting.values(), timeout=seconds)
        missing = NoAdvice.LATE if seconds > 0 else NoAdvice.PENDING
        return Advising.of(
            (question.text, question.language, said or _landed(waiting[key], missing))
            for question, key, said in found
        )

    async def kept(self, questions: Sequence[Question], payer: str) -> Advising:
        """Answers of before, or why there was none."""
        return Advising.of(
            (question.text, question.language, self._kept(question, payer) or NoAdvice.NOT_ASKED)
            for question in questions
        )

    async def close(self) -> None:
        """Cancel what is under way and wait for its end."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._service.close()

    def _kept(self, question: Question, payer: str) -> Said | None:
        return question.unfit or self._record.known((payer, digest(question, self._rules.model)))

    def _at_once(self, question: Question, key: Key, account: Account) -> Said | None:
        """What can be said without a call: 1. unfit to be sent; 2. answered before; 3. on its way already,
        so wait; 4. it failed a moment ago; 5. the service rests; 6. too many questions wait."""
        if question.unfit is not None:
            return question.unfit
        answer = self._record.answers.get(key)
        if answer is not None:
            return answer
        if key in self._flights:
            return None
        failed = self._record.failed_lately(key, self._rules.clock())
        if failed is not None:
            return failed
        if account.circuit.state is State.OPEN:
            return self._unasked(NoAdvice.RESTING, key)
        if account.flying >= limits.ADVICE_FLIGHTS or len(self._flights) >= limits.ADVICE_FLIGHTS_MAX:
            return self._unasked(NoAdvice.LIMITED, key)
        return None

    def _unasked(self, why: NoAdvice, key: Key) -> NoAdvice:
        self._record.failures.put(key, (why, self._rules.clock()))
        self._watch.question(why.value, None, 0)
        return why

    def _flight(self, question: Question, key: Key, account: Account) -> asyncio.Task[Said]:
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fly(question, key, account))
            self._flights[key] = flight
            account.flying += 1
            flight.add_done_callback(lambda _: self._ended(key, account))
        return flight

    def _ended(self, key: Key, account: Account) -> None:
        del self._flights[key]
        account.flying -= 1

    async def _fly(self, question: Question, key: Key, account: Account) -> Said:
        """One question from its turn to its end, all attempts within the timeout."""
        async with account.turns, self._turns:
            request = build_request(question, self._rules.model)
            reserved = _at_most(request)
            if not account.budget.take(reserved):
                return self._unasked(NoAdvice.BUDGET, key)
            begun = self._rules.clock()
            spent = reserved  # where it is given up by us: the service may have answered
            try:
                body, spent = await self._attempts(request, account.circuit)
            finally:
                account.budget.settle(reserved, spent)
        said = self._heard(question, key, body)
        outcome = "answered" if isinstance(said, Advice) else said.value
        self._watch.question(outcome, self._rules.clock() - begun, spent)
        return said

    def _heard(self, question: Question, key: Key, body: bytes | Fault) -> Said:
        """What an answer says, kept; a fault is kept as the reason why there is none."""
        if isinstance(body, Fault):
            _LOG.warning(
                "no advice", extra={"action": "advisor.failed", "why": body.why.value, "status": body.status}
            )
            self._record.failures.put(key, (body.why, self._rules.clock()))
            return body.why
        said = read_answer(body, question=question.id, model=self._rules.model, prompt_sha256=key[1])
        if isinstance(said, Advice) and said.risk is Risk.SAFE and question.leads:
            said = NoAdvice.LED
        if isinstance(said, Advice) or said is NoAdvice.LED:
            self._record.answers.put(key, said)
        else:
            _LOG.warning("no advice", extra={"action": "advisor.unusable", "why": said.value})
            self._record.failures.put(key, (said, self._rules.clock()))
        return said

    async def _attempts(self, request: dict[str, Any], circuit: Circuit) -> tuple[bytes | Fault, int]:
        """The last outcome, and the tokens of all: as the service says, or the most where it is silent."""
        ends = self._rules.clock() + self._rules.timeout_seconds
        spent = 0
        for attempt in range(self._rules.attempts):
            outcome = await self._call(request, ends - self._rules.clock(), circuit)
            if isinstance(outcome, bytes):
                return outcome, spent + (tokens_used(outcome) or _at_most(request))
            spent += _at_most(request) if outcome.why in MAY_BE_BILLED else 0
            wait = self._backoff(attempt, outcome)
            if wait is None or self._rules.clock() + wait >= ends:
                return outcome, spent
            await self._rules.sleep(wait)
        raise AssertionError("the last attempt has no backoff")

    def _backoff(self, attempt: int, fault: Fault) -> float | None:
        """Seconds until the next attempt; None where there is none."""
        if not fault.again or attempt >= min(self._rules.attempts - 1, len(_BACKOFF_SECONDS)):
            return None
        return max(fault.retry_after or 0.0, _BACKOFF_SECONDS[attempt] * self._rules.pick())

    async def _call(self, request: dict[str, Any], seconds: float, circuit: Circuit) -> bytes | Fault:
        """One call through the circuit."""
        admission = circuit.admit()
        if admission is None:
            return Fault(NoAdvice.RESTING)
        outcome: bytes | Fault | None = None
        try:
            outcome = await self._service.send(request, seconds)
        finally:
            if outcome is None:  # given up by us: it says nothing of the service
                circuit.abandoned(admission)
        _settle(circuit, admission, outcome)
        return outcome


def _settle(circuit: Circuit, admission: Admission, outcome: bytes | Fault) -> None:
    before = circuit.state
    if isinstance(outcome, Fault):
        circuit.failed(admission)
    else:
        circuit.succeeded(admission)
    after = circuit.state
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
