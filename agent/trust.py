"""Whose signature this agent believes: the tenant's grant keys, Ed25519 and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schemas.canonical import unb64u
from schemas.grant import SignedEnvelope


class TrustedKeys:
    """Key id → public key. Immutable; a `dd0c.keys.v1` order makes another one."""

    def __init__(self, keys: Mapping[str, str], generation: int = 0) -> None:
        """`keys`: base64url of the 32 raw bytes by key id. Raises ValueError for anything else."""
        self.generation = generation
        self.texts = dict(keys)
        self._keys = {
            key_id: Ed25519PublicKey.from_public_bytes(unb64u(text)) for key_id, text in keys.items()
        }

    def verifies(self, envelope: SignedEnvelope) -> bool:
        """At least one trusted key signed, and no signature under a trusted key's name is false."""
        message = envelope.pae()
        verified = 0
        for signature in envelope.signatures:
            key = self._keys.get(signature.key_id)
            if key is None:
                continue
            try:
                key.verify(signature.sig, message)
            except InvalidSignature:
                return False
            verified += 1
        return verified > 0
