"""One live stream of one agent: a reader, a writer, and a worker for each of control, output and dispatch.

The writer takes control before output acknowledgements; the reader never waits for the database, so that a
report of a finished command is not held up by output that is being stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import grpc
import grpc.aio

from base import faults, log
from base.limits import LINK_QUEUE_MAX, OUTPUT_WINDOW_CHUNKS
from controller.link.accept import Accepted
from controller.link.dispatcher import Claimer
from controller.link.events import Hello
from controller.link.identity import PeerIdentity
from controller.link.inbox import Inbox, NeverSent
from controller.link.messages import chunk_from_message
from controller.link.outgoing import Outgoing, OutgoingQueue, QueueFull
from controller.link.parts import LinkParts
from proto.agent.v1 import agent_pb2
from proto.convert import MalformedMessage
from schemas.errors import BadRequest

_log = log.get(__name__)

BEFORE_SEND: Final = faults.register("link.before_send", "an order is marked as sent, not yet written")
AFTER_SEND: Final = faults.register("link.after_send", "an order was written to the stream")

_GOODBYE_SECONDS: Final = 0.5
Context = grpc.aio.ServicerContext[agent_pb2.AgentMessage, agent_pb2.ControllerMessage]

_STATUS: Final = {
    "superseded": grpc.StatusCode.ABORTED,
    "shutdown": grpc.StatusCode.UNAVAILABLE,
    "fault": grpc.StatusCode.UNAVAILABLE,
    "silent": grpc.StatusCode.DEADLINE_EXCEEDED,
    "slow_reader": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "output_window": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "malformed": grpc.StatusCode.INVALID_ARGUMENT,
    "certificate_expired": grpc.StatusCode.UNAUTHENTICATED,
}


class Session:
    """The stream of an agent whose hello was accepted. `run` returns when it is over."""

    def __init__(
        self, parts: LinkParts, context: Context, peer: PeerIdentity, hello: Hello, accepted: Accepted
    ) -> None:
        self.peer: Final = peer
        self.hello: Final = hello
        self.stream_epoch: Final = accepted.stream_epoch
        self.heard_at = parts.clock.monotonic()
        self.running: frozenset[UUID] = frozenset()
        self.panic_latched = hello.panic_epoch
        self._parts = parts
        self._context = context
        self._out = OutgoingQueue()
        self._inbox = Inbox(parts, peer, hello.instance_id, self._out)
        self._claimer = Claimer(parts, self, self._out)
        self._control: asyncio.Queue[agent_pb2.AgentMessage] = asyncio.Queue(LINK_QUEUE_MAX)
        self._output: asyncio.Queue[agent_pb2.AgentMessage] = asyncio.Queue(2 * OUTPUT_WINDOW_CHUNKS)
        self._ended: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
        self._sent = 0
        for message in accepted.greetings:  # welcome is the first message, even before a panic
            self._out.urgent(Outgoing(message))

    @property
    def instance_id(self) -> UUID:
        """The id that was born with the agent's journal."""
        return self.hello.instance_id

    @property
    def end_code(self) -> str:
        """Why the stream ended; `closed` where the agent hung up."""
        return self._ended.result()[0] if self._ended.done() else "closed"

    def wake(self, *, again: bool = False) -> None:
        """Look for dispatches; `again`: also for those that were sent and never answered."""
        self._claimer.wake(again=again)

    def urgent(self, item: Outgoing) -> None:
        """Write this before everything that waits."""
        self._out.urgent(item)

    def end(self, code: str, *, retry_ms: int = 0) -> None:
        """Say good-bye with a reason and close. Only the first call counts."""
        if not self._ended.done():
            self._ended.set_result((code, retry_ms))

    async def run(self) -> None:
        """Serve until the agent hangs up, something ends the stream, or this task is cancelled."""
        writer = asyncio.create_task(self._write())
        workers = [
            asyncio.create_task(self._guarded(work))
            for work in (self._read, self._work_control, self._work_output, self._claimer.run)
        ]
        try:
            waited: list[asyncio.Future[Any]] = [writer, *workers, self._ended]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            await self._say_goodbye(writer)
        finally:
            for task in (writer, *workers):
                task.cancel()
            await asyncio.gather(writer, *workers, return_exceptions=True)

    async def close_status(self) -> None:
        """Give the call its status; raises grpc's AbortError where it is not OK."""
        status = _STATUS.get(self.end_code, grpc.StatusCode.PERMISSION_DENIED)
        if self._ended.done() and self.end_code != "closed":
            await self._context.abort(status, self.end_code)

    async def _say_goodbye(self, writer: asyncio.Task[None]) -> None:
        if not self._ended.done() or self.end_code == "closed" or writer.done():
            return
        code, retry_ms = self._ended.result()
        goaway = agent_pb2.GoAway(reason=code, retry_ms=retry_ms)
        self._out.urgent(Outgoing(agent_pb2.ControllerMessage(goaway=goaway), final=True))
        await asyncio.wait([writer], timeout=_GOODBYE_SECONDS)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except MalformedMessage as error:
            self._refuse("malformed", str(error))
        except BadRequest as error:
            self._refuse("bad_request", error.detail)
        except NeverSent as error:
            self._refuse("never_sent", str(error))
        except QueueFull:
            self.end("slow_reader", retry_ms=1_000)
        except Exception:  # noqa: BLE001  # reason: the border to the engine's handlers; nothing is acknowledged
            _log.exception("a session's work failed", extra={"action": "link.session_failed"})
            self.end("fault", retry_ms=1_000)

    def _refuse(self, code: str, subject: str) -> None:
        # Closed at once; the security event is written by a task that this stream's end does not cancel.
        self.end(code)
        self._parts.background.start(self._inbox.refused(code, subject[:200]))

    async def _read(self) -> None:
        while True:
            message: object = await self._context.read()
            if not isinstance(message, agent_pb2.AgentMessage):  # grpc.aio.EOF
                self.end("closed")
                return
            self.heard_at = self._parts.clock.monotonic()
            self._parts.registry.heard(self)
            self._sort(message)

    def _sort(self, message: agent_pb2.AgentMessage) -> None:
        body = message.WhichOneof("body")
        if body == "hello":
            raise MalformedMessage("a second hello on one stream")
        try:
            if body == "heartbeat":
                self.running = frozenset(
                    UUID(bytes=raw) for raw in message.heartbeat.running if len(raw) == 16
                )
            elif body == "output":
                self._output.put_nowait(message)
            else:
                self._control.put_nowait(message)
        except asyncio.QueueFull:
            self.end("output_window" if body == "output" else "slow_reader", retry_ms=1_000)

    async def _work_control(self) -> None:
        await self._inbox.opened(self.hello)
        self.wake(again=True)
        while True:
            await self._inbox.control(await self._control.get())

    async def _work_output(self) -> None:
        while True:
            message = await self._output.get()
            await self._inbox.output(chunk_from_message(message.output))

    async def _write(self) -> None:
        while True:
            item = await self._out.next()
            self._sent += 1
            item.message.seq = self._sent
            if item.sent_order:
                faults.reach(BEFORE_SEND)
            # The line before the write: whatever lets a command begin or go on asks the gate here.
            if item.starts and not self._parts.gate.is_open(self.peer.tenant_id):
                self._sent -= 1  # the row stays as sent; the opening gate wakes this stream to look again
                continue
            await self._context.write(item.message)
            if item.sent_order:
                faults.reach(AFTER_SEND)
            if item.final:
                return
