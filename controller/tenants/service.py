"""Credentials: sign-in links, sessions and API tokens.

Each names its tenant, so that the tenant is set before the look-up. Only SHA-256 is stored. A wrong
credential, one of another tenant and one that ended give the same answer. The rest of a tenant's life
(members, roles) is in `members.py` and can be imported from here too.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, LiteralString
from uuid import UUID

from base import limits
from base.ids import InvalidId, new_id, new_token, parse_token
from controller.db.database import Database
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.tenants.members import CreatedTenant as CreatedTenant
from controller.tenants.members import Member as Member
from controller.tenants.members import Tenant as Tenant
from controller.tenants.members import add_member as add_member
from controller.tenants.members import change_role as change_role
from controller.tenants.members import create_tenant as create_tenant
from controller.tenants.members import ensure_demo_tenant as ensure_demo_tenant
from controller.tenants.members import find_member as find_member
from controller.tenants.members import find_tenant as find_tenant
from controller.tenants.members import list_members as list_members
from controller.tenants.members import remove_member as remove_member
from controller.tenants.principal import Principal
from controller.tenants.roles import Permission, Role
from schemas.audit import AuditRecord, TokenCreated, TokenRevoked
from schemas.errors import NotFound, Unauthenticated, Unprocessable
from schemas.ids import member_actor

_QUERIES: Final = load("credentials")
_MEMBERS: Final = load("tenants")
_SHOWN_BYTES: Final = 8  # of the hash, in the audit trail: enough to tell credentials apart


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh session: `cookie` is shown once and never stored."""

    cookie: str
    principal: Principal
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A fresh API token: `text` is shown once and never stored."""

    id: UUID
    text: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as people see it."""

    id: UUID
    member_id: UUID
    email: str
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Found:
    secret_sha256: bytes
    source: str
    scopes: list[str]
    created_at: datetime
    stale: bool
    member_id: UUID
    email: str
    display_name: str
    role: str


@dataclass(frozen=True, slots=True)
class _Link:
    member_id: UUID
    source: str


@dataclass(frozen=True, slots=True)
class _Revoked:
    secret_sha256: bytes
    member_id: UUID


async def create_sign_in_link(
    uow: UnitOfWork,
    member_id: UUID,
    *,
    actor: str,
    minutes: int = limits.SIGN_IN_MINUTES,
    source: Literal["web", "host"] = "web",
) -> str:
    """The secret part of a URL that signs the member in, once, within `minutes`. Raises NotFound.

    `source` is that of the session: only tools that open the state folder themselves say `host`.
    """
    await find_member(uow, member_id)
    text = new_token("ddl", uow.tenant_id)
    digest = parse_token("ddl", text)[1]
    await uow.run(
        _QUERIES["insert_sign_in_link"],
        secret_sha256=digest,
        member_id=member_id,
        source=source,
        seconds=minutes * 60,
    )
    _audit_created(uow, digest, "sign_in_link", member_id, actor)
    return text


async def exchange_sign_in_link(
    database: Database, text: str, *, hours: int = limits.SESSION_HOURS
) -> Session:
    """A session for a link that was not used yet. Raises Unauthenticated."""
    tenant_id, digest = _parse("ddl", text)
    async with database.work(tenant_id) as uow:
        link = await uow.one(_QUERIES["use_sign_in_link"], _Link, secret_sha256=digest)
        if link is None:
            raise Unauthenticated(
                "This sign-in link was used already, or its time is over.",
                hint="Ask for a new one: `dd0c sign-in-url` on the host of the controller.",
            )
        cookie, expires_at = await create_session(uow, link.member_id, source=link.source, hours=hours)
    return Session(cookie, await authenticate_session(database, cookie), expires_at)


async def create_session(
    uow: UnitOfWork, member_id: UUID, *, source: str = "web", hours: int = limits.SESSION_HOURS
) -> tuple[str, datetime]:
    """The cookie of a new session and when it ends. Raises NotFound."""
    await find_member(uow, member_id)
    cookie = new_token("dds", uow.tenant_id)
    digest = parse_token("dds", cookie)[1]
    expires_at = await uow.value(
        _QUERIES["insert_session"],
        secret_sha256=digest,
        member_id=member_id,
        source=source,
        seconds=hours * 3600,
    )
    assert isinstance(expires_at, datetime)
    _audit_created(uow, digest, "session", member_id, member_actor(member_id), expires_at=expires_at)
    return cookie, expires_at


async def authenticate_session(database: Database, cookie: str) -> Principal:
    """The member of a session. Raises Unauthenticated."""
    return await _authenticate(database, "dds", cookie, _QUERIES["find_session"])


async def end_session(database: Database, cookie: str) -> None:
    """Sign out; nothing happens where the session is unknown or over."""
    try:
        tenant_id, digest = parse_token("dds", cookie)
    except InvalidId:
        return
    async with database.work(tenant_id) as uow:
        member_id = await uow.value(_QUERIES["revoke_session"], secret_sha256=digest)
        if member_id is not None:
            ended = UUID(str(member_id))
            _audit_revoked(uow, digest, "session", ended, member_actor(ended))


async def create_token(
    uow: UnitOfWork,
    member_id: UUID,
    name: str,
    *,
    actor: str,
    scopes: Iterable[str] = (),
    days: int | None = None,
) -> CreatedToken:
    """An API token that acts as the member, within `scopes` if any. Raises NotFound, Unprocessable."""
    wanted = _scopes(scopes)
    await find_member(uow, member_id)
    text, token_id = new_token("ddt", uow.tenant_id), new_id()
    digest = parse_token("ddt", text)[1]
    expires_at = await uow.value(
        _QUERIES["insert_token"],
        secret_sha256=digest,
        token_id=token_id,
        member_id=member_id,
        name=name,
        scopes=wanted,
        actor=actor,
        seconds=None if days is None else days * 86_400,
    )
    assert expires_at is None or isinstance(expires_at, datetime)
    _audit_created(uow, digest, "api_token", member_id, actor, scopes=wanted, expires_at=expires_at)
    return CreatedToken(token_id, text, expires_at)


async def authenticate_token(database: Database, text: str) -> Principal:
    """The member of an API token. Raises Unauthenticated."""
    return await _authenticate(database, "ddt", text, _QUERIES["find_token"])


async def list_tokens(
    uow: UnitOfWork, *, of_member: UUID | None = None, before: UUID | None = None, limit: int = 50
) -> list[Token]:
    """All tokens of the tenant or of one member, newest first, from before the one with this id."""
    return await uow.all(_QUERIES["list_tokens"], Token, of_member=of_member, before=before, limit=limit)


async def revoke_token(uow: UnitOfWork, token_id: UUID, *, actor: str, of_member: UUID | None = None) -> None:
    """End a token. Raises NotFound where it is unknown, ended, or another's than `of_member` if given."""
    row = await uow.one(_QUERIES["revoke_token"], _Revoked, token_id=token_id, of_member=of_member)
    if row is None:
        raise NotFound("There is no such token.")
    _audit_revoked(uow, row.secret_sha256, "api_token", row.member_id, actor)


async def member_by_email(
    database: Database, tenant_id: UUID, email: str, *, source: str = "jwt"
) -> Principal:
    """The member whom an identity provider vouches for. Raises Unauthenticated."""
    async with database.work(tenant_id) as uow:
        member = await uow.one(_MEMBERS["find_member_by_email"], Member, email=email)
    if member is None:
        raise Unauthenticated("The token is not valid.")
    return Principal(
        tenant_id=tenant_id,
        member_id=member.id,
        email=member.email,
        role=Role(member.role),
        source=source,
        display_name=member.display_name,
    )


async def _authenticate(database: Database, prefix: str, text: str, query: LiteralString) -> Principal:
    tenant_id, digest = _parse(prefix, text)
    async with database.work(tenant_id) as uow:
        row = await uow.one(query, _Found, secret_sha256=digest)
        if row is None or not hmac.compare_digest(row.secret_sha256, digest):
            raise Unauthenticated("The session is over." if prefix == "dds" else "The token is not valid.")
        if row.stale:
            await uow.run(_QUERIES["note_token_use"], secret_sha256=digest)
    return Principal(
        tenant_id=tenant_id,
        member_id=row.member_id,
        email=row.email,
        role=Role(row.role),
        source=row.source,
        scopes=frozenset(Permission(scope) for scope in row.scopes),
        display_name=row.display_name,
        authenticated_at=row.created_at,
    )


def _parse(prefix: str, text: str) -> tuple[UUID, bytes]:
    try:
        return parse_token(prefix, text)
    except InvalidId as error:
        raise Unauthenticated("The token is not valid.") from error


def _scopes(words: Iterable[str]) -> list[str]:
    try:
        return sorted({Permission(word).value for word in words})
    except ValueError as error:
        known = ", ".join(permission.value for permission in Permission)
        raise Unprocessable(f"{error}.", hint=f"Scopes are: {known}.") from error


def _audit_created(
    uow: UnitOfWork,
    digest: bytes,
    kind: str,
    member_id: UUID,
    actor: str,
    *,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
) -> None:
    data = TokenCreated(
        token=digest[:_SHOWN_BYTES].hex(),
        kind=kind,
        member=member_id,
        scopes=tuple(scopes or ()),
        expires_at=expires_at,
    )
    uow.audit(AuditRecord(data=data, actor_id=actor))


def _audit_revoked(uow: UnitOfWork, digest: bytes, kind: str, member_id: UUID, actor: str) -> None:
    data = TokenRevoked(token=digest[:_SHOWN_BYTES].hex(), kind=kind, member=member_id)
    uow.audit(AuditRecord(data=data, actor_id=actor))
