"""Sealing: what must not be read by everyone who can read the tables, and can be erased everywhere.

A data key per execution or source text (and one for what an LLM read in texts), made at its first seal,
wrapped by the tenant's wrapping key (which is in the key store only) and kept in table `keys`. A sealed value
is key id (16 bytes) ‖ nonce (12) ‖ AES-256-GCM, additional data = tenant ‖ the id of the row that holds it: a
value copied to another row or tenant does not open. `destroy_key` erases the subject: the wrapped key is gone
from the database, and a tombstone in the key store keeps a database that is restored from a backup from
opening it again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from base.clock import Clock, format_instant
from base.ids import new_id
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.pki.keystore import KEY_BYTES, NONCE_BYTES, KeyStore
from controller.pki.tenant_keys import Purpose, TenantKeys

_QUERIES: Final = load("keys")
_ID_BYTES: Final = 16
OVERHEAD_BYTES: Final = _ID_BYTES + NONCE_BYTES + 16
"""How much longer a sealed value is than what it seals."""

SubjectKind = Literal["execution", "source_text", "reading"]


class SealError(Exception):
    """A sealed value that does not open here: damaged, moved to another row, or of another tenant."""


class Erased(SealError):
    """The data key was destroyed: the content is gone for good."""


@dataclass(frozen=True, slots=True)
class _DataKey:
    id: UUID
    wrapped: bytes | None
    wrapped_by: UUID | None
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True)
class _KeyId:
    id: UUID


class Sealer:
    """Seals and opens inside the caller's unit of work; holds no key of a subject between calls."""

    def __init__(self, store: KeyStore, keys: TenantKeys, clock: Clock) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock

    async def seal(
        self, uow: UnitOfWork, purpose: SubjectKind, subject_id: UUID | str, plaintext: bytes, aad: bytes
    ) -> bytes:
        """Seal for a subject; `aad` is the id (bytes) of the row that will hold the value.

        Raises Erased where the subject's key was destroyed: nothing new is kept of what was erased.
        """
        key_id, key = await self._key_of(uow, f"{purpose}:{subject_id}")
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = AESGCM(key).encrypt(nonce, plaintext, uow.tenant_id.bytes + aad)
        return key_id.bytes + nonce + body

    async def open(self, uow: UnitOfWork, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext of a sealed value. Raises Erased, or SealError for anything that does not open."""
        if len(sealed) < OVERHEAD_BYTES:
            raise SealError("a sealed value is cut short")
        row = await uow.one(
            _QUERIES["data_key_by_id"],
            _DataKey,
            tenant_id=uow.tenant_id,
            key_id=UUID(bytes=sealed[:_ID_BYTES]),
        )
        if row is None:
            raise SealError("a sealed value names a key that this tenant does not have")
        key = self._unwrap(uow.tenant_id, row)
        nonce, body = sealed[_ID_BYTES : _ID_BYTES + NONCE_BYTES], sealed[_ID_BYTES + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, uow.tenant_id.bytes + aad)
        except InvalidTag as error:
            raise SealError("a sealed value is damaged or belongs to another row") from error

    async def derive(
        self, uow: UnitOfWork, purpose: SubjectKind, subject_id: UUID | str, info: bytes
    ) -> bytes:
        """A key of its own for one object outside the rows, from the subject's data key (HKDF, SHA-256).

        `info` names the object. Whoever asks keeps it for one call only, so that an erasure takes effect
        at once. Raises Erased, SealError.
        """
        _, key = await self._key_of(uow, f"{purpose}:{subject_id}")
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=uow.tenant_id.bytes + info).derive(key)

    async def destroy_key(self, uow: UnitOfWork, purpose: SubjectKind, subject_id: UUID | str) -> bool:
        """Erase a subject (PROMISES.md 71); false where it has no key or was erased before. With a source
        text go the tenant's kept readings, which quote it.

        The tombstone is written once the transaction has committed: one that rolled back erased nothing.
        """
        row = await uow.one(
            _QUERIES["destroy_data_key"],
            _KeyId,
            tenant_id=uow.tenant_id,
            subject_id=f"{purpose}:{subject_id}",
        )
        if row is None:
            return False
        if purpose == "source_text":
            await uow.run(_QUERIES["forget_readings_of_texts"], tenant_id=uow.tenant_id)
        name, at = _tombstone(uow.tenant_id, row.id), format_instant(self._clock.now())
        uow.after_commit(lambda: self._store.write(name, at.encode()))
        return True

    async def _key_of(self, uow: UnitOfWork, subject: str) -> tuple[UUID, bytes]:
        row = await uow.one(_QUERIES["data_key"], _DataKey, tenant_id=uow.tenant_id, subject_id=subject)
        if row is None:
            row = await self._add_key(uow, subject)
        return row.id, self._unwrap(uow.tenant_id, row)

    async def _add_key(self, uow: UnitOfWork, subject: str) -> _DataKey:
        wrapping = self._keys.current(uow.tenant_id, Purpose.WRAP)
        key_id, nonce = new_id(), secrets.token_bytes(NONCE_BYTES)
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = nonce + AESGCM(wrapping.secret).encrypt(nonce, key, uow.tenant_id.bytes + key_id.bytes)
        await uow.run(
            _QUERIES["add_data_key"],
            tenant_id=uow.tenant_id,
            key_id=key_id,
            subject_id=subject,
            wrapped=wrapped,
            wrapped_by=wrapping.key_id,
        )
        row = await uow.one(_QUERIES["data_key"], _DataKey, tenant_id=uow.tenant_id, subject_id=subject)
        assert row is not None
        return row

    def _unwrap(self, tenant_id: UUID, row: _DataKey) -> bytes:
        if row.destroyed_at is not None or row.wrapped is None or row.wrapped_by is None:
            raise Erased("the content was erased")
        if self._store.read(_tombstone(tenant_id, row.id)) is not None:
            raise Erased("the content was erased before this database was restored")
        wrapping = self._keys.get(tenant_id, Purpose.WRAP, row.wrapped_by)
        if wrapping is None:
            raise SealError("the tenant's wrapping key is not in the key store")
        try:
            return AESGCM(wrapping.secret).decrypt(
                row.wrapped[:NONCE_BYTES], row.wrapped[NONCE_BYTES:], tenant_id.bytes + row.id.bytes
            )
        except InvalidTag as error:
            raise SealError("the data key is damaged") from error


def _tombstone(tenant_id: UUID, key_id: UUID) -> str:
    return f"tenants/{tenant_id.hex}/erased/{key_id.hex}"
