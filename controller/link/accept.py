"""How a stream is accepted: the newer one wins, the older is told, and both are in the audit trail.

The same process instance with two live streams is a certificate rotation; another instance while one is
live is a clone of the agent's identity, and an alarm (PROMISES.md 26).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base import log
from base.clock import epoch_microseconds
from base.limits import OUTPUT_WINDOW_CHUNKS, SILENCE_SECONDS
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.dispatcher import order_message
from controller.link.events import Hello
from controller.link.identity import PeerIdentity, PeerRefused
from controller.link.parts import LinkParts
from controller.link.watch import TenantMode
from proto.agent.v1 import agent_pb2
from schemas.audit import AgentConnected, AgentDisconnected, AuditRecord, SecurityRefused
from schemas.ids import agent_actor

_log = log.get(__name__)
_AGENTS: Final = load("agents")
_PANIC: Final = load("panic")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stream in its place: its epoch, the first messages, and how it came (first, reconnect, …)."""

    stream_epoch: int
    code: str
    greetings: list[agent_pb2.ControllerMessage]


@dataclass(frozen=True, slots=True)
class _Before:
    instance_id: UUID | None
    stream_epoch: int
    connected_at: datetime | None
    disconnected_at: datetime | None
    last_seen_at: datetime | None
    replica: str | None
    revoked_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class _Epoch:
    stream_epoch: int


async def accept(parts: LinkParts, peer: PeerIdentity, hello: Hello) -> Accepted:
    """Take a stream in: one transaction that raises the epoch and writes the audit records.

    Raises PeerRefused for an agent that was revoked meanwhile, DatabaseError where nothing is known.
    """
    async with parts.database.work(peer.tenant_id) as uow:
        before = await uow.one(_AGENTS["lock_agent"], _Before, agent_id=peer.agent_id)
        state = await uow.one(_PANIC["tenant_mode"], TenantMode)
        if before is None or state is None or before.revoked_at is not None:
            raise PeerRefused(
                "revoked_agent",
                tenant_id=peer.tenant_id,
                agent_id=peer.agent_id,
                serial=peer.serial,
                vouched=True,
            )
        code = _code(parts, peer, before, hello)
        epoch = await _raise_epoch(parts, uow, peer, hello)
        _audit(uow, peer, hello, epoch, code)
        keys = await parts.signer.sign_keys(uow, parts.clock.now())
    parts.gate.settle(peer.tenant_id, state.mode, state.panic_epoch)
    if code == "clone":
        _log.error(
            "two instances use one agent's identity",
            extra={
                "action": "link.clone_alarm",
                "agent": str(peer.agent_id),
                "instance": str(hello.instance_id),
            },
        )
    welcome = agent_pb2.Welcome(
        stream_epoch=epoch,
        heartbeat_ms=round(parts.settings.heartbeat_seconds * 1000),
        panic_epoch=0 if parts.gate.is_open(peer.tenant_id) else parts.gate.epoch(peer.tenant_id),
        wall_us=epoch_microseconds(parts.clock.now()),
        output_window=OUTPUT_WINDOW_CHUNKS,
    )
    return Accepted(epoch, code, [agent_pb2.ControllerMessage(welcome=welcome), order_message("keys", keys)])


async def ended(parts: LinkParts, peer: PeerIdentity, stream_epoch: int, code: str) -> bool:
    """The stream is over: write it down. False where a newer one took its place (audited as superseded)."""
    async with parts.database.work(peer.tenant_id) as uow:
        rows = await uow.run(_AGENTS["end_stream"], agent_id=peer.agent_id, stream_epoch=stream_epoch)
        data = AgentDisconnected(
            agent=peer.agent_id, stream_epoch=stream_epoch, code=code if rows else "superseded"
        )
        uow.audit(AuditRecord(data=data, actor_id=agent_actor(peer.agent_id)))
    return rows == 1


def _code(parts: LinkParts, peer: PeerIdentity, before: _Before, hello: Hello) -> str:
    if before.instance_id is None or before.connected_at is None:
        return "first"
    here = parts.registry.get(peer.tenant_id, peer.agent_id) is not None
    elsewhere = (
        before.replica != parts.settings.replica
        and before.disconnected_at is None
        and before.last_seen_at is not None
        and (before.now - before.last_seen_at).total_seconds() < SILENCE_SECONDS
    )
    same = before.instance_id == hello.instance_id
    if here or elsewhere:
        return "rotation" if same else "clone"
    return "reconnect" if same else "new_instance"


async def _raise_epoch(parts: LinkParts, uow: UnitOfWork, peer: PeerIdentity, hello: Hello) -> int:
    row = await uow.one(
        _AGENTS["accept_stream"],
        _Epoch,
        agent_id=peer.agent_id,
        instance_id=hello.instance_id,
        agent_version=hello.agent_version,
        protocol=hello.protocol,
        scanner_version=hello.scanner_version,
        knowledge_sha256=hello.knowledge_sha256,
        panic_epoch=hello.panic_epoch,
        read_only=hello.read_only,
        replica=parts.settings.replica,
    )
    assert row is not None, "the row was locked and is not revoked"
    return row.stream_epoch


def _audit(uow: UnitOfWork, peer: PeerIdentity, hello: Hello, epoch: int, code: str) -> None:
    connected = AgentConnected(
        agent=peer.agent_id,
        instance=hello.instance_id,
        stream_epoch=epoch,
        agent_version=hello.agent_version,
        scanner_version=hello.scanner_version,
        read_only=hello.read_only,
        code=code,
    )
    actor = agent_actor(peer.agent_id)
    uow.audit(AuditRecord(data=connected, actor_id=actor))
    if code == "clone":
        alarm = SecurityRefused(code="agent_clone", surface="link", subject=str(hello.instance_id))
        uow.audit(AuditRecord(data=alarm, actor_id=actor))
