"""Syncs that somebody asked for: told together, and never more of them than can be of use."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID

from base.clock import SystemClock
from base.ids import new_id
from controller.sync.results import SyncResult
from controller.sync.service import SyncService

TENANT, REPOSITORY = new_id(), new_id()


class Service(SyncService):
    """Its looks end when `go` is set: with a result, or with None where another replica is at it."""

    def __init__(self, *, elsewhere: bool = False) -> None:
        nothing = cast("Any", None)
        super().__init__(
            nothing, nothing, nothing, open_source=nothing, run_blocking=nothing, clock=SystemClock()
        )
        self.elsewhere = elsewhere
        self.looks = 0
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def _once(
        self, _tenant_id: UUID, repository_id: UUID, _trigger: str, _held: object
    ) -> SyncResult | None:
        self.looks += 1
        self.begun.set()
        await self.go.wait()
        return None if self.elsewhere else SyncResult(repository_id, "runbooks", "unchanged", None, None)


async def test_however_often_it_is_asked_one_look_waits_behind_the_one_that_runs() -> None:
    service = Service()
    first = asyncio.create_task(service.ask(TENANT, [REPOSITORY], 60))
    await service.begun.wait()
    for _ in range(20):
        assert await service.ask(TENANT, [REPOSITORY], 0) == {}
    assert len(service._asked) == 2
    service.go.set()
    last = await service.ask(TENANT, [REPOSITORY], 60)
    assert (list(last), list(await first)) == ([REPOSITORY], [REPOSITORY])
    assert service.looks == 2
    assert list(await service.ask(TENANT, [REPOSITORY], 60)) == [REPOSITORY]
    assert service.looks == 3, "what is in git since the last look began is looked at"
    assert (service._waiting, service._asked) == ({}, set())


async def test_what_was_asked_for_ends_with_the_service() -> None:
    service = Service()
    for _ in range(2):
        assert await service.ask(TENANT, [REPOSITORY], 0) == {}
        await service.begun.wait()
    await service.close()
    assert (service._waiting, service._asked) == ({}, set())


async def test_what_another_replica_is_syncing_goes_on_and_has_not_failed() -> None:
    service = Service(elsewhere=True)
    service.go.set()
    assert await service.ask(TENANT, [REPOSITORY], 60) == {}
