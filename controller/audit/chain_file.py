"""The file in which a tenant's audit trail leaves the house: written by the exporter, read by the verifier.

One canonical JSON object a line (CONTRACTS.md §3): first the header, then one line for each event in the
order of the chain, then the checkpoints that the house itself has.

    {"format":"dd0c.audit-export.v1","keys":[{"keyId":"key_…","publicKey":"<base64url>"}],"lastSeq":7,"tenant":"<uuid>"}
    {"actor":"…","createdUs":…,"data":"<canonical text>","execution":"<uuid>","hash":"<hex>","id":"<uuid>",
     "prev":"<hex>","sealed":"<base64url>","seq":1,"type":"…"}
    {"checkpoint":"<base64url of the signed envelope>"}

Only `schemas` and the standard library: the verifier imports this, and the verifier imports no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from schemas.audit import chain_hash
from schemas.canonical import CanonicalError, b64u, canonical, parse_strict, unb64u

FORMAT: Final = "dd0c.audit-export.v1"
LINE_MAX_BYTES: Final = 4 * 1024 * 1024
_HEX_CHARACTERS: Final = 64
_EVENT_KEYS: Final = frozenset({"actor", "createdUs", "data", "hash", "id", "prev", "seq", "type"})
_EVENT_OPTIONAL: Final = frozenset({"execution", "sealed"})


class MalformedExport(ValueError):
    """A line that is not in the form above; the text says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """Whose trail it is, how long it claims to be, and the checkpoint keys that the house claims."""

    tenant: UUID
    last_seq: int
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Link:
    """One event with its place in the chain."""

    seq: int
    prev: bytes
    hash: bytes
    event_id: UUID
    created_us: int
    event_type: str
    actor: str
    execution: UUID | None
    data: str
    sealed: bytes | None

    def expected_hash(self, tenant: UUID) -> bytes:
        """What the hash has to be, computed from everything else in the line."""
        return chain_hash(
            self.prev,
            self.seq,
            tenant,
            self.event_id,
            self.created_us,
            self.event_type,
            self.actor,
            self.execution,
            self.data,
            self.sealed,
        )


def write_header(header: Header) -> str:
    """The first line, without its newline."""
    keys = [{"keyId": name, "publicKey": b64u(key)} for name, key in sorted(header.keys.items())]
    return _line({"format": FORMAT, "tenant": str(header.tenant), "lastSeq": header.last_seq, "keys": keys})


def write_link(link: Link) -> str:
    """The line of one event."""
    document: dict[str, Any] = {
        "seq": link.seq,
        "prev": link.prev.hex(),
        "hash": link.hash.hex(),
        "id": str(link.event_id),
        "createdUs": link.created_us,
        "type": link.event_type,
        "actor": link.actor,
        "data": link.data,
    }
    if link.execution is not None:
        document["execution"] = str(link.execution)
    if link.sealed is not None:
        document["sealed"] = b64u(link.sealed)
    return _line(document)


def write_checkpoint(envelope: bytes) -> str:
    """The line of one checkpoint: a DSSE envelope as `SignedEnvelope.encode` gives it."""
    return _line({"checkpoint": b64u(envelope)})


def read_line(text: str) -> dict[str, Any]:
    """One line as an object; raises MalformedExport where it is not canonical JSON."""
    try:
        return parse_strict(text.encode("utf-8"), max_bytes=LINE_MAX_BYTES)
    except (CanonicalError, UnicodeEncodeError) as error:
        raise MalformedExport(str(error)) from error


def read_header(text: str) -> Header:
    """The inverse of `write_header`; raises MalformedExport."""
    document = read_line(text)
    if document.get("format") != FORMAT or set(document) != {"format", "tenant", "lastSeq", "keys"}:
        raise MalformedExport(f"not a file of the form {FORMAT}")
    try:
        keys = {str(item["keyId"]): unb64u(item["publicKey"]) for item in document["keys"]}
        return Header(_uuid(document["tenant"]), _integer(document["lastSeq"]), keys)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MalformedExport(f"a header that can't be read: {error}") from error


def read_link(document: Mapping[str, Any]) -> Link:
    """The inverse of `write_link`, from the parsed line; raises MalformedExport."""
    names = set(document)
    if not _EVENT_KEYS <= names <= _EVENT_KEYS | _EVENT_OPTIONAL:
        raise MalformedExport("an event line with a missing or an unknown field")
    try:
        return Link(
            seq=_integer(document["seq"]),
            prev=_hash(document["prev"]),
            hash=_hash(document["hash"]),
            event_id=_uuid(document["id"]),
            created_us=_integer(document["createdUs"]),
            event_type=_text(document["type"]),
            actor=_text(document["actor"]),
            execution=_uuid(document["execution"]) if "execution" in document else None,
            data=_text(document["data"]),
            sealed=unb64u(_text(document["sealed"])) if "sealed" in document else None,
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise MalformedExport(f"an event line that can't be read: {error}") from error


def read_checkpoint(document: Mapping[str, Any]) -> bytes:
    """The envelope of a checkpoint line; raises MalformedExport."""
    try:
        return unb64u(_text(document["checkpoint"]))
    except (ValueError, TypeError) as error:
        raise MalformedExport(f"a checkpoint line that can't be read: {error}") from error


def _line(document: dict[str, Any]) -> str:
    return canonical(document).decode("utf-8")


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a number is missing")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _hash(value: object) -> bytes:
    text = _text(value)
    found = bytes.fromhex(text)
    if len(text) != _HEX_CHARACTERS or found.hex() != text:  # `fromhex` reads capitals and blanks too
        raise ValueError("a hash is 64 hex digits")
    return found


def _uuid(value: object) -> UUID:
    text = _text(value)
    found = UUID(text)
    if str(found) != text:  # `UUID` reads capitals, braces, and blanks for zeros too
        raise ValueError("an id is written as a UUID in small letters with its four dashes")
    return found
