"""Secrets in tables: what stands in a column that is headed “password”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.extract.vocabulary import COMMANDS
from ingest.secret_looks import CERTAIN, is_secret, trimmed
from scanner.secret import Secret, is_mixed

KIND: Final = "password"
_HEAD: Final = re.compile(
    rf"(?i)(?:[\w-]{{1,20}} )?(?P<name>{CERTAIN}|pass|pins?|(?:secret|api|access)[ -]keys?|"
    r"(?:(?:access|api|auth) )?tokens?|creds|credentials?|logins?)"
)
_ACCOUNTS: Final = re.compile(r"(?i)creds|credentials?|logins?")
_PAIR: Final = re.compile(r"[\w.@\\-]{2,40}[ \t]?[/:][ \t]?(\S{3,100})")
"""“admin / …”: an account and its password in one cell."""
_RULE: Final = re.compile(r"[|+ \t]*[-=:][-=:|+ \t]*")
_PIPED: Final = re.compile(r"(?:[^|\n\\]|\\.)+")
_TABBED: Final = re.compile(r"[^\t\n]+")
_ROW: Final = re.compile(r"(?i)<(/?)(table|tr|t[hd])\b[^<>]{0,300}>")
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,400}>|\*{1,3}|`+|&nbsp;|\u00a0|\r")


@dataclass
class _Row:
    """The places of a row's cells. `begins`: it is the first of its table; `ruled`: its look or a line below
    it says that it heads the others; `loose`: without that it may be a command with a pipe.
    """

    cells: list[tuple[int, int]]
    begins: bool = False
    ruled: bool = False
    loose: bool = False


def column_secrets(text: str) -> Iterator[Secret]:
    """The secrets of the tables of a text, in Markdown, Confluence, reStructuredText, HTML or with tabs."""
    seen = _MARKUP.sub(lambda found: " " * len(found[0]), text)
    for rows in (_lines(seen), _rows(text)):
        columns: dict[int, str] = {}
        certain = False
        for row in rows:
            if row.begins:
                columns, certain = _columns(seen, row), row.ruled
                continue
            for number, name in columns.items():
                if number < len(row.cells) and (found := _secret(seen, row.cells[number], name, certain)):
                    yield found


def _columns(seen: str, row: _Row) -> dict[int, str]:
    """The columns that are headed so; none where the first row holds values already."""
    shown = [seen[start:end].strip() for start, end in row.cells]
    if (
        len(shown) < 2
        or (row.loose and not row.ruled)
        or any(is_mixed(cell) and not _HEAD.fullmatch(cell) for cell in shown)
    ):
        return {}
    heads = ((number, _HEAD.fullmatch(cell)) for number, cell in enumerate(shown))
    return {
        number: head["name"]
        for number, head in heads
        if head is not None and head[0].split()[0].lower() not in COMMANDS
    }


def _secret(seen: str, cell: tuple[int, int], name: str, certain: bool) -> Secret | None:
    start, end = cell
    start += len(seen[start:end]) - len(seen[start:end].lstrip())
    value = trimmed(seen[start:end].rstrip())
    end = start + len(value)
    if (pair := _PAIR.fullmatch(value)) is not None:
        value, start = pair[1], start + pair.start(1)
    elif _ACCOUNTS.fullmatch(name):
        return None  # who somebody is
    if not value or len(value.split()) > 1 or not (certain or is_mixed(value) or value.isdigit()):
        return None
    return Secret(KIND, start, end) if is_secret(seen, start, end, name, sure=True, quoted=True) else None


def _lines(seen: str) -> Iterator[_Row]:
    """The rows of tables that are lines: with pipes, or with tabs."""
    place, last = 0, ""
    held: _Row | None = None
    for line in seen.split("\n"):
        mark = "|" if "|" in line else "\t" if "\t" in line.strip() else ""
        if _RULE.fullmatch(line.rstrip()) and ("|" in line or "+" in line):
            if held is not None:
                held.ruled = held.begins
        else:
            if held is not None:
                yield held
            held = _row(line, place, mark, begins=mark != last) if mark else None
            last = mark
        place += len(line) + 1
    if held is not None:
        yield held


def _row(line: str, place: int, mark: str, *, begins: bool) -> _Row:
    place += len(line) - len(line.lstrip(" "))
    pattern = _PIPED if mark == "|" else _TABBED
    cells = [(place + found.start(), place + found.end()) for found in pattern.finditer(line.strip(" "))]
    shown = line.strip()
    return _Row(cells, begins, shown.startswith("||"), loose=mark == "|" and not shown.startswith("|"))


def _rows(text: str) -> Iterator[_Row]:
    """The rows of HTML's tables."""
    row, opened, begins = _Row([]), 0, True
    for tag in _ROW.finditer(text):
        name = tag[2].lower()
        if name == "table":
            begins = True
        elif name == "tr":
            if row.cells:
                row.begins, begins = begins or row.ruled, False
                yield row
            row = _Row([])
        elif tag[1]:
            row.cells.append((opened, tag.start()))
        else:
            opened = tag.end()
            row.ruled = name == "th" and (row.ruled or not row.cells)
