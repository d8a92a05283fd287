"""An LLM that a tenant's flag `advisor` silences: nobody is asked, and no earlier `safe` counts.

A flag only takes away. What the LLM raised before stays raised while it is silent; without its second key
nothing else is safe.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from uuid import UUID

from controller.db.database import Database
from controller.governance.pinning import load_flags
from controller.governance.silence import FLAG
from ingest.advisor.advising import Advising, Said, stricter, text_key
from ingest.advisor.llm import Asks
from ingest.advisor.question import Question
from schemas.flags import Flags
from schemas.risk import Risk
from schemas.verdict import Advice, NoAdvice

FlagsOf: TypeAlias = Callable[[UUID], Awaitable[Flags]]
"""The flags of a tenant, as git last had them good."""


class Switched:
    """Asks an LLM what a tenant's flags let it be asked. Questions of no service are silenced with any."""

    def __init__(self, llm: Asks, flags_of: FlagsOf) -> None:
        self._llm = llm
        self._flags_of = flags_of

    async def ask(self, questions: Sequence[Question], seconds: float, payer: str) -> Advising:
        """As `Asks.ask`, for the services of which the flag is on."""
        spoken, silent = await self._parted(questions, payer)
        advising = await self._llm.ask(spoken, seconds, payer) if spoken else Advising.of(())
        return await self._with_silent(advising, silent, payer)

    async def kept(self, questions: Sequence[Question], payer: str) -> Advising:
        """As `Asks.kept`; of a silent service only what was raised."""
        spoken, silent = await self._parted(questions, payer)
        return await self._with_silent(await self._llm.kept(spoken, payer), silent, payer)

    async def close(self) -> None:
        """As `Asks.close`."""
        await self._llm.close()

    async def _parted(
        self, questions: Sequence[Question], payer: str
    ) -> tuple[list[Question], list[Question]]:
        flags = await self._flags_of(UUID(payer))
        spoken: list[Question] = []
        silent: list[Question] = []
        for question in questions:
            on = flags.is_on(FLAG, service=question.service or None)
            (spoken if on else silent).append(question)
        return spoken, silent

    async def _with_silent(self, advising: Advising, silent: list[Question], payer: str) -> Advising:
        if not silent:
            return advising
        before = await self._llm.kept(silent, payer)
        given: dict[str, Said] = dict(advising.given)
        for question in silent:
            key = text_key(question.text, question.language)
            said = _raised(before.said(question.text, question.language))
            given[key] = stricter(given[key], said) if key in given else said
        return Advising(given=given, otherwise=advising.otherwise)


def _raised(said: Said) -> Said:
    """What still counts of earlier advice: all but `safe`."""
    return said if isinstance(said, Advice) and said.risk is not Risk.SAFE else NoAdvice.OFF


def stored_flags(database: Database) -> FlagsOf:
    """The flags as they are stored."""

    async def of(tenant_id: UUID) -> Flags:
        async with database.work(tenant_id) as uow:
            return await load_flags(uow)

    return of
