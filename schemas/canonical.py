"""Canonical bytes (RFC 8785 on a subset), strict parse, digests with their domain, DSSE's PAE, base64url.

The subset (CONTRACTS.md §3): object, array, string, boolean, integer with |n| < 2^53; ASCII keys; no
float, no null, no lone surrogate; strings are not normalised. On that subset `json.dumps` with sorted keys
is RFC 8785 byte for byte (test vectors in `tests/vectors/`, property test beside the package `rfc8785`).
Standard library only: the agent and the offline verifier import this.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from base.limits import CANONICAL_MAX_INTEGER, ENVELOPE_MAX_BYTES

MAX_DEPTH: Final = 32
"""Deeper than any document of ours (YAML stops at 12), far below Python's recursion limit."""

INTENT_DOMAIN: Final = "dd0c.intent.v1"
DOCUMENT_DOMAIN: Final = "dd0c.document.v1"
VARIABLES_DOMAIN: Final = "dd0c.variables.v1"

_write: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode
_INTEGER_MAX_CHARACTERS: Final = len(str(-CANONICAL_MAX_INTEGER))


class CanonicalError(ValueError):
    """A value outside the subset, or bytes that are not the canonical form of what they say."""


def canonical(value: object) -> bytes:
    """The one byte string of a JSON value. Tuples count as arrays; raises CanonicalError outside the
    subset.
    """
    _check(value, 0)
    try:
        return _write(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("a lone surrogate") from error


def parse_strict(payload: bytes, *, max_bytes: int = ENVELOPE_MAX_BYTES) -> dict[str, Any]:
    """The object that canonical bytes stand for.

    Raises CanonicalError for anything else: too many bytes, invalid UTF-8 or JSON, a duplicate key, float,
    null, an integer out of range, nesting beyond MAX_DEPTH, a root that is no object, or bytes that are not
    canonical.
    """
    if len(payload) > max_bytes:
        raise CanonicalError(f"more than {max_bytes} bytes")
    try:
        parsed = json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise CanonicalError("not UTF-8") from error
    except RecursionError as error:
        raise CanonicalError(f"nested deeper than {MAX_DEPTH}") from error
    except json.JSONDecodeError as error:
        raise CanonicalError(f"not JSON: {error.msg} at {error.pos}") from error
    if not isinstance(parsed, dict):
        raise CanonicalError("not an object")
    if canonical(parsed) != payload:
        raise CanonicalError("not in canonical form")
    return parsed


def digest(domain: str, value: object) -> str:
    """`sha256:<hex>` over the domain, a newline and the canonical bytes."""
    return "sha256:" + hashlib.sha256(domain.encode("ascii") + b"\n" + canonical(value)).hexdigest()


def sha256_text(content: bytes) -> str:
    """`sha256:<hex>` of plain bytes (no domain): file contents, outputs."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what a signature is made over."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def b64u(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def unb64u(text: str) -> bytes:
    """The inverse of `b64u`, strict: padding, other alphabets and stray bits raise CanonicalError."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CanonicalError("not base64url") from error
    if b64u(content) != text:
        raise CanonicalError("not base64url in its one form")
    return content


def _check(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise CanonicalError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > CANONICAL_MAX_INTEGER:
            raise CanonicalError("an integer beyond 2^53 - 1")
    elif isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str) or not key.isascii():
                raise CanonicalError("a key that is not ASCII text")
        _check_inside(value.values(), depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        _check_inside(value, depth + 1)
    else:
        raise CanonicalError("null" if value is None else f"a {type(value).__name__}")


def _check_inside(values: Iterable[object], depth: int) -> None:
    for content in values:
        if type(content) is not str or depth > MAX_DEPTH:  # most are texts: a call less for each
            _check(content, depth)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise CanonicalError(f"the key {key[:64]!r} stands twice")
        found[key] = value
    return found


def _refuse_float(text: str) -> NoReturn:
    raise CanonicalError(f"not an integer: {text[:32]}")


def _integer(text: str) -> int:
    if len(text) > _INTEGER_MAX_CHARACTERS:
        raise CanonicalError("an integer beyond 2^53 - 1")
    return int(text)
