"""What quotes and escapes leave of a text of the shell."""

from __future__ import annotations

import re
from typing import Final

OPAQUE: Final = "\ufffc"
"""Stands for a piece whose value is known only when the command runs; scanned text may not contain it."""
GLOB: Final = frozenset("*?[")
"""The characters that begin a part of a pattern."""

_GLOB_CHARACTER: Final = re.compile(r"[*?\[]")
_ESCAPES: Final = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_ANSI_C: Final = re.compile(
    r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|c.|.)", re.DOTALL
)


def ansi_c(body: str) -> str:
    """The value of the inside of `$'…'`: a NUL ends it, as bash keeps a string."""
    return unescape_all(body).partition("\0")[0]


def unescape_all(body: str) -> str:
    """A text with the escapes of ANSI C in it."""

    def decode(match: re.Match[str]) -> str:
        escape = match.group(1)
        if escape[0] in "xuU" and len(escape) > 1:
            code = int(escape[1:], 16)
            return chr(code) if code < 0x110000 else OPAQUE
        if escape[0] in "01234567":
            return chr(int(escape, 8) & 0xFF)
        if escape[0] == "c" and len(escape) == 2:
            return chr(ord(escape[1]) & 0x1F)
        return _ESCAPES.get(escape, "\\" + escape)

    return _ANSI_C.sub(decode, body)


def unescape_bare(raw: str) -> tuple[str, bool, bool]:
    """An unquoted run: its text, whether any of it was escaped, whether a glob character was not."""
    if "\\" not in raw:
        return raw, False, _GLOB_CHARACTER.search(raw) is not None
    out: list[str] = []
    quoted = pattern = False
    index = 0
    while index < len(raw):
        character = raw[index]
        if character == "\\" and index + 1 < len(raw):
            if raw[index + 1] != "\n":
                out.append(raw[index + 1])
                quoted = True
            index += 2
            continue
        pattern = pattern or character in GLOB
        out.append(character)
        index += 1
    return "".join(out), quoted, pattern


def unescape_double(raw: str) -> str:
    """A literal run inside double quotes."""
    return re.sub(r'\\([$`"\\\n])', lambda match: "" if match.group(1) == "\n" else match.group(1), raw)
