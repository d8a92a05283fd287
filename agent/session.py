"""The stream: dial, say hello, then listen and talk until it ends, and dial again.

Everything that matters is in the journal and the spool, so a stream may end at any moment: the next hello
says what is not acknowledged. What arrives is handled at once, but for runs, which wait for their turn.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import grpc
import grpc.aio

from agent.attempts import Attempts
from agent.journal import JournalFailed
from agent.key_wait import KeyWait
from agent.orders import Orders
from agent.outbox import Outbox, Overrun
from agent.renewal import NotStored, Renewal
from agent.runner import Runner
from agent.shim import now_us
from base import log
from base.limits import HEARTBEAT_SECONDS
from proto.agent.v1 import agent_pb2, agent_pb2_grpc
from proto.channel import Identity as ChannelIdentity
from proto.channel import open_channel
from proto.convert import MalformedMessage, envelope_from_message, parse_uuid, report_to_message
from schemas.grant import SignedEnvelope

PROTOCOL: Final = 1
WELCOME_SECONDS: Final = 15.0
OPEN_REPORTS_MAX: Final = 3_000
"""What hello carries of them, far below the message limit; the rest follows as single reports."""
BACKOFF_FIRST_SECONDS: Final = 0.25
BACKOFF_MAX_SECONDS: Final = 15.0
SUPERSEDED_SECONDS: Final = 10.0
"""Another stream of this agent took our place. Were two to fight for it, neither would be of use."""

_log = log.get(__name__)
_Call = grpc.aio.StreamStreamCall[agent_pb2.AgentMessage, agent_pb2.ControllerMessage]


@dataclass(frozen=True, slots=True)
class Facts:
    """What hello says of this agent that does not change while it runs."""

    version: str
    scanner_version: str
    knowledge: str
    labels: dict[str, str]
    read_only: bool


@dataclass(slots=True)
class _End:
    """Why a stream ended and how long to wait before the next; None = the usual backoff."""

    reason: str
    retry_seconds: float | None = None
    is_renewed: bool = False


@dataclass(slots=True)
class _Open:
    """A channel, and who still reads from it."""

    channel: grpc.aio.Channel
    reader: asyncio.Task[_End] | None = None

    async def close(self) -> None:
        if self.reader is not None:
            self.reader.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)
        await self.channel.close()


class Session:
    """One for the life of the agent; `run` dials again and again."""

    def __init__(
        self,
        attempts: Attempts,
        runner: Runner,
        orders: Orders,
        outbox: Outbox,
        renewal: Renewal,
        facts: Facts,
        proxy: str | None,
    ) -> None:
        """`renewal` holds the identity that each dial uses."""
        self._attempts = attempts
        self._runner = runner
        self._orders = orders
        self._outbox = outbox
        self._renewal = renewal
        self._facts = facts
        self._proxy = proxy
        self._failures = 0
        self._turn = asyncio.Lock()
        self._key_wait = KeyWait(orders, attempts, self._carry_out)
        self._old: _Open | None = None
        self._heartbeat_seconds = float(HEARTBEAT_SECONDS)
        self._signed: dict[str, Callable[[SignedEnvelope], Awaitable[None]]] = {
            "cancel": orders.cancel,
            "freeze": orders.freeze,
            "thaw": orders.thaw,
            "panic": orders.panic,
            "panic_clear": orders.panic_clear,
            "keys": orders.take_keys,
        }

    async def run(self) -> None:
        """Dial until cancelled."""
        while True:
            end = await self._one_stream()
            self._outbox.close()
            wait = self._backoff() if end.retry_seconds is None else end.retry_seconds
            _log.info(
                "the stream ended: %s",
                end.reason,
                extra={"action": "agent.disconnected", "retry_seconds": round(wait, 2)},
            )
            await asyncio.sleep(wait)

    def _backoff(self) -> float:
        """Exponential with full jitter, so that a thousand agents do not come back at once."""
        self._failures += 1
        ceiling = min(BACKOFF_MAX_SECONDS, BACKOFF_FIRST_SECONDS * 2 ** min(self._failures, 10))
        return random.uniform(BACKOFF_FIRST_SECONDS / 2, ceiling)  # noqa: S311  # reason: spreading, no secret

    def _dial(self) -> grpc.aio.Channel:
        """Raises what grpc does for what it can't read, and OSError where this machine has no more of it."""
        identity = self._renewal.identity
        return open_channel(
            identity.grpc_address,
            roots=identity.roots.encode(),
            identity=ChannelIdentity(identity.private_key.encode(), identity.certificate.encode()),
            proxy=self._proxy,
            server_name=identity.server_name,
        )

    async def _one_stream(self) -> _End:
        try:
            channel = self._dial()
        except (ValueError, OSError, grpc.aio.BaseError) as problem:
            await self._close_old()
            return _End(f"no connection can be opened ({type(problem).__name__}: {problem})")
        stream = _Open(channel)
        end = _End("stopped")
        try:
            end = await self._serve(agent_pb2_grpc.AgentLinkStub(channel).Session(), stream)
        except grpc.aio.AioRpcError as problem:
            end = _End(self._explain(problem))
        except (MalformedMessage, Overrun, OSError) as problem:  # TimeoutError is an OSError
            end = _End(f"{type(problem).__name__}: {problem}")
        finally:
            await self._close_old()
            self._old = stream
            if not end.is_renewed:
                await self._close_old()
        return end

    async def _close_old(self) -> None:
        """Under a renewed certificate the new stream is welcomed before the old one goes, and what arrives on
        the old one meanwhile is still heard: to the controller this agent was never away."""
        old, self._old = self._old, None
        if old is not None:
            await old.close()

    def _explain(self, problem: grpc.aio.AioRpcError) -> str:
        if self._renewal.is_expired():
            return "this agent's certificate has expired; enrol it again"
        return f"{problem.code().name.lower()}: {problem.details()}"

    async def _serve(self, call: _Call, stream: _Open) -> _End:
        self._outbox.open()
        await say(call, self._outbox.number(agent_pb2.AgentMessage(hello=self._hello())))
        async with asyncio.timeout(WELCOME_SECONDS):
            welcome = await call.read()
        if not isinstance(welcome, agent_pb2.ControllerMessage):
            return _End(f"closed before welcome: {await call.details()}")
        if welcome.WhichOneof("body") == "goaway":
            return _goodbye(welcome.goaway)
        if welcome.WhichOneof("body") != "welcome":
            raise MalformedMessage("the first message is not a welcome")
        await self._close_old()
        self._welcomed(welcome.welcome)
        workers = [
            asyncio.create_task(self._write(call)),
            asyncio.create_task(self._beat()),
            asyncio.create_task(self._renewal.keep(self._outbox.control)),
            asyncio.create_task(self._key_wait.keep(self._turn)),
        ]
        reader = asyncio.create_task(self._read(call))
        cancelled: list[asyncio.Task[Any]] = [reader, *workers]
        try:
            done, _ = await asyncio.wait([reader, *workers], return_when=asyncio.FIRST_COMPLETED)
            if reader in done:
                # grpc cancels a read with its call, whoever ended that; it is the stream's end, not ours.
                return _End("the call was cancelled") if reader.cancelled() else reader.result()
            for task in done:
                task.result()  # the writer's and the heartbeat's way to end is to raise
            stream.reader = reader  # to cancel a read would end its call
            cancelled = list(workers)
            return _End("the certificate was renewed", 0.0, is_renewed=True)
        finally:
            for task in cancelled:
                task.cancel()
            await asyncio.gather(*cancelled, return_exceptions=True)

    def _hello(self) -> agent_pb2.Hello:
        state = self._attempts.journal.state
        reports = self._attempts.open_reports()
        for report in reports[OPEN_REPORTS_MAX:]:
            self._attempts.report(report)
        epochs = self._attempts.epochs()
        return agent_pb2.Hello(
            agent_version=self._facts.version,
            protocol=PROTOCOL,
            instance_id=self._attempts.journal.instance.bytes,
            scanner_version=self._facts.scanner_version,
            knowledge_sha256=self._facts.knowledge,
            labels=self._facts.labels,
            panic_epoch=state.panic_epoch if state.is_panicked else 0,
            read_only=self._facts.read_only,
            open=[report_to_message(report) for report in reports[:OPEN_REPORTS_MAX]],
            epochs=[
                agent_pb2.Epoch(execution_id=execution.bytes, highest=highest)
                for execution, highest in list(epochs.items())[:OPEN_REPORTS_MAX]
            ],
            wall_us=now_us(),
        )

    def _welcomed(self, welcome: agent_pb2.Welcome) -> None:
        self._failures = 0
        self._key_wait.forget()
        self._heartbeat_seconds = min(
            60.0, max(0.1, (welcome.heartbeat_ms or HEARTBEAT_SECONDS * 1000) / 1000)
        )
        self._outbox.welcome(welcome.output_window)
        skew_ms = (now_us() - welcome.wall_us) // 1000 if welcome.wall_us else 0
        _log.info(
            "connected",
            extra={"action": "agent.connected", "stream_epoch": welcome.stream_epoch, "skew_ms": skew_ms},
        )

    async def _write(self, call: _Call) -> None:
        while True:
            await say(call, await self._outbox.next())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            beat = agent_pb2.Heartbeat(
                running=[identity.bytes for identity in self._attempts.running],
                free_bytes=self._attempts.spool.free_bytes(),
            )
            self._outbox.control(agent_pb2.AgentMessage(heartbeat=beat))
            self._attempts.say_again()

    async def _read(self, call: _Call) -> _End:
        while True:
            message: Any = await call.read()
            if not isinstance(message, agent_pb2.ControllerMessage):
                code, details = await call.code(), await call.details()
                return _End(f"closed: {code.name.lower()} {details}")
            end = await self._handle(message)
            if end is not None:
                return end

    async def _handle(self, message: agent_pb2.ControllerMessage) -> _End | None:
        async with self._turn:
            if self._key_wait.holds(message):
                return None
            end = await self._carry_out(message)
            await self._key_wait.let_go()
            return end

    async def _carry_out(self, message: agent_pb2.ControllerMessage) -> _End | None:
        body = message.WhichOneof("body")
        try:
            if body == "run":
                self._runner.offer(envelope_from_message(message.run), message.traceparent)
            elif body in self._signed:
                await self._signed[body](envelope_from_message(getattr(message, body)))
            elif body == "goaway":
                return _goodbye(message.goaway)
            elif body is not None:
                self._answer(body, message)
        except NotStored as problem:
            self._key_wait.failed(problem)
        except JournalFailed as problem:
            _log.error("the journal failed: %s", problem, extra={"action": "agent.journal_failed"})
            self._attempts.diagnose("journal", str(problem))
        except MalformedMessage as problem:
            self._attempts.diagnose("malformed", str(problem))
        return None

    def _answer(self, body: str, message: agent_pb2.ControllerMessage) -> None:
        """What needs no signature: questions and acknowledgements. A second welcome is ignored."""
        if body == "ask":
            identity = parse_uuid(message.ask.step_execution_id, "ask.step_execution_id")
            answer = self._attempts.answer(identity)
            self._outbox.control(agent_pb2.AgentMessage(journal=answer))
        elif body == "output_ack":
            ack = message.output_ack
            self._attempts.acknowledge_output(parse_uuid(ack.step_execution_id, "output_ack"), ack.upto)
        elif body == "report_ack":
            said = message.report_ack
            identity = parse_uuid(said.step_execution_id, "report_ack")
            self._attempts.acknowledge_report(identity, said.report_seq)
        elif body == "renewed":
            self._renewal.take(message.renewed)


async def say(call: _Call, message: agent_pb2.AgentMessage) -> None:
    """Write to the stream. Raises AioRpcError where it breaks, ConnectionError where it was over before.

    grpc tells the second apart from the first by `asyncio.InvalidStateError`, which is a programmer's mistake
    elsewhere; here a reset may come between any two messages, before the reader has heard of it.
    """
    try:
        await call.write(message)
    except asyncio.InvalidStateError as problem:
        code, details = await call.code(), await call.details()
        raise ConnectionError(f"closed: {code.name.lower()} {details}") from problem


def _goodbye(goaway: agent_pb2.GoAway) -> _End:
    """The controller's own words; it says when to come back, and we say how soon at the earliest."""
    wait = goaway.retry_ms / 1000 if goaway.retry_ms else None
    if goaway.reason == "superseded":
        wait = max(wait or 0.0, random.uniform(0.5, 1.0) * SUPERSEDED_SECONDS)  # noqa: S311  # reason: spreading
    return _End(f"told to go: {goaway.reason[:200]}", wait)
