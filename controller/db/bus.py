"""Wake-ups and live output between tasks and replicas. A lost message costs latency, never correctness.

Channels carry the tenant: `exe:<tenant>:<execution>`, `out:<tenant>:<step execution>`,
`dsp:<tenant>:<agent>`, `sync:<tenant>`; `panic` and `jobs` are for all of them and carry ids only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

MISSED: Final = b""
"""Given to a subscriber in place of a backlog that grew too long: read the database, then go on."""

QUEUE_MESSAGES: Final = 1_000
MESSAGE_MAX_BYTES: Final = 64 * 1024


class Bus(Protocol):
    """Publish and subscribe. Both sides may be on different replicas."""

    async def publish(self, channel: str, message: bytes) -> None:
        """Give the message to whoever subscribes now. Never waits for a subscriber.

        Raises ValueError for an empty message (which is MISSED) and for more than MESSAGE_MAX_BYTES.
        """
        ...

    def subscribe(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Messages from the moment of entering on. `anext` may be cancelled without losing one."""
        ...


class Subscription:
    """The iterator of one subscriber of a MemoryBus."""

    def __init__(self, limit: int) -> None:
        self._messages: asyncio.Queue[bytes] = asyncio.Queue(limit)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        return await self._messages.get()

    def offer(self, message: bytes) -> None:
        """Queue a message; where the queue is full, its content is dropped and MISSED stands for it."""
        if self._messages.full():
            while not self._messages.empty():
                self._messages.get_nowait()
            self._messages.put_nowait(MISSED)
        else:
            self._messages.put_nowait(message)


class MemoryBus:
    """The bus of a single process. To be used from one event loop."""

    def __init__(self, queue_messages: int = QUEUE_MESSAGES) -> None:
        self._limit = queue_messages
        self._subscribers: dict[str, set[Subscription]] = {}

    async def publish(self, channel: str, message: bytes) -> None:
        check_message(message)
        for subscription in self._subscribers.get(channel, ()):
            subscription.offer(message)

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        subscription = Subscription(self._limit)
        subscribers = self._subscribers.setdefault(channel, set())
        subscribers.add(subscription)
        try:
            yield subscription
        finally:
            subscribers.discard(subscription)
            if not subscribers and self._subscribers.get(channel) is subscribers:
                del self._subscribers[channel]

    def subscriber_count(self) -> int:
        """How many subscriptions are open; for leak checks."""
        return sum(len(subscribers) for subscribers in self._subscribers.values())


def check_message(message: bytes) -> None:
    """What `publish` of every bus refuses: raises ValueError."""
    if not message:
        raise ValueError("an empty message is reserved: it tells a subscriber that it missed some")
    if len(message) > MESSAGE_MAX_BYTES:
        raise ValueError(f"a message has at most {MESSAGE_MAX_BYTES} bytes")
