"""The server's own check of the chain, a stretch at a time: how far every hash was recomputed, and when.

It shows a change inside the database to whoever looks at the page. It is no proof to somebody who does not
trust the server: that is `controller.audit.verify`, on their own machine. Nothing is stored: each process
begins at the first event, goes on where it stopped, and begins again after an hour, so that a link which was
changed behind the check is found too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from base.ids import show_id
from base.limits import AUDIT_CHECK_LINKS, AUDIT_CHECK_TENANTS
from controller.audit.export import ChainRow, CheckpointKey, Head, StoredCheckpoint
from controller.audit.verify import Tampered, open_checkpoint
from controller.db.database import Database
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from schemas.audit import CHAIN_START

AGAIN: Final = timedelta(hours=1)
"""How old a check may be before it begins again at the first event."""

_QUERIES: Final = load("audit")


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the chain was recomputed. `bad_seq`: the first event that can't be right, and why."""

    begun_at: datetime
    seq: int = 0
    hash: bytes = CHAIN_START
    bad_seq: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChainState:
    """The chain as it stands. `verified_seq` lags behind `head_seq` until a check has caught up."""

    head_seq: int
    head_hash: bytes
    verified_seq: int
    verified_at: datetime
    bad_seq: int | None
    reason: str
    checkpoint: StoredCheckpoint | None


@dataclass
class ChainChecker:
    """Remembers how far each tenant's chain was checked; the longest unasked one is forgotten first.

    One check a tenant at a time; a long chain of one tenant keeps nobody else waiting.
    """

    _checked: dict[UUID, Checked] = field(default_factory=dict)
    # A lock that nobody holds or waits for is forgotten by itself.
    _locks: WeakValueDictionary[UUID, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def check(self, database: Database, tenant_id: UUID) -> ChainState:
        """Go on with the check, by at most `AUDIT_CHECK_LINKS` events, and say how it stands.

        1. The head is not before what was checked, nor another at the same place; 2. link by link: number,
        predecessor, hash; 3. the newest checkpoint, where the check reached or passed it: signature and hash.
        """
        lock = self._locks.setdefault(tenant_id, asyncio.Lock())
        async with lock, database.work(tenant_id) as uow:
            head = await uow.one(_QUERIES["chain_head"], Head)
            assert head is not None, "a tenant is made with the first event of its chain"
            checkpoint = await uow.one(_QUERIES["newest_checkpoint"], StoredCheckpoint)
            checked = await _further(uow, self._start(tenant_id, head), head)
            if checkpoint is not None and checked.bad_seq is None:
                checked = await _held_against(uow, checked, checkpoint)
            self._remember(tenant_id, checked)
        return ChainState(
            head_seq=head.seq,
            head_hash=head.hash,
            verified_seq=checked.seq,
            verified_at=head.at,
            bad_seq=checked.bad_seq,
            reason=checked.reason,
            checkpoint=checkpoint,
        )

    def _start(self, tenant_id: UUID, head: Head) -> Checked:
        known = self._checked.get(tenant_id)
        if known is None or known.bad_seq is not None or head.at - known.begun_at > AGAIN:
            return Checked(head.at)
        return known

    def _remember(self, tenant_id: UUID, checked: Checked) -> None:
        self._checked.pop(tenant_id, None)
        self._checked[tenant_id] = checked
        while len(self._checked) > AUDIT_CHECK_TENANTS:
            self._checked.pop(next(iter(self._checked)))


async def _further(uow: UnitOfWork, checked: Checked, head: Head) -> Checked:
    if head.seq < checked.seq:
        return _bad(checked, head.seq + 1, f"the end is missing: {checked.seq} events were here before")
    if head.seq == checked.seq:
        same = bytes(head.hash) == checked.hash
        return checked if same else _bad(checked, head.seq, "another event stood here before")
    rows = await uow.all(
        _QUERIES["read_chain"], ChainRow, after=checked.seq, last=head.seq, limit=AUDIT_CHECK_LINKS
    )
    for row in rows:
        checked = _next(checked, row, uow.tenant_id)
        if checked.bad_seq is not None:
            break
    return checked


def _next(checked: Checked, row: ChainRow, tenant_id: UUID) -> Checked:
    expected, link = checked.seq + 1, row.link()
    if row.seq != expected:
        return _bad(checked, expected, f"the next event has the number {row.seq}")
    if link is None:
        return _bad(checked, expected, "its event is missing")
    if link.prev != checked.hash:
        return _bad(checked, expected, "it does not continue from the event before it")
    if link.hash != link.expected_hash(tenant_id):
        return _bad(checked, expected, "its content is not what was hashed")
    return replace(checked, seq=link.seq, hash=link.hash)


async def _held_against(uow: UnitOfWork, checked: Checked, checkpoint: StoredCheckpoint) -> Checked:
    if checkpoint.seq > checked.seq:
        return checked
    rows = await uow.all(
        _QUERIES["read_chain"], ChainRow, after=checkpoint.seq - 1, last=checkpoint.seq, limit=1
    )
    keys = await uow.all(_QUERIES["list_checkpoint_keys"], CheckpointKey)
    trusted = {show_id("key", row.id): bytes(row.public_key) for row in keys}
    try:
        _same(checkpoint, trusted, bytes(rows[0].hash) if rows else b"", uow.tenant_id)
    except Tampered as error:
        return _bad(checked, error.seq, error.reason)
    return checked


def _same(checkpoint: StoredCheckpoint, trusted: Mapping[str, bytes], stands: bytes, tenant_id: UUID) -> None:
    signed = open_checkpoint(checkpoint.envelope().encode(), trusted)
    if signed.tenant != tenant_id or signed.seq != checkpoint.seq or signed.hash != stands.hex():
        raise Tampered(checkpoint.seq, "a checkpoint saw another event here: the chain was rebuilt")


def _bad(checked: Checked, seq: int, reason: str) -> Checked:
    return replace(checked, bad_seq=seq, reason=reason)
