"""Who pays for an LLM: each tenant for itself, for what may be billed, and not again with every look."""

from __future__ import annotations

import asyncio
from collections import Counter

from base import limits
from base.circuit import State
from ingest.advisor.account import Kept
from ingest.advisor.question import Question
from schemas.verdict import Advice, NoAdvice
from tests.llm.asking import PAYER, Clock, advisor, ask, plain, sequence, whole
from tests.llm.emulator import Emulator, fault


class Counting:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()

    def question(self, outcome: str, seconds: float | None, tokens: int) -> None:
        assert seconds is None or seconds >= 0
        self.outcomes[outcome] += 1
        self.tokens[outcome] += tokens


async def test_one_tenant_uses_up_neither_budget_nor_circuit_nor_answers_of_another() -> None:
    emulator, clock = Emulator(), Clock()
    asked = advisor(emulator, clock, tokens=6_000, at_once=1)
    texts = [f"ls {n}" for n in range(12)]
    assert NoAdvice.BUDGET in await ask(asked, *texts, payer="first")
    before = len(emulator.requests)
    (said,) = await ask(asked, texts[0], payer="second")
    assert isinstance(said, Advice)
    assert len(emulator.requests) == before + 1, "an answer of one is none of the other"
    emulator.before = sequence(fault(403, "x", "x"))
    clock.now += 3_600
    await ask(asked, *(f"df {n}" for n in range(9)), payer="first")
    assert (asked.state("first"), asked.state("second")) == (State.OPEN, State.CLOSED)
    await asked.close()


async def test_a_call_that_may_be_billed_is_counted_and_one_that_was_refused_is_not() -> None:
    never = asyncio.Event()

    async def hangs(_: int) -> None:
        await never.wait()

    watch = Counting()
    for before, outcome in ((hangs, "late"), (sequence(plain("no JSON")), "invalid")):
        asked = advisor(Emulator(before=before), Clock(), timeout=0.2, tokens=6_000, watch=watch)
        for number in range(6):
            await ask(asked, f"df {number}")
        assert (await ask(asked, "df 9")) == [NoAdvice.BUDGET]
        assert outcome in watch.tokens
        assert watch.tokens[outcome] > 0
        await asked.close()
    assert watch.outcomes["budget"] > 0
    refusing = Emulator(before=sequence(fault(403, "x", "x")))
    asked = advisor(refusing, Clock(), tokens=6_000, at_once=1, watch=watch)
    await ask(asked, *(f"ls {number}" for number in range(5)))
    assert (watch.outcomes["denied"], watch.tokens["denied"]) == (5, 0)
    await asked.close()


async def test_a_question_that_failed_is_not_asked_again_at_once_and_its_reason_is_known() -> None:
    emulator, clock = Emulator(before=sequence(whole(stop_reason="refusal", content=[]))), Clock()
    asked = advisor(emulator, clock)
    for _ in range(4):
        assert await ask(asked, "df -h") == [NoAdvice.REFUSED]
    assert len(emulator.requests) == 1
    assert (await asked.kept([Question("df -h")], PAYER)).said("df -h") is NoAdvice.REFUSED
    assert (await asked.kept([Question("df -h")], "another")).said("df -h") is NoAdvice.NOT_ASKED
    emulator.before = None
    clock.now += limits.ADVICE_AGAIN_SECONDS
    assert isinstance((await ask(asked, "df -h"))[0], Advice)
    assert isinstance((await asked.kept([Question("df -h")], PAYER)).said("df -h"), Advice)
    await asked.close()


async def test_a_tenant_with_many_questions_leaves_turns_to_others() -> None:
    go_on, three, emulator = asyncio.Event(), asyncio.Event(), Emulator()

    async def held(number: int) -> None:
        if number == 3:
            three.set()
        await go_on.wait()

    emulator.before = held
    asked = advisor(emulator, Clock(), at_once=2)
    crowd = asyncio.create_task(ask(asked, *(f"ls {number}" for number in range(20)), payer="first"))
    other = asyncio.create_task(ask(asked, "df -h", payer="second"))
    await three.wait()
    assert emulator.at_once == 3
    go_on.set()
    assert isinstance((await other)[0], Advice)
    assert all(isinstance(item, Advice) for item in await crowd)
    await asked.close()


def test_a_tenant_with_many_answers_pushes_out_its_own() -> None:
    kept: Kept[int] = Kept()
    kept.put(("small", "first"), 1)
    for number in range(limits.ADVICE_KEPT + 5):
        kept.put(("large", str(number)), number)
    kept.put(("large", "6"), -6)
    assert kept.get(("small", "first")) == 1
    assert [kept.get(("large", str(number))) for number in (0, 5, 6, 7)] == [None, None, -6, 7]
    assert kept.get(("large", "first")) is None, "the same question of another"
    assert kept.get(("nobody", "first")) is None
    assert kept.count == limits.ADVICE_KEPT
