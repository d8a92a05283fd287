"""An LLM reads a text: parts in, what it says of each out, whatever the service does.

Each part is one call, all at once, none is made twice: what is not answered in time is read by the rules
alone. An answer is kept in the record of whoever asks, under the digest of all that was asked, so that the
same text is read the same way again (docs/decisions/0298).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from base import limits, log
from base.circuit import Circuit
from ingest.advisor.account import Account, Accounts
from ingest.advisor.llm import Fault, Service
from ingest.advisor.messages import message_in, tokens_of
from ingest.extract.heard import Heard, HeardPart
from ingest.extract.passages import Part
from ingest.extract.reading_answer import Answer, answer_of, read_answer
from ingest.extract.reading_prompt import MAX_TOKENS, PROMPT_VERSION, build_request, digest
from schemas.verdict import NoAdvice

_LOG: Final = log.get(__name__)
_CHARACTERS_PER_TOKEN: Final = 2
"""As for advice: a call is never cheaper on paper than it is."""


class Kept(Protocol):
    """The record of one tenant: answers as JSON texts, by digest."""

    async def get(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Those that are there."""

    async def put(self, answers: Mapping[str, str]) -> None:
        """Keep them, the oldest forgotten first."""


class Reads(Protocol):
    """What the controller needs of an LLM that reads texts."""

    async def read(self, parts: Sequence[Part], kept: Kept, seconds: float, payer: str) -> Heard:
        """What it says of each part after at most so many seconds; with 0 nobody is asked. `payer`: the
        tenant whose budget it is."""

    async def close(self) -> None:
        """End its connections."""


@dataclass(frozen=True)
class LlmReader:
    """Asks a service about the parts of a text. One a process; belongs to one event loop."""

    service: Service
    model: str
    accounts: Accounts
    """Of each payer: its budget, its circuit, its turns."""
    fair_seconds: float = limits.EXTRACTION_FAIR_MS / 1000
    """A call that had less and is late says nothing of the service."""
    least_seconds: float = limits.EXTRACTION_LEAST_MS / 1000
    """With less left no call begins."""

    @property
    def by(self) -> str:
        """Which model with which prompt, as every record names it."""
        return f"anthropic:{self.model}/{PROMPT_VERSION}"

    async def read(self, parts: Sequence[Part], kept: Kept, seconds: float, payer: str) -> Heard:
        """What was answered before, and all else asked at once. Nothing of a text without parts: it is too
        long.
        """
        if not parts:
            return Heard(self.by, (), NoAdvice.TOO_LONG)
        keys = [digest(part, self.model) for part in parts]
        known = {key: answer_of(text) for key, text in (await kept.get(keys)).items()}
        asked = {key: part for part, key in zip(parts, keys, strict=True) if known.get(key) is None}
        new = dict(
            zip(asked, await self._ask([*asked.values()], seconds, self.accounts.of(payer)), strict=True)
        )
        await _keep(new, kept)
        return Heard(
            self.by,
            tuple(
                HeardPart(part.first, len(part.passages), known.get(key) or new[key], part.left_out)
                for part, key in zip(parts, keys, strict=True)
            ),
        )

    async def close(self) -> None:
        """End its connections."""
        await self.service.close()

    async def _ask(self, parts: Sequence[Part], seconds: float, account: Account) -> list[Answer | NoAdvice]:
        """All at once, cut off after so many seconds, waiting for a turn included."""
        if seconds <= 0:
            return [NoAdvice.PENDING] * len(parts)
        ends = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            flights = [group.create_task(self._one(part, ends, account)) for part in parts]
        return [flight.result() for flight in flights]

    async def _one(self, part: Part, ends: float, account: Account) -> Answer | NoAdvice:
        """One part from its turn to its end; `ends` is the loop's time."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(ends - self.least_seconds):
                await account.turns.acquire()
        except TimeoutError:
            return NoAdvice.LATE
        try:
            left = ends - loop.time()
            said = await self._asked(part, left, account) if left >= self.least_seconds else NoAdvice.LATE
        finally:
            account.turns.release()
        if isinstance(said, NoAdvice):
            _LOG.warning("a text was not read", extra={"action": "extraction.failed", "why": said.value})
        return said

    async def _asked(self, part: Part, seconds: float, account: Account) -> Answer | NoAdvice:
        request = build_request(part, self.model)
        reserved = len(json.dumps(request, ensure_ascii=True)) // _CHARACTERS_PER_TOKEN + MAX_TOKENS
        if not account.budget.take(reserved):
            return NoAdvice.BUDGET
        spent = reserved  # a call that is cut off may be charged as a whole
        try:
            outcome = await self._call(request, seconds, account.circuit)
            failed = isinstance(outcome, Fault) and outcome.why is not NoAdvice.LATE
            spent = 0 if failed else _tokens(outcome) or reserved
        finally:
            account.budget.settle(reserved, spent)
        if isinstance(outcome, Fault):
            return outcome.why
        return read_answer(outcome, document=part.id, model=self.model)

    async def _call(self, request: dict[str, Any], seconds: float, circuit: Circuit) -> bytes | Fault:
        """One call through the circuit. What is late counts as the service's failure only where it had a fair
        time: who waited for a turn has what is left, and cutting that off is our doing.
        """
        admission = circuit.admit()
        if admission is None:
            return Fault(NoAdvice.RESTING)
        outcome: bytes | Fault | None = None
        try:
            outcome = await self.service.send(request, seconds)
        finally:
            if outcome is None:  # given up by us: it says nothing of the service
                circuit.abandoned(admission)
        if not isinstance(outcome, Fault):
            circuit.succeeded(admission)
        elif outcome.why is NoAdvice.LATE and seconds < self.fair_seconds:
            circuit.abandoned(admission)
        else:
            circuit.failed(admission)
        return outcome


async def _keep(said: Mapping[str, Answer | NoAdvice], kept: Kept) -> None:
    """Keep the answers; why there is none is asked anew."""
    answers = {key: item.model_dump_json() for key, item in said.items() if isinstance(item, Answer)}
    if answers:
        await kept.put(answers)


def _tokens(outcome: bytes | Fault) -> int | None:
    if isinstance(outcome, Fault):
        return None
    return tokens_of(message_in(outcome, limits.EXTRACTION_ANSWER_MAX_BYTES))
