"""The flag of the advisor: which services an LLM is still asked about, and what stays of what it said."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from controller.governance.documents import judge_file
from controller.governance.pinning import InForce
from controller.governance.silence import under_flags
from controller.governance.switched import Switched
from controller.review.contents import content_of
from ingest.advisor.advising import Advising, Said
from ingest.advisor.question import Question
from schemas.flags import ALL_ON, Flag, Flags
from schemas.merge import merge
from schemas.policy import Policy
from schemas.risk import Risk
from schemas.verdict import Advice, Finding, NoAdvice

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


def test_a_stored_safe_of_an_llm_counts_no_more_and_what_it_raised_does() -> None:
    finding = Finding(risk=Risk.SAFE, why="reads", scanner_version="1", knowledge_version="1")
    silent = merge(finding, NoAdvice.OFF)
    raised, house = merge(finding, _RAISED), merge(finding, _SAFE.model_copy(update={"advisor": "local"}))
    assert under_flags(merge(finding, _SAFE), ("advisor", "edit")) == silent
    for verdict, off in ((merge(finding, _SAFE), ("edit",)), (raised, ("advisor",)), (house, ("advisor",))):
        assert under_flags(verdict, off) == verdict


def test_a_review_shows_what_the_flag_leaves() -> None:
    text = (
        "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {name: disk, title: Disk, service: db}\n"
        "spec:\n  trustLevel: 2\n  target: {labels: {role: host}}\n  steps:\n"
        "    - {id: look, title: Look, command: df -h}\n    - {id: ask, title: Ask, manual: Is it full}\n"
    )
    answers = Advising.of([("df -h", "bash", _SAFE)])
    file = judge_file("runbooks/disk.yaml", "runbook", text.encode(), answers)
    alone = []
    for flags in (ALL_ON, _off("db"), _off("web")):
        rules = InForce(Policy(governance_mode="audit"), flags, commit="c" * 40)
        content = content_of(file, rules)
        assert content is not None
        alone.append([step.runs_by_itself for step in content.facts()])
    assert alone == [[True, False], [False, False], [True, False]]


async def test_it_is_closed_with_what_it_switches() -> None:
    llm = Llm()

    async def of(_: UUID) -> Flags:
        return ALL_ON

    await Switched(llm, of).close()
    assert llm.asked == ["closed"]
