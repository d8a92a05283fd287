"""The flag of the advisor: which services an LLM is still asked about, and what stays of what it said."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from controller.governance.switched import Switched
from ingest.advisor.advising import Advising, Said
from ingest.advisor.question import Question
from schemas.flags import ALL_ON, Flag, Flags
from schemas.risk import Risk
from schemas.verdict import Advice, NoAdvice

_TENANT = UUID(int=7)
_SAFE = Advice(risk=Risk.SAFE, confidence=950, reasoning="reads", advisor="anthropic", advisor_version="m-1")
_RAISED = _SAFE.model_copy(update={"risk": Risk.DANGEROUS})


class Llm:
    """Says of each text what it is told to, and counts whom it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.said: dict[str, Said] = {}

    async def ask(self, questions: Sequence[Question], seconds: float, payer: str) -> Advising:
        self.asked += [question.text for question in questions]
        return await self.kept(questions, payer)

    async def kept(self, questions: Sequence[Question], payer: str) -> Advising:
        assert payer == str(_TENANT)
        return Advising.of((asked.text, asked.language, self.said[asked.text]) for asked in questions)

    async def close(self) -> None:
        self.asked.append("closed")


async def said_under(
    flags: Flags, llm: Llm, *questions: Question, kept: bool = False
) -> list[Risk | NoAdvice]:
    async def of(tenant_id: UUID) -> Flags:
        assert tenant_id == _TENANT
        return flags

    switched = Switched(llm, of)
    if kept:
        advising = await switched.kept(questions, str(_TENANT))
    else:
        advising = await switched.ask(questions, 1, str(_TENANT))
    said = [advising.said(question.text, question.language) for question in questions]
    return [answer.risk if isinstance(answer, Advice) else answer for answer in said]


def _off(*services: str) -> Flags:
    return Flags(flags={"advisor": Flag(enabled=False, services=services)})


async def test_a_silent_llm_is_not_asked_and_only_what_it_raised_stays() -> None:
    llm = Llm()
    llm.said = {"ls": _SAFE, "df": _RAISED, "id": NoAdvice.LATE}
    questions = [Question(text) for text in llm.said]
    assert await said_under(ALL_ON, llm, *questions) == [Risk.SAFE, Risk.DANGEROUS, NoAdvice.LATE]
    assert llm.asked == ["ls", "df", "id"]
    for kept in (False, True):
        found = await said_under(_off(), llm, *questions, kept=kept)
        assert found == [NoAdvice.OFF, Risk.DANGEROUS, NoAdvice.OFF]
    assert llm.asked == ["ls", "df", "id"], "nobody was asked"


async def test_a_flag_for_some_services_silences_these_and_what_has_none() -> None:
    llm = Llm()
    llm.said = {"ls": _SAFE, "df": _SAFE, "id": _SAFE}
    questions = [Question("ls", service="db"), Question("df", service="web"), Question("id")]
    found = await said_under(_off("db"), llm, *questions)
    assert found == [NoAdvice.OFF, Risk.SAFE, NoAdvice.OFF]
    assert llm.asked == ["df"]


async def test_one_text_in_two_services_has_the_stricter_answer() -> None:
    llm = Llm()
    llm.said = {"ls": _SAFE}
    questions = [Question("ls", service="db"), Question("ls", service="web")]
    assert await said_under(_off("db"), llm, *questions) == [NoAdvice.OFF, NoAdvice.OFF]


async def test_it_is_closed_with_what_it_switches() -> None:
    llm = Llm()

    async def of(_: UUID) -> Flags:
        return ALL_ON

    await Switched(llm, of).close()
    assert llm.asked == ["closed"]
