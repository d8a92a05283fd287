"""The bus of a single process: what it delivers, what it drops, and to whom."""

from __future__ import annotations

import asyncio

import pytest

from controller.db.bus import MESSAGE_MAX_BYTES, MISSED, MemoryBus


async def test_a_subscriber_gets_what_comes_after_it_subscribed() -> None:
    bus = MemoryBus()
    await bus.publish("a", b"before")
    async with bus.subscribe("a") as first, bus.subscribe("a") as second:
        await bus.publish("a", b"1")
        await bus.publish("b", b"other channel")
        await bus.publish("a", b"2")
        for messages in (first, second):
            assert [await anext(messages), await anext(messages)] == [b"1", b"2"]


async def test_a_slow_subscriber_loses_its_backlog_and_is_told() -> None:
    bus = MemoryBus(queue_messages=3)
    async with bus.subscribe("a") as slow, bus.subscribe("a") as quick:
        for number in range(5):
            await bus.publish("a", b"%d" % number)
            assert await anext(quick) == b"%d" % number
        assert [await anext(slow), await anext(slow)] == [MISSED, b"4"]


async def test_waiting_with_a_time_limit_loses_no_message() -> None:
    bus = MemoryBus()
    async with bus.subscribe("a") as messages:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(messages), 0.001)
        await bus.publish("a", b"1")
        assert await anext(messages) == b"1"


async def test_nothing_is_left_of_a_subscription() -> None:
    bus = MemoryBus()
    for _ in range(3):
        async with bus.subscribe("a"), bus.subscribe("b"):
            assert bus.subscriber_count() == 2
    assert bus.subscriber_count() == 0
    assert bus._subscribers == {}
    await bus.publish("a", b"nobody hears it")


@pytest.mark.parametrize("message", [b"", b"x" * (MESSAGE_MAX_BYTES + 1)])
async def test_a_message_out_of_bounds_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="message"):
        await MemoryBus().publish("a", message)


async def test_r63_a_channel_of_another_tenant_hears_nothing() -> None:
    bus = MemoryBus()
    async with bus.subscribe("exe:tenant-b:1") as foreign:
        await bus.publish("exe:tenant-a:1", b"1")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(foreign), 0.01)
