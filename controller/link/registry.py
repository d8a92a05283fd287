"""The streams that this replica holds: one live session an agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from controller.link.identity import PeerIdentity
from controller.link.outgoing import Outgoing


class LiveSession(Protocol):
    """What the rest of the link may do to a stream."""

    panic_latched: int
    """The panic epoch that the agent has latched, as far as it said or we told it; 0 = none."""

    @property
    def peer(self) -> PeerIdentity: ...

    @property
    def instance_id(self) -> UUID: ...

    @property
    def stream_epoch(self) -> int: ...

    @property
    def heard_at(self) -> float:
        """Monotonic seconds of the last message."""
        ...

    @property
    def running(self) -> frozenset[UUID]:
        """Step executions that the agent's last heartbeat named."""
        ...

    def wake(self, *, again: bool = False) -> None:
        """Look for dispatches; `again`: also for those that were sent and never answered."""

    def urgent(self, item: Outgoing) -> None:
        """Write this before everything that waits."""

    def end(self, code: str, *, retry_ms: int = 0) -> None:
        """Say good-bye with a reason and close. Only the first call counts."""


class SessionRegistry:
    """Sessions by tenant and agent, and the heartbeats that wait to be written."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[UUID, UUID], LiveSession] = {}
        self._heard: dict[UUID, set[UUID]] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, session: LiveSession) -> LiveSession | None:
        """Put a session in its place; gives the older one that it replaces."""
        key = (session.peer.tenant_id, session.peer.agent_id)
        older = self._sessions.get(key)
        self._sessions[key] = session
        return older

    def remove(self, session: LiveSession) -> bool:
        """Take a session out; false where a newer one is in its place."""
        key = (session.peer.tenant_id, session.peer.agent_id)
        if self._sessions.get(key) is not session:
            return False
        del self._sessions[key]
        return True

    def get(self, tenant_id: UUID, agent_id: UUID) -> LiveSession | None:
        """The agent's session on this replica, or None."""
        return self._sessions.get((tenant_id, agent_id))

    def tenants(self) -> set[UUID]:
        """The tenants that have a session here."""
        return {tenant_id for tenant_id, _ in self._sessions}

    def of_tenant(self, tenant_id: UUID) -> list[LiveSession]:
        """A tenant's sessions on this replica."""
        return [session for (tenant, _), session in self._sessions.items() if tenant == tenant_id]

    def __iter__(self) -> Iterator[LiveSession]:
        return iter(list(self._sessions.values()))

    def heard(self, session: LiveSession) -> None:
        """A heartbeat: `last_seen_at` is written with the next batch."""
        self._heard.setdefault(session.peer.tenant_id, set()).add(session.peer.agent_id)

    def take_heard(self, tenant_id: UUID) -> list[UUID]:
        """The agents heard since the last batch; the caller writes them."""
        return sorted(self._heard.pop(tenant_id, ()))
