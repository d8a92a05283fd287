"""Signed heads of a tenant's chain, kept in the database and, as an outside witness, in git.

A checkpoint is what makes a cut end or a rebuilt chain visible. It is taken by a job that queues itself
again, and can be taken at any time. Signing and the witness come in as protocols: this package knows neither
key nor git.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from base import faults, log
from controller.audit.export import Head, StoredCheckpoint
from controller.db.database import Database
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from schemas.envelope import SignedEnvelope
from schemas.grant import CHECKPOINT_TYPE, Checkpoint

CHECKPOINT_JOB: Final = "audit.checkpoint"
EVERY: Final = timedelta(hours=1)
WITNESSED: Final = faults.register("audit.witnessed", "a checkpoint is in git, but not in the database")

_QUERIES: Final = load("audit")
_log = log.get(__name__)


class Signer(Protocol):
    """Signs as the tenant, with a key that signs nothing but checkpoints (`controller.pki.signer`)."""

    async def sign(self, uow: UnitOfWork, payload_type: str, payload: bytes) -> SignedEnvelope:
        """The envelope of the payload; the public key is recorded with the unit of work."""
        ...


class WitnessUnreachable(Exception):
    """The outside witness can't be written now; the checkpoint stays in the database alone."""


class Witness(Protocol):
    """Keeps checkpoints where the database's administrator can't change them: a git ref of their own."""

    async def keep(self, tenant_id: UUID, seq: int, envelope: bytes) -> str:
        """Add one line; durable when it returns. The commit. Raises WitnessUnreachable."""
        ...


async def take_checkpoint(
    database: Database, tenant_id: UUID, signer: Signer, witness: Witness | None
) -> StoredCheckpoint | None:
    """Sign the chain's head and keep it; None where the newest checkpoint stands there already."""
    async with database.work(tenant_id) as uow:
        head = await uow.one(_QUERIES["chain_head"], Head)
        newest = await uow.value(_QUERIES["last_checkpoint_seq"])
        if head is None or head.seq == newest:
            return None
        payload = Checkpoint(tenant=tenant_id, seq=head.seq, hash=head.hash.hex(), at=head.at).to_payload()
        envelope = await signer.sign(uow, CHECKPOINT_TYPE, payload)
    commit = await _keep(witness, tenant_id, head.seq, envelope.encode())
    faults.reach(WITNESSED)
    signature = envelope.signatures[0]
    async with database.work(tenant_id) as uow:
        await uow.run(
            _QUERIES["insert_checkpoint"],
            seq=head.seq,
            hash=head.hash,
            payload=payload,
            key_id=signature.key_id,
            signature=signature.sig,
            witness=commit,
        )
    return StoredCheckpoint(head.seq, head.hash, payload, signature.key_id, signature.sig, commit, head.at)


async def list_checkpoints(uow: UnitOfWork) -> list[StoredCheckpoint]:
    """All checkpoints of the tenant, oldest first."""
    return await uow.all(_QUERIES["list_checkpoints"], StoredCheckpoint)


def register_checkpoint_job(database: Database, signer: Signer, witness: Witness | None) -> None:
    """Let this process do the job `audit.checkpoint`, which queues itself again for an hour later."""

    @database.jobs.task(CHECKPOINT_JOB)
    async def checkpoint(tenant_id: str) -> None:
        tenant = UUID(tenant_id)
        await take_checkpoint(database, tenant, signer, witness)
        async with database.work(tenant) as uow:
            await schedule_checkpoint(uow, EVERY)


async def schedule_checkpoint(uow: UnitOfWork, delay: timedelta = timedelta(0)) -> None:
    """Queue the tenant's next checkpoint; nothing happens where one is queued."""
    await uow.defer(CHECKPOINT_JOB, once=f"checkpoint:{uow.tenant_id}", delay=delay)


async def _keep(witness: Witness | None, tenant_id: UUID, seq: int, envelope: bytes) -> str | None:
    if witness is None:
        return None
    try:
        return await witness.keep(tenant_id, seq, envelope)
    except WitnessUnreachable as error:
        _log.warning(
            "a checkpoint has no outside witness: %s",
            error,
            extra={"action": "audit.unwitnessed", "tenant": str(tenant_id), "seq": seq},
        )
        return None
