"""Fences of code blocks that Markdown would not close where their author did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.trace import Edit

_FENCE: Final = re.compile(r"([ \t]{0,12})(`{3,}|~{3,})")
_LATE: Final = re.compile(r"([^`]*[^`\s])```[ \t]*")


@dataclass
class _Open:
    """An open fence: where its line begins, its indent and mark, and the least indent of its code."""

    place: int
    indent: int
    mark: str
    least: int = 1_000


def mended_fences(text: str) -> list[Edit]:
    """The edits, in order. A fence that is closed at the end of the last line of code gets a line of its own;
    one that stands deeper than its code, as in a list, loses its indent: the code would end the list, and
    the closing fence would open another block.
    """
    edits: list[Edit] = []
    opened: _Open | None = None
    place = 0
    lines = text.split("\n")
    ends = _unclosed(lines)
    for number, line in enumerate(lines):
        if opened is not None and number in ends:
            edits.append(Edit(place, place, f"{' ' * opened.indent}{opened.mark}\n"))
            opened = None
        found = _FENCE.match(line)
        late = _LATE.fullmatch(line) if opened and opened.mark == "```" else None
        if opened is None:
            opened = _Open(place, len(found[1]), found[2]) if found else None
        elif found and found[2].startswith(opened.mark) and not line.strip(" \t`~"):
            edits += _outdented(opened, place, len(found[1]))
            opened = None
        elif late:
            edits.append(Edit(place + late.end(1), place + late.end(1), "\n"))
            opened = None
        elif line.strip():
            opened.least = min(opened.least, len(line) - len(line.lstrip()))
        place += len(line) + 1
    return sorted((*edits, *_short_fences(text)), key=lambda edit: edit.start) if "``\n" in text else edits


_PROSE: Final = re.compile(r"[ \t]{0,6}(?:#{1,6} \S|(?:\d{1,3}[.)]|[-*•])\s+[A-Z`*]|[A-Z][\w'’-]* [a-zA-Z])")


def _unclosed(lines: list[str]) -> frozenset[int]:
    """The lines before which a fence has to be closed that its author never did: another one with a label
    opens below it, and is closed alone. It ends where an empty line parts its code from prose.
    """
    fences = [(number, found[2], line[found.end() :].strip("`~ \t")) for number, line in enumerate(lines)
              if (found := _FENCE.match(line))]  # fmt: skip
    ends: set[int] = set()
    begin = 0
    while begin < len(fences):
        first, below = fences[begin], fences[begin + 1 : begin + 4]
        nested = len(below) > 2 and not below[2][2]
        labelled = bool(first[2]) and bool(below) and bool(below[0][2]) and len(below) > 1 and not below[1][2]
        if not labelled or nested or first[1] != below[0][1]:
            begin += 2 if below else 1
            continue
        parted = [number for number in range(first[0] + 2, below[0][0])
                  if not lines[number - 1].strip() and _PROSE.match(lines[number])]  # fmt: skip
        ends.add(parted[0] if parted else below[0][0])
        begin += 1
    return frozenset(ends)


_SHORT: Final = re.compile(
    r"(?m)^[ \t]{0,3}``(?P<open>)[ \t]*\n(?:(?![ \t]*(?:``|\n))[^\n]+\n){1,20}[ \t]{0,3}``(?P<close>)[ \t]*$"
)


def _short_fences(text: str) -> list[Edit]:
    """A backtick more for the two that stand alone on a line over code and below it: as code in a sentence,
    its lines would become one.
    """
    places = [found.start(name) for found in _SHORT.finditer(text) for name in ("open", "close")]
    return [Edit(place, place, "`") for place in places]


def _outdented(opened: _Open, closing: int, indent: int) -> list[Edit]:
    if not opened.indent or opened.least >= opened.indent:
        return []
    found = [Edit(opened.place, opened.place + opened.indent, "")]
    return [*found, Edit(closing, closing + indent, "")] if indent else found


_BY_ROOT: Final = re.compile(r"#{1,2} (?=[a-z/])[^\n]{3,400} \\$")


def root_fences(text: str) -> list[Edit]:
    """The edits that put a fence around a command of root that goes on in the lines below it, outside of
    other fences: Markdown takes its prompt for a title.
    """
    edits: list[Edit] = []
    fenced = goes_on = False
    place = 0
    for line in text.split("\n") if "\\\n" in text else ():
        if goes_on and not line.endswith("\\"):
            edits.append(Edit(place + len(line), place + len(line), "\n```"))
            goes_on = False
        elif not goes_on and _FENCE.match(line):
            fenced = not fenced
        elif not (goes_on or fenced) and _BY_ROOT.fullmatch(line):
            edits.append(Edit(place, place, "```\n"))
            goes_on = True
        place += len(line) + 1
    return [*edits, Edit(len(text), len(text), "\n```")] if goes_on else edits
