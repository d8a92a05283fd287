"""Tenants and their members: made, listed, given a role, removed; each change with its audit record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from base.ids import new_id
from controller.db.database import Database
from controller.db.errors import CheckViolation, UniqueViolation
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.tenants.roles import Role
from schemas.audit import AuditRecord, MemberAdded, MemberRemoved, MemberRoleChanged, TenantCreated
from schemas.errors import Conflict, NotFound, Unprocessable
from schemas.ids import system_actor

DEMO_TENANT_ID: Final = UUID("019aad00-0000-7000-8000-00000000dd0c")
"""`make run`'s tenant. Its id is fixed, so that a second start finds it without looking across tenants."""
DEMO_SLUG: Final = "demo"
DEMO_EMAIL: Final = "you@localhost"

FIRST_CHECKPOINT_JOB: Final = "audit.checkpoint"
"""The job of `controller.audit.checkpoints`, which then queues itself. Named here because the two rooms stand
side by side and import nothing of each other; a test compares the names."""
FIRST_CHECKPOINT_AFTER: Final = timedelta(hours=1)

_BOOTSTRAP: Final = system_actor("bootstrap")
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,9}"
)
"""The unquoted addresses of RFC 5321, without the backtick: what mail is sent to, and no markup or control
character. Domains of one name (`localhost`) are addresses of this house's own."""
_EMAIL_MAX_CHARACTERS: Final = 254
_NO_ID: Final = UUID(int=0)
_QUERIES: Final = load("tenants")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One customer."""

    id: UUID
    slug: str
    title: str
    mode: str
    panic_epoch: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one tenant."""

    id: UUID
    email: str
    display_name: str
    role: str
    created_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    """A new tenant and its first owner."""

    tenant_id: UUID
    member_id: UUID


async def create_tenant(
    database: Database, slug: str, owner_email: str, *, title: str = "", tenant_id: UUID | None = None
) -> CreatedTenant:
    """A tenant with its chain's head and an owner. Raises Conflict for a slug in use, Unprocessable."""
    if not _SLUG.fullmatch(slug):
        raise Unprocessable(
            "A tenant's short name has lower-case letters, digits and hyphens, and begins with a letter."
        )
    created = tenant_id or new_id()
    try:
        async with database.work(created) as uow:
            await uow.run(_QUERIES["insert_tenant"], slug=slug, title=title)
            uow.audit(AuditRecord(data=TenantCreated(slug=slug), actor_id=_BOOTSTRAP))
            member_id = await add_member(uow, owner_email, Role.OWNER, actor=_BOOTSTRAP)
            await uow.defer(FIRST_CHECKPOINT_JOB, once=f"checkpoint:{created}", delay=FIRST_CHECKPOINT_AFTER)
    except UniqueViolation as error:
        raise Conflict(f"There is a tenant {slug!r} already.", code="tenant_exists") from error
    return CreatedTenant(created, member_id)


async def ensure_demo_tenant(database: Database) -> CreatedTenant:
    """`make run`'s tenant and owner: found where they are, made where not. Safe to call at every start."""
    async with database.work(DEMO_TENANT_ID) as uow:
        if await uow.one(_QUERIES["find_tenant"], Tenant) is not None:
            member = await uow.one(_QUERIES["find_member_by_email"], Member, email=DEMO_EMAIL)
            if member is not None:
                return CreatedTenant(DEMO_TENANT_ID, member.id)
            return CreatedTenant(
                DEMO_TENANT_ID, await add_member(uow, DEMO_EMAIL, Role.OWNER, actor=_BOOTSTRAP)
            )
    return await create_tenant(database, DEMO_SLUG, DEMO_EMAIL, title="Demo", tenant_id=DEMO_TENANT_ID)


async def find_tenant(uow: UnitOfWork) -> Tenant:
    """The tenant of the unit of work. Raises NotFound."""
    tenant = await uow.one(_QUERIES["find_tenant"], Tenant)
    if tenant is None:
        raise NotFound("There is no such tenant.")
    return tenant


async def add_member(uow: UnitOfWork, email: str, role: Role, *, actor: str, display_name: str = "") -> UUID:
    """A member by e-mail address; one who had left keeps their id. Raises Conflict, Unprocessable."""
    if len(email) > _EMAIL_MAX_CHARACTERS or not _EMAIL.fullmatch(email):
        raise Unprocessable("That is not an e-mail address.", hint="Give one like ada@example.com.")
    found = await uow.value(
        _QUERIES["upsert_member"], member_id=new_id(), email=email, role=role.value, display_name=display_name
    )
    if found is None:
        raise Conflict("There is a member with this e-mail address already.", code="member_exists")
    member_id = UUID(str(found))
    uow.audit(AuditRecord(data=MemberAdded(member=member_id, role=role.value), actor_id=actor))
    return member_id


async def list_members(uow: UnitOfWork, *, after: UUID | None = None, limit: int = 50) -> list[Member]:
    """Present members, oldest first, after the one with this id."""
    return await uow.all(_QUERIES["list_members"], Member, after=after or _NO_ID, limit=limit)


async def find_member(uow: UnitOfWork, member_id: UUID) -> Member:
    """A present member. Raises NotFound."""
    member = await uow.one(_QUERIES["find_member"], Member, member_id=member_id)
    if member is None or member.removed_at is not None:
        raise NotFound("There is no such member.")
    return member


@dataclass(frozen=True, slots=True)
class _Email:
    id: UUID
    email: str


async def emails_of(uow: UnitOfWork, members: Sequence[UUID]) -> dict[UUID, str]:
    """The addresses of these members, also of those who have left; without those who never were."""
    rows = await uow.all(_QUERIES["emails_of"], _Email, members=list(members))
    return {row.id: row.email for row in rows}


async def change_role(uow: UnitOfWork, member_id: UUID, role: Role, *, actor: str) -> None:
    """Raises NotFound, and Conflict where the tenant would be left without an owner."""
    await _keep_an_owner(uow, member_id, role)
    member = await find_member(uow, member_id)
    if member.role == role.value:
        return
    try:
        await uow.run(_QUERIES["change_role"], member_id=member_id, role=role.value)
    except CheckViolation as error:
        raise Unprocessable(f"There is no role {role!r}.") from error
    change = MemberRoleChanged(member=member_id, before=Role(member.role).value, after=role.value)
    uow.audit(AuditRecord(data=change, actor_id=actor))


async def remove_member(uow: UnitOfWork, member_id: UUID, *, actor: str) -> None:
    """End the member's sessions and tokens too. Raises NotFound, and Conflict for the last owner."""
    await _keep_an_owner(uow, member_id, None)
    await find_member(uow, member_id)
    await uow.run(_QUERIES["remove_member"], member_id=member_id)
    await uow.run(_QUERIES["revoke_sessions_of_member"], member_id=member_id)
    await uow.run(_QUERIES["revoke_tokens_of_member"], member_id=member_id)
    uow.audit(AuditRecord(data=MemberRemoved(member=member_id), actor_id=actor))


@dataclass(frozen=True, slots=True)
class _Id:
    id: UUID


async def _keep_an_owner(uow: UnitOfWork, member_id: UUID, role: Role | None) -> None:
    owners = {row.id for row in await uow.all(_QUERIES["lock_owners"], _Id)}
    if role is not Role.OWNER and owners == {member_id}:
        raise Conflict("A tenant needs an owner: make somebody else one first.", code="last_owner")
