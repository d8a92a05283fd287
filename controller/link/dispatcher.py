"""From rows to streams: each session claims its agent's dispatches, woken by the bus or by the poll.

A row is marked as sent *before* it is written, so that a pending row was never on the wire. What was sent
and not answered goes out again after a reconnect, the same signed bytes, until its notAfter has passed; the
agent's journal makes a second delivery harmless. Nothing that starts a command passes a closed gate.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base import faults, log
from base.limits import DISPATCH_BATCH
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.link.outgoing import Outgoing, OutgoingQueue
from controller.link.parts import LinkParts
from controller.link.registry import LiveSession
from controller.pki.sealer import SealError
from proto.agent.v1 import agent_pb2
from proto.convert import envelope_to_message
from schemas.grant import PayloadError, SignedEnvelope

_log = log.get(__name__)
_QUERIES: Final = load("dispatches")

BEFORE_CLAIM: Final = faults.register("link.before_claim", "dispatches are about to be marked as sent")
AFTER_CLAIM: Final = faults.register("link.after_claim", "dispatches are marked as sent, none is queued yet")

_STARTS: Final = frozenset({"run", "thaw"})


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: UUID
    kind: str
    execution_id: UUID
    step_execution_id: UUID | None
    payload_type: str | None
    sealed: bytes | None
    traceparent: str | None
    sends: int


class Claimer:
    """The dispatches of one session."""

    def __init__(self, parts: LinkParts, session: LiveSession, out: OutgoingQueue) -> None:
        self._parts = parts
        self._session = session
        self._out = out
        self._woken = asyncio.Event()
        self._again = False

    def wake(self, *, again: bool = False) -> None:
        """Look now; `again`: also for what was sent and never answered."""
        self._again = self._again or again
        self._woken.set()

    async def run(self) -> None:
        """Claim whenever woken, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            again, self._again = self._again, False
            await self._drain(again)

    async def _drain(self, again: bool) -> None:
        after = UUID(int=0)
        while True:
            claimed = await self._claim(again, after)
            if len(claimed) < DISPATCH_BATCH:
                return
            after = claimed[-1].id

    async def _claim(self, again: bool, after: UUID) -> list[_Claimed]:
        peer = self._session.peer
        faults.reach(BEFORE_CLAIM)
        async with self._parts.database.work(peer.tenant_id) as uow:
            rows = await uow.all(
                _QUERIES["claim"],
                _Claimed,
                agent_id=peer.agent_id,
                stream_epoch=self._session.stream_epoch,
                gate_open=self._parts.gate.is_open(peer.tenant_id),
                again=again,
                after_id=after,
                most=DISPATCH_BATCH,
            )
            rows.sort(key=lambda row: row.id)
            opened = [(row, await self._open(uow, row)) for row in rows]
        faults.reach(AFTER_CLAIM)
        for row, message in opened:
            if message is not None:
                self._out.control(Outgoing(message, starts=row.kind in _STARTS, sent_order=True))
        return rows

    async def _open(self, uow: UnitOfWork, row: _Claimed) -> agent_pb2.ControllerMessage | None:
        traceparent = row.traceparent or ""
        if row.kind == "ask":
            assert row.step_execution_id is not None
            question = agent_pb2.JournalQuestion(step_execution_id=row.step_execution_id.bytes)
            return agent_pb2.ControllerMessage(ask=question, traceparent=traceparent)
        try:
            assert row.sealed is not None
            envelope = SignedEnvelope.decode(await self._parts.sealer.open(uow, row.sealed, row.id.bytes))
        except (SealError, PayloadError) as error:
            _log.error(
                "a dispatch can't be opened: %s",
                error,
                extra={"action": "link.unreadable", "dispatch": row.id},
            )
            return None
        return order_message(row.kind, envelope, traceparent)


def order_message(kind: str, envelope: SignedEnvelope, traceparent: str = "") -> agent_pb2.ControllerMessage:
    """A signed order as the stream carries it: run, cancel, freeze, thaw, panic, panic_clear or keys."""
    signed = envelope_to_message(envelope)
    message = agent_pb2.ControllerMessage(traceparent=traceparent)
    getattr(message, kind).CopyFrom(signed)
    return message
