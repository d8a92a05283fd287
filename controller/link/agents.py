"""Agents as people and the engine see them: list, view, choose by labels, revoke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base.limits import REASON_MAX_CHARACTERS, SILENCE_SECONDS
from controller.db.bus import Bus
from controller.db.database import Database
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.outbox import channel
from schemas.audit import AgentRevoked, AuditRecord
from schemas.errors import NotFound

_QUERIES: Final = load("agents")


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent. `online`: its stream is open and it was heard within 20 s."""

    id: UUID
    name: str
    labels: dict[str, str]
    instance_id: UUID | None
    agent_version: str | None
    scanner_version: str | None
    knowledge_sha256: str | None
    read_only: bool
    panic_epoch: int
    connected_at: datetime | None
    disconnected_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime
    revoked_at: datetime | None
    online: bool

    @property
    def status(self) -> str:
        """One word: revoked, online, offline, or new where it never connected."""
        if self.revoked_at is not None:
            return "revoked"
        if self.online:
            return "online"
        return "new" if self.connected_at is None else "offline"


async def choose(uow: UnitOfWork, labels: Mapping[str, str]) -> AgentView | None:
    """An online agent that carries all of the labels, the least busy one; None where there is none.

    The engine calls it before a gate opens: the agent is part of the intent that is approved.
    """
    return await uow.one(_QUERIES["choose"], AgentView, labels=dict(labels), silence_seconds=SILENCE_SECONDS)


async def list_agents(uow: UnitOfWork) -> list[AgentView]:
    """All agents of the tenant, by name."""
    return await uow.all(_QUERIES["list_agents"], AgentView, agent_id=None, silence_seconds=SILENCE_SECONDS)


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """Beside an agent in a list: its certificate's end, and the execution that it runs a command of now."""

    agent_id: UUID
    certificate_not_after: datetime | None
    execution_id: UUID | None


async def fleet_facts(uow: UnitOfWork, agent_id: UUID | None = None) -> dict[UUID, AgentFacts]:
    """Of every agent, or of one."""
    rows = await uow.all(_QUERIES["fleet_facts"], AgentFacts, agent_id=agent_id)
    return {row.agent_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class _Name:
    id: UUID
    name: str


async def names_of(uow: UnitOfWork, agents: Sequence[UUID]) -> dict[UUID, str]:
    """The names of these agents, also of revoked ones; without those that never were."""
    return {row.id: row.name for row in await uow.all(_QUERIES["names_of"], _Name, agents=list(agents))}


async def view_agent(uow: UnitOfWork, agent_id: UUID) -> AgentView:
    """One agent; raises NotFound (also for another tenant's)."""
    agent = await uow.one(
        _QUERIES["list_agents"], AgentView, agent_id=agent_id, silence_seconds=SILENCE_SECONDS
    )
    if agent is None:
        raise NotFound("there is no such agent")
    return agent


async def is_online(uow: UnitOfWork, agent_id: UUID) -> bool:
    """Whether a command could be sent to it now."""
    return (await view_agent(uow, agent_id)).online


class AgentAdmin:
    """Revocation: the rows first, then the word that closes live streams at once."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    async def revoke(self, tenant_id: UUID, agent_id: UUID, actor: str, reason: str = "") -> None:
        """Trust an agent no more, for good: its stream is closed within a second, its certificates too.

        Raises NotFound for an agent that does not exist or is revoked already.
        """
        async with self._database.work(tenant_id) as uow:
            if not await uow.run(_QUERIES["revoke_agent"], agent_id=agent_id):
                raise NotFound("there is no such agent, or it was revoked before")
            await uow.run(_QUERIES["revoke_certificates"], agent_id=agent_id, serial=None)
            data = AgentRevoked(agent=agent_id, reason=reason[:REASON_MAX_CHARACTERS])
            uow.audit(AuditRecord(data=data, actor_id=actor))
            uow.after_commit(lambda: self._bus.publish(channel(tenant_id, agent_id), b"revoked"))

    async def revoke_certificate(
        self, tenant_id: UUID, agent_id: UUID, serial: str, actor: str, reason: str = ""
    ) -> None:
        """Trust one certificate no more; a stream that uses it is closed by the next poll."""
        async with self._database.work(tenant_id) as uow:
            if not await uow.run(_QUERIES["revoke_certificates"], agent_id=agent_id, serial=serial):
                raise NotFound("there is no such certificate, or it was revoked before")
            data = AgentRevoked(agent=agent_id, serial=serial, reason=reason[:REASON_MAX_CHARACTERS])
            uow.audit(AuditRecord(data=data, actor_id=actor))
