"""Scripted agents: a real identity, a real stream, and whatever a test has them say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from base.ids import new_id
from controller.link.enroll import EnrollResponse
from proto.agent.v1 import agent_pb2, agent_pb2_grpc
from proto.channel import Identity, open_channel
from tests.integration.link.doubles import DEADLINE_SECONDS


class AgentStream:
    """One open call of a scripted agent; messages that arrive are kept by kind."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self.call: Any = agent_pb2_grpc.AgentLinkStub(channel).Session()
        self.messages: list[agent_pb2.ControllerMessage] = []
        self._changed = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())
        self._seq = 0

    async def _read(self) -> None:
        try:
            async for message in self.call:
                async with self._changed:
                    self.messages.append(message)
                    self._changed.notify_all()
        except grpc.aio.AioRpcError:
            pass
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def send(self, **body: Any) -> None:
        """Write one message, as `heartbeat=…`, `report=…`."""
        self._seq += 1
        await self.call.write(agent_pb2.AgentMessage(seq=self._seq, **body))

    async def wait(self, kind: str, count: int = 1) -> list[Any]:
        """The bodies of a kind once that many have come."""
        async with asyncio.timeout(DEADLINE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.of(kind)) >= count or self.call.done())
        found = self.of(kind)
        assert len(found) >= count, f"the stream ended with {await self.code()} before {kind} came"
        return found

    async def changed(self, seen: int) -> None:
        """Wait until more than `seen` messages have come, or the stream has ended."""
        async with asyncio.timeout(DEADLINE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.messages) > seen or self.call.done())

    def of(self, kind: str) -> list[Any]:
        """What came of a kind."""
        return [getattr(message, kind) for message in self.messages if message.WhichOneof("body") == kind]

    async def code(self) -> grpc.StatusCode:
        """The status of the call once it has ended."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            code: grpc.StatusCode = await self.call.code()
        return code

    async def close(self) -> None:
        """Hang up."""
        self.call.cancel()
        await self.channel.close()
        await asyncio.gather(self._reader, return_exceptions=True)


@dataclass
class ScriptedAgent:
    """An agent's identity, and what it says at will."""

    address: str
    tenant_id: UUID
    agent_id: UUID
    key: ec.EllipticCurvePrivateKey
    enrolled: EnrollResponse
    instance_id: UUID = field(default_factory=new_id)
    streams: list[AgentStream] = field(default_factory=list)

    def private_key(self) -> bytes:
        """PEM."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def dial(self, *, certificate: bytes | None = None, roots: bytes | None = None) -> AgentStream:
        """Open a call; nothing is said yet."""
        identity = Identity(self.private_key(), certificate or self.enrolled.certificate.encode())
        stream = AgentStream(
            open_channel(
                self.address,
                roots=roots or self.enrolled.chain.encode(),
                identity=identity,
            )
        )
        self.streams.append(stream)
        return stream

    def hello(self, **more: Any) -> agent_pb2.Hello:
        """What a plain agent says first."""
        fields: dict[str, Any] = {
            "agent_version": "0.1.0",
            "protocol": 1,
            "instance_id": self.instance_id.bytes,
            "scanner_version": "1",
            "knowledge_sha256": "0" * 64,
        }
        return agent_pb2.Hello(**(fields | more))

    async def connect(self, **more: Any) -> AgentStream:
        """Dial, say hello, wait for the welcome."""
        stream = self.dial(certificate=more.pop("certificate", None), roots=more.pop("roots", None))
        await stream.send(hello=self.hello(**more))
        await stream.wait("welcome")
        assert stream.messages[0].WhichOneof("body") == "welcome"
        return stream


def certificate_request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A plain request, PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
