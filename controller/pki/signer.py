"""Signing: DSSE over canonical payloads, with a tenant's Ed25519 keys.

The grant key signs what an agent obeys; the checkpoint key signs heads of the audit chain. They are
different keys, and each signer refuses the other's payload types: a checkpoint can never be replayed as
an order. Private keys are in the key store and in this process's memory, never in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from base.ids import show_id
from base.limits import ENVELOPE_MAX_BYTES
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.pki.tenant_keys import Purpose, TenantKey, TenantKeys
from schemas.canonical import b64u, pae
from schemas.grant import (
    CANCEL_TYPE,
    CHECKPOINT_TYPE,
    FREEZE_TYPE,
    GRANT_TYPE,
    KEYS_TYPE,
    PANIC_CLEAR_TYPE,
    PANIC_TYPE,
    THAW_TYPE,
    Keys,
    PublicKey,
    Signature,
    SignedEnvelope,
)

_QUERIES: Final = load("keys")
_GRANT_TYPES: Final = frozenset(
    {GRANT_TYPE, CANCEL_TYPE, FREEZE_TYPE, THAW_TYPE, PANIC_TYPE, PANIC_CLEAR_TYPE, KEYS_TYPE}
)
_CHECKPOINT_TYPES: Final = frozenset({CHECKPOINT_TYPE})


@dataclass(frozen=True, slots=True)
class RecordedKey:
    """A public key as the database has it."""

    id: UUID
    public_key: bytes
    created_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Generation:
    generation: int


class _Signer:
    """What both signers share: the key in use, its record in `keys`, and a closed set of types."""

    def __init__(self, keys: TenantKeys, purpose: Purpose, types: frozenset[str]) -> None:
        self._keys = keys
        self._purpose = purpose
        self._types = types
        self._recorded: set[UUID] = set()

    async def sign(self, uow: UnitOfWork, payload_type: str, payload: bytes) -> SignedEnvelope:
        """Sign for the unit of work's tenant; the public key is recorded in the same transaction.

        Raises ValueError for a type that this signer does not sign, or a payload over 128 KiB.
        """
        await self.record(uow)
        return self.sign_now(uow.tenant_id, payload_type, payload)

    def sign_now(self, tenant_id: UUID, payload_type: str, payload: bytes) -> SignedEnvelope:
        """Sign without a database: what panic needs. Errors as `sign`."""
        return self._envelope([self._keys.current(tenant_id, self._purpose)], payload_type, payload)

    async def record(self, uow: UnitOfWork) -> None:
        """Make sure that the key in use has its row, and that older ones are marked as retired."""
        key = self._keys.current(uow.tenant_id, self._purpose)
        if key.key_id in self._recorded:
            return
        bound = {"tenant_id": uow.tenant_id, "purpose": self._purpose.value, "key_id": key.key_id}
        await uow.run(_QUERIES["retire_other_keys"], **bound)
        await uow.run(_QUERIES["record_key"], **bound, algorithm="ed25519", public_key=key.public())
        uow.after_commit(lambda: self._recorded.add(key.key_id))

    async def public_keys(self, uow: UnitOfWork) -> list[RecordedKey]:
        """Every public key that still verifies, oldest first; the one in use is recorded first."""
        await self.record(uow)
        return await uow.all(
            _QUERIES["list_public_keys"], RecordedKey, tenant_id=uow.tenant_id, purpose=self._purpose.value
        )

    def _envelope(self, keys: list[TenantKey], payload_type: str, payload: bytes) -> SignedEnvelope:
        if payload_type not in self._types:
            raise ValueError(f"the {self._purpose.value} key does not sign {payload_type}")
        if len(payload) > ENVELOPE_MAX_BYTES:
            raise ValueError(f"a payload has at most {ENVELOPE_MAX_BYTES} bytes")
        message = pae(payload_type, payload)
        return SignedEnvelope(
            payload_type=payload_type,
            payload=payload,
            signatures=tuple(Signature(key_id=key.shown_id, sig=_sign(key, message)) for key in keys),
        )


class GrantSigner(_Signer):
    """Signs grants and the other orders to agents."""

    def __init__(self, keys: TenantKeys) -> None:
        super().__init__(keys, Purpose.GRANT, _GRANT_TYPES)

    async def sign_keys(self, uow: UnitOfWork, at: datetime) -> SignedEnvelope:
        """The list of keys that agents trust from now on, signed by every grant key in the store.

        An agent knows at least one of them, so that it can follow a rotation.
        """
        recorded = await self.public_keys(uow)
        counted = await uow.one(
            _QUERIES["key_generation"], _Generation, tenant_id=uow.tenant_id, purpose=Purpose.GRANT.value
        )
        assert counted is not None
        payload = Keys(
            tenant=uow.tenant_id,
            generation=counted.generation,
            at=at,
            keys=tuple(sorted((_public(row) for row in recorded), key=lambda key: key.key_id)),
        ).to_payload()
        return self._envelope(self._keys.all(uow.tenant_id, Purpose.GRANT), KEYS_TYPE, payload)


class CheckpointSigner(_Signer):
    """Signs heads of the audit chain, and nothing else."""

    def __init__(self, keys: TenantKeys) -> None:
        super().__init__(keys, Purpose.CHECKPOINT, _CHECKPOINT_TYPES)


def verify(envelope: SignedEnvelope, trusted: dict[str, bytes]) -> bool:
    """True where one signature is by a trusted key (`key_…` → 32 bytes). Unknown key ids are passed over."""
    message = envelope.pae()
    for signature in envelope.signatures:
        public = trusted.get(signature.key_id)
        if public is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature.sig, message)
        except InvalidSignature:
            continue
        return True
    return False


def _sign(key: TenantKey, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(key.secret).sign(message)


def _public(row: RecordedKey) -> PublicKey:
    return PublicKey(key_id=show_key(row.id), alg="ed25519", public_key=b64u(row.public_key))


def show_key(key_id: UUID) -> str:
    """The id of a key as signatures carry it."""
    return show_id("key", key_id)
