"""One look at the pull requests of a repository on GitHub: what goes wrong with one stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from controller.governance.pinning import PolicyRow
from controller.governance.repositories import RepositoryRow
from controller.review.hearing import Hearing
from controller.review.pull_checks import PullChecks
from forge.pull_requests import CLASSIFICATION_CHECK, Check, Page, PullRequest
from schemas.errors import Conflict, Unavailable

NOW = datetime(2026, 11, 29, tzinfo=UTC)
TENANT = uuid4()
ROW = RepositoryRow(
    uuid4(), "runbooks", "github", "https://github.com/acme/runbooks", "main", "",
    False, None, None, None, None, None, None,
)  # fmt: skip


def pull(number: int) -> PullRequest:
    return PullRequest(
        number, f"k{number}", "T", "", "open", f"b{number}", "a" * 40, "main", None, "x", None, None, NOW, NOW
    )


class Forges:
    """Three pull requests are open, and no proposal waits."""

    def __init__(self) -> None:
        self.database = self
        self.pulls = {number: pull(number) for number in (1, 2, 3)}
        self.serving = "what serves"
        self.policy: PolicyRow | None = None

    async def make_mirrors(self, _: UUID) -> None:
        """They are there."""

    @asynccontextmanager
    async def work(self, _: UUID) -> AsyncIterator[Any]:
        async def one(_: object, wanted: type, **__: object) -> object:
            if wanted is RepositoryRow:
                return ROW
            return SimpleNamespace(digest=self.serving, id=ROW.id)

        async def every(_: object, wanted: type, **__: object) -> list[object]:
            return [self.policy] if wanted is PolicyRow and self.policy is not None else []

        yield SimpleNamespace(one=one, all=every)

    def open(self, *_: object) -> Any:
        return SimpleNamespace(list=lambda *_: Page((*self.pulls.values(),), None), get=self.pulls.get)

    async def runner(self, call: Callable[[], Any]) -> Any:
        return call()


async def test_what_breaks_an_answer_or_a_check_stops_neither_the_others_nor_the_checks() -> None:
    said: list[tuple[str, int]] = []

    async def check(_: UUID, __: RepositoryRow, pull: PullRequest) -> None:
        said.append(("checked", pull.number))
        if pull.number == 1:
            raise TypeError("what a branch holds")

    async def answer(_: UUID, __: RepositoryRow, pull: PullRequest) -> None:
        said.append(("heard", pull.number))
        if pull.number == 2:
            raise Conflict("refused")
        raise TypeError("what a branch holds")

    forges: Any = Forges()
    hearing = Hearing(forges, answer)
    await PullChecks(forges, check, hearing.begin).look(TENANT, ROW.id)
    await hearing.idle()
    assert said == [(what, number) for what in ("checked", "heard") for number in (1, 2, 3)]


async def test_a_tenant_that_is_slow_keeps_nobody_elses_turn() -> None:
    slow, other = uuid4(), uuid4()
    heard: list[UUID] = []
    began, held = asyncio.Event(), asyncio.Event()

    async def answer(tenant_id: UUID, _: RepositoryRow, __: PullRequest) -> None:
        heard.append(tenant_id)
        if tenant_id == slow:
            began.set()
            await held.wait()

    forges: Any = Forges()
    hearing = Hearing(forges, answer)
    hearing.begin(slow, ROW, [1])
    await began.wait()
    hearing.begin(slow, ROW, [2])
    hearing.begin(other, ROW, [1])
    await hearing.of(other)
    assert heard == [slow, other], "two at once, and one of a tenant"
    held.set()
    await hearing.idle()
    assert heard == [slow, other, slow], "what came in between is read after it"


async def test_a_turn_ends_after_its_time_and_the_next_one_reads_on() -> None:
    heard: list[int] = []

    async def answer(_: UUID, __: RepositoryRow, pull: PullRequest) -> None:
        heard.append(pull.number)
        if len(heard) == 1:
            await asyncio.Event().wait()

    forges: Any = Forges()
    hearing = Hearing(forges, answer, seconds=0.05)
    for _ in range(2):
        hearing.begin(TENANT, ROW, [1, 2])
        await hearing.idle()
    assert heard == [1, 2]
    await hearing.close()


async def test_a_check_is_written_again_where_what_it_rests_on_has_changed() -> None:
    """Policy, flags and what serves may change after a head was checked: its pass is of yesterday."""
    said: list[int] = []
    late = {3}

    async def check(_: UUID, __: RepositoryRow, pull: PullRequest) -> None:
        said.append(pull.number)
        if pull.number in late:
            raise Unavailable("too many texts are being parsed")

    forges: Any = Forges()
    passed = Check(CLASSIFICATION_CHECK, "pass", "1 runbook(s) checked", "")
    forges.pulls[2] = replace(forges.pulls[2], checks=(passed,), from_outside=True)
    forges.pulls[3] = replace(forges.pulls[3], checks=(passed,))
    forges.pulls[4] = replace(pull(4), from_outside=True)
    checks = PullChecks(forges, check)

    async def looked() -> list[int]:
        said.clear()
        await checks.look(TENANT, ROW.id)
        return list(said)

    assert await looked() == [1, 2, 3], "of those that an earlier process checked nothing is known"
    late.clear()
    forges.pulls[1] = replace(forges.pulls[1], checks=(passed,))
    assert await looked() == [3], "one that could not be checked in time is tried again"
    assert await looked() == []
    forges.serving = "a runbook more"
    assert await looked() == [1, 2, 3]
    forges.policy = PolicyRow("a" * 64, "c" * 40, {"version": 1, "governanceMode": "audit"})
    assert await looked() == [1, 2, 3], "the policy is another one"
    forges.pulls[3] = replace(forges.pulls[3], head="b" * 40)
    assert await looked() == [3]
    assert await looked() == []
