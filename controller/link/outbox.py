"""The way from the engine to an agent: a row in `dispatches`, written in the engine's own transaction.

The signed envelope is sealed under the execution's data key; after the commit the bus wakes the replica
that holds the agent's stream, and its poll finds the row if the wake-up is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from controller.db.bus import Bus
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.pki.sealer import Sealer
from schemas.grant import SignedEnvelope

_QUERIES: Final = load("dispatches")

DispatchKind = Literal["run", "cancel", "freeze", "thaw", "ask"]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One order. `envelope` is None for `ask`, which is not signed; `not_after` is the grant's own."""

    id: UUID
    agent_id: UUID
    agent_instance: UUID | None
    execution_id: UUID
    step_execution_id: UUID
    kind: DispatchKind
    epoch: int
    envelope: SignedEnvelope | None
    not_after: datetime | None = None
    traceparent: str = ""


def channel(tenant_id: UUID, agent_id: UUID) -> str:
    """The bus channel on which an agent's stream is woken, told of a newer one, or revoked."""
    return f"dsp:{tenant_id}:{agent_id}"


class Outbox:
    """Writes dispatches and wakes their streams."""

    def __init__(self, sealer: Sealer, bus: Bus) -> None:
        self._sealer = sealer
        self._bus = bus

    async def add(self, uow: UnitOfWork, dispatch: Dispatch) -> None:
        """Write the row; the wake-up goes out once the transaction has committed."""
        sealed = None
        if dispatch.envelope is not None:
            sealed = await self._sealer.seal(
                uow, "execution", dispatch.execution_id, dispatch.envelope.encode(), dispatch.id.bytes
            )
        await uow.run(
            _QUERIES["add_dispatch"],
            tenant_id=uow.tenant_id,
            id=dispatch.id,
            agent_id=dispatch.agent_id,
            agent_instance=dispatch.agent_instance,
            execution_id=dispatch.execution_id,
            step_execution_id=dispatch.step_execution_id,
            kind=dispatch.kind,
            epoch=dispatch.epoch,
            payload_type=None if dispatch.envelope is None else dispatch.envelope.payload_type,
            sealed=sealed,
            not_after=dispatch.not_after,
            traceparent=dispatch.traceparent or None,
        )
        name = channel(uow.tenant_id, dispatch.agent_id)
        uow.after_commit(lambda: self._bus.publish(name, b"wake"))
