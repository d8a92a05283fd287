"""The poll behind every wake-up: what holds if the bus is down or a notice was lost.

Once in DD0C_POLL_DISPATCH_SECONDS and tenant with a stream here, one transaction: panic state, revocations,
newer streams on other replicas, pending dispatches, and the heartbeats of the last round in one statement.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base import log
from base.limits import SILENCE_SECONDS
from controller.db.errors import DatabaseError
from controller.db.queries import load
from controller.link.parts import LinkParts
from controller.link.registry import LiveSession

_log = log.get(__name__)
_AGENTS: Final = load("agents")
_DISPATCHES: Final = load("dispatches")
_PANIC: Final = load("panic")


@dataclass(frozen=True, slots=True)
class TenantMode:
    """The tenant's row as the gate follows it."""

    mode: str
    panic_epoch: int


@dataclass(frozen=True, slots=True)
class _Standing:
    id: UUID
    stream_epoch: int
    revoked_at: datetime | None
    revoked_serials: list[str]


@dataclass(frozen=True, slots=True)
class _AgentId:
    id: UUID


class Watch:
    """Looks after all sessions of this replica."""

    def __init__(self, parts: LinkParts) -> None:
        self._parts = parts

    async def run(self) -> None:
        """Look at every tenant once a period, until cancelled. A database that is down changes nothing."""
        while True:
            await asyncio.sleep(self._parts.settings.poll_dispatch_seconds)
            await self.round()

    async def round(self) -> None:
        """One look at every tenant that has a stream here, and at the roots in the key store."""
        self._parts.authority.follow()
        latched = {latch.tenant_id for latch in self._parts.gate.latches()}
        for tenant_id in self._parts.registry.tenants() | latched:
            try:
                await self.look(tenant_id)
            except DatabaseError as error:
                _log.warning(
                    "the link's poll failed: %s",
                    error,
                    extra={"action": "link.poll_failed", "tenant": str(tenant_id)},
                )

    async def look(self, tenant_id: UUID) -> None:
        """One tenant: follow its mode, end the streams that must end, wake the ones that have work."""
        sessions = self._parts.registry.of_tenant(tenant_id)
        self._end_by_clock(sessions)
        agent_ids = [session.peer.agent_id for session in sessions]
        heard = self._parts.registry.take_heard(tenant_id)
        async with self._parts.database.work(tenant_id) as uow:
            state = await uow.one(_PANIC["tenant_mode"], TenantMode)
            standings = await uow.all(_AGENTS["standing"], _Standing, agent_ids=agent_ids)
            pending = await uow.all(_DISPATCHES["agents_with_pending"], _AgentId, agent_ids=agent_ids)
            if heard:
                await uow.run(_AGENTS["touch"], agent_ids=heard)
        if state is not None:
            self._parts.gate.settle(tenant_id, state.mode, state.panic_epoch)
        self._end_by_rows(sessions, {standing.id: standing for standing in standings})
        for row in pending:
            session = self._parts.registry.get(tenant_id, row.id)
            if session is not None:
                session.wake()

    def _end_by_clock(self, sessions: list[LiveSession]) -> None:
        now, monotonic = self._parts.clock.now(), self._parts.clock.monotonic()
        roots = self._parts.authority.fingerprints()
        for session in sessions:
            if session.peer.root not in roots:
                session.end("untrusted_root")
            elif now > session.peer.not_after:
                session.end("certificate_expired")
            elif monotonic - session.heard_at > SILENCE_SECONDS:
                session.end("silent")

    def _end_by_rows(self, sessions: list[LiveSession], standings: dict[UUID, _Standing]) -> None:
        for session in sessions:
            standing = standings.get(session.peer.agent_id)
            if standing is None or standing.revoked_at is not None:
                session.end("revoked_agent")
            elif session.peer.serial in standing.revoked_serials:
                session.end("revoked_certificate")
            elif standing.stream_epoch > session.stream_epoch:
                session.end("superseded")
