"""Who is calling: a session cookie, a token of ours, or a JWT of the configured issuer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from controller.api.borders import SESSION_COOKIE
from controller.api.services import Services
from controller.tenants.principal import Principal
from controller.tenants.service import authenticate_session, authenticate_token, member_by_email
from schemas.errors import Unauthenticated

bearer_scheme = HTTPBearer(
    auto_error=False, description="An API token of ours (`ddt_…`), or a JWT of the configured issuer."
)
cookie_scheme = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, description="The session of a signed-in browser."
)


def get_services(request: Request) -> Services:
    """What the routes work with; built once in `controller/main/assembly.py`."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


async def authenticate(request: Request, services: Services) -> Principal:
    """The caller. Raises Unauthenticated; the answer is kept for the rest of the request."""
    known = getattr(request.state, "principal", None)
    if isinstance(known, Principal):
        return known
    principal = await _authenticate(request, services)
    request.state.principal = principal
    return principal


async def _authenticate(request: Request, services: Services) -> Principal:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, credential = header.partition(" ")
        if scheme.lower() != "bearer" or not credential:
            raise Unauthenticated("Authorization must be `Bearer <token>`.")
        return await authenticate_bearer(services, credential.strip())
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        return await authenticate_session(services.database, cookie)
    raise Unauthenticated(
        "This needs a signed-in member.",
        hint="Open the sign-in URL that `make run` printed, or send `Authorization: Bearer ddt_…`.",
    )


async def authenticate_bearer(services: Services, credential: str) -> Principal:
    """A token of ours by its prefix, else a JWT where one is accepted. Raises Unauthenticated."""
    if credential.startswith("ddt_"):
        return await authenticate_token(services.database, credential)
    if services.jwt is None:
        raise Unauthenticated("The token is not valid.")
    claims = services.jwt.verify(credential)
    return await member_by_email(services.database, claims.tenant_id, claims.email, source="jwt")


async def current_principal(
    request: Request,
    services: ServicesDep,
    _bearer: Annotated[object, Depends(bearer_scheme)],
    _cookie: Annotated[object, Depends(cookie_scheme)],
) -> Principal:
    """The dependency of every route that needs a member."""
    return await authenticate(request, services)


Caller = Annotated[Principal, Depends(current_principal)]


def requires(permission: str) -> Callable[[Principal], Principal]:
    """A dependency that lets only members with the permission pass (roles are data)."""

    def check(principal: Caller) -> Principal:
        principal.require(permission)
        return principal

    return check
