"""A tenant's batches are decided one after the other, on however many replicas: what one of them brings, the
next one finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from controller.db import queries
from controller.db.database import Database
from controller.db.errors import Contention
from schemas.errors import Unavailable

_QUERIES: Final = queries.load("proposals")
_WAITS: Final = 12
"""Times that the lock is waited for, as long as the role's `lock_timeout` each: some minute in all."""
_PATIENCE: Final = "10min"
"""How long the transaction that holds the turn may be idle: fifty files are written to a forge meanwhile."""
_WAIT_S: Final = 60.0
"""How long a turn is waited for inside the process, before the lock is asked for at all."""
_HELD_AT_ONCE: Final = 2
"""Turns of one process. Each holds a connection and needs others: were all of them held, none could go on."""

_turns: WeakValueDictionary[tuple[str, UUID], asyncio.Lock] = WeakValueDictionary()
"""One a tenant in a process, while somebody has it: so that only one of them waits on a connection."""
_held: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()


@asynccontextmanager
async def batch_turn(database: Database, tenant_id: UUID) -> AsyncIterator[None]:
    """The turn of this tenant, for the block. Raises Unavailable where others keep it: a minute in this
    process, some minute on other replicas.
    """
    own = _turns.setdefault((database.instance, tenant_id), asyncio.Lock())
    held = _held.setdefault(database.instance, asyncio.Semaphore(_HELD_AT_ONCE))
    async with AsyncExitStack() as turn:
        try:
            async with asyncio.timeout(_WAIT_S):
                await turn.enter_async_context(own)
                await turn.enter_async_context(held)
        except TimeoutError as waited:
            raise _busy() from waited
        await _take(database, tenant_id, turn)
        yield


def _busy() -> Unavailable:
    return Unavailable(
        "Another import of many documents is being opened.",
        hint="Call it again: it goes on where it was, and imports nothing twice.",
    )


async def _take(database: Database, tenant_id: UUID, turn: AsyncExitStack) -> None:
    """Have the tenant's lock until `turn` ends, or its connection: a replica that dies keeps no turn."""
    for _ in range(_WAITS):
        try:
            async with AsyncExitStack() as trying:
                uow = await trying.enter_async_context(database.work(tenant_id))
                await uow.value(_QUERIES["import_turn"], patience=_PATIENCE)
                await turn.enter_async_context(trying.pop_all())
                return
        except Contention:
            continue
    raise _busy()
