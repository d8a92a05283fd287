"""Judgements: kept, shared, and none at all where none can be had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.engine import judgements as module
from controller.engine.filling import Filled, Filling, HoleVariable, fill_and_scan, make_filling
from controller.engine.judgements import Answer, Judgements, JudgementWanted, NotJudged
from scanner import scan
from scanner.holes import fill_command
from schemas.errors import Unavailable, Unprocessable

TENANT = UUID(int=7)
HOST = HoleVariable("host", None, secret=False)
TOKEN = HoleVariable("token", None, secret=True)
LONG = "kubectl get pods {{ host }}; " + "true; " * 400


@dataclass
class Process:
    """Stands for the process that judges; `broken` errors come first, `held` answers wait."""

    broken: list[Exception] = field(default_factory=list)
    change: Callable[[Answer], Answer] = lambda answer: answer
    held: asyncio.Event | None = None
    asked: list[Filling] = field(default_factory=list)
    heard: asyncio.Queue[Filling] = field(default_factory=asyncio.Queue)

    async def run(self, judge: Callable[[Filling], Answer], filling: Filling) -> Answer:
        self.asked.append(filling)
        self.heard.put_nowait(filling)
        if self.held is not None:
            await self.held.wait()
        if self.broken:
            raise self.broken.pop(0)
        return self.change(judge(filling))


def long_one(host: str = "web-1", tenant: UUID = TENANT) -> Filling:
    return make_filling(tenant, LONG, [HOST, TOKEN], {"host": host, "other": "x"})


async def test_a_short_command_is_judged_where_it_is_and_a_long_one_only_once_it_was_judged_beside() -> None:
    process = Process()
    judgements = Judgements(process.run)
    short = make_filling(TENANT, "kubectl get pods {{ host }}", [HOST], {"host": "web-1"})
    assert judgements.at_once(short) == Filled("kubectl get pods web-1", scan("kubectl get pods web-1"))
    with pytest.raises(JudgementWanted) as wanted:
        judgements.at_once(long_one())
    assert (wanted.value.filling, process.asked) == (long_one(), [])
    judged = await judgements.judge(wanted.value.filling, urgent=True)
    assert judgements.at_once(long_one()) is judged
    assert judged == fill_and_scan(long_one())
    assert process.asked == [long_one()]


@pytest.mark.parametrize(
    "other",
    [
        long_one("web-2"),
        long_one(tenant=UUID(int=8)),
        make_filling(TENANT, LONG + "ls", [HOST], {"host": "web-1"}),
        make_filling(TENANT, LONG, [HoleVariable("host", "[a-z0-9-]+", secret=False)], {"host": "web-1"}),
        make_filling(TENANT, LONG, [HoleVariable("host", None, secret=True)], {"host": "web-1"}),
        make_filling(TENANT, LONG, [HOST], {}),
        replace(long_one(), verbatim=True),
    ],
)
async def test_no_other_filling_is_given_the_same_answer(other: Filling) -> None:
    process = Process()
    judgements = Judgements(process.run)
    await judgements.judge(long_one())
    with pytest.raises(JudgementWanted):
        judgements.at_once(other)
    expected = fill_and_scan(other)
    if isinstance(expected, Filled):
        assert await judgements.judge(other) == expected
    else:
        with pytest.raises(Unprocessable) as refusal:
            await judgements.judge(other)
        assert _told(refusal.value) == _told(expected)
    assert process.asked == [long_one(), other]


async def test_a_value_that_no_hole_names_and_a_secret_stay_out_of_it() -> None:
    filling = make_filling(TENANT, "echo {{ host }} {{ token }}", [HOST, TOKEN], {"host": "a", "token": "b"})
    assert filling.values == (("host", "a"),)
    assert [variable.name for variable in filling.variables] == ["host", "token"]
    with pytest.raises(Unprocessable, match="secret"):
        Judgements(Process().run).at_once(filling)


async def test_a_refusal_is_kept_and_raised_anew_for_each_who_asks() -> None:
    process = Process()
    judgements = Judgements(process.run)
    bad = long_one("a b")
    raised = []
    for _ in range(3):
        with pytest.raises(Unprocessable) as refusal:
            await judgements.judge(bad)
        raised.append(refusal.value)
    assert len({id(one) for one in raised}) == 3
    assert {(one.reason_code, one.hint, len(one.places)) for one in raised} == {
        ("variable_value", raised[0].hint, 1)
    }
    assert process.asked == [bad]


async def test_those_who_ask_for_the_same_at_once_share_one_judgement_even_where_one_hangs_up() -> None:
    process = Process(held=asyncio.Event())
    judgements = Judgements(process.run)
    asking = [asyncio.create_task(judgements.judge(long_one())) for _ in range(5)]
    await process.heard.get()
    asking[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking[0]
    assert process.held is not None
    process.held.set()
    assert await asyncio.gather(*asking[1:]) == [fill_and_scan(long_one())] * 4
    assert len(process.asked) == 1


async def test_a_transition_does_not_wait_behind_those_who_look() -> None:
    process = Process(held=asyncio.Event())
    judgements = Judgements(process.run)
    looks = [asyncio.create_task(judgements.judge(long_one(f"web-{number}"))) for number in range(20)]
    await process.heard.get()
    urgent = asyncio.create_task(judgements.judge(long_one("web-19"), urgent=True))
    await process.heard.get()
    assert [dict(filling.values)["host"] for filling in process.asked] == ["web-0", "web-19"]
    assert process.held is not None
    process.held.set()
    await asyncio.gather(urgent, *looks)
    assert len(process.asked) == 20, "the last look found the answer"


@pytest.mark.parametrize("error", [Unprocessable("It took too long."), Unavailable("The process is gone.")])
async def test_a_process_that_failed_is_asked_once_more_and_then_nothing_is_guessed(error: Exception) -> None:
    process = Process(broken=[error])
    judgements = Judgements(process.run)
    assert await judgements.judge(long_one()) == fill_and_scan(long_one())
    process.broken = [error, error]
    with pytest.raises(Unavailable) as refusal:
        await judgements.judge(long_one("web-2"), urgent=True)
    assert (refusal.value.reason_code, refusal.value.status) == ("not_judged", 503)
    with pytest.raises(JudgementWanted):
        judgements.at_once(long_one("web-2"))
    assert await judgements.judge(long_one("web-2")) == fill_and_scan(long_one("web-2")), "and then again"


async def test_an_answer_of_another_scanner_counts_for_nothing() -> None:
    def older(answer: Answer) -> Answer:
        assert isinstance(answer, Filled)
        return replace(answer, finding=answer.finding.model_copy(update={"knowledge_version": "older"}))

    judgements = Judgements(Process(change=older).run)
    with pytest.raises(Unavailable, match="restart"):
        await judgements.judge(long_one())
    with pytest.raises(JudgementWanted):
        judgements.at_once(long_one())


async def test_what_is_kept_and_who_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    judgements = Judgements(process.run, kept=2)
    for number in (1, 2, 1, 3):
        await judgements.judge(long_one(f"web-{number}"))
    judgements.at_once(long_one("web-1"))
    with pytest.raises(JudgementWanted):
        judgements.at_once(long_one("web-2"))
    monkeypatch.setattr(module, "KEPT_CHARACTERS", 3 * len(LONG))
    await judgements.judge(long_one("web-4"))
    with pytest.raises(JudgementWanted):
        judgements.at_once(long_one("web-1"))
    monkeypatch.setattr(module, "LOOKS_MAX", 1)
    process.held = asyncio.Event()
    waiting = asyncio.create_task(judgements.judge(long_one("web-5")))
    while await process.heard.get() != long_one("web-5"):
        pass
    with pytest.raises(Unavailable):
        await judgements.judge(long_one("web-6"))
    process.held.set()
    await waiting


async def test_the_values_of_what_is_kept_count_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    judgements = Judgements(Process().run)
    monkeypatch.setattr(module, "KEPT_CHARACTERS", 3 * len(LONG))
    await judgements.judge(long_one("web-1"))
    judgements.at_once(long_one("web-1"))
    with pytest.raises(Unprocessable):
        await judgements.judge(long_one("; " * len(LONG)))  # refused, and kept with its value
    with pytest.raises(JudgementWanted):
        judgements.at_once(long_one("web-1"))


async def test_commands_larger_than_all_that_is_kept_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look finds what came since the last one, though no answer is kept long enough to be found."""
    monkeypatch.setattr(module, "KEPT_CHARACTERS", 2 * len(LONG))
    monkeypatch.setattr(module, "LOOKS_MAX", 2)
    process = Process()
    judgements = Judgements(process.run)
    fillings = [*(long_one(f"web-{number}") for number in range(6)), long_one("; " * len(LONG))]
    looks, found = 0, None
    while found is None:
        looks += 1
        process.held = asyncio.Event()
        assert looks <= len(fillings), "no look is without progress"
        try:
            found = await judgements.refusals(fillings, seconds=0.0)
        except NotJudged:
            process.held.set()
            while judgements._under_way:
                await asyncio.wait(judgements._under_way.values())
    assert looks > 1
    assert [refusal is None for refusal in found] == [True] * 6 + [False]
    monkeypatch.setattr(module, "KNOWN_ANSWERS", 2)
    judgements.at_once(make_filling(UUID(int=1), "df", [], {}))
    assert len(judgements._known) == 2


@pytest.mark.parametrize(("urgent", "said"), [(True, True), (False, False)])
async def test_only_a_transition_says_that_nothing_was_changed(urgent: bool, said: bool) -> None:
    judgements = Judgements(Process(broken=[Unavailable("it is gone", code="x")] * 2).run)
    with pytest.raises(Unavailable) as caught:
        await judgements.judge(long_one(), urgent=urgent)
    assert ("Nothing was changed" in (caught.value.hint or "")) is said, "a look may follow a stored change"


def _told(answer: Answer) -> object:
    return answer if isinstance(answer, Filled) else answer.problem()


def _of_the_document(template: str, variables: list[HoleVariable], values: dict[str, str]) -> Answer:
    try:
        text = fill_command(template, variables, values).text
    except Unprocessable as refusal:
        return refusal
    return Filled(text, scan(text))


TEMPLATES = ["ls {{ a }}", "echo {{ a }} {{ b }} {{ a }}", "rm /tmp/{{ b }}", "{{ a }}", "df", "w {{ c }}"]


@given(
    template=st.sampled_from(TEMPLATES),
    values=st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["x", "web-1", "a b", "$(id)", ""])),
    secrets=st.sets(st.sampled_from("abcd")),
)
def test_the_answer_is_that_of_the_whole_document(
    template: str, values: dict[str, str], secrets: set[str]
) -> None:
    """Leaving out what no hole names changes nothing."""
    variables = [HoleVariable(name, None, secret=name in secrets) for name in "abd"]
    answer = fill_and_scan(make_filling(TENANT, template, variables, values))
    assert _told(answer) == _told(_of_the_document(template, variables, values))
