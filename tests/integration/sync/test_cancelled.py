"""A sync that is cancelled takes everything with it that it began."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest
from psycopg import AsyncConnection

from base.clock import SystemClock
from controller.db.bootstrap import Urls
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.governance.judging import Judging
from controller.sync.forge_sources import forge_sources
from controller.sync.service import Result, SyncService
from tests.integration.sync.world import World, in_a_thread, runbook


async def test_a_sync_that_is_cancelled_leaves_no_note_behind_that_goes_on(
    world: World, database_urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note that the repository is behind waits for a connection; the sync waits until it is sent."""
    single = await Database.open(database_urls.app, 1)
    taken, waits, free = asyncio.Event(), asyncio.Event(), AsyncExitStack()
    real = single._pool.getconn

    async def getconn() -> AsyncConnection:
        if taken.is_set():
            waits.set()
        return await real()

    monkeypatch.setattr(single._pool, "getconn", getconn)

    async def fetch_and_take(function: Callable[[], Result], /) -> Result:
        found = await world.forges.runner(function)
        await free.enter_async_context(single.work(world.tenant_id))
        taken.set()
        return found

    service = SyncService(
        single,
        MemoryBus(),
        Judging(in_a_thread),
        open_source=forge_sources(world.folder),
        run_blocking=fetch_and_take,
        clock=SystemClock(),
    )
    world.commit({"runbooks/a.yaml": runbook("a")})
    before = asyncio.all_tasks()
    try:
        sync = asyncio.create_task(service.sync(world.tenant_id, world.row.id, "poll"))
        await asyncio.wait_for(waits.wait(), 30)
        sync.cancel()
        await asyncio.sleep(0)
        await free.aclose()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(sync, 30)
        left = {task.get_name() for task in asyncio.all_tasks() - before if not task.done()}
        assert "sync is behind" not in left
    finally:
        await free.aclose()
        await single.close()
