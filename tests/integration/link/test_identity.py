"""Forged and revoked certificates against the real server: at the handshake, or at the first message."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
import grpc.aio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from base.ids import new_id
from controller.pki.ca import fingerprint, spiffe_id
from proto.agent.v1 import agent_pb2, agent_pb2_grpc
from proto.channel import Identity, client_options, open_channel
from tests.conftest import TestTenant
from tests.integration.link.kit import Link, eventually
from tests.integration.link.scripted import ScriptedAgent
from tests.unit.link.forge import Forge


async def outcome(
    link: Link, agent: ScriptedAgent, certificate: bytes, key: bytes
) -> tuple[grpc.StatusCode, float]:
    """Dial with a certificate, say hello; the status, and the seconds until it came."""
    channel = open_channel(
        link.address, roots=agent.enrolled.chain.encode(), identity=Identity(key, certificate)
    )
    began = time.monotonic()
    async with channel:
        call = agent_pb2_grpc.AgentLinkStub(channel).Session()
        code = await say_hello(call, agent)
    return code, time.monotonic() - began


async def within_a_second(link: Link, tenant: TestTenant) -> float:
    """One second, and what a good agent's way to its welcome takes here and now: machines are busy."""
    other = await link.enroll(tenant.tenant_id, "beside")
    began = time.monotonic()
    stream = await other.connect()
    took = time.monotonic() - began
    await stream.close()
    return 1 + took


async def say_hello(call: Any, agent: ScriptedAgent) -> grpc.StatusCode:
    """The status that a hello gets; fails where it was served."""
    try:
        await call.write(agent_pb2.AgentMessage(hello=agent.hello()))
        message = await call.read()
        assert not isinstance(message, agent_pb2.ControllerMessage), "it was served"
    except grpc.aio.AioRpcError:
        pass  # a write that lost the race against the refusal says only "internal"; the call knows more
    code: grpc.StatusCode = await call.code()
    return code


def forged(**more: Any) -> Callable[[Forge, UUID, UUID], bytes]:
    def make(forge: Forge, tenant_id: UUID, agent_id: UUID) -> bytes:
        name = x509.UniformResourceIdentifier(spiffe_id(tenant_id, agent_id))
        return forge.certificate([name], **more).public_bytes(Encoding.PEM)

    return make


@pytest.mark.parametrize(
    "options",
    [
        {"self_signed": True},
        {"begins": -3600, "ends": -1},
        {"begins": 600, "ends": 3600},
        {"usages": [ExtendedKeyUsageOID.SERVER_AUTH]},
    ],
    ids=["self-signed", "expired", "not-yet-valid", "wrong-usage"],
)
async def test_r24_the_handshake_refuses(link: Link, tenant: TestTenant, options: dict[str, object]) -> None:
    agent = await link.enroll(tenant.tenant_id)
    forge = Forge.of(link.parts.authority, datetime.now(UTC))
    pem = forged(**options)(forge, tenant.tenant_id, agent.agent_id)
    code, _ = await outcome(link, agent, pem, forge.private_key())
    assert code is grpc.StatusCode.UNAVAILABLE
    assert link.events.heard == []
    assert len(link.parts.registry) == 0


async def test_r24_no_client_certificate_no_handshake(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    credentials = grpc.ssl_channel_credentials(agent.enrolled.chain.encode())
    channel = grpc.aio.secure_channel(link.address, credentials, options=list(client_options()))
    async with channel:
        call = agent_pb2_grpc.AgentLinkStub(channel).Session()
        code = await say_hello(call, agent)
    assert code is grpc.StatusCode.UNAVAILABLE
    assert len(link.parts.registry) == 0


async def test_r24_a_missing_usage_passes_the_handshake_and_is_closed_and_audited(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    forge = Forge.of(link.parts.authority, datetime.now(UTC))
    pem = forged(usages=None)(forge, tenant.tenant_id, agent.agent_id)
    code, seconds = await outcome(link, agent, pem, forge.private_key())
    assert code is grpc.StatusCode.PERMISSION_DENIED
    (event,) = await link.audited(tenant.tenant_id, "agent.refused")
    assert "wrong_usage" in event.event_data
    assert link.events.heard == []
    assert seconds < await within_a_second(link, tenant)


async def test_r24_a_foreign_name_is_closed_within_a_second(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    forge = Forge.of(link.parts.authority, datetime.now(UTC))
    foreign = [x509.UniformResourceIdentifier(f"spiffe://elsewhere/{tenant.tenant_id}/{agent.agent_id}")]
    pem = forge.certificate(foreign).public_bytes(Encoding.PEM)
    code, seconds = await outcome(link, agent, pem, forge.private_key())
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert link.events.heard == []
    assert seconds < await within_a_second(link, tenant)


async def test_r24_a_certificate_that_we_never_issued_is_refused(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    forge = Forge.of(link.parts.authority, datetime.now(UTC))
    for agent_id in (agent.agent_id, new_id()):
        pem = forged()(forge, tenant.tenant_id, agent_id)
        code, _ = await outcome(link, agent, pem, forge.private_key())
        assert code is grpc.StatusCode.PERMISSION_DENIED
    events = await link.audited(tenant.tenant_id, "agent.refused")
    assert [("unknown_serial" in event.event_data) for event in events] == [True, True]


async def test_r24_a_tenant_that_is_not_here_is_refused(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    forge = Forge.of(link.parts.authority, datetime.now(UTC))
    pem = forged()(forge, new_id(), agent.agent_id)
    code, _ = await outcome(link, agent, pem, forge.private_key())
    assert code is grpc.StatusCode.PERMISSION_DENIED


async def test_r24_a_revoked_serial_is_refused_at_its_next_call(link: Link, tenant: TestTenant) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    certificate = x509.load_pem_x509_certificate(agent.enrolled.certificate.encode())
    await link.admin.revoke_certificate(
        tenant.tenant_id, agent.agent_id, f"{certificate.serial_number:040x}", tenant.actor
    )
    assert await stream.code() is grpc.StatusCode.PERMISSION_DENIED
    code, seconds = await outcome(link, agent, agent.enrolled.certificate.encode(), agent.private_key())
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert seconds < await within_a_second(link, tenant)
    (event,) = await link.audited(tenant.tenant_id, "agent.refused")
    assert "revoked_certificate" in event.event_data


async def test_r24_a_revoked_agents_live_stream_is_closed_within_a_second(
    link: Link, tenant: TestTenant
) -> None:
    agent = await link.enroll(tenant.tenant_id)
    stream = await agent.connect()
    began = time.monotonic()
    await link.admin.revoke(tenant.tenant_id, agent.agent_id, tenant.actor, "the host was sold")
    assert await stream.code() is grpc.StatusCode.PERMISSION_DENIED
    took = time.monotonic() - began
    assert took < await within_a_second(link, tenant)
    (goodbye,) = stream.of("goaway")
    assert goodbye.reason == "revoked_agent"
    code, _ = await outcome(link, agent, agent.enrolled.certificate.encode(), agent.private_key())
    assert code is grpc.StatusCode.PERMISSION_DENIED
    (event,) = await link.audited(tenant.tenant_id, "agent.revoked")
    assert "the host was sold" in event.event_data


async def test_r23_the_tenant_comes_from_the_certificate_alone(
    link: Link, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    mine = await link.enroll(tenant.tenant_id)
    theirs = await link.enroll(second_tenant.tenant_id)
    other = await theirs.connect()
    dispatch = await link.dispatch(theirs)
    await other.wait("run")

    stream = await mine.connect(labels={"tenant": str(second_tenant.tenant_id)})
    assert dispatch.step_execution_id is not None
    await stream.send(
        report=agent_pb2.AttemptReport(
            step_execution_id=dispatch.step_execution_id.bytes,
            report_seq=1,
            state=agent_pb2.AttemptReport.FINISHED,
        )
    )
    assert await stream.code() is grpc.StatusCode.PERMISSION_DENIED
    assert link.events.of("report") == []
    assert (await link.row(dispatch, second_tenant.tenant_id)).state == "sent"

    async def refused() -> object:
        return await link.audited(tenant.tenant_id, "security.refused")

    (event,) = await eventually(refused)
    assert "never_sent" in event.event_data
    assert await link.audited(second_tenant.tenant_id, "security.refused") == []


async def test_r28_two_roots_overlap_and_the_old_one_ends(link: Link, tenant: TestTenant) -> None:
    authority = link.parts.authority
    old_root = authority.newest_root()
    old = await link.enroll(tenant.tenant_id, "old")
    before = await old.connect()
    authority.rotate()
    new = await link.enroll(tenant.tenant_id, "new")
    newest = authority.newest_root().public_bytes(Encoding.PEM)

    again = await old.connect(roots=old_root.public_bytes(Encoding.PEM))
    await new.connect(roots=newest)
    assert (await before.wait("goaway"))[0].reason == "superseded"

    authority.retire_root(fingerprint(old_root))
    assert (await again.wait("goaway"))[0].reason == "untrusted_root"
    code, _ = await outcome(link, new, old.enrolled.certificate.encode(), old.private_key())
    assert code is grpc.StatusCode.UNAVAILABLE
    await new.connect(roots=newest)
