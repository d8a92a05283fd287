"""Here-documents of a raw text as bash's manual has them: the marker, its quotes, and where the body ends."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Unsure(Exception):
    """The raw text can't be read with certainty."""


class Marker(NamedTuple):
    """What stands behind `<<`: its place, what a line must say to end the body, and how the body is read."""

    start: int
    end: int
    text: bytes
    quoted: bool
    tabs: bool
    """`<<-`: tabs before a line don't count."""


class Heredoc(NamedTuple):
    """Where the parts of a here-document are: the marker, the body, and the marker that ends it."""

    marker: tuple[int, int]
    body: tuple[int, int]
    last: tuple[int, int]


_WORD: Final = re.compile(
    rb"""[ \t]*+((?!\#)(?:[^ \t\n;&|<>()'"\\$`]++|'[^'\n]*+'|"[^"$`\\\n]*+"|\\[^\n])++)"""
)
_ENDS_WORD: Final = frozenset(b" \t\n;&|<>()")
_QUOTE: Final = re.compile(rb"""'([^']*+)'|"([^"]*+)"|\\(.)""")


def marker_at(source: bytes, at: int, end: int, *, tabs: bool) -> Marker:
    """The marker behind an operator: one word, in which nothing but quotes is special."""
    found = _WORD.match(source, at, end)
    if found is None or (found.end() < end and source[found.end()] not in _ENDS_WORD):
        raise Unsure
    raw = found[1]
    text = _QUOTE.sub(lambda part: part[1] or part[2] or part[3] or b"", raw)
    return Marker(found.start(1), found.end(), text, _QUOTE.search(raw) is not None, tabs)


def body_of(source: bytes, marker: Marker, start: int, end: int) -> Heredoc:
    """The body that begins at a line, and the first line that is the marker and nothing else.

    Where nothing is quoted, a backslash joins a line with the next one before they are compared.
    """
    at, joined = start, False
    while at < end:
        stop = source.find(b"\n", at, end)
        stop = end if stop < 0 else stop
        line = source[at:stop]
        if marker.tabs:
            line = line.lstrip(b"\t")
        if not joined and line == marker.text:
            return Heredoc((marker.start, marker.end), (start, at), (stop - len(line), stop))
        if not marker.quoted:
            before, joined = joined, (len(line) - len(line.rstrip(b"\\"))) % 2 == 1
            if joined and (before or marker.text.startswith(line[:-1])):
                raise Unsure
        at = stop + 1
    raise Unsure
