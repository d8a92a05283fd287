"""Tables that directives of reStructuredText hold: `list-table` and `csv-table` become rows of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.sources.rst_inline import put_inline
from ingest.trace import Writer

TABLES: Final = frozenset({"list-table", "csv-table"})
_ROW: Final = re.compile(r"\s*\*\s+-(?:\s+|$)")
_CELL: Final = re.compile(r"\s*-(?:\s+|$)")
_HEADER: Final = re.compile(r"\s*:header:\s*(?=\S)")
_OPTION: Final = re.compile(r"\s*:[\w-]+:")
_VALUE: Final = re.compile(r"\s*(?:\"(?P<quoted>(?:[^\"]|\"\")*)\"|(?P<plain>[^,]*))\s*(?:,|$)")

Cell = list[tuple[int, str]]
"""Its pieces: where each stands in the text, and what it says."""


def put_directive_table(
    out: Writer, lines: Sequence[str], starts: Sequence[int], name: str, place: tuple[int, int]
) -> None:
    """Write the rows of a directive's body, the lines of `place`; the first row as the head."""
    rows = (_listed if name == "list-table" else _separated)(lines, starts, place)
    for number, row in enumerate(rows):
        out.put("\n|" if number == 0 else "|")
        for cell in row:
            for begin, text in cell:
                out.put(" ")
                _put(out, text, begin)
            out.put(" |")
        out.put("\n")
        if number == 0:
            out.put("|" + " --- |" * len(row) + "\n")
    out.put("\n")


def _put(out: Writer, text: str, begin: int) -> None:
    for number, part in enumerate(text.split("|")):
        if number:
            out.put("\\|", begin, 1)
            begin += 1
        put_inline(out, part, begin)
        begin += len(part)


def _listed(lines: Sequence[str], starts: Sequence[int], place: tuple[int, int]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number in range(*place):
        line = lines[number]
        row, cell = _ROW.match(line), _CELL.match(line)
        if not line.strip() or (not rows and row is None):
            continue
        mark = row or cell
        at = mark.end() if mark else len(line) - len(line.lstrip())
        if row:
            rows.append([[]])
        elif cell:
            rows[-1].append([])
        text = line[at:].rstrip()
        if text:
            rows[-1][-1].append((starts[number] + at, text))
    return rows


def _separated(lines: Sequence[str], starts: Sequence[int], place: tuple[int, int]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number in range(*place):
        line = lines[number]
        header = _HEADER.match(line)
        if not line.strip() or (header is None and not rows and _OPTION.match(line)):
            continue
        if header is None and _OPTION.match(line):
            continue
        rows.append(_values(line, header.end() if header else 0, starts[number]))
    return rows


def _values(line: str, at: int, begin: int) -> list[Cell]:
    cells: list[Cell] = []
    while at < len(line):
        found = _VALUE.match(line, at)
        if found is None or found.end() == at:
            break
        name = "quoted" if found["quoted"] is not None else "plain"
        text = found[name].rstrip()
        cells.append([(begin + found.start(name), text)] if text else [])
        at = found.end()
    return cells
