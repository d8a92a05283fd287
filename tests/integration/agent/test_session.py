"""A stream that is over before the agent has heard of it: said as the end of the stream, never as a fault."""

from __future__ import annotations

import grpc.aio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.session import say
from base.ids import new_id
from proto.agent.v1 import agent_pb2, agent_pb2_grpc
from proto.channel import Identity, open_channel
from tests.integration.agent.controller_double import ControllerDouble


def _channel(double: ControllerDouble) -> grpc.aio.Channel:
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    tenant, agent = double.controller.tenant, double.controller.agent
    chain = double.authority.agent(request.public_bytes(Encoding.PEM), tenant, agent)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    address = f"127.0.0.1:{double.port}"
    return open_channel(address, roots=double.authority.pem, identity=Identity(private, chain))


async def test_f05_to_write_to_a_stream_that_is_over_says_why_it_ended(double: ControllerDouble) -> None:
    async with _channel(double) as channel:
        call = agent_pb2_grpc.AgentLinkStub(channel).Session()
        hello = agent_pb2.Hello(instance_id=new_id().bytes)
        await say(call, agent_pb2.AgentMessage(seq=1, hello=hello))
        assert isinstance(await call.read(), agent_pb2.ControllerMessage)
        await double.stop_link()
        assert await call.code() is grpc.StatusCode.UNAVAILABLE
        with pytest.raises(ConnectionError, match="closed: unavailable"):
            await say(call, agent_pb2.AgentMessage(seq=2, heartbeat=agent_pb2.Heartbeat()))
