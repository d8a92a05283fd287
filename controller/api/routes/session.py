"""Signing in and out, and who the caller is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from base.ids import show_id
from controller.api import rates
from controller.api.auth import Caller, ServicesDep, authenticate
from controller.api.borders import SESSION_COOKIE
from controller.api.routing import Route, address
from controller.api.services import Services
from controller.api.shapes.people import Me, SessionState, SignedIn, SignInRequest, TenantShape
from controller.tenants.principal import Principal
from controller.tenants.roles import PERMISSIONS
from controller.tenants.service import Session, end_session, exchange_sign_in_link, find_tenant
from schemas.errors import Unauthenticated

router = APIRouter(tags=["session"], route_class=Route)
page = APIRouter(include_in_schema=False)


@page.get("/sign-in")
async def sign_in_page(
    request: Request, services: ServicesDep, token: Annotated[str, Query(max_length=256)] = ""
) -> Response:
    """Exchange the one-time URL for a session cookie and go to the app."""
    try:
        session = await _exchange(request, services, token)
    except Unauthenticated:
        return RedirectResponse("/signed-out?why=spent", status_code=303)
    response = RedirectResponse("/", status_code=303)
    _set_cookie(response, services, session)
    return response


@router.get("/session", summary="Is somebody signed in?")
async def session_state(request: Request, services: ServicesDep) -> SessionState:
    """The same as `/me`, for a page that only asks: nobody is an answer here, not a refusal."""
    try:
        principal = await authenticate(request, services)
    except Unauthenticated:
        return SessionState()
    return SessionState(me=await _me(principal, services))


@router.post("/session", status_code=201, summary="Sign in with a one-time token")
async def sign_in(
    request: Request, response: Response, services: ServicesDep, body: SignInRequest
) -> SignedIn:
    """Exchange the token of a sign-in URL for a session cookie. It works once."""
    session = await _exchange(request, services, body.token)
    _set_cookie(response, services, session)
    return SignedIn(
        id=show_id("mem", session.principal.member_id),
        email=session.principal.email,
        expires_at=session.expires_at,
    )


@router.delete("/session", status_code=204, summary="Sign out")
async def sign_out(request: Request, services: ServicesDep) -> Response:
    """End the session of the cookie."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        await end_session(services.database, cookie)
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")
    return response


@router.get("/me", summary="Who am I")
async def me(principal: Caller, services: ServicesDep) -> Me:
    """The member behind the credential, the tenant, and what the role allows."""
    return await _me(principal, services)


async def _me(principal: Principal, services: Services) -> Me:
    async with services.database.work(principal.tenant_id) as uow:
        tenant = await find_tenant(uow)
    allowed = principal.scopes or PERMISSIONS[principal.role]
    return Me(
        id=show_id("mem", principal.member_id),
        email=principal.email,
        role=principal.role,
        source=principal.source,
        tenant=TenantShape(id=show_id("ten", tenant.id), slug=tenant.slug, title=tenant.title),
        permissions=sorted(allowed & PERMISSIONS[principal.role]),
    )


async def _exchange(request: Request, services: Services, token: str) -> Session:
    await services.rates.take(rates.SIGN_INS, "sign-in", address(request))
    return await exchange_sign_in_link(services.database, token, hours=services.settings.session_hours)


def _set_cookie(response: Response, services: Services, session: Session) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        session.cookie,
        max_age=services.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="strict",
        secure=services.settings.url.startswith("https://"),
    )
