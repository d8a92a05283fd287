"""One look at the pull requests of a repository on GitHub: what goes wrong with one stops no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from controller.governance.repositories import RepositoryRow
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
    await PullChecks(forges, check, answer).look(TENANT, ROW.id)
    assert said == [(what, number) for what in ("checked", "heard") for number in (1, 2, 3)]
