"""What waits to be written to one stream: control before output, panic before everything."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from uuid import UUID

from base.limits import LINK_QUEUE_MAX
from proto.agent.v1 import agent_pb2


class QueueFull(Exception):
    """A peer that reads slower than we speak; its stream is closed, the rows stay."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to write. `starts`: it lets a command begin or go on, so the gate is asked first."""

    message: agent_pb2.ControllerMessage
    starts: bool = False
    sent_order: bool = False
    final: bool = False


class OutgoingQueue:
    """Urgent, then control in order, then output acknowledgements (one a step execution, the newest)."""

    def __init__(self) -> None:
        self._urgent: deque[Outgoing] = deque()
        self._control: deque[Outgoing] = deque()
        self._acks: dict[UUID, int] = {}
        self._filled = asyncio.Event()

    def urgent(self, item: Outgoing) -> None:
        """Before everything that waits. Panic and the last word of a stream."""
        self._urgent.append(item)
        self._filled.set()

    def control(self, item: Outgoing) -> None:
        """In order, before any acknowledgement of output. Raises QueueFull at 4,096 waiting."""
        if len(self._control) >= LINK_QUEUE_MAX:
            raise QueueFull
        self._control.append(item)
        self._filled.set()

    def output_ack(self, step_execution_id: UUID, upto: int) -> None:
        """Bounded by nature: a newer acknowledgement replaces the one that waits."""
        self._acks[step_execution_id] = upto
        self._filled.set()

    async def next(self) -> Outgoing:
        """Wait for the next message to write."""
        while True:
            if self._urgent:
                return self._urgent.popleft()
            if self._control:
                return self._control.popleft()
            if self._acks:
                step_execution_id = next(iter(self._acks))
                ack = agent_pb2.OutputAck(
                    step_execution_id=step_execution_id.bytes, upto=self._acks.pop(step_execution_id)
                )
                return Outgoing(agent_pb2.ControllerMessage(output_ack=ack))
            self._filled.clear()
            await self._filled.wait()
