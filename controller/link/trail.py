"""What the link writes to the audit trail, in transactions of its own where no other holds the event."""

from __future__ import annotations

from uuid import UUID

from base import log
from controller.db.database import Database
from controller.link.identity import PeerRefused
from schemas.audit import AgentRefused, AuditRecord, SecurityRefused
from schemas.ids import agent_actor, system_actor

_log = log.get(__name__)
LINK = system_actor("link")


async def refused_peer(database: Database, refusal: PeerRefused) -> None:
    """A certificate was turned away: `agent.refused` in the tenant that the certificate's vouched name says.

    Where no root of ours vouches for a name there is no trail to write to: the log has it.
    """
    _log.warning(
        "an agent's certificate was refused",
        extra={"action": "link.refused", "code": refusal.code, "serial": refusal.serial or "-"},
    )
    if refusal.tenant_id is None or not refusal.vouched:
        return
    data = AgentRefused(code=refusal.code, agent=refusal.agent_id, serial=refusal.serial)
    async with database.work(refusal.tenant_id) as uow:
        uow.audit(AuditRecord(data=data, actor_id=LINK))


async def refused_message(
    database: Database, tenant_id: UUID, agent_id: UUID, code: str, subject: str
) -> None:
    """An agent that is who it is said something that it may not: `security.refused` (PROMISES.md 23, 30)."""
    _log.warning(
        "an agent's message was refused",
        extra={"action": "link.message_refused", "code": code, "agent": str(agent_id), "subject": subject},
    )
    data = SecurityRefused(code=code, surface="link", subject=subject)
    async with database.work(tenant_id) as uow:
        uow.audit(AuditRecord(data=data, actor_id=agent_actor(agent_id)))
