"""A new certificate over a live stream: same agent, same key store, a new serial (PROMISES.md 27)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.identity import PeerIdentity
from controller.link.parts import LinkParts
from controller.pki.ca import Issued
from proto.agent.v1 import agent_pb2
from schemas.audit import AgentCertificateRotated, AuditRecord
from schemas.ids import agent_actor

_QUERIES: Final = load("agents")


async def renew(parts: LinkParts, peer: PeerIdentity, csr: bytes) -> agent_pb2.Renewed:
    """Issue, record and audit; raises BadRequest for an unfit request. The old one lives on to its end."""
    issued = parts.authority.issue(csr, peer.tenant_id, peer.agent_id, parts.settings.certificate_seconds)
    async with parts.database.work(peer.tenant_id) as uow:
        await record_certificate(uow, peer.agent_id, issued)
        data = AgentCertificateRotated(
            agent=peer.agent_id,
            serial=issued.serial,
            previous_serial=peer.serial,
            not_after=issued.not_after,
        )
        uow.audit(AuditRecord(data=data, actor_id=agent_actor(peer.agent_id)))
    return agent_pb2.Renewed(certificate=issued.certificate, chain=parts.authority.roots_pem())


async def record_certificate(uow: UnitOfWork, agent_id: UUID, issued: Issued) -> None:
    """Write an issued certificate; one that is not recorded is served nothing."""
    certificate = x509.load_pem_x509_certificate(issued.certificate)
    await uow.run(
        _QUERIES["record_certificate"],
        tenant_id=uow.tenant_id,
        serial=issued.serial,
        agent_id=agent_id,
        fingerprint_sha256=certificate.fingerprint(hashes.SHA256()),
        not_before=issued.not_before,
        not_after=issued.not_after,
    )
