"""What waits to be sent: control before output, always (CONTRACTS.md §4).

Control messages are kept only while a stream is open: what they say is in the journal, and the next hello
says it again. Output is not queued at all; it is read from the spool when the stream can take it, at most a
window of chunks ahead of what the controller has stored.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final
from uuid import UUID

from agent.stream import Collector
from base.limits import OUTPUT_WINDOW_CHUNKS
from proto.agent.v1 import agent_pb2

CONTROL_MAX_MESSAGES: Final = 10_000
"""Beyond this the stream is of no use: it is closed, and the next hello says everything in one message."""

WINDOW_MAX_CHUNKS: Final = 1_024


class Overrun(Exception):
    """The controller reads too slowly for what has to be said."""


class OutputFlow:
    """How far one attempt's output was sent and stored."""

    def __init__(self, attempt: UUID, collector: Collector) -> None:
        self.attempt = attempt
        self.collector = collector
        self.acked = 0
        self._sent = 0
        self._in_flight: deque[int] = deque()
        self._is_last_sent = False
        self.is_done = False

    def rewind(self) -> None:
        """A new stream: everything that was not stored is sent again."""
        self._sent = self.acked
        self._in_flight.clear()
        self._is_last_sent = False

    def acknowledge(self, upto: int) -> None:
        """The controller has every byte below `upto`."""
        self.acked = max(self.acked, min(upto, self.collector.stored_bytes))
        self._sent = max(self._sent, self.acked)
        while self._in_flight and self._in_flight[0] <= self.acked:
            self._in_flight.popleft()
        if self._is_last_sent and self.acked >= self.collector.stored_bytes:
            self.is_done = True

    def next_chunk(self, window: int) -> agent_pb2.OutputChunk | None:
        """The next chunk to send, or None while the window is full or there is nothing."""
        if len(self._in_flight) >= window or self.is_done:
            return None
        for chunk in self.collector.chunks(self._sent):
            self._sent = chunk.offset + len(chunk.data)
            self._in_flight.append(self._sent)
            return agent_pb2.OutputChunk(
                step_execution_id=self.attempt.bytes,
                offset=chunk.offset,
                data=chunk.data,
                stream=agent_pb2.OutputChunk.STDERR if chunk.stream else agent_pb2.OutputChunk.STDOUT,
            )
        # The end is said once everything before it is stored, so that its acknowledgement means the end.
        is_stored = self.acked >= self.collector.stored_bytes
        if self.collector.is_complete and is_stored and not self._is_last_sent:
            self._is_last_sent = True
            return agent_pb2.OutputChunk(step_execution_id=self.attempt.bytes, offset=self._sent, last=True)
        return None


class Outbox:
    """One for the life of the agent; `open` and `close` go with each stream."""

    def __init__(self) -> None:
        self._control: deque[agent_pb2.AgentMessage] = deque()
        self._flows: dict[UUID, OutputFlow] = {}
        self._turn: deque[UUID] = deque()
        self._wake = asyncio.Event()
        self._is_open = False
        self._window = OUTPUT_WINDOW_CHUNKS
        self._seq = 0

    def open(self) -> None:
        """A stream begins: from here on everything is kept for it, so that nothing falls between hello,
        which says how things stand now, and welcome."""
        self._control.clear()
        self._seq = 0
        self._is_open = True
        for flow in self._flows.values():
            flow.rewind()
        self._wake.set()

    def welcome(self, window: int) -> None:
        """How many chunks of each output may be on the way; 0 means the default."""
        self._window = min(window, WINDOW_MAX_CHUNKS) or OUTPUT_WINDOW_CHUNKS

    def close(self) -> None:
        """The stream is gone; nothing is kept."""
        self._is_open = False
        self._control.clear()

    @property
    def is_open(self) -> bool:
        """Whether a stream takes what is said."""
        return self._is_open

    def number(self, message: agent_pb2.AgentMessage) -> agent_pb2.AgentMessage:
        """Give the message its place in this stream."""
        self._seq += 1
        message.seq = self._seq
        return message

    def control(self, message: agent_pb2.AgentMessage) -> None:
        """Say it before any output; forgotten where no stream is open. Raises Overrun."""
        if not self._is_open:
            return
        if len(self._control) >= CONTROL_MAX_MESSAGES:
            raise Overrun("the controller does not read")
        self._control.append(message)
        self._wake.set()

    def add_flow(self, attempt: UUID, collector: Collector) -> OutputFlow:
        """Begin to send an attempt's output."""
        flow = OutputFlow(attempt, collector)
        self._flows[attempt] = flow
        self._turn.append(attempt)
        self._wake.set()
        return flow

    def flow(self, attempt: UUID) -> OutputFlow | None:
        """The flow of an attempt whose output is not all stored yet."""
        return self._flows.get(attempt)

    def drop_flow(self, attempt: UUID) -> None:
        """All of it is stored, or it will never be sent."""
        self._flows.pop(attempt, None)
        if attempt in self._turn:
            self._turn.remove(attempt)

    def nudge(self) -> None:
        """There may be more output to send."""
        self._wake.set()

    async def next(self) -> agent_pb2.AgentMessage:
        """The next message: control if there is any, else a chunk of the attempt whose turn it is."""
        while True:
            self._wake.clear()
            if self._control:
                return self.number(self._control.popleft())
            chunk = self._next_chunk()
            if chunk is not None:
                return self.number(agent_pb2.AgentMessage(output=chunk))
            await self._wake.wait()

    def _next_chunk(self) -> agent_pb2.OutputChunk | None:
        for _ in range(len(self._turn)):
            attempt = self._turn[0]
            self._turn.rotate(-1)
            chunk = self._flows[attempt].next_chunk(self._window)
            if chunk is not None:
                return chunk
        return None
