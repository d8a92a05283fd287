"""Panic without the database: close the gate, latch to disk, tell the other replicas and the agents.

The row and the audit event follow when the database answers; the latch file is their spool, so that a
process killed in between writes them after its restart. Clearing needs the database, and two members.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from base import log
from base.ids import parse_id
from controller.db.bus import MISSED
from controller.db.errors import DatabaseError
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.dispatcher import order_message
from controller.link.gate import Latch
from controller.link.outgoing import Outgoing
from controller.link.parts import LinkParts
from controller.link.registry import LiveSession
from controller.link.watch import TenantMode
from controller.pki.keystore import KeyStoreError
from schemas.audit import AuditRecord, PanicTriggered
from schemas.grant import PANIC_CLEAR_TYPE, PANIC_TYPE, Panic, PanicClear
from schemas.ids import ActorText

_log = log.get(__name__)
_QUERIES: Final = load("panic")
_DISPATCHES: Final = load("dispatches")
CHANNEL: Final = "panic"
_RETRY_SECONDS: Final = 1.0


class PanicHooks(Protocol):
    """The engine's part, inside the transaction that records: defer jobs there, do no slow work."""

    async def panic_on(self, uow: UnitOfWork, epoch: int, actor: str) -> None:
        """A panic was recorded: every live execution is to be paused."""

    async def panic_off(self, uow: UnitOfWork, epoch: int, actor: str) -> None:
        """The panic was cleared: executions stay paused and may be resumed."""


@dataclass(frozen=True, slots=True)
class PanicTaken:
    """What a panic call did at once. `latched` is false where the disk refused: the gate is closed anyway."""

    epoch: int
    latched: bool
    published: bool
    agents: int


@dataclass(frozen=True, slots=True)
class _AgentId:
    id: UUID


class PanicService:
    """Takes panics, follows those of other replicas, and keeps agents told."""

    def __init__(self, parts: LinkParts, hooks: PanicHooks) -> None:
        self._parts = parts
        self._hooks = hooks
        parts.gate.watch(self._settled)

    async def trigger(self, tenant_id: UUID, actor: ActorText, source: str, reason: str) -> PanicTaken:
        """Halt a tenant. The gate is closed before this first awaits; nothing here waits for the database.

        `actor` as in the audit trail, `source` a word (api, cli, token, invariant). Never raises for a
        disk, bus or database that is down: the caller has been obeyed already.
        """
        latch = self._parts.gate.close_now(tenant_id, actor, source, reason)
        latched = await self._write(latch)
        published = await self._publish(
            {
                "tenant": str(tenant_id),
                "epoch": latch.epoch,
                "actor": actor,
                "source": source,
                "reason": reason[:500],
            }
        )
        agents = self.tell(tenant_id)
        self._parts.background.start(self._record_until_done(latch))
        _log.warning(
            "panic: nothing new starts",
            extra={"action": "panic.taken", "tenant": str(tenant_id), "epoch": latch.epoch, "agents": agents},
        )
        return PanicTaken(latch.epoch, latched, published, agents)

    def recover(self) -> None:
        """At boot: make sure that the database knows of every latch found on disk."""
        for latch in self._parts.gate.latches():
            self._parts.background.start(self._record_until_done(latch))

    async def run(self) -> None:
        """Follow the panics of other replicas, until cancelled."""
        async with self._parts.bus.subscribe(CHANNEL) as messages:
            async for message in messages:
                await self._heard(message)

    async def refresh(self, tenant_id: UUID) -> bool:
        """Read a tenant's mode and settle the gate by it; gives whether it is open."""
        async with self._parts.database.work(tenant_id) as uow:
            state = await uow.one(_QUERIES["tenant_mode"], TenantMode)
        if state is None:
            return False
        return self._parts.gate.settle(tenant_id, state.mode, state.panic_epoch)

    def tell(self, tenant_id: UUID) -> int:
        """Send the signed panic to every agent of the tenant here that has not latched it; how many."""
        told = 0
        for session in self._parts.registry.of_tenant(tenant_id):
            told += self.tell_one(session)
        return told

    def tell_one(self, session: LiveSession) -> bool:
        """Send the signed panic to one agent, unless it has latched it or there is none."""
        tenant_id = session.peer.tenant_id
        epoch = self._parts.gate.epoch(tenant_id)
        if self._parts.gate.is_open(tenant_id) or epoch <= session.panic_latched:
            return False
        latch = self._parts.gate.latch(tenant_id)
        payload = Panic(
            tenant=tenant_id,
            epoch=epoch,
            at=self._parts.clock.now(),
            by=latch.actor if latch is not None else "system:link",
        ).to_payload()
        try:
            envelope = self._parts.signer.sign_now(tenant_id, PANIC_TYPE, payload)
        except KeyStoreError as error:
            _log.error("a panic can't be signed: %s", error, extra={"action": "panic.unsigned"})
            return False
        session.panic_latched = epoch
        session.urgent(Outgoing(order_message("panic", envelope)))
        return True

    async def release_one(self, session: LiveSession) -> bool:
        """Send a signed panic-clear where the agent is latched and the tenant is not, any more."""
        tenant_id, latched = session.peer.tenant_id, session.panic_latched
        if latched == 0 or not self._parts.gate.is_open(tenant_id):
            return False
        async with self._parts.database.work(tenant_id) as uow:
            members = await cleared_members(uow, latched)
            if not members:
                return False
            payload = PanicClear(
                tenant=tenant_id, epoch=latched, at=self._parts.clock.now(), by=members
            ).to_payload()
            envelope = await self._parts.signer.sign(uow, PANIC_CLEAR_TYPE, payload)
        session.panic_latched = 0
        session.urgent(Outgoing(order_message("panic_clear", envelope)))
        return True

    async def record(self, latch: Latch) -> bool:
        """Write the row and the audit event of a latch; false where they are there. Raises DatabaseError."""
        async with self._parts.database.work(latch.tenant_id) as uow:
            changed = await uow.run(
                _QUERIES["record_panic"], epoch=latch.epoch, reason=latch.reason[:2000], actor=latch.actor
            )
            if not changed:
                return False
            running = await uow.all(_DISPATCHES["running"], _AgentId)
            online = {session.peer.agent_id for session in self._parts.registry.of_tenant(latch.tenant_id)}
            unreachable = tuple(sorted({row.id for row in running} - online))[:1000]
            data = PanicTriggered(
                epoch=latch.epoch,
                source=latch.source,
                reason=latch.reason[:2000],
                agents=len(online),
                unreachable=unreachable,
            )
            uow.audit(AuditRecord(data=data, actor_id=latch.actor))
            await self._hooks.panic_on(uow, latch.epoch, latch.actor)
        return True

    async def cleared(self, tenant_id: UUID, epoch: int) -> None:
        """The database says that a panic is over: open here, tell the others and the agents."""
        self._parts.gate.settle(tenant_id, "normal", epoch)
        await self._publish({"tenant": str(tenant_id), "cleared": epoch})

    async def _record_until_done(self, latch: Latch) -> None:
        while self._parts.gate.latch(latch.tenant_id) == latch:
            try:
                await self.record(latch)
                await self.refresh(latch.tenant_id)  # another replica may have cleared it meanwhile
            except Exception as error:  # noqa: BLE001  # reason: whatever failed, the latch stays the spool
                _log.warning(
                    "a panic is not in the database yet: %s", error, extra={"action": "panic.spooled"}
                )
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _write(self, latch: Latch) -> bool:
        try:
            await asyncio.to_thread(self._parts.gate.write_latch, latch)
        except OSError as error:
            _log.error(
                "the panic latch can't be written: %s", error.strerror, extra={"action": "panic.unlatched"}
            )
            return False
        return True

    async def _publish(self, message: dict[str, Any]) -> bool:
        try:
            await self._parts.bus.publish(CHANNEL, json.dumps(message).encode())
        except Exception:  # noqa: BLE001  # reason: the border to any bus; the others learn it by their poll
            _log.exception("the bus is down during a panic", extra={"action": "panic.unpublished"})
            return False
        return True

    async def _heard(self, message: bytes) -> None:
        try:
            if message == MISSED:
                for tenant_id in self._parts.registry.tenants():
                    await self.refresh(tenant_id)
                return
            content = json.loads(message)
            tenant_id = UUID(content["tenant"])
            if "cleared" in content:
                await self.refresh(tenant_id)
                return
            latch = self._parts.gate.close(
                tenant_id,
                int(content["epoch"]),
                str(content["actor"]),
                str(content["source"]),
                str(content["reason"]),
            )
        except (DatabaseError, ValueError, KeyError, TypeError) as error:
            _log.error("a message about panic was not followed: %s", error, extra={"action": "panic.unheard"})
            return
        if latch is not None:
            await self._write(latch)
            self.tell(tenant_id)

    def _settled(self, tenant_id: UUID, is_open: bool) -> None:
        if is_open:
            for session in self._parts.registry.of_tenant(tenant_id):
                self._parts.background.start(self._reopen(session))
        else:
            self.tell(tenant_id)

    async def _reopen(self, session: LiveSession) -> None:
        try:
            await self.release_one(session)
        except DatabaseError as error:
            _log.warning("a panic-clear waits: %s", error, extra={"action": "panic.clear_waits"})
            session.end("fault", retry_ms=1_000)
            return
        session.wake(again=True)


@dataclass(frozen=True, slots=True)
class _Cleared:
    panic_epoch: int
    mode_changed_by: str | None
    panic_clear_by: UUID | None


async def cleared_members(uow: UnitOfWork, epoch: int) -> tuple[UUID, ...]:
    """The members who cleared the last panic, sorted; empty where this epoch was not cleared."""
    row = await uow.one(_QUERIES["cleared_by"], _Cleared)
    if row is None or row.panic_epoch < epoch or row.mode_changed_by is None:
        return ()
    members = {row.panic_clear_by} if row.panic_clear_by is not None else set()
    kind, _, shown = row.mode_changed_by.partition(":")
    if kind == "member":
        members.add(parse_id("mem", shown))
    return tuple(sorted(members))
