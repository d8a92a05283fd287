"""Panic: halt everything, and clear it again."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from base.ids import InvalidId, parse_id
from controller.api.actors import actor_names
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.routing import Route, SignedInRoute
from controller.api.services import Services
from controller.api.shapes.agents import PanicState, PanicTakenShape, ReasonRequest
from controller.db import queries
from controller.link.gate import Latch
from schemas.errors import Unauthenticated

router = APIRouter(prefix="/panic", tags=["panic"], route_class=SignedInRoute)
open_router = APIRouter(prefix="/panic", tags=["panic"], route_class=Route)

FRESH_SIGN_IN: Final = timedelta(minutes=10)
"""How recent a sign-in from the host must be for one maintainer to clear a panic alone."""

_QUERIES: Final = queries.load("catalog")


@dataclass(frozen=True)
class _Row:
    mode: str
    panic_epoch: int
    mode_changed_at: datetime | None
    mode_changed_by: str | None
    mode_reason: str | None
    panic_clear_by: UUID | None


@router.get("", summary="Is everything halted?", dependencies=[Depends(requires("read"))])
async def show(principal: Caller, services: ServicesDep) -> PanicState:
    """The gate's own state first: it closes before the database hears of it."""
    async with services.database.work(principal.tenant_id) as uow:
        row = await uow.one(_QUERIES["panic_state"], _Row)
        assert row is not None
        latch = services.gate.latch(principal.tenant_id)
        # Until the row has heard of the panic, it tells of the one before.
        told = row if latch is None or row.panic_epoch >= latch.epoch else _latched(row, latch)
        names = await actor_names(uow, [told.mode_changed_by] if told.mode_changed_by else [])
    on = row.mode != "normal" or latch is not None
    # The row keeps who asked first when the panic is over: that is history then, nobody is waited for.
    waiting = row.mode == "panic" and row.panic_clear_by is not None
    return PanicState(
        on=on,
        epoch=max(row.panic_epoch, services.gate.epoch(principal.tenant_id)),
        since=told.mode_changed_at,
        by=told.mode_changed_by,
        by_name=names.get(told.mode_changed_by or ""),
        reason=told.mode_reason,
        waiting_for="a second maintainer" if waiting else None,
    )


def _latched(row: _Row, latch: Latch) -> _Row:
    since = datetime.fromtimestamp(latch.at_us / 1_000_000, UTC)
    return replace(row, mode_changed_at=since, mode_changed_by=latch.actor, mode_reason=latch.reason)


@router.post("", summary="Halt everything", dependencies=[Depends(requires("panic"))])
async def trigger(principal: Caller, services: ServicesDep, body: ReasonRequest) -> PanicTakenShape:
    """Nothing new starts from the moment of this call; what runs is frozen, not killed."""
    source = "token" if principal.source == "token" else "api"
    return await _trigger(services, principal.tenant_id, principal.actor, source, body.reason)


@open_router.post("/by-token/{tenant_id}", summary="Halt everything with the panic token")
async def trigger_by_token(
    request: Request, services: ServicesDep, tenant_id: str, body: ReasonRequest
) -> PanicTakenShape:
    """For when sign-in is down: `Authorization: Bearer <panic token>`, checked without the database."""
    expected = services.settings.panic_token_sha256
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    known = "" if expected is None else expected.get_secret_value().lower()
    if scheme.lower() != "bearer" or not known or not hmac.compare_digest(digest, known):
        raise Unauthenticated("The panic token is not valid.")
    try:
        tenant = parse_id("ten", tenant_id)
    except InvalidId as error:
        raise Unauthenticated("The panic token is not valid.") from error
    return await _trigger(services, tenant, "system:panic-token", "token", body.reason)


async def _trigger(
    services: Services, tenant_id: UUID, actor: str, source: str, reason: str
) -> PanicTakenShape:
    taken = await services.panic.trigger(tenant_id, actor, source, reason)
    return PanicTakenShape(
        epoch=taken.epoch, latched=taken.latched, published=taken.published, agents=taken.agents
    )


@router.post("/clear", summary="Clear the panic", dependencies=[Depends(requires("panic_clear"))])
async def clear(principal: Caller, services: ServicesDep, body: ReasonRequest) -> PanicState:
    """Needs two maintainers. Where there is only one: a fresh sign-in by a link that was made on the
    controller's own host (`dd0c panic off --on-host`). Where a call comes from proves nothing: behind a
    reverse proxy everybody comes from the loopback.

    Executions stay paused until a person resumes each.
    """
    await services.panic_clearer.clear(
        principal.tenant_id,
        principal.member_id,
        services.gate.epoch(principal.tenant_id),
        alone_on_host=_fresh_from_host(principal.source, principal.authenticated_at),
        reason=body.reason,
    )
    return await show(principal, services)


def _fresh_from_host(source: str, authenticated_at: datetime | None) -> bool:
    if source != "host" or authenticated_at is None:
        return False
    return datetime.now(UTC) - authenticated_at < FRESH_SIGN_IN
