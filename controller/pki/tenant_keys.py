"""A tenant's own keys in the key store: which exist, which one is used now, how one is replaced.

Key ids are UUIDv7, shown as `key_…`: the greatest is the one in use, the older ones stay so that
what they signed or wrapped can still be checked and opened.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from base.ids import new_id, show_id
from controller.pki.keystore import KEY_BYTES, KeyStore


class Purpose(StrEnum):
    """What a tenant's key is for. `wrap` never leaves the key store; the others have a public part."""

    GRANT = "grant"
    CHECKPOINT = "checkpoint"
    WRAP = "wrap"


@dataclass(frozen=True, slots=True)
class TenantKey:
    """One key: 32 secret bytes (an Ed25519 seed, or an AES-256 key for `wrap`)."""

    key_id: UUID
    purpose: Purpose
    secret: bytes = field(repr=False)

    @property
    def shown_id(self) -> str:
        """The id in signatures and messages: `key_…`."""
        return show_id("key", self.key_id)

    def public(self) -> bytes:
        """The 32 bytes of the Ed25519 public key; ValueError for a wrapping key."""
        if self.purpose is Purpose.WRAP:
            raise ValueError("a wrapping key has no public part")
        key = Ed25519PrivateKey.from_private_bytes(self.secret).public_key()
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


class TenantKeys:
    """The keys of all tenants, read through to the key store and kept in memory."""

    def __init__(self, store: KeyStore) -> None:
        self._store: Final = store
        self._known: dict[tuple[UUID, Purpose, UUID], TenantKey] = {}
        self._current: dict[tuple[UUID, Purpose], UUID] = {}

    def current(self, tenant_id: UUID, purpose: Purpose) -> TenantKey:
        """The key in use, made at the first call. Raises KeyStoreError for a damaged store."""
        key_id = self._current.get((tenant_id, purpose))
        if key_id is None:
            key_id = self._newest(tenant_id, purpose) or self._first(tenant_id, purpose)
            self._current[tenant_id, purpose] = key_id
        key = self.get(tenant_id, purpose, key_id)
        assert key is not None
        return key

    def get(self, tenant_id: UUID, purpose: Purpose, key_id: UUID) -> TenantKey | None:
        """One key by its id, or None where it is not in the store (any more)."""
        known = self._known.get((tenant_id, purpose, key_id))
        if known is not None:
            return known
        secret = self._store.read(f"{_folder(tenant_id, purpose)}/{key_id.hex}")
        if secret is None:
            return None
        key = TenantKey(key_id, purpose, secret)
        self._known[tenant_id, purpose, key_id] = key
        return key

    def all(self, tenant_id: UUID, purpose: Purpose) -> list[TenantKey]:
        """Every key of the tenant for a purpose, oldest first; the last one is in use."""
        self.current(tenant_id, purpose)
        ids = [_id_of(name) for name in self._store.names(_folder(tenant_id, purpose))]
        keys = (self.get(tenant_id, purpose, key_id) for key_id in ids)
        return [key for key in keys if key is not None]

    def rotate(self, tenant_id: UUID, purpose: Purpose) -> TenantKey:
        """Make a new key and use it from now on. Other processes see it when they `refresh`."""
        key_id = new_id()
        name = f"{_folder(tenant_id, purpose)}/{key_id.hex}"
        self._store.write(name, secrets.token_bytes(KEY_BYTES))
        self._current[tenant_id, purpose] = key_id
        return self.current(tenant_id, purpose)

    def retire(self, tenant_id: UUID, purpose: Purpose, key_id: UUID) -> None:
        """Destroy an older key. Raises ValueError for the one in use."""
        if self.current(tenant_id, purpose).key_id == key_id:
            raise ValueError("the key in use can't be retired; rotate first")
        self._store.delete(f"{_folder(tenant_id, purpose)}/{key_id.hex}")
        self._known.pop((tenant_id, purpose, key_id), None)

    def refresh(self) -> None:
        """Forget what is in memory; the next use reads the store."""
        self._known.clear()
        self._current.clear()

    def _newest(self, tenant_id: UUID, purpose: Purpose) -> UUID | None:
        names = self._store.names(_folder(tenant_id, purpose))
        return _id_of(names[-1]) if names else None

    def _first(self, tenant_id: UUID, purpose: Purpose) -> UUID:
        # A fixed name decides between two processes that both find no key.
        marker = f"{_folder(tenant_id, purpose)}-first"
        key_id = UUID(bytes=self._store.write_first(marker, new_id().bytes))
        self._store.write_first(f"{_folder(tenant_id, purpose)}/{key_id.hex}", secrets.token_bytes(KEY_BYTES))
        return key_id


def _folder(tenant_id: UUID, purpose: Purpose) -> str:
    return f"tenants/{tenant_id.hex}/{purpose.value}"


def _id_of(name: str) -> UUID:
    return UUID(hex=name.rpartition("/")[2])
