"""What the poll loop says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

import pytest

from base.ids import new_id
from controller.db.errors import ConnectionLost
from controller.sync import loop as module
from controller.sync.ages import SyncAges
from controller.sync.loop import SyncLoop
from controller.sync.service import SyncService
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
    faults: dict[UUID, Exception] = {one: ConnectionLost("away"), two: ValueError("ours")}
    loop = loop_over(faults, (one, two))
    assert loop.health() == "ok"
    await loop.round("poll")
    assert loop.health() == "the last round failed"
    del faults[two]
    await loop.round("poll")
    assert loop.health() == "ok"


async def test_a_hint_is_a_look_at_what_it_can_be_about_and_says_nothing_of_the_rounds() -> None:
    near, far = (new_id(), new_id()), (new_id(), new_id())
    service = Service({far[1]: ConnectionLost("away")})
    listed: list[Iterable[tuple[UUID, UUID]]] = [[far]]
    loop = SyncLoop(cast("SyncService", cast("Any", service)), lambda: [near, far], 60, hinted=listed.pop)
    await loop.hinted()
    assert (service.asked, loop.failed) == ([(far[1], "webhook")], False)
    await loop.round("poll")
    assert service.asked[1:] == [(near[1], "poll"), (far[1], "poll")]


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
