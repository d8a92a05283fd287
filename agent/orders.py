"""Signed orders beside `run`: cancel, freeze, thaw, panic, panic-clear, keys.

Each passes the same first steps as a grant (bounds, signature, strict parse, type, address) and takes effect
the moment it arrives; nothing waits in front of it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from agent import panic as halt
from agent import processes, records
from agent.attempts import Attempts
from agent.outbox import Outbox
from agent.panic import Target
from agent.reports import frozen_report, report_of
from agent.shim import now_us
from agent.trust import TrustedKeys
from agent.verify import Myself, Refused, authenticate
from base import log
from proto.agent.v1 import agent_pb2
from proto.convert import AttemptReport, AttemptState, Refusal
from schemas.grant import (
    Cancel,
    Freeze,
    Keys,
    Panic,
    PanicClear,
    Payload,
    SignedEnvelope,
    Thaw,
)

_log = log.get(__name__)
_Order = TypeVar("_Order", bound=Payload)
_Addressed = Cancel | Freeze | Thaw
_STOPPING: Final = (Cancel, Freeze, Panic)

TOMBSTONE_KEEP_US: Final = records.KEEP_US


class Orders:
    """Carries out orders, one at a time, in the order in which they arrive."""

    def __init__(
        self,
        attempts: Attempts,
        outbox: Outbox,
        myself: Myself,
        keys: TrustedKeys,
        store_keys: Callable[[TrustedKeys], None],
    ) -> None:
        """`store_keys` makes a new set of keys durable before it is believed."""
        self._attempts = attempts
        self._outbox = outbox
        self._myself = myself
        self._store_keys = store_keys
        self.keys = keys
        self.unstored: TrustedKeys | None = None
        """Newer keys that a believed one signed and the disk did not take yet. Only what stops a command is
        heard by them: nothing begins, goes on or is cleared under keys that a restart would forget."""

    async def cancel(self, envelope: SignedEnvelope) -> None:
        """End it, or see to it that it never begins. Raises JournalFailed."""
        order = self._addressed(envelope, Cancel)
        if order is None:
            return
        self._see_epoch(order)
        identity = order.step_execution
        state = self._attempts.journal.state
        attempt = state.attempts.get(identity)
        if attempt is None or attempt.status == records.INTENT:
            self._bury(identity, Refusal.CANCELLED)
            if attempt is None:
                self._attempts.report(_never_ran(identity, Refusal.CANCELLED))
            return
        target = self._attempts.target(identity)
        if target is None:
            self._attempts.report(report_of(attempt))  # it has ended: say how, once more
        elif processes.is_alive(target.pid, target.start_time):
            processes.send(target.pid, signal.SIGTERM)

    async def freeze(self, envelope: SignedEnvelope) -> None:
        """Stop one attempt where it stands; one that is not known here will never run, and that is said.

        Its run was lost on the way, and the controller sends it no more. Raises JournalFailed.
        """
        order = self._addressed(envelope, Freeze)
        if order is None:
            return
        self._see_epoch(order)
        target = self._attempts.target(order.step_execution)
        attempt = self._attempts.journal.state.attempts.get(order.step_execution)
        if target is not None:
            await self._freeze([target])
        elif attempt is None:
            self._bury(order.step_execution, Refusal.EXPIRED)
            self._attempts.report(_never_ran(order.step_execution, Refusal.EXPIRED))
        elif not attempt.is_open:
            self._attempts.report(report_of(attempt))

    async def thaw(self, envelope: SignedEnvelope) -> None:
        """Let one attempt go on; not while a panic is latched."""
        order = self._addressed(envelope, Thaw)
        if order is None:
            return
        self._see_epoch(order)
        if self._attempts.journal.state.is_panicked:
            self._attempts.diagnose(Refusal.PANICKED.value, "nothing is thawed while a panic is latched")
            return
        target = self._attempts.target(order.step_execution)
        if target is not None and halt.thaw(target):
            attempt = self._attempts.journal.state.attempts[target.attempt]
            self._attempts.report(frozen_report(attempt, is_frozen=False, now_us=now_us()))

    async def panic(self, envelope: SignedEnvelope) -> None:
        """Latch, then stop everything, then say so. The latch is durable before the report.

        Raises JournalFailed after everything was stopped: what runs is stopped first where the disk fails.
        """
        order = self._authentic(envelope, Panic)
        if order is None or order.tenant != self._myself.tenant:
            return
        state = self._attempts.journal.state
        if order.drill:
            said = agent_pb2.PanicReport(epoch=order.epoch)
            self._outbox.control(agent_pb2.AgentMessage(panic=said))
            return
        if order.epoch <= state.cleared_epoch:
            self._attempts.diagnose("stale", f"panic {order.epoch} was cleared already")
            return
        _log.warning("panic %d", order.epoch, extra={"action": "agent.panic", "epoch": order.epoch})
        try:
            if order.epoch > state.panic_epoch:
                self._attempts.journal.append({"kind": records.PANIC, "epoch": order.epoch})
        finally:
            state.panic_epoch = max(state.panic_epoch, order.epoch)
            done = await self._freeze(self._attempts.targets())
            said = agent_pb2.PanicReport(
                epoch=order.epoch,
                frozen=[identity.bytes for identity in done.frozen],
                could_not_freeze=[identity.bytes for identity in done.could_not_freeze],
                took_ms=done.took_ms,
            )
            self._outbox.control(agent_pb2.AgentMessage(panic=said))

    async def panic_clear(self, envelope: SignedEnvelope) -> None:
        """Lift the latch of exactly this epoch. What is frozen stays so until it is thawed."""
        order = self._authentic(envelope, PanicClear)
        if order is None or order.tenant != self._myself.tenant:
            return
        state = self._attempts.journal.state
        if order.epoch < state.panic_epoch:
            self._attempts.diagnose("stale", f"panic {state.panic_epoch} is latched, not {order.epoch}")
        elif order.epoch > state.cleared_epoch:
            self._attempts.journal.append({"kind": records.PANIC_CLEAR, "epoch": order.epoch})
            _log.info("panic cleared", extra={"action": "agent.panic_cleared", "epoch": order.epoch})

    async def take_keys(self, envelope: SignedEnvelope) -> None:
        """Believe another set of keys, if one that is believed signed it and it is newer.

        Raises what `store_keys` raises: they are `unstored` then.
        """
        order = self._authentic(envelope, Keys)
        if order is None or order.tenant != self._myself.tenant:
            return
        newest = self.unstored or self.keys
        if order.generation < newest.generation or order.generation == self.keys.generation:
            return
        try:
            keys = TrustedKeys({key.key_id: key.public_key for key in order.keys}, order.generation)
        except ValueError as problem:
            self._attempts.diagnose("keys", f"generation {order.generation} can't be used: {problem}")
            return
        self.unstored = keys
        self.store_unstored()

    def store_unstored(self) -> None:
        """Make the newer keys durable, and believe them from then on. Raises what `store_keys` raises."""
        if self.unstored is None:
            return
        self._store_keys(self.unstored)
        self.keys, self.unstored = self.unstored, None
        _log.info("new grant keys", extra={"action": "agent.keys", "generation": self.keys.generation})

    async def _freeze(self, targets: list[Target]) -> halt.Frozen:
        done = await halt.freeze(targets)
        for identity in done.frozen:
            attempt = self._attempts.journal.state.attempts[identity]
            if attempt.is_open:
                self._attempts.report(frozen_report(attempt, is_frozen=True, now_us=now_us()))
        for identity in done.could_not_freeze:
            self._attempts.diagnose("could_not_freeze", f"something of {identity} could not be stopped here")
        return done

    def _bury(self, identity: UUID, reason: Refusal) -> None:
        """A tombstone: it never begins from now on. The first reason stays. Raises JournalFailed."""
        if identity not in self._attempts.journal.state.tombstones:
            forget_us = now_us() + TOMBSTONE_KEEP_US
            self._attempts.journal.append(records.tombstone_record(identity, reason.value, forget_us))

    def _authentic(self, envelope: SignedEnvelope, kind: type[_Order]) -> _Order | None:
        payload = authenticate(envelope, self.keys, kind.PAYLOAD_TYPE)
        if isinstance(payload, Refused) and self.unstored is not None and kind in _STOPPING:
            payload = authenticate(envelope, self.unstored, kind.PAYLOAD_TYPE)
        if isinstance(payload, Refused):
            _log.warning(
                "an order was refused: %s",
                payload.sentence,
                extra={"action": "agent.order_refused", "reason": payload.reason.value},
            )
            self._attempts.diagnose(payload.reason.value, f"{kind.PAYLOAD_TYPE}: {payload.sentence}")
            return None
        assert isinstance(payload, kind)
        return payload

    def _addressed(self, envelope: SignedEnvelope, kind: type[_AddressedT]) -> _AddressedT | None:
        order = self._authentic(envelope, kind)
        if order is None:
            return None
        if order.tenant != self._myself.tenant or order.agent != self._myself.agent:
            self._attempts.diagnose(Refusal.WRONG_AGENT.value, "an order for another agent")
            return None
        if order.agent_instance != self._myself.instance:
            self._attempts.diagnose(Refusal.WRONG_INSTANCE.value, "an order for another instance")
            return None
        highest = self._attempts.journal.state.epochs.get(order.execution, (0, 0))[0]
        if order.epoch < highest and kind is Thaw:
            self._attempts.diagnose(Refusal.STALE_EPOCH.value, "an old thaw; nothing was let go")
            return None
        return order

    def _see_epoch(self, order: _Addressed) -> None:
        """From now on no grant of an earlier version of this execution is good. Raises JournalFailed."""
        known = self._attempts.journal.state.epochs.get(order.execution, (0, 0))[0]
        if order.epoch > known:
            keep = now_us() + records.EPOCH_KEEP_US
            self._attempts.journal.append(records.epoch_record(order.execution, order.epoch, keep))


_AddressedT = TypeVar("_AddressedT", Cancel, Freeze, Thaw)


def _never_ran(identity: UUID, why: Refusal) -> AttemptReport:
    return AttemptReport(
        step_execution_id=identity,
        report_seq=1,
        state=AttemptState.REFUSED,
        refusal=why,
        ended_us=now_us(),
    )
