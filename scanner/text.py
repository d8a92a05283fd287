"""The raw text: characters that are refused before parsing, and the search for destructive phrases."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import re2

from scanner.escapes import OPAQUE
from scanner.tables import knowledge

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)
"""Control, zero-width, bidirectional, blank-looking and tag characters (Unicode 15)."""

_SQUEEZE: Final = re.compile(r"\$\{?IFS\}?|[\s,]+")
_QUOTES: Final = ("$'", "'"), ('$"', '"'), ("\\\n", ""), ("\\", ""), ("'", ""), ('"', ""), ("`", "")
"""What quotes and joins, and what stands for it; in this order."""


def hidden_character(text: str) -> int | None:
    """The index of the first character that a reader can't see for what it is, or None."""
    match = _HIDDEN.search(text)
    return match.start() if match else None


def foreign_outside_quotes(text: str) -> int | None:
    """The index of the first non-ASCII character that stands outside quotes and comments, or None."""
    if text.isascii():
        return None
    quote, comment, previous = "", False, "\n"
    for index, character in enumerate(text):
        if comment:
            comment = character != "\n"
        elif quote:
            quote = "" if character == quote and not (quote == '"' and previous == "\\") else quote
        elif character in "'\"" and previous != "\\":
            quote = character
        elif character == "#" and previous in " \t\n;":
            comment = True
        elif ord(character) > 127 and character != OPAQUE:
            return index
        previous = character
    return None


@cache
def _compiled() -> Any:
    found = re2.Set.SearchSet()
    for pattern, _ in knowledge()["destructive_text"]:
        found.Add(pattern)
    found.Compile()
    return found


def _squeezed(text: str) -> str:
    """The text without its quoting, every blank, comma and run of them one blank."""
    for sign, instead in _QUOTES:
        text = text.replace(sign, instead)
    if "IFS" in text:
        return _SQUEEZE.sub(" ", text)
    text = text.replace(",", " ")
    words = " ".join(text.split())
    return f"{' ' * text[:1].isspace()}{words}{' ' * (bool(words) and text[-1:].isspace())}"


def destructive_text(text: str) -> str | None:
    """One sentence if the text, as it is or without its quoting, holds a destructive phrase. Linear time."""
    for form in (text, _squeezed(text)):
        hits = _compiled().Match(form)
        if hits:
            return str(knowledge()["destructive_text"][min(hits)][1])
    return None
