"""Agents: the fleet, enrolment, revocation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from base.ids import show_id
from controller.api import rates
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.idempotency import IdempotentRoute
from controller.api.routing import Route, address, id_or_404
from controller.api.shapes.agents import (
    AgentList,
    AgentShape,
    EnrollmentRequest,
    EnrollmentTokenItem,
    EnrollmentTokenList,
    EnrollmentTokenShape,
    EnrollmentTokenState,
    ReasonRequest,
)
from controller.db.unit_of_work import UnitOfWork
from controller.link import agents
from controller.link.enroll import EnrollRequest, EnrollResponse
from controller.link.enrollment_tokens import EnrollmentToken

router = APIRouter(prefix="/agents", tags=["agents"], route_class=IdempotentRoute)
open_router = APIRouter(prefix="/agents", tags=["agents"], route_class=Route)
"""Without sign-in: the enrolment token is the credential."""


def _agent_id(text: str) -> UUID:
    return id_or_404("agt", text, "There is no such agent.")


def _shape(agent: agents.AgentView, facts: agents.AgentFacts | None) -> AgentShape:
    return AgentShape(
        id=show_id("agt", agent.id),
        name=agent.name,
        status=agent.status,
        online=agent.online,
        labels=agent.labels,
        version=agent.agent_version,
        scanner_version=agent.scanner_version,
        read_only=agent.read_only,
        connected_at=agent.connected_at,
        last_seen_at=agent.last_seen_at,
        created_at=agent.created_at,
        revoked_at=agent.revoked_at,
        certificate_expires_at=facts.certificate_not_after if facts else None,
        execution_id=show_id("exe", facts.execution_id) if facts and facts.execution_id else None,
    )


async def _one(uow: UnitOfWork, agent_id: UUID) -> AgentShape:
    facts = await agents.fleet_facts(uow, agent_id)
    return _shape(await agents.view_agent(uow, agent_id), facts.get(agent_id))


@router.get("", summary="List agents", dependencies=[Depends(requires("read"))])
async def list_agents(principal: Caller, services: ServicesDep) -> AgentList:
    """All agents of the tenant, by name."""
    async with services.database.work(principal.tenant_id) as uow:
        found = await agents.list_agents(uow)
        facts = await agents.fleet_facts(uow)
    return AgentList(items=[_shape(agent, facts.get(agent.id)) for agent in found])


@router.get("/enrollment-tokens", summary="List enrolment tokens", dependencies=[Depends(requires("agents"))])
async def list_enrollment_tokens(principal: Caller, services: ServicesDep) -> EnrollmentTokenList:
    """Those that an agent can still be enrolled with, newest first; never their secrets."""
    found = await services.enrollment_tokens.list(principal.tenant_id, outstanding=True)
    return EnrollmentTokenList(items=[EnrollmentTokenItem(**_token(token)) for token in found])


def _token(token: EnrollmentToken) -> dict[str, Any]:
    return {
        "id": token.sha256,
        "name": token.name,
        "labels": token.labels,
        "created_by": token.created_by,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }


@router.get(
    "/enrollment-tokens/{token_id}",
    summary="Show an enrolment token",
    dependencies=[Depends(requires("agents"))],
)
async def show_token(principal: Caller, services: ServicesDep, token_id: str) -> EnrollmentTokenState:
    """Whether an agent came with it, and which one; never its secret."""
    found = await services.enrollment_tokens.find(principal.tenant_id, token_id)
    agent_id = None if found.agent_id is None else show_id("agt", found.agent_id)
    return EnrollmentTokenState(**_token(found), state=found.state, agent_id=agent_id)


@router.get("/{agent_id}", summary="Show an agent", dependencies=[Depends(requires("read"))])
async def show_agent(principal: Caller, services: ServicesDep, agent_id: str) -> AgentShape:
    """Its labels, whether it is online, and since when it was not heard."""
    async with services.database.work(principal.tenant_id) as uow:
        return await _one(uow, _agent_id(agent_id))


@router.post(
    "/enrollment-tokens",
    status_code=201,
    summary="Make an enrolment token",
    dependencies=[Depends(requires("agents"))],
)
async def make_token(
    principal: Caller, services: ServicesDep, response: Response, body: EnrollmentRequest
) -> EnrollmentTokenShape:
    """Enrols one agent, once, within its time. The answer has the command for the agent's machine."""
    made = await services.enrollment_tokens.create(
        principal.tenant_id, principal.actor, name=body.name, labels=dict(body.labels), minutes=body.minutes
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/api/v1/agents/enrollment-tokens/{made.sha256}"
    command = f"dd0c-agent enroll --url {services.settings.url} --token {made.text} && dd0c-agent run"
    return EnrollmentTokenShape(id=made.sha256, token=made.text, command=command, expires_at=made.expires_at)


@router.delete(
    "/enrollment-tokens/{token_id}",
    status_code=204,
    summary="Revoke an enrolment token",
    dependencies=[Depends(requires("agents"))],
)
async def revoke_token(principal: Caller, services: ServicesDep, token_id: str) -> Response:
    """Only one that was not used yet."""
    await services.enrollment_tokens.revoke(principal.tenant_id, principal.actor, token_id)
    return Response(status_code=204)


@router.post("/{agent_id}/revoke", summary="Revoke an agent", dependencies=[Depends(requires("agents"))])
async def revoke_agent(
    principal: Caller, services: ServicesDep, agent_id: str, body: ReasonRequest
) -> AgentShape:
    """Trust it no more, for good. Its stream is closed within a second."""
    found = _agent_id(agent_id)
    await services.agent_admin.revoke(principal.tenant_id, found, principal.actor, body.reason)
    async with services.database.work(principal.tenant_id) as uow:
        return await _one(uow, found)


@open_router.post("/enroll", summary="Enrol an agent with a one-time token")
async def enroll(request: Request, services: ServicesDep, body: EnrollRequest) -> EnrollResponse:
    """For `dd0c-agent enroll`. The token names the tenant and is used up by the answer."""
    await services.rates.take(rates.SIGN_INS, "enroll", address(request))
    return await services.enroller.enroll(body)
