"""Server-sent events: a list that grows, resumed by the last id that the client saw."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from base import limits
from controller.db.bus import Bus
from schemas.errors import BadRequest, TooManyRequests

POLL_SECONDS: Final = 2.0
"""How late an event comes where the wake-up for it was lost."""


@dataclass(frozen=True)
class StreamItem:
    """One event: `position` is its id, whole and growing."""

    position: int
    event: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What there is after a position, oldest first, a bounded number; `ended`: nothing will follow."""

    items: Sequence[StreamItem]
    ended: bool = False


Reader = Callable[[int], Awaitable[Reading]]


class Streams:
    """How many streams each member has open in this process."""

    def __init__(self, most: int = limits.STREAMS_PER_MEMBER) -> None:
        self._most = most
        self._open: Counter[UUID] = Counter()

    def check(self, member_id: UUID) -> None:
        """Raises TooManyRequests where the member has as many as one may have."""
        if self._open[member_id] >= self._most:
            raise TooManyRequests(f"At most {self._most} streams a member are open.", retry_after_seconds=5)

    @contextmanager
    def hold(self, member_id: UUID) -> Iterator[None]:
        """Count a stream while it is open."""
        self._open[member_id] += 1
        try:
            yield
        finally:
            self._open[member_id] -= 1
            if not self._open[member_id]:
                del self._open[member_id]

    def count(self) -> int:
        """All open streams; for leak checks."""
        return self._open.total()


def last_event_id(request: Request, default: int = 0) -> int:
    """Where to resume: the header `Last-Event-ID`, or `?after=`. Raises BadRequest for another form."""
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadRequest("Last-Event-ID must be the id of an event of this stream.")
    return int(text)


@dataclass(frozen=True)
class Source:
    """What a stream is made of: wake-ups from a channel, content from `read`."""

    bus: Bus
    channel: str
    read: Reader


def stream(source: Source, after: int, streams: Streams, member_id: UUID) -> EventSourceResponse:
    """Send what `read` gives, wake on the channel, and poll in case a wake-up was lost.

    Raises TooManyRequests. The stream ends with what it shows, or after STREAM_SECONDS: the client
    then resumes it, and is authenticated again.
    """
    streams.check(member_id)
    return EventSourceResponse(
        _counted(source, after, streams, member_id),
        ping=limits.STREAM_KEEPALIVE_SECONDS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _counted(
    source: Source, after: int, streams: Streams, member_id: UUID
) -> AsyncIterator[ServerSentEvent]:
    with streams.hold(member_id):
        async for event in events(source, after):
            yield event


async def events(
    source: Source, after: int, *, seconds: float = limits.STREAM_SECONDS, poll_seconds: float = POLL_SECONDS
) -> AsyncIterator[ServerSentEvent]:
    """The events after a position, until the end or for `seconds`."""
    position, until = after, time.monotonic() + seconds
    async with source.bus.subscribe(source.channel) as wakes:
        # The subscription stands before the first read: what is written in between wakes us.
        while time.monotonic() < until:
            reading = await source.read(position)
            for item in reading.items:
                position = item.position
                yield ServerSentEvent(
                    id=str(item.position),
                    event=item.event,
                    data=json.dumps(item.data, ensure_ascii=False, separators=(",", ":")),
                )
            if reading.ended:
                return
            if not reading.items:
                await _wake(wakes, poll_seconds)


async def _wake(wakes: AsyncIterator[bytes], seconds: float) -> None:
    try:
        await asyncio.wait_for(anext(wakes), seconds)
    except (TimeoutError, StopAsyncIteration):
        return
