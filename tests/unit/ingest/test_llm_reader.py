"""An LLM is asked to read the parts of a text: once each, all at once, in time, from the record first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ingest.advisor.account import Accounts
from ingest.advisor.llm import Fault
from ingest.extract.heard import Heard
from ingest.extract.llm import LlmReader
from ingest.extract.passages import Part
from schemas.verdict import NoAdvice
from tests.llm.asking import PAYER, PLENTY, Clock
from tests.llm.emulator import MODEL, message, question_in, reads

PARTS = tuple(Part(at, (("paragraph", f"Part {at}"),)) for at in range(3))


class Record:
    """A tenant's record in memory."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    async def get(self, keys: Sequence[str]) -> Mapping[str, str]:
        return {key: self.answers[key] for key in keys if key in self.answers}

    async def put(self, answers: Mapping[str, str]) -> None:
        self.answers |= answers


class Service:
    """Answers each request, or fails as it is told."""

    def __init__(self, fault: Callable[[int], Fault | None] = lambda _: None) -> None:
        self.fault = fault
        self.asked: list[str] = []
        self.at_once = 0
        self.all_there = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, request: dict[str, Any], seconds: float) -> bytes | Fault:
        data = question_in(request)
        self.asked.append(data["passages"][0]["text"])
        number = len(self.asked)
        self.at_once += 1
        if self.at_once == len(PARTS):
            self.all_there.set()
        try:
            async with asyncio.timeout(seconds):
                await self.gate.wait()
        except TimeoutError:
            return Fault(NoAdvice.LATE)
        finally:
            self.at_once -= 1
        said = {"document": data["id"], **reads([(1, "T", None)])}
        return self.fault(number) or json.dumps(message(json.dumps(said))).encode()

    async def close(self) -> None:
        self.gate.set()


def reader(
    service: Service, turns: int = 32, tokens: int = PLENTY, *, fair: float = 3, least: float = 1
) -> LlmReader:
    clock = Clock()
    return LlmReader(service, MODEL, Accounts(tokens, turns, clock), fair, least)


def why(heard: Heard) -> list[NoAdvice | None]:
    return [part.said if isinstance(part.said, NoAdvice) else None for part in heard.parts]


async def test_all_parts_go_out_at_once_and_the_same_again_comes_from_the_record() -> None:
    service, record = Service(), Record()
    service.gate.clear()
    asked = asyncio.create_task(reader(service).read(PARTS, record, 30, PAYER))
    await service.all_there.wait()
    service.gate.set()
    first = await asked
    assert why(first) == [None] * 3
    assert [part.first for part in first.parts] == [0, 1, 2]
    assert await reader(service).read(PARTS, record, 30, PAYER) == first
    assert await reader(service).read(PARTS, record, 0, PAYER) == first
    assert len(service.asked) == 3
    assert why(await reader(service).read(PARTS, Record(), 30, PAYER)) == [None] * 3
    assert len(service.asked) == 6, "another tenant's record"


async def test_a_failed_part_is_the_rules_alone_and_is_asked_anew_but_not_twice() -> None:
    service, record = (
        Service(lambda number: Fault(NoAdvice.UNREACHABLE, again=True) if number == 2 else None),
        Record(),
    )
    assert why(await reader(service).read(PARTS, record, 30, PAYER)) == [None, NoAdvice.UNREACHABLE, None]
    assert len(service.asked) == 3
    assert why(await reader(service).read(PARTS, record, 30, PAYER)) == [None] * 3
    assert service.asked[3:] == ["Part 1"]


async def test_what_does_not_answer_is_cut_off_also_while_it_waits_for_its_turn() -> None:
    service = Service()
    service.gate.clear()
    assert (
        why(await reader(service, turns=1, least=0).read(PARTS, Record(), 0.05, PAYER)) == [NoAdvice.LATE] * 3
    )
    assert len(service.asked) < 3


async def test_with_less_left_than_a_call_takes_none_begins_and_nothing_is_charged() -> None:
    service = Service()
    llm = reader(service)
    assert why(await llm.read(PARTS, Record(), 0.9, PAYER)) == [NoAdvice.LATE] * 3
    assert service.asked == []
    assert llm.accounts.of(PAYER).budget.left == PLENTY


async def test_what_we_cut_off_early_is_no_failure_of_the_service_and_what_had_its_time_is() -> None:
    late = Service(lambda _: Fault(NoAdvice.LATE))
    behind = reader(late, fair=60)
    for _ in range(3):
        assert why(await behind.read(PARTS, Record(), 30, PAYER)) == [NoAdvice.LATE] * 3
    assert len(late.asked) == 9
    fair = reader(late, turns=1)
    for _ in range(2):
        await fair.read(PARTS, Record(), 30, PAYER)
    assert why(await fair.read(PARTS, Record(), 30, PAYER)) == [NoAdvice.RESTING] * 3


async def test_nobody_is_asked_without_patience_parts_budget_or_a_closed_circuit() -> None:
    service = Service()
    assert why(await reader(service).read(PARTS, Record(), 0, PAYER)) == [NoAdvice.PENDING] * 3
    assert (await reader(service).read((), Record(), 30, PAYER)).missing is NoAdvice.TOO_LONG
    assert why(await reader(service, tokens=5_000).read(PARTS, Record(), 30, PAYER)) == [NoAdvice.BUDGET] * 3
    assert service.asked == []


async def test_r76_a_service_that_fails_five_times_is_left_alone() -> None:
    service = Service(lambda _: Fault(NoAdvice.UNREACHABLE))
    llm = reader(service, turns=1)
    for _ in range(2):
        await llm.read(PARTS, Record(), 30, PAYER)
    assert why(await llm.read(PARTS, Record(), 30, PAYER)) == [NoAdvice.RESTING] * 3
    assert len(service.asked) == 5


async def test_what_failed_costs_nothing_and_what_was_cut_off_may_have_cost_all() -> None:
    failing = reader(Service(lambda _: Fault(NoAdvice.UNREACHABLE)))
    await failing.read(PARTS[:1], Record(), 30, PAYER)
    assert failing.accounts.of(PAYER).budget.left == PLENTY
    late = Service()
    late.gate.clear()
    cut = reader(late, least=0)
    await cut.read(PARTS[:1], Record(), 0.01, PAYER)
    assert cut.accounts.of(PAYER).budget.left < PLENTY


async def test_one_tenant_rests_and_uses_up_nothing_of_another() -> None:
    service = Service(lambda _: Fault(NoAdvice.UNREACHABLE))
    llm = reader(service, turns=1)
    for _ in range(2):
        await llm.read(PARTS, Record(), 30, PAYER)
    assert why(await llm.read(PARTS, Record(), 30, PAYER)) == [NoAdvice.RESTING] * 3
    assert why(await llm.read(PARTS[:1], Record(), 30, "another")) == [NoAdvice.UNREACHABLE]
