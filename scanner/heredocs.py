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
_WINDOWS: Final = (1 << 10, 1 << 13, 1 << 16)
"""Bytes behind which the end of a body is looked for farther away: a text may hold many short ones."""
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
    for size in _WINDOWS:
        stop = source.find(b"\n", start + size, end) + 1 or end
        found = _ended(source[start:stop].split(b"\n"), marker, start)
        if found is not None:
            return found
        if stop == end:
            break
    raise Unsure


def _ended(lines: list[bytes], marker: Marker, start: int) -> Heredoc | None:
    """The same of these lines, of which the last one is none where it is empty; None where none ends it."""
    if not lines[-1]:
        lines.pop()
    shown = [line.lstrip(b"\t") for line in lines] if marker.tabs else lines
    joints = set[int]() if marker.quoted else {at for at, line in enumerate(shown) if _goes_on(line)}
    last = -1
    try:
        while last < 0 or last - 1 in joints:
            last = shown.index(marker.text, last + 1)
    except ValueError:
        return None
    for at in joints:
        if at < last and (at - 1 in joints or marker.text.startswith(shown[at][:-1])):
            raise Unsure
    begins = start + sum(map(len, lines[:last])) + last
    stop = begins + len(lines[last])
    return Heredoc((marker.start, marker.end), (start, begins), (stop - len(shown[last]), stop))


def _goes_on(line: bytes) -> bool:
    return line.endswith(b"\\") and (len(line) - len(line.rstrip(b"\\"))) % 2 == 1
