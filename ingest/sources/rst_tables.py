"""Tables of reStructuredText: grids and simple ones become rows of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ingest.sources.rst_inline import put_inline
from ingest.trace import Writer

_GRID: Final = re.compile(r"\s*\+(?:[-=]+\+)+\s*$")
_SIMPLE: Final = re.compile(r"\s*=+(?: +=+)+\s*$")
_ROWS_MAX: Final = 5_000


@dataclass(frozen=True)
class Table:
    """Columns as `(begin, end)`, rows as the numbers of their lines, and the line behind it."""

    columns: tuple[tuple[int, int], ...]
    rows: tuple[tuple[int, ...], ...]
    behind: int


def table_at(lines: Sequence[str], at: int) -> Table | None:
    """The table that begins at this line, if one does."""
    if _GRID.match(lines[at]):
        return _grid(lines, at)
    return _simple(lines, at) if _SIMPLE.match(lines[at]) else None


def _grid(lines: Sequence[str], at: int) -> Table:
    corners = [place for place, character in enumerate(lines[at]) if character == "+"]
    columns = tuple((one + 1, other) for one, other in pairwise(corners))
    rows: list[tuple[int, ...]] = []
    row: list[int] = []
    behind = at
    while behind < len(lines) and lines[behind].lstrip()[:1] in ("+", "|"):
        if _GRID.match(lines[behind]):
            rows += [tuple(row)] if row else []
            row = []
        else:
            row.append(behind)
        behind += 1
    return Table(columns, (*rows, tuple(row)) if row else tuple(rows), behind)


def _simple(lines: Sequence[str], at: int) -> Table | None:
    """It ends with the last border before an empty line; a line without a first cell goes on with a row."""
    columns = [(found.start(), found.end()) for found in re.finditer("=+", lines[at])]
    columns[-1] = (columns[-1][0], 10_000)
    borders = [at]
    number = at + 1
    while number < min(len(lines), at + _ROWS_MAX):
        if _SIMPLE.match(lines[number]):
            borders.append(number)
            if not (number + 1 < len(lines) and lines[number + 1].strip()):
                break
        number += 1
    if len(borders) < 2:
        return None
    rows: list[tuple[int, ...]] = []
    for line in range(at + 1, borders[-1]):
        if line in borders or not lines[line].strip():
            continue
        begin, end = columns[0]
        if rows and not lines[line][begin:end].strip():
            rows[-1] = (*rows[-1], line)
        else:
            rows.append((line,))
    return Table(tuple(columns), tuple(rows), borders[-1] + 1)


def put_table(out: Writer, lines: Sequence[str], starts: Sequence[int], table: Table) -> None:
    """Write it as rows of Markdown, the first as its head."""
    for number, row in enumerate(table.rows):
        out.put("\n|" if number == 0 else "|")
        for column in table.columns:
            for line in row:
                _put_cell(out, lines[line], starts[line], column)
            out.put(" |")
        out.put("\n")
        if number == 0:
            out.put("|" + " --- |" * len(table.columns) + "\n")
    out.put("\n")


def _put_cell(out: Writer, line: str, begin: int, column: tuple[int, int]) -> None:
    text = line[column[0] : column[1]]
    place = begin + column[0] + len(text) - len(text.lstrip())
    out.put(" ")
    for number, part in enumerate(text.strip().split("|")):
        if number:
            out.put("\\|", place, 1)
            place += 1
        put_inline(out, part, place)
        place += len(part)
