"""Masking of secret values in a stream of bytes, across any chunk borders.

A value is masked as it is and in the forms in which tools print it back: escaped for JSON, Go, URLs and the
shell, in base64 at each of its three alignments, and line by line where it has several. Bytes that may be
the beginning of a form are held back until it is decided, and nothing else is.
"""

from __future__ import annotations

import base64
import json
import shlex
import urllib.parse
from collections.abc import Iterable
from typing import Final

import re2

MASK: Final = b"***"
FORM_MIN_BYTES: Final = 6


def forms_of(value: str) -> set[bytes]:
    """Every byte string that stands for the value; those under six bytes are left out."""
    found = _spelled(value)
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        for line in lines:
            found |= _spelled(line)
    return {form for form in found if len(form) >= FORM_MIN_BYTES}


def _spelled(value: str) -> set[bytes]:
    raw = value.encode("utf-8")
    if len(raw) < FORM_MIN_BYTES:
        return set()
    texts = {
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        urllib.parse.quote(value, safe=""),
        urllib.parse.quote(value),
        urllib.parse.quote_plus(value),
        shlex.quote(value),
        value.replace("'", "'\\''"),
        value.replace("\n", "\r\n"),
        value.replace("\n", "$'\\n'"),
        repr(value)[1:-1],
    }
    found = {text.encode("utf-8") for text in texts} | {raw, raw.hex().encode(), raw.hex().upper().encode()}
    escaped = json.dumps(value)[1:-1]
    for character, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        escaped = escaped.replace(character, code)  # Go's encoding/json escapes these three
    found.add(escaped.encode())
    return found | _base64_forms(raw)


def _base64_forms(raw: bytes) -> set[bytes]:
    """The part of base64 text that depends on the value alone, at each alignment of three bytes."""
    found = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(raw)
        found |= {whole, whole.rstrip(b"=")}
        for shift in range(3):
            text = encode(bytes(shift) + raw)
            first = (shift * 8 + 5) // 6
            last = (shift + len(raw)) * 8 // 6
            found.add(text[first:last])
    return found


class Masker:
    """Masks one stream. Feed it with `mask`; it says how far it has decided."""

    def __init__(self, values: Iterable[str], *, withheld: bytes | None = None) -> None:
        """`values`: the secret values, as text. `withheld` is said once in place of everything."""
        self._withheld = withheld
        forms: set[bytes] = set()
        for value in values:
            forms |= forms_of(value)
        self._forms = sorted(forms, key=len, reverse=True)
        self._longest = len(self._forms[0]) if self._forms else 0
        self._by_first: dict[int, list[bytes]] = {}
        for form in self._forms:
            self._by_first.setdefault(form[0], []).append(form)
        self._pattern = _compile(self._forms) if self._forms else None

    def mask(self, data: bytes, *, is_end: bool) -> tuple[bytes, int]:
        """(masked bytes, how many bytes of `data` they stand for).

        The caller gives the rest again, in front of what follows it. Nothing is remembered in here, so a
        stream can be taken up again at any place where a call ended.
        """
        if self._withheld is not None:
            said, self._withheld = self._withheld, b""
            return said, len(data)
        if self._pattern is None:
            return data, len(data)
        held = len(data) if is_end else self._held_from(data, 0)
        parts: list[bytes] = []
        position = 0
        for match in self._pattern.finditer(data):
            start, end = match.span()
            if start >= held:
                break
            parts += (data[position:start], MASK)
            position = end
        if position > held:
            held = self._held_from(data, position)
        parts.append(data[position:held])
        return b"".join(parts), held

    def _held_from(self, data: bytes, start: int) -> int:
        """The first place from which the rest is the beginning, and not the whole, of some form."""
        for place in range(max(start, len(data) - self._longest + 1), len(data)):
            forms = self._by_first.get(data[place])
            if forms is None:
                continue
            rest = data[place:]
            if any(len(form) > len(rest) and form.startswith(rest) for form in forms):
                return place
        return len(data)


def _compile(forms: list[bytes]) -> re2._Regexp[bytes]:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.longest_match = True
    options.max_mem = 64 << 20
    return re2.compile(b"|".join(re2.escape(form) for form in forms), options)
