"""What is signed, and the envelope it travels in (DSSE, CONTRACTS.md §3). Signing itself is
`controller/pki`'s.

Order of a check: size → key id known and algorithm fixed → signature over the raw bytes → parse strictly →
canonical form equal to the payload. This module does the last two.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import ValidationError

from base.limits import ENVELOPE_MAX_BYTES
from schemas.canonical import CanonicalError, b64u, canonical, pae, parse_strict, unb64u
from schemas.model import Model


class PayloadError(ValueError):
    """Bytes that are no payload of the expected type; the text says which check failed."""


class Payload(Model):
    """Something that is signed. `to_payload()` gives the bytes, `from_payload()` reads them strictly."""

    PAYLOAD_TYPE: ClassVar[str]

    def to_payload(self) -> bytes:
        """The canonical bytes."""
        return canonical(self.to_json())

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Parse strictly: unknown or duplicate key, float, null, non-canonical bytes raise PayloadError."""
        try:
            found = cls.from_json(parse_strict(payload))
        except CanonicalError as error:
            raise PayloadError(str(error)) from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise PayloadError(f"{where}: {first['msg']}") from error
        if found.to_payload() != payload:
            raise PayloadError("not the canonical form of what it says")
        return found


class Signature(Model):
    """One Ed25519 signature over PAE(type, payload)."""

    key_id: str
    sig: bytes


class SignedEnvelope(Model):
    """DSSE: the payload bytes travel as they were signed. Nothing in here is believed before it is
    verified.
    """

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def pae(self) -> bytes:
        """The bytes that each signature is made over."""
        return pae(self.payload_type, self.payload)

    def encode(self) -> bytes:
        """DSSE's JSON form in canonical bytes, for storing and sending as one blob."""
        signatures = [{"keyid": item.key_id, "sig": b64u(item.sig)} for item in self.signatures]
        return canonical(
            {"payload": b64u(self.payload), "payloadType": self.payload_type, "signatures": signatures}
        )

    @classmethod
    def decode(cls, blob: bytes) -> Self:
        """The inverse of `encode`; raises PayloadError for anything else."""
        try:
            found = parse_strict(blob, max_bytes=2 * ENVELOPE_MAX_BYTES)
            envelope = cls(
                payload_type=found["payloadType"],
                payload=unb64u(found["payload"]),
                signatures=tuple(
                    Signature(key_id=item["keyid"], sig=unb64u(item["sig"])) for item in found["signatures"]
                ),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise PayloadError("not a signed envelope") from error
        if envelope.encode() != blob:
            raise PayloadError("not a signed envelope in its one form")
        return envelope
