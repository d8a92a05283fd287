"""What the tests of panic share: how a tenant stands, and whose signature an agent believes."""

from __future__ import annotations

from dataclasses import dataclass

from controller.pki.signer import verify
from proto.agent.v1 import agent_pb2
from schemas.canonical import unb64u
from schemas.grant import Signature, SignedEnvelope
from tests.conftest import TestTenant
from tests.integration.link.kit import ROWS, Link, eventually
from tests.integration.link.scripted import ScriptedAgent


@dataclass(frozen=True)
class TenantRow:
    """How a tenant stands."""

    mode: str
    panic_epoch: int


async def tenant_row(link: Link, tenant: TestTenant) -> TenantRow:
    async with link.database.work(tenant.tenant_id) as uow:
        row = await uow.one(ROWS["tenant"], TenantRow)
    assert row is not None
    return row


async def panicked(link: Link, tenant: TestTenant) -> TenantRow:
    """Wait until the row says so."""

    async def recorded() -> TenantRow | None:
        row = await tenant_row(link, tenant)
        return row if row.mode == "panic" else None

    found: TenantRow = await eventually(recorded)
    return found


def envelope(signed: agent_pb2.Signed) -> SignedEnvelope:
    signatures = tuple(Signature(key_id=item.key_id, sig=item.sig) for item in signed.signatures)
    return SignedEnvelope(payload_type=signed.payload_type, payload=signed.payload, signatures=signatures)


def trusts(agent: ScriptedAgent, signed: agent_pb2.Signed) -> bool:
    keys = {key.key_id: unb64u(key.public_key) for key in agent.enrolled.keys}
    return verify(envelope(signed), keys)
