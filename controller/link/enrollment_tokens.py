"""One-time tokens for agents: made by a member, shown once, listed by their hash, used by `link.enroll`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from base.ids import new_token, token_sha256
from base.limits import ENROLLMENT_MINUTES, ENROLLMENT_TOKENS_LISTED
from controller.db.database import Database
from controller.db.queries import load
from controller.pki.ca import CertificateAuthority, fingerprint
from schemas.audit import AuditRecord, TokenCreated, TokenRevoked
from schemas.errors import NotFound

_QUERIES: Final = load("enrollment")
_KIND: Final = "enrollment"


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A new token. `text` is shown once and kept nowhere; `sha256` (hex) names it in lists."""

    text: str
    sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EnrollmentToken:
    """A token as lists show it."""

    secret_sha256: bytes
    name: str | None
    labels: dict[str, str]
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    agent_id: UUID | None
    revoked_at: datetime | None

    @property
    def sha256(self) -> str:
        """The hex digits that name it."""
        return bytes(self.secret_sha256).hex()


@dataclass(frozen=True, slots=True)
class TokenFate(EnrollmentToken):
    """A token and what became of it."""

    expired: bool

    @property
    def state(self) -> Literal["waiting", "used", "revoked", "expired"]:
        """One word; a token that was used stays so when its time is over."""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expired else "waiting"


@dataclass(frozen=True, slots=True)
class _Times:
    created_at: datetime
    expires_at: datetime


class EnrollmentTokens:
    """Create, list, revoke. The caller has checked that the member may manage agents."""

    def __init__(self, database: Database, authority: CertificateAuthority) -> None:
        self._database = database
        self._authority = authority

    async def create(
        self,
        tenant_id: UUID,
        actor: str,
        *,
        name: str | None = None,
        labels: dict[str, str] | None = None,
        minutes: int = ENROLLMENT_MINUTES,
    ) -> CreatedToken:
        """A token for one agent. `name` and `labels` given here win over what the agent asks for."""
        secret = new_token("dde", tenant_id)
        stored = token_sha256(secret)
        async with self._database.work(tenant_id) as uow:
            times = await uow.one(
                _QUERIES["add_token"],
                _Times,
                secret_sha256=stored,
                name=name,
                labels=labels or {},
                created_by=actor,
                minutes=minutes,
            )
            assert times is not None
            data = TokenCreated(token=stored.hex(), kind=_KIND, expires_at=times.expires_at)
            uow.audit(AuditRecord(data=data, actor_id=actor))
        text = f"{secret}_{fingerprint(self._authority.newest_root())}"
        return CreatedToken(text, stored.hex(), times.expires_at)

    async def list(self, tenant_id: UUID, *, outstanding: bool = False) -> list[EnrollmentToken]:
        """The newest 200, whatever became of them; or of those that can still be used."""
        async with self._database.work(tenant_id) as uow:
            return await uow.all(
                _QUERIES["list_tokens"],
                EnrollmentToken,
                most=ENROLLMENT_TOKENS_LISTED,
                outstanding=outstanding,
            )

    async def find(self, tenant_id: UUID, sha256: str) -> TokenFate:
        """One token, whatever became of it. Raises NotFound."""
        stored = _stored(sha256)
        async with self._database.work(tenant_id) as uow:
            found = await uow.one(_QUERIES["find_token"], TokenFate, secret_sha256=stored)
        if found is None:
            raise NotFound("there is no enrolment token of that name")
        return found

    async def revoke(self, tenant_id: UUID, actor: str, sha256: str) -> None:
        """Make an unused token worthless. Raises NotFound for any other."""
        stored = _stored(sha256)
        async with self._database.work(tenant_id) as uow:
            if not await uow.run(_QUERIES["revoke_token"], secret_sha256=stored):
                raise NotFound("there is no unused enrolment token of that name")
            uow.audit(AuditRecord(data=TokenRevoked(token=sha256.lower(), kind=_KIND), actor_id=actor))


def _stored(sha256: str) -> bytes:
    """The bytes that name a token. Raises NotFound for what can't be a name."""
    try:
        stored = bytes.fromhex(sha256)
    except ValueError as error:
        raise NotFound("there is no enrolment token of that name") from error
    if len(stored) != hashlib.sha256().digest_size:
        raise NotFound("there is no enrolment token of that name")
    return stored
