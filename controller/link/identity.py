"""Who is at the other end: tenant and agent from the certificate's URI SAN, and from nowhere else.

The TLS handshake checks chain and dates; a missing usage, a foreign name and a revoked serial pass it
(seen with grpcio 1.85), so every call is looked at again here before its handler sees a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from controller.db.database import Database
from controller.db.queries import load
from controller.pki.ca import serial_text

_QUERIES: Final = load("agents")
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SPIFFE: Final = re.compile(rf"spiffe://dd0c/({_UUID})/({_UUID})")


@dataclass(frozen=True, slots=True)
class PeerIdentity:
    """An agent as its certificate says it.

    `serial` is 40 hex digits, `fingerprint` the DER's SHA-256, `root` that of the root that signed it (hex).
    """

    tenant_id: UUID
    agent_id: UUID
    serial: str
    fingerprint: bytes
    root: str
    not_after: datetime


class PeerRefused(Exception):
    """A certificate that is served nothing. `code` goes to the audit trail; the peer learns nothing of it.

    `tenant_id` is set where the certificate's own name says it, and `vouched` where a root of ours signed
    that name: only then is the refusal written into that tenant's trail.
    """

    def __init__(
        self,
        code: str,
        *,
        tenant_id: UUID | None = None,
        agent_id: UUID | None = None,
        serial: str | None = None,
        vouched: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.tenant_id = tenant_id
        self.agent_id = agent_id
        self.serial = serial
        self.vouched = vouched


@dataclass(frozen=True, slots=True)
class _Admission:
    agent_id: UUID
    fingerprint_sha256: bytes
    certificate_revoked_at: datetime | None
    agent_revoked_at: datetime | None
    name: str


def read_certificate(
    pem: bytes, issuer_of: Callable[[x509.Certificate], str | None], now: datetime
) -> PeerIdentity:
    """Check a peer's certificate on its own; raises PeerRefused. `issuer_of`: the root that signed it.

    1. it parses, 2. a root that is still trusted signed it, 3. its names are one URI of ours and nothing
    else, 4. its dates hold, 5. it is no authority, 6. its one extended usage is clientAuth.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        extensions = certificate.extensions
    except ValueError as error:  # 1
        raise PeerRefused("unreadable_certificate") from error
    serial = serial_text(certificate.serial_number)
    root = issuer_of(certificate)
    if root is None:  # 2
        raise PeerRefused("untrusted_root", serial=serial)
    tenant_id, agent_id = _spiffe_ids(extensions, serial)  # 3
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:  # 4
        raise _refused("certificate_dates", tenant_id, agent_id, serial)
    if _is_authority(extensions):  # 5
        raise _refused("authority_certificate", tenant_id, agent_id, serial)
    if _usages(extensions) != [ExtendedKeyUsageOID.CLIENT_AUTH]:  # 6
        raise _refused("wrong_usage", tenant_id, agent_id, serial)
    return PeerIdentity(
        tenant_id,
        agent_id,
        serial,
        certificate.fingerprint(hashes.SHA256()),
        root,
        certificate.not_valid_after_utc,
    )


async def admit(database: Database, peer: PeerIdentity) -> None:
    """Check the certificate against the records; raises PeerRefused. An error of the database refuses too.

    7. its serial was issued by us to this agent, 8. its bytes are the ones recorded, 9. it is not revoked,
    10. its agent is not revoked.
    """
    async with database.work(peer.tenant_id) as uow:
        row = await uow.one(_QUERIES["admission"], _Admission, tenant_id=peer.tenant_id, serial=peer.serial)
    reasons = {
        "unknown_serial": row is None or row.agent_id != peer.agent_id,  # 7
        "foreign_certificate": row is not None and bytes(row.fingerprint_sha256) != peer.fingerprint,  # 8
        "revoked_certificate": row is not None and row.certificate_revoked_at is not None,  # 9
        "revoked_agent": row is not None and row.agent_revoked_at is not None,  # 10
    }
    for code, applies in reasons.items():
        if applies:
            raise _refused(code, peer.tenant_id, peer.agent_id, peer.serial)


def peer_certificate(auth_context: Mapping[str, Iterable[bytes]]) -> bytes:
    """The PEM of the client's certificate in grpc's auth context; raises PeerRefused where there is none."""
    found = list(auth_context.get("x509_pem_cert", ()))
    if len(found) != 1:
        raise PeerRefused("no_certificate")
    return found[0]


def _spiffe_ids(extensions: x509.Extensions, serial: str) -> tuple[UUID, UUID]:
    try:
        names = list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = []
    first = names[0] if len(names) == 1 else None
    if isinstance(first, x509.UniformResourceIdentifier):
        matched = _SPIFFE.fullmatch(first.value)
        if matched is not None:
            return UUID(matched[1]), UUID(matched[2])
    raise PeerRefused("wrong_name", serial=serial)


def _is_authority(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _usages(extensions: x509.Extensions) -> list[x509.ObjectIdentifier]:
    try:
        return list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return []


def _refused(code: str, tenant_id: UUID, agent_id: UUID, serial: str) -> PeerRefused:
    return PeerRefused(code, tenant_id=tenant_id, agent_id=agent_id, serial=serial, vouched=True)
