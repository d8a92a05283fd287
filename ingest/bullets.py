"""The bullets of chats and word processors (`•`, `◦`, `▪`), told as the list items that they are.

Each change is an edit, so that every character keeps its place in what was pasted. A bullet of another kind
below one, with nothing before either, stands one level deeper.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.trace import Edit

_GLYPHS: Final = "•◦▪▫‣⁃●○■□▸►∙"
_BULLET: Final = re.compile(
    rf"(?P<indent>[ \t\u00a0]{{0,40}})(?P<glyph>[{_GLYPHS}])\ufe0e?[ \t\u00a0]{{1,12}}(?=\S)"
)
_FENCE: Final = re.compile(r"[ \t]{0,12}(?:```|~~~)")
_PROSE: Final = re.compile(r"[A-Z`*\[]")
_LISTED: Final = re.compile(r"[ \t]{0,40}(?:[-*+>|#]|\d{1,3}[.)])")


def bullet_marks(text: str) -> list[Edit]:
    """The edits that make list items of such lines, in order. Linear time."""
    if not any(glyph in text for glyph in _GLYPHS):
        return []
    edits: list[Edit] = []
    levels: list[tuple[int, str]] = []
    place, fenced = 0, False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced, levels = not fenced, []
        found = None if fenced else _BULLET.match(line)
        if found is not None:
            _enter(levels, len(found["indent"].expandtabs(4)), found["glyph"])
            edits.append(Edit(place, place + found.end(), "  " * (len(levels) - 1) + "- "))
        elif levels and not line.strip():
            pass  # an empty line between two items of one list
        elif levels and _PROSE.match(line) and not _LISTED.match(line):
            edits.append(Edit(place, place, "\n"))  # what begins at the margin is no part of the item above
            levels = []
        elif levels and not line[:1].isspace() and not line[:1].islower():
            levels = []
        place += len(line) + 1
    return edits


_SIGNS: Final = "✅❌⚠✔✖✗✘🔴🟢🟡🟠🔵🚨💡👉➡🛑⛔🚫ℹ"
_SIGN_SET: Final = frozenset(_SIGNS)


def sign_marks(text: str) -> list[Edit]:
    """The edits that part a line with a sign at its head (“✅ Healthy: …”) from the one above, in order."""
    edits: list[Edit] = []
    if not any(sign in text for sign in _SIGNS):
        return edits
    place, fenced, above = 0, False, ""
    for line in text.split("\n"):
        fenced ^= _FENCE.match(line) is not None
        if not fenced and above.strip() and line.lstrip()[:1] in _SIGN_SET:
            edits.append(Edit(place, place, "\n"))
        place, above = place + len(line) + 1, line
    return edits


def box_marks(text: str) -> list[Edit]:
    """The edits that take the boxes to tick away from list items, in order: `- [ ] look`."""
    return [Edit(found.end("mark"), found.end(), "") for found in _BOX.finditer(text)]


_BOX: Final = re.compile(
    r"(?m)^(?P<mark>[ \t]{0,40}(?:[-*+]|\d{1,3}[.)])[ \t]{1,4})\[[ xX]?\][ \t]{1,4}(?=\S)"
)


def _enter(levels: list[tuple[int, str]], indent: int, glyph: str) -> None:
    """The open items around a bullet, itself the last: deeper by its indent, or by another glyph."""
    while levels and (
        levels[-1][0] > indent or (levels[-1] != (indent, glyph) and (indent, glyph) in levels)
    ):
        levels.pop()
    if not levels or levels[-1] != (indent, glyph):
        levels.append((indent, glyph))
