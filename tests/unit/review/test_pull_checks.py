"""One look at the pull requests of a repository on GitHub: what goes wrong with one stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from controller.governance.repositories import RepositoryRow
from controller.review.hearing import Hearing
from controller.review.pull_checks import PullChecks
from forge.pull_requests import Page, PullRequest
from schemas.errors import Conflict

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

    async def make_mirrors(self, _: UUID) -> None:
        """They are there."""

    @asynccontextmanager
    async def work(self, _: UUID) -> AsyncIterator[Any]:
        async def one(*_: object, **__: object) -> RepositoryRow:
            return ROW

        async def every(*_: object, **__: object) -> list[object]:
            return []

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
