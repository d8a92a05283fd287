"""What the poll loop says of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any, cast
from uuid import UUID

import pytest

from base.ids import new_id
from controller.db.errors import ConnectionLost
from controller.sync import loop as module
from controller.sync.ages import SyncAges
from controller.sync.loop import SyncLoop
from controller.sync.service import SyncService
from controller.sync.turns import Turns
from schemas.errors import NotFound


class Service:
    """Answers or fails, by repository."""

    def __init__(self, faults: dict[UUID, Exception]) -> None:
        self.faults = faults
        self.polling = False
        self.asked: list[tuple[UUID, str]] = []
        self.ages = SyncAges()

    async def sync(self, _tenant_id: UUID, repository_id: UUID, trigger: str) -> None:
        """Raise what was planned."""
        self.asked.append((repository_id, trigger))
        if repository_id in self.faults:
            raise self.faults[repository_id]


def loop_over(faults: dict[UUID, Exception], ids: Iterable[UUID]) -> SyncLoop:
    found = [(new_id(), repository_id) for repository_id in ids]
    return SyncLoop(cast("SyncService", cast("Any", Service(faults))), lambda: found, 60)


async def test_a_round_in_which_nothing_could_be_looked_at_has_failed() -> None:
    one, two = new_id(), new_id()
    faults: dict[UUID, Exception] = {one: ConnectionLost("away"), two: ConnectionLost("away")}
    loop = loop_over(faults, (one, two))
    assert loop.health() == "ok"
    await loop.round("poll")
    assert loop.health() == "the last round failed"
    del faults[two]
    await loop.round("poll")
    assert loop.health() == "ok"
    faults.update({one: ValueError("ours"), two: ValueError("ours")})
    await loop.round("poll")
    assert loop.health() == "ok", "what a repository holds never makes a server not ready"


async def test_a_hint_is_a_look_at_what_it_can_be_about_and_says_nothing_of_the_rounds() -> None:
    near, far = (new_id(), new_id()), (new_id(), new_id())
    service = Service({far[1]: ConnectionLost("away")})
    listed: list[Iterable[tuple[UUID, UUID]]] = [[far]]
    loop = SyncLoop(cast("SyncService", cast("Any", service)), lambda: [near, far], 60, hinted=listed.pop)
    await loop.hinted()
    assert (service.asked, loop.failed) == ([(far[1], "webhook")], False)
    await loop.round("poll")
    assert service.asked[1:] == [(near[1], "poll"), (far[1], "poll")]


async def test_no_tenant_waits_for_the_slow_forge_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HINT_SECONDS", 0.01)
    slow, quick = (new_id(), new_id()), (new_id(), new_id())
    service, never, followed = Service({}), asyncio.Event(), list[tuple[UUID, UUID]]()
    answer = service.sync

    async def sync(tenant_id: UUID, repository_id: UUID, trigger: str) -> None:
        await answer(tenant_id, repository_id, trigger)
        if repository_id == slow[1]:
            await never.wait()

    monkeypatch.setattr(service, "sync", sync)
    listed = cast("SyncService", cast("Any", service))
    loop = SyncLoop(listed, lambda: [slow, quick], 0.01, lambda *at: followed.append(at))
    for _ in range(2):
        await loop.round("poll")
    await loop.hinted()
    assert service.asked == [(slow[1], "poll"), *[(quick[1], "poll")] * 2, (quick[1], "webhook")]
    assert (followed, loop.failed) == ([quick] * 3, False)
    never.set()
    await loop.round("poll")
    assert service.asked.count((slow[1], "poll")) == 2, "what came meanwhile is one more look"


async def test_what_follows_a_look_is_each_tenants_own_turn_and_bounded() -> None:
    turns, never, done = Turns("test", at_once=2, seconds=0.01), asyncio.Event(), list[str]()
    slow, quick = new_id(), new_id()

    async def fails() -> None:
        raise ValueError("ours")

    async def says(word: str) -> None:
        done.append(word)

    turns.begin(slow, new_id(), never.wait)
    turns.begin(quick, new_id(), fails)
    turns.begin(quick, new_id(), partial(says, "quick"))
    turns.begin(slow, new_id(), partial(says, "slow"))
    await turns.idle()
    assert sorted(done) == ["quick", "slow"]


async def test_a_refusal_is_an_answer() -> None:
    one = new_id()
    loop = loop_over({one: NotFound("There is no such repository.")}, (one,))
    await loop.round("poll")
    assert loop.health() == "ok"


async def test_a_folder_that_cannot_be_listed_is_a_failed_round() -> None:
    def broken() -> list[tuple[UUID, UUID]]:
        raise OSError(5, "Input/output error")

    loop = SyncLoop(cast("SyncService", cast("Any", Service({}))), broken, 60)
    await loop.round("poll")
    assert loop.health() == "the last round failed"


async def test_no_round_for_three_intervals_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = loop_over({}, ())
    await loop.round("start")
    ended = loop.last_round_at
    monkeypatch.setattr(module, "monotonic", lambda: ended + 179)
    assert loop.health() == "ok"
    monkeypatch.setattr(module, "monotonic", lambda: ended + 181)
    assert loop.health() == "no round for 181 s"
