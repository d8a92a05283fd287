"""A controller for the agent's tests: enrolment over HTTP and the stream over mTLS, in this process.

It speaks `agent.proto` and nothing else; it stores what agents say and acknowledges it, unless told not to.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from uuid import UUID

import grpc
import grpc.aio

from base.ids import encode_base32
from proto.agent.v1 import agent_pb2, agent_pb2_grpc
from proto.channel import SERVER_NAME, server_credentials, server_options
from proto.convert import AttemptReport, AttemptState, envelope_to_message, report_from_message
from schemas.grant import Grant, SignedEnvelope
from tests.integration.agent.authority import Authority
from tests.integration.agent.host import PATIENCE_SECONDS, until
from tests.unit.agent.grants import KEY_ID, Controller

_ENDED: Final = (AttemptState.FINISHED, AttemptState.REFUSED, AttemptState.LOST)


@dataclass
class Stream:
    """One stream: what the agent said first, and the way to talk to it."""

    hello: agent_pb2.Hello
    outgoing: asyncio.Queue[agent_pb2.ControllerMessage | None] = field(default_factory=asyncio.Queue)
    is_over: bool = False

    def send(self, message: agent_pb2.ControllerMessage) -> None:
        self.outgoing.put_nowait(message)


class ControllerDouble(agent_pb2_grpc.AgentLinkServicer):
    """Start it, start agents, look at what they say."""

    def __init__(self, certificate_seconds: float = 3600) -> None:
        self.controller = Controller()
        self.authority = Authority()
        self.certificate_seconds = certificate_seconds
        self.token = f"dde_{encode_base32(self.controller.tenant)}_{'ab' * 32}_{self.authority.sha256}"
        self.streams: list[Stream] = []
        self.reports: list[AttemptReport] = []
        self.answers: list[agent_pb2.JournalAnswer] = []
        self.diagnostics: list[str] = []
        self.beats: list[agent_pb2.Heartbeat] = []
        self.panics: list[agent_pb2.PanicReport] = []
        self.stored: dict[UUID, bytearray] = {}
        self.whole: set[UUID] = set()
        self.acknowledges = True
        self.renewals = 0
        self.overlaps = 0
        self.enrolments = 0
        self.heartbeat_ms = 200
        self.port = 0
        self.url = ""

    async def start(self) -> None:
        """Listen on loopback: the stream on `port`, enrolment on `url`."""
        await self.start_link()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = double.enroll(self.path, json.loads(raw))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    async def start_link(self) -> None:
        """The link alone; on the port that it had before, if it had one."""
        self._server = grpc.aio.server(options=list(server_options()))
        agent_pb2_grpc.add_AgentLinkServicer_to_server(self, self._server)
        credentials = server_credentials(self.authority.server(), self.authority.pem)
        self.port = self._server.add_secure_port(f"127.0.0.1:{self.port}", credentials)
        await self._server.start()

    async def stop_link(self) -> None:
        """Break every stream and stop listening."""
        await self._server.stop(0)

    async def stop(self) -> None:
        await self.stop_link()
        await asyncio.to_thread(self._http.shutdown)
        self._http.server_close()

    def enroll(self, path: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer to an enrolment; a token is good once."""
        if path != "/api/v1/agents/enroll" or request["token"] != self.token or self.enrolments:
            return 401, {"detail": "this token is not known, or was used"}
        self.enrolments += 1
        self.enrolled = request
        tenant, agent = self.controller.tenant, self.controller.agent
        certificate = self.authority.agent(request["csr"].encode(), tenant, agent, self.certificate_seconds)
        return 201, {
            "tenantId": str(tenant),
            "agentId": str(agent),
            "certificate": certificate.decode(),
            "chain": self.authority.pem.decode(),
            "ca": self.authority.pem.decode(),
            "grpcAddress": f"127.0.0.1:{self.port}",
            "serverName": SERVER_NAME,
            "heartbeatMs": self.heartbeat_ms,
            "certificateSeconds": int(self.certificate_seconds),
            "keys": [{"keyId": KEY_ID, "publicKey": self.controller.public_key}],
        }

    async def Session(
        self, request_iterator: AsyncIterator[agent_pb2.AgentMessage], context: Any
    ) -> AsyncIterator[agent_pb2.ControllerMessage]:
        """The stream of `agent.proto`."""
        first = await anext(request_iterator)
        assert first.WhichOneof("body") == "hello"
        stream = Stream(first.hello)
        self.overlaps += any(not other.is_over for other in self.streams)
        self.controller.instance = UUID(bytes=first.hello.instance_id)
        reader = asyncio.create_task(self._read(request_iterator, stream))
        try:
            yield agent_pb2.ControllerMessage(
                welcome=agent_pb2.Welcome(stream_epoch=len(self.streams) + 1, heartbeat_ms=self.heartbeat_ms)
            )
            for report in first.hello.open:
                self._report(report, stream)
            self.streams.append(stream)
            while (message := await stream.outgoing.get()) is not None:
                yield message
        finally:
            stream.is_over = True
            reader.cancel()

    async def _read(self, messages: AsyncIterator[agent_pb2.AgentMessage], stream: Stream) -> None:
        expected = 2
        async for message in messages:
            assert message.seq == expected
            expected += 1
            body = message.WhichOneof("body")
            if body == "report":
                self._report(message.report, stream)
            elif body == "output":
                self._output(message.output, stream)
            elif body == "journal":
                self.answers.append(message.journal)
            elif body == "diagnostic":
                self.diagnostics.append(f"{message.diagnostic.code}: {message.diagnostic.text}")
            elif body == "heartbeat":
                self.beats.append(message.heartbeat)
            elif body == "panic":
                self.panics.append(message.panic)
            elif body == "renew":
                self._renew(message.renew, stream)
        stream.outgoing.put_nowait(None)

    def _report(self, message: agent_pb2.AttemptReport, stream: Stream) -> None:
        self.reports.append(report_from_message(message))
        if self.acknowledges:
            ack = agent_pb2.ReportAck(
                step_execution_id=message.step_execution_id, report_seq=message.report_seq
            )
            stream.send(agent_pb2.ControllerMessage(report_ack=ack))

    def _output(self, chunk: agent_pb2.OutputChunk, stream: Stream) -> None:
        identity = UUID(bytes=chunk.step_execution_id)
        stored = self.stored.setdefault(identity, bytearray())
        if chunk.offset <= len(stored):
            fresh = chunk.data[len(stored) - chunk.offset :]
            stored += fresh
            if chunk.last:
                self.whole.add(identity)
        if self.acknowledges:
            ack = agent_pb2.OutputAck(step_execution_id=chunk.step_execution_id, upto=len(stored))
            stream.send(agent_pb2.ControllerMessage(output_ack=ack))

    def _renew(self, request: agent_pb2.RenewRequest, stream: Stream) -> None:
        self.renewals += 1
        certificate = self.authority.agent(
            request.csr, self.controller.tenant, self.controller.agent, self.certificate_seconds
        )
        renewed = agent_pb2.Renewed(certificate=certificate, chain=self.authority.pem)
        stream.send(agent_pb2.ControllerMessage(renewed=renewed))

    # What tests do

    async def connected(self, beyond: int = 0) -> Stream:
        """The newest stream, once there are more than `beyond`."""
        await until(lambda: len(self.streams) > beyond and not self.streams[-1].is_over)
        return self.streams[-1]

    def send_run(self, grant: Grant, *, times: int = 1, envelope: SignedEnvelope | None = None) -> UUID:
        """Send a signed run over the newest stream."""
        signed = envelope or self.controller.envelope(grant)
        for _ in range(times):
            message = agent_pb2.ControllerMessage(run=envelope_to_message(signed), traceparent="00-aa-bb-01")
            self.streams[-1].send(message)
        return grant.step_execution

    def ask(self, identity: UUID) -> None:
        """Ask the journal about a step execution."""
        question = agent_pb2.JournalQuestion(step_execution_id=identity.bytes)
        self.streams[-1].send(agent_pb2.ControllerMessage(ask=question))

    def of(self, identity: UUID) -> list[AttemptReport]:
        """Everything that was reported of a step execution."""
        return [report for report in self.reports if report.step_execution_id == identity]

    async def state(
        self, identity: UUID, *states: AttemptState, seconds: float = PATIENCE_SECONDS
    ) -> AttemptReport:
        """The first report in one of these states; any result where none is named."""
        wanted = states or _ENDED
        found = await until(lambda: next((r for r in self.of(identity) if r.state in wanted), None), seconds)
        assert isinstance(found, AttemptReport)
        return found

    async def output(self, identity: UUID) -> bytes:
        """All of the output, once its end was said."""
        await until(lambda: identity in self.whole)
        return bytes(self.stored[identity])
