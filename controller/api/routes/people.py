"""Members and API tokens."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from base import limits
from base.ids import show_id
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.claims import Repeat
from controller.api.idempotency import IdempotentRoute
from controller.api.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from controller.api.routing import id_or_404
from controller.api.shapes.people import (
    MadeToken,
    MemberRequest,
    MemberShape,
    RoleRequest,
    SignInLink,
    TokenRequest,
    TokenShape,
)
from controller.tenants import service as tenants
from controller.tenants.principal import Principal
from controller.tenants.roles import Permission, Role
from schemas.errors import Forbidden


class PeopleRoute(IdempotentRoute):
    """Members and tokens are rows, and nothing else."""

    @property
    def repeat(self) -> Repeat:
        """A call that stored no row did nothing."""
        return Repeat.IF_NOTHING_WAS_STORED


router = APIRouter(tags=["people"], route_class=PeopleRoute)

MemberId = Annotated[str, Path(examples=["mem_01jd3q6x0000000000000000aa"])]
SESSIONS: Final = ("web", "host")
"""How a person comes in who may make tokens for themselves, whatever their role."""
TOKEN_DAYS: Final = 365
"""How long a token may live that is no owner's."""


def _member_id(text: str) -> UUID:
    return id_or_404("mem", text, "There is no such member.")


def _member(member: tenants.Member) -> MemberShape:
    return MemberShape(
        id=show_id("mem", member.id),
        email=member.email,
        display_name=member.display_name,
        role=Role(member.role),
        created_at=member.created_at,
    )


@router.get("/members", summary="List members", dependencies=[Depends(requires("read"))])
async def list_members(
    principal: Caller, services: ServicesDep, limit: Limit = limits.PAGE_DEFAULT_ITEMS, cursor: Cursor = None
) -> Page[MemberShape]:
    """Present members, oldest first."""
    async with services.database.work(principal.tenant_id) as uow:
        found = await tenants.list_members(uow, after=decode_cursor(cursor), limit=limit)
    next_cursor = encode_cursor(found[-1].id) if len(found) == limit else None
    return Page(items=[_member(member) for member in found], next_cursor=next_cursor)


@router.post("/members", status_code=201, summary="Add a member", dependencies=[Depends(requires("members"))])
async def add_member(principal: Caller, services: ServicesDep, body: MemberRequest) -> MemberShape:
    """Owners only. The member signs in by a link (`POST /members/{id}/sign-in-link`) or a JWT."""
    async with services.database.work(principal.tenant_id) as uow:
        member_id = await tenants.add_member(
            uow, body.email, body.role, actor=principal.actor, display_name=body.display_name
        )
        return _member(await tenants.find_member(uow, member_id))


@router.put("/members/{member_id}/role", summary="Change a role", dependencies=[Depends(requires("members"))])
async def change_role(
    principal: Caller, services: ServicesDep, member_id: MemberId, body: RoleRequest
) -> MemberShape:
    """Owners only. Takes effect at once: an approval that was given and not yet used is checked again."""
    member = _member_id(member_id)
    async with services.database.work(principal.tenant_id) as uow:
        await tenants.change_role(uow, member, body.role, actor=principal.actor)
        return _member(await tenants.find_member(uow, member))


@router.delete(
    "/members/{member_id}",
    status_code=204,
    summary="Remove a member",
    dependencies=[Depends(requires("members"))],
)
async def remove_member(principal: Caller, services: ServicesDep, member_id: MemberId) -> Response:
    """Owners only. Their sessions and tokens end at once; what they did stays in the audit trail."""
    async with services.database.work(principal.tenant_id) as uow:
        await tenants.remove_member(uow, _member_id(member_id), actor=principal.actor)
    return Response(status_code=204)


@router.post(
    "/members/{member_id}/sign-in-link",
    status_code=201,
    summary="Make a one-time sign-in URL",
    dependencies=[Depends(requires("members"))],
)
async def make_sign_in_link(
    principal: Caller, services: ServicesDep, response: Response, member_id: MemberId
) -> SignInLink:
    """Owners only. Whoever opens the URL first is signed in as that member."""
    async with services.database.work(principal.tenant_id) as uow:
        text = await tenants.create_sign_in_link(uow, _member_id(member_id), actor=principal.actor)
    response.headers["Cache-Control"] = "no-store"
    return SignInLink(url=f"{services.settings.url}/sign-in?token={text}", minutes=limits.SIGN_IN_MINUTES)


@router.get("/tokens", summary="List API tokens")
async def list_tokens(
    principal: Caller, services: ServicesDep, limit: Limit = limits.PAGE_DEFAULT_ITEMS, cursor: Cursor = None
) -> Page[TokenShape]:
    """Your own, or for owners all of the tenant; newest first; never their secrets."""
    of_member = _whose(principal)
    async with services.database.work(principal.tenant_id) as uow:
        found = await tenants.list_tokens(uow, of_member=of_member, before=decode_cursor(cursor), limit=limit)
    next_cursor = encode_cursor(found[-1].id) if len(found) == limit else None
    return Page(items=[_token(token) for token in found], next_cursor=next_cursor)


@router.post("/tokens", status_code=201, summary="Make an API token")
async def make_token(
    principal: Caller, services: ServicesDep, response: Response, body: TokenRequest
) -> MadeToken:
    """For yourself, within your own role: nobody can make one that acts as somebody else.

    Every member may from a session, owners also with a token; never by a JWT or a token with scopes.
    """
    _may_make(principal, body)
    for scope in body.scopes:
        principal.require(scope)
    scopes = [scope.value for scope in body.scopes]
    async with services.database.work(principal.tenant_id) as uow:
        made = await tenants.create_token(
            uow, principal.member_id, body.name, actor=principal.actor, scopes=scopes, days=body.days
        )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/api/v1/tokens/{show_id('key', made.id)}"
    return MadeToken(id=show_id("key", made.id), token=made.text, expires_at=made.expires_at)


def _may_make(principal: Principal, body: TokenRequest) -> None:
    """What a short or narrow credential can't do must not be had by making a long or wide one with it."""
    if principal.source == "jwt" or principal.scopes:
        raise Forbidden(
            "A JWT, or a token with scopes, makes no tokens.",
            hint="Sign in with the browser and make it there.",
            extra={"needs": Permission.TOKENS.value},
        )
    if principal.source not in SESSIONS:
        principal.require(Permission.TOKENS)
    if (body.days is None or body.days > TOKEN_DAYS) and not principal.has_role(Role.OWNER):
        raise Forbidden(
            f"A token lives {TOKEN_DAYS} days at the most.", hint="An owner can make one that lives longer."
        )


def _whose(principal: Principal) -> UUID | None:
    """Whose tokens the caller sees and revokes: None where everybody's. Raises Forbidden."""
    if principal.may(Permission.TOKENS):
        return None
    if principal.scopes:
        principal.require(Permission.TOKENS)
    return principal.member_id


@router.delete("/tokens/{token_id}", status_code=204, summary="Revoke an API token")
async def revoke_token(principal: Caller, services: ServicesDep, token_id: str) -> Response:
    """One of your own, or for owners any. The next call with it is refused."""
    token, of_member = id_or_404("key", token_id, "There is no such token."), _whose(principal)
    async with services.database.work(principal.tenant_id) as uow:
        await tenants.revoke_token(uow, token, actor=principal.actor, of_member=of_member)
    return Response(status_code=204)


def _token(token: tenants.Token) -> TokenShape:
    return TokenShape(
        id=show_id("key", token.id),
        name=token.name,
        member_id=show_id("mem", token.member_id),
        email=token.email,
        scopes=token.scopes,
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        last_used_at=token.last_used_at,
    )
