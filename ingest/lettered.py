"""Lists that count with letters or small Roman numbers (`a.`, `b)`, `ii.`), told as the numbered lists that
they are: Markdown has no other; and steps that are called `A1`, `A2`, `B1`. Each change is an edit, so that
every character keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.trace import Edit

_LETTERED: Final = re.compile(
    r"(?P<indent>[ \t]{0,12})(?P<mark>[a-z]|[ivx]{1,5})(?P<dot>[.)])[ \t]{1,8}(?=\S)"
)
_CODED: Final = re.compile(
    r"(?m)^(?P<indent>[ \t]{0,12})(?P<letter>[A-Z])(?P<number>\d{1,2})(?:[.):][ \t]{1,8}|[ \t]{1,8})"
    r"(?=[^\s=|:,.])"
)
_CODED_LEAST: Final = 3
_FENCE: Final = re.compile(r"[ \t]{0,12}(?:```|~~~)")
_HERE: Final = re.compile(r"<<-?[ \t]{0,3}[\"'\\]?(?P<end>[A-Za-z_]\w{0,40})")
_LETTERS: Final = tuple("abcdefghijklmnopqrstuvwxyz")
_ROMAN: Final = tuple("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv".split())
_SYSTEMS: Final = (_LETTERS, _ROMAN)


@dataclass(frozen=True)
class _Mark:
    """A line that may be an item: where its mark stands, how deep, and what it says."""

    start: int
    indent: int
    text: str
    dot: str


def letter_marks(text: str) -> list[Edit]:
    """The edits that make numbered items of such lines, in order. A list has at least its first two items,
    equally deep, with nothing less deep between them. Linear time.
    """
    edits: list[Edit] = []
    open_: list[list[_Mark]] = []
    for mark in _marks(text):
        while open_ and mark.indent < open_[-1][0].indent:
            edits += _edits(open_.pop())
        if not mark.text:
            continue
        if open_ and _follows(open_[-1], mark):
            open_[-1].append(mark)
        elif any(mark.text == system[0] for system in _SYSTEMS):
            if open_ and mark.indent == open_[-1][0].indent:
                edits += _edits(open_.pop())
            open_.append([mark])
    while open_:
        edits += _edits(open_.pop())
    return sorted(edits, key=lambda edit: edit.start)


def coded_marks(text: str) -> list[Edit]:
    """The edits that make numbered items of lines that begin with `A1`, `A2`, `B1` …, in order: the text has
    at least three such lines, they count in its whole length, and each letter begins with its 1.
    """
    found = list(_coded(text)) if _CODED.search(text) else []
    last: dict[str, int] = {}
    for mark in found:
        if int(mark["number"]) != last.get(mark["letter"], 0) + 1:
            return []
        last[mark["letter"]] = int(mark["number"])
    if len(found) < _CODED_LEAST or len({len(mark["indent"].expandtabs(4)) for mark in found}) > 1:
        return []
    return [Edit(mark.start("letter"), mark.end(), f"{mark['number']}. ") for mark in found]


def _coded(text: str) -> Iterator[re.Match[str]]:
    """The marks outside of fences and of here-documents: what is typed stays as it is. Linear time."""
    place, fenced, closing = 0, False, ""
    for line in text.split("\n"):
        if closing:
            closing = "" if line.strip() == closing else closing
        else:
            fenced ^= _FENCE.match(line) is not None
            opens = _HERE.search(line) if "<<" in line else None
            closing = opens["end"] if opens else ""
            found = None if fenced else _CODED.match(text, place)
            if found is not None:
                yield found
        place += len(line) + 1


def _marks(text: str) -> Iterator[_Mark]:
    """The lines outside of fences that are marked so, and, without a text, those that are not."""
    place, fenced = 0, False
    for line in text.split("\n"):
        fenced ^= _FENCE.match(line) is not None
        found = None if fenced else _LETTERED.match(line)
        if found is not None:
            indent = len(found["indent"].expandtabs(4))
            yield _Mark(place + found.start("mark"), indent, found["mark"], found["dot"])
        elif line.strip() and not fenced:
            yield _Mark(place, len(line) - len(line.lstrip()), "", "")
        place += len(line) + 1


def _follows(row: list[_Mark], mark: _Mark) -> bool:
    """Whether a mark is the next one of a list."""
    if mark.indent != row[0].indent or mark.dot != row[0].dot:
        return False
    return any(
        row[0].text == system[0] and len(row) < len(system) and mark.text == system[len(row)]
        for system in _SYSTEMS
    )


def _edits(row: list[_Mark]) -> list[Edit]:
    if len(row) == 1:
        return []
    return [Edit(mark.start, mark.start + len(mark.text), str(at)) for at, mark in enumerate(row, 1)]
