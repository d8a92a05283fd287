"""The parsing processes where one of them is killed from outside, as a machine short of memory does it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from controller.api.parse_pool import ParsePool
from schemas.errors import Unavailable, Unprocessable
from tests.integration.link.kit import eventually


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[ParsePool]:
    pool = ParsePool(1)
    yield pool
    await pool.close()


async def test_an_idle_worker_that_is_killed_is_replaced_for_the_next_who_asks(pool: ParsePool) -> None:
    first = await pool.run(os.getpid)
    os.kill(first, signal.SIGKILL)
    found: list[int] = []

    async def answered() -> bool:
        try:
            found.append(await pool.run(os.getpid))
        except Unavailable:  # the call that met the dead one
            return False
        return True

    await eventually(answered)
    assert found[0] != first
    assert await pool.run(os.getpid) == found[0], "and it stays"


async def test_a_worker_that_is_killed_at_work_is_told_to_its_own_caller_only(pool: ParsePool) -> None:
    with pytest.raises(Unprocessable):
        await pool.run(os.kill, await pool.run(os.getpid), signal.SIGKILL)
    assert await pool.run(abs, -1) == 1


async def test_who_waits_when_the_pool_ends_is_told_so_and_not_cancelled() -> None:
    pool = ParsePool(1)
    waiting = [asyncio.create_task(pool.run(abs, -number)) for number in range(3)]
    await asyncio.sleep(0)
    await pool.close()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert not any(task.cancelled() for task in waiting)
    assert [isinstance(answer, Unavailable) for answer in answers] == [True] * 3, answers
    with pytest.raises(Unavailable):
        await pool.run(abs, -1)


async def test_who_hangs_up_is_cancelled_and_the_next_one_is_served(pool: ParsePool) -> None:
    waiting = asyncio.create_task(pool.run(signal.pause))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await pool.run(abs, -1) == 1
