"""The engine's part of a panic: a job that pauses, or releases, every live execution of the tenant.

The gate in front of the agents was closed before this is even written (`controller/link`): nothing here is
what stops a command from starting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.engine import events as ev
from controller.engine.service import Engine

TASK: Final = "engine.panic"
_QUERIES: Final = load("executions")


@dataclass(frozen=True, slots=True)
class _Id:
    id: UUID


class EnginePanicHooks:
    """`link.panic.PanicHooks`: defers the job in the transaction that records the panic."""

    async def panic_on(self, uow: UnitOfWork, epoch: int, actor: str) -> None:
        """Every live execution is to be paused."""
        await uow.defer(TASK, lock=f"panic:{uow.tenant_id}", urgent=True, epoch=epoch, on=1, actor=actor)

    async def panic_off(self, uow: UnitOfWork, epoch: int, actor: str) -> None:
        """Executions stay paused and may be resumed."""
        await uow.defer(TASK, lock=f"panic:{uow.tenant_id}", urgent=True, epoch=epoch, on=0, actor=actor)


async def spread_panic(engine: Engine, tenant_id: UUID, epoch: int, *, on: bool, actor: str) -> None:
    """Tell every live execution. After a crash again from the start: what was taken changes nothing.

    One that can't be told keeps it from none of the others; its fault is raised once they all were, so that
    the job comes again for it.
    """
    async with engine.parts.database.work(tenant_id) as uow:
        rows = await uow.all(_QUERIES["live_executions"], _Id)
    event: ev.Event = ev.PanicOn(epoch=epoch) if on else ev.PanicOff(epoch=epoch)
    faults = []
    for row in rows:
        key = f"panic:{epoch}:{'on' if on else 'off'}"
        try:
            await engine.apply_system(tenant_id, row.id, event, actor=actor, event_key=key)
        except Exception as fault:  # noqa: BLE001  # reason: the border of one execution; raised below
            faults.append(fault)
    if faults:
        raise ExceptionGroup("a panic did not reach every execution", faults)
