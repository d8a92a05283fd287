"""Writes a tenant's audit trail as the file that `controller.audit.verify` reads.

Batch by batch, each in a transaction of its own: an export of a year holds no transaction open. It ends at
the head that it saw when it began. What a database administrator removed is exported as missing, so that
the verifier finds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from base.clock import epoch_microseconds
from base.ids import show_id
from controller.audit.chain_file import Header, Link, write_checkpoint, write_header, write_link
from controller.db.database import Database
from controller.db.queries import load
from schemas.audit import AuditExported, AuditRecord
from schemas.canonical import canonical
from schemas.envelope import Signature, SignedEnvelope
from schemas.grant import CHECKPOINT_TYPE

BATCH_EVENTS: Final = 1_000
_QUERIES: Final = load("audit")


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain, and the database's clock."""

    seq: int
    hash: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed head as it is stored."""

    seq: int
    hash: bytes
    payload: bytes
    key_id: str
    signature: bytes
    witness: str | None
    created_at: datetime

    def envelope(self) -> SignedEnvelope:
        """What was signed, in the form that travels."""
        signature = Signature(key_id=self.key_id, sig=self.signature)
        return SignedEnvelope(payload_type=CHECKPOINT_TYPE, payload=self.payload, signatures=(signature,))


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A link beside its event, as stored; what is None of the event is gone."""

    seq: int
    prev_hash: bytes
    hash: bytes
    event_id: UUID
    created_at: datetime | None
    event_type: str | None
    actor_id: str | None
    execution_id: UUID | None
    event_data: str | None
    sealed: bytes | None

    def link(self) -> Link | None:
        """The whole link; None where its event is missing."""
        if (
            self.created_at is None
            or self.event_type is None
            or self.actor_id is None
            or self.event_data is None
        ):
            return None
        return Link(
            seq=self.seq,
            prev=bytes(self.prev_hash),
            hash=bytes(self.hash),
            event_id=self.event_id,
            created_us=epoch_microseconds(self.created_at),
            event_type=self.event_type,
            actor=self.actor_id,
            execution=self.execution_id,
            data=self.event_data,
            sealed=None if self.sealed is None else bytes(self.sealed),
        )


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """A public key that signs or signed the tenant's checkpoints."""

    id: UUID
    public_key: bytes


async def export_lines(database: Database, tenant_id: UUID, *, actor: str) -> AsyncIterator[str]:
    """The lines of the file, each with its newline. The export itself is recorded as `audit.exported`."""
    digest = hashlib.sha256()
    async with database.work(tenant_id) as uow:
        head = await uow.one(_QUERIES["chain_head"], Head)
        rows = await uow.all(_QUERIES["list_checkpoint_keys"], CheckpointKey)
        checkpoints = await uow.all(_QUERIES["list_checkpoints"], StoredCheckpoint)
    last = head.seq if head else 0
    keys = {show_id("key", row.id): bytes(row.public_key) for row in rows}
    line = write_header(Header(tenant_id, last, keys)) + "\n"
    digest.update(line.encode())
    yield line
    async for line in _links(database, tenant_id, last):
        digest.update(line.encode())
        yield line
    for checkpoint in checkpoints:
        if checkpoint.seq <= last:
            line = write_checkpoint(checkpoint.envelope().encode()) + "\n"
            digest.update(line.encode())
            yield line
    async with database.work(tenant_id) as uow:
        exported = AuditExported(first_seq=min(1, last), last_seq=last, sha256=f"sha256:{digest.hexdigest()}")
        uow.audit(AuditRecord(data=exported, actor_id=actor))


async def _links(database: Database, tenant_id: UUID, last: int) -> AsyncIterator[str]:
    after = 0
    while after < last:
        async with database.work(tenant_id) as uow:
            rows = await uow.all(_QUERIES["read_chain"], ChainRow, after=after, last=last, limit=BATCH_EVENTS)
        if not rows:
            return
        for row in rows:
            yield _line(row) + "\n"
        after = rows[-1].seq


def _line(row: ChainRow) -> str:
    link = row.link()
    if link is None:
        return canonical({"seq": row.seq, "id": str(row.event_id), "missing": True}).decode()
    return write_link(link)
