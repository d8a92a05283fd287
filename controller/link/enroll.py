"""Enrolment: a one-time token and a certificate request become an agent with an identity.

The token text is `dde_<tenant>_<64 hex secret>_<64 hex sha256 of the CA certificate's DER>`: the last
part lets the agent check over plain HTTP that it talks to the right controller. What is stored is the
SHA-256 of the part before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from base import log
from base.ids import InvalidId, new_id, parse_token, show_id
from base.limits import AGENT_MAX_LABELS, HEARTBEAT_SECONDS, KIB
from controller.db.database import Database
from controller.db.errors import DatabaseError
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.renewal import record_certificate
from controller.pki.ca import CertificateAuthority
from controller.pki.signer import GrantSigner
from proto.channel import SERVER_NAME
from schemas.audit import AgentEnrolled, AgentRefused, AuditRecord
from schemas.canonical import b64u
from schemas.errors import Conflict, Unauthenticated
from schemas.ids import agent_actor, system_actor

_log = log.get(__name__)
_TOKENS: Final = load("enrollment")
_AGENTS: Final = load("agents")

LabelKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$")]
LabelValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
AgentName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$")]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class EnrollRequest(_Wire):
    """`POST /api/v1/agents/enroll`: no sign-in, the token is the credential.

    `csr` is PEM, P-256, self-signed; whatever names it asks for are ignored: the identity is ours.
    `instance_id` is the id that was born with the agent's journal.
    """

    token: Annotated[str, StringConstraints(max_length=256)]
    csr: Annotated[str, StringConstraints(max_length=8 * KIB)]
    name: AgentName
    labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=AGENT_MAX_LABELS)] = Field(
        default_factory=dict
    )
    instance_id: UUID


class SigningKey(_Wire):
    """A key that signs grants: its id (`key_…`) and the 32 Ed25519 bytes as base64url without padding."""

    key_id: str
    public_key: str


class EnrollResponse(_Wire):
    """What an agent keeps: its identity, its certificate, whom to trust and where to dial.

    `ca` is the PEM of the root whose SHA-256 the token carries; the agent checks that before anything
    else. `chain` is the PEM bundle of all roots to trust from now on, `ca` among them. The grant keys
    are the tenant's, oldest first.
    """

    tenant_id: UUID
    agent_id: UUID
    certificate: str
    chain: str
    ca: str
    grpc_address: str
    server_name: str
    heartbeat_ms: int
    certificate_seconds: int
    keys: tuple[SigningKey, ...]


@dataclass(frozen=True, slots=True)
class _Used:
    name: str | None
    labels: dict[str, str]
    created_by: str


@dataclass(frozen=True, slots=True)
class _Fate:
    used_at: datetime | None
    revoked_at: datetime | None
    expired: bool


class Enroller:
    """Turns a token and a request into an agent. One transaction: token, agent, certificate, audit record."""

    def __init__(
        self,
        database: Database,
        authority: CertificateAuthority,
        signer: GrantSigner,
        *,
        grpc_address: str,
        certificate_seconds: int,
    ) -> None:
        """`grpc_address`: `host:port` that agents dial; `certificate_seconds`: DD0C_CERT_SECONDS."""
        self._database = database
        self._authority = authority
        self._signer = signer
        self._grpc_address = grpc_address
        self._certificate_seconds = certificate_seconds

    async def enroll(self, request: EnrollRequest) -> EnrollResponse:
        """Enrol an agent.

        1. the token's form, 2. its root is one of ours, 3. it is unused, unrevoked and in time: a guarded
        UPDATE that must hit one row, 4. the name is free, 5. the request proves its key. Raises
        Unauthenticated without a reason for 1-3, Conflict for 4, BadRequest for 5; where 4 or 5 fails, the
        token can still be used.
        """
        secret, _, pin = request.token.rpartition("_")
        try:
            tenant_id, secret_sha256 = parse_token("dde", secret)  # 1
        except InvalidId as error:
            raise _refused() from error
        root = self._authority.root_by_fingerprint(pin)
        if root is None:  # 2
            raise _refused()
        response = None
        async with self._database.work(tenant_id) as uow:
            used = await uow.one(_TOKENS["use_token"], _Used, secret_sha256=secret_sha256)  # 3
            if used is not None:
                response = await self._admit(uow, used, secret_sha256, request, root)
        if response is None:
            await self._note_refusal(tenant_id, secret_sha256)
            raise _refused()
        return response

    async def _admit(
        self,
        uow: UnitOfWork,
        used: _Used,
        secret_sha256: bytes,
        request: EnrollRequest,
        root: x509.Certificate,
    ) -> EnrollResponse:
        """The agent's rows. What the token says of name and labels wins over what the agent asks for."""
        agent_id, name = new_id(), used.name or request.name
        added = await uow.run(
            _AGENTS["add_agent"],
            id=agent_id,
            name=name,
            labels={**request.labels, **used.labels},
            instance_id=request.instance_id,
            created_by=used.created_by,
        )
        if not added:  # 4
            raise Conflict(
                f"an agent named {name!r} exists", hint="choose another name; a revoked agent keeps its own"
            )
        issued = self._authority.issue(  # 5
            request.csr.encode(), uow.tenant_id, agent_id, self._certificate_seconds
        )
        await record_certificate(uow, agent_id, issued)
        await uow.run(_TOKENS["bind_token"], secret_sha256=secret_sha256, agent_id=agent_id)
        keys = await self._signer.public_keys(uow)
        data = AgentEnrolled(agent=agent_id, name=name, serial=issued.serial, not_after=issued.not_after)
        uow.audit(AuditRecord(data=data, actor_id=agent_actor(agent_id)))
        return EnrollResponse(
            tenant_id=uow.tenant_id,
            agent_id=agent_id,
            certificate=issued.certificate.decode(),
            chain=self._authority.roots_pem().decode(),
            ca=root.public_bytes(Encoding.PEM).decode(),
            grpc_address=self._grpc_address,
            server_name=SERVER_NAME,
            heartbeat_ms=HEARTBEAT_SECONDS * 1000,
            certificate_seconds=self._certificate_seconds,
            keys=tuple(
                SigningKey(key_id=show_id("key", key.id), public_key=b64u(key.public_key)) for key in keys
            ),
        )

    async def _note_refusal(self, tenant_id: UUID, secret_sha256: bytes) -> None:
        try:
            async with self._database.work(tenant_id) as uow:
                fate = await uow.one(_TOKENS["token_fate"], _Fate, secret_sha256=secret_sha256)
                data = AgentRefused(code=_fate_code(fate))
                uow.audit(AuditRecord(data=data, actor_id=system_actor("enroll")))
        except DatabaseError as error:  # a tenant that does not exist has no trail
            _log.warning(
                "a refused enrolment was not recorded: %s", error, extra={"action": "link.enroll_unrecorded"}
            )


def _fate_code(fate: _Fate | None) -> str:
    if fate is None:
        return "token_unknown"
    if fate.used_at is not None:
        return "token_used"
    return "token_revoked" if fate.revoked_at is not None else "token_expired"


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "this enrolment token is not accepted",
        hint="tokens work once and for a limited time; ask for a new one: dd0c agents token",
    )
