"""What an agent's hello is compared with: which journal it has, and how far each execution had come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base import log
from controller.db.queries import load
from controller.engine import events as ev
from controller.engine.ends import Ends, Kept
from controller.engine.kept_ends import keep_end, not_run
from controller.engine.service import Engine
from controller.engine.states import State
from controller.link.events import Hello
from schemas.ids import agent_actor

_QUERIES: Final = load("executions")
_STEPS: Final = load("steps")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class _Stray:
    id: UUID
    execution_id: UUID
    unsent: bool


@dataclass(frozen=True, slots=True)
class _Epoch:
    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: UUID
    version: int


async def reconcile(engine: Engine, ends: Ends, tenant_id: UUID, agent_id: UUID, hello: Hello) -> None:
    """1. attempts of a journal that is gone are lost; 2. an epoch above ours means a restored database;
    3. executions that may have waited for this agent look again."""
    actor = agent_actor(agent_id)
    await _lose_strays(engine, ends, tenant_id, agent_id, hello, actor)
    await _find_restored(engine, tenant_id, hello, actor)
    await _look_again(engine, tenant_id)


async def _lose_strays(
    engine: Engine, ends: Ends, tenant_id: UUID, agent_id: UUID, hello: Hello, actor: str
) -> None:
    """A lost, restored or cloned journal is another instance: what ran under the old one is unknown.

    What was never sent did not run: that is a refusal, and people are asked again.
    """
    async with engine.parts.database.work(tenant_id) as uow:
        strays = await uow.all(
            _STEPS["strays_of_agent"], _Stray, agent_id=agent_id, instance_id=hello.instance_id
        )
    for stray in strays:
        if stray.unsent:
            await _take_back(engine, tenant_id, stray.id)
        if await ends.finish_kept(tenant_id, stray.id, anyway=True) is not Kept.NOTHING:
            continue
        event = ev.AttemptLost(attempt=stray.id, why="instance_changed")
        key = f"{stray.id}:instance:{hello.instance_id}"
        await engine.apply_system(tenant_id, stray.execution_id, event, actor=actor, event_key=key)


async def _take_back(engine: Engine, tenant_id: UUID, attempt: UUID) -> None:
    """Take back a run that was never sent, and keep that it did not run: both or neither.

    A crash in between would leave a command that can't run any more and that nobody knows it of. Rows are
    locked in the order of a transition, the attempt before its orders, so that neither waits for the other.
    """
    async with engine.parts.database.work(tenant_id) as uow:
        await uow.run(_STEPS["lock_step"], id=attempt)
        if await uow.run(_STEPS["revoke_unsent_now"], step_execution_id=attempt):
            await keep_end(uow, not_run(attempt))


async def _find_restored(engine: Engine, tenant_id: UUID, hello: Hello, actor: str) -> None:
    """An agent that saw a higher version of an execution than we have: our database was restored."""
    seen = {epoch.execution_id: epoch.highest for epoch in hello.epochs}
    if not seen:
        return
    async with engine.parts.database.work(tenant_id) as uow:
        rows = await uow.all(_STEPS["epochs"], _Epoch, ids=list(seen))
    for row in rows:
        highest = seen[row.id]
        if highest <= row.version:
            continue
        _log.error(
            "an agent saw a later version of an execution: the database was restored",
            extra={
                "action": "engine.restored",
                "execution": str(row.id),
                "seen": highest,
                "here": row.version,
            },
        )
        why = f"an agent saw version {highest}, the database has {row.version}: it was restored"
        event = ev.Poisoned(crashes=0, why=why)
        await engine.apply_system(tenant_id, row.id, event, actor=actor, event_key=f"restored:{highest}")


async def _look_again(engine: Engine, tenant_id: UUID) -> None:
    """Executions in preflight may have missed this agent."""
    async with engine.parts.database.work(tenant_id) as uow:
        waiting = await uow.all(_QUERIES["in_state"], _Waiting, state=State.PREFLIGHT.value)
        for row in waiting:
            once = f"preflight:{row.id}:{row.version}"
            await uow.defer("engine.preflight", once=once, execution_id=row.id, version=row.version)
