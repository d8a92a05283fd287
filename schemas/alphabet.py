"""Which characters a pattern can admit at all: an upper bound, read off the pattern's text.

Probes show that a pattern is too open; this shows that it is not. It reads the part of RE2's syntax that
patterns of variables are written in, and says "unknown" (None) to the rest instead of guessing.
"""

from __future__ import annotations

import string
from typing import Final

from schemas.patterns import UNSAFE_CHARACTERS

DEFAULT_ALPHABET: Final = frozenset(string.ascii_letters + string.digits + "._-")
"""What the default pattern of a variable is made of."""

_WORD: Final = frozenset(string.ascii_letters + string.digits + "_")
_ESCAPES: Final[dict[str, frozenset[str]]] = {
    "d": frozenset(string.digits),
    "w": _WORD,
    "n": frozenset("\n"),
    "t": frozenset("\t"),
    "s": frozenset(" \t\n\r\f"),
    "A": frozenset(),
    "z": frozenset(),
    "b": frozenset(),
}
_POSIX: Final[dict[str, frozenset[str]]] = {
    "alnum": frozenset(string.ascii_letters + string.digits),
    "alpha": frozenset(string.ascii_letters),
    "digit": frozenset(string.digits),
    "lower": frozenset(string.ascii_lowercase),
    "upper": frozenset(string.ascii_uppercase),
    "word": _WORD,
    "xdigit": frozenset(string.hexdigits),
}
_ANY: Final = frozenset(UNSAFE_CHARACTERS)
_STRUCTURE: Final = frozenset("()|*+?^$")


class _Unknown(Exception):
    """Syntax that is not read here."""


def alphabet(pattern: str) -> frozenset[str] | None:
    """Every character that a match can hold, or more; None where the pattern uses syntax that is not read
    here.

    `.` and negated classes stand for the unsafe characters that they admit.
    """
    try:
        return _Reader(pattern).read()
    except (_Unknown, IndexError, ValueError):
        return None


def within_default_alphabet(pattern: str | None) -> bool:
    """Whether nothing but letters, digits, `.`, `_` and `-` can match (None is the default pattern)."""
    if pattern is None:
        return True
    found = alphabet(pattern)
    return found is not None and found <= DEFAULT_ALPHABET


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def read(self) -> frozenset[str]:
        found: set[str] = set()
        while self._at < len(self._text):
            character = self._next()
            if character == "\\":
                found |= self._escape()
            elif character == "[":
                found |= self._class()
            elif character == "(":
                self._group()
            elif character == "{":
                found |= self._repetition()
            elif character == ".":
                found |= _ANY
            elif character not in _STRUCTURE:
                found.add(character)
        return frozenset(found)

    def _next(self) -> str:
        character = self._text[self._at]
        self._at += 1
        return character

    def _escape(self) -> frozenset[str]:
        character = self._next()
        if character in _ESCAPES:
            return _ESCAPES[character]
        if character in string.punctuation:
            return frozenset(character)
        raise _Unknown

    def _group(self) -> None:
        """`(`, `(?:` and named groups; flags such as `(?i)` change what letters mean and are not read."""
        if not self._text.startswith("?", self._at):
            return
        if self._text.startswith("?:", self._at):
            self._at += 2
            return
        if self._text.startswith(("?P<", "?<"), self._at):
            self._at = self._text.index(">", self._at) + 1
            return
        raise _Unknown

    def _repetition(self) -> frozenset[str]:
        end = self._text.find("}", self._at)
        bounds = self._text[self._at : end].split(",") if end > 0 else []
        if 1 <= len(bounds) <= 2 and bounds[0].isdigit() and (bounds[-1].isdigit() or bounds[-1] == ""):
            self._at = end + 1
            return frozenset()
        return frozenset("{")

    def _class(self) -> frozenset[str]:
        negated = self._text.startswith("^", self._at)
        self._at += negated
        found: set[str] = set()
        first = True
        while first or self._text[self._at] != "]":
            first = False
            found |= self._member()
        self._at += 1
        return frozenset(_ANY - found) if negated else frozenset(found)

    def _member(self) -> frozenset[str]:
        if self._text.startswith("[:", self._at):
            end = self._text.index(":]", self._at)
            name = self._text[self._at + 2 : end]
            self._at = end + 2
            if name not in _POSIX:
                raise _Unknown
            return _POSIX[name]
        character = self._next()
        single = self._escape() if character == "\\" else frozenset(character)
        if self._text[self._at] != "-" or self._text[self._at + 1] == "]":
            return single
        self._at += 1
        last = self._next()
        if last == "\\":
            last = self._next()
        if len(single) != 1 or not (min(single).isascii() and last.isascii()):
            raise _Unknown
        return frozenset(chr(code) for code in range(ord(min(single)), ord(last) + 1))
