"""Blocks of code are parted at the lines of prose in them: those are paragraphs, and read as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, groupby
from typing import Final

from ingest.blocks import Block
from ingest.extract.commands import looks_like_command
from ingest.extract.consoles import is_sql
from ingest.extract.inner_shells import opens_shell
from ingest.extract.negation import negated
from ingest.extract.prompts import prompt_end
from ingest.extract.prose_lines import is_prose
from ingest.extract.vocabulary import NEUTRAL_LABELS, SHELL_LABELS
from ingest.trace import part_of
from scanner.parse import parse_bash

_LABELS: Final = SHELL_LABELS | NEUTRAL_LABELS | {""}
_COMMENT: Final = re.compile(r"(?:^|\s)#\s.*$")
_CASE: Final = re.compile(
    r"(?i)\b(?:if|when|whenever|unless|once|otherwise|else|except|in case|as long as|where|should you)\b"
)
_STOPS: Final = re.compile(
    r"(?i)\b(?:stop|skip|abort|cancel|ignore|leave|quit|refrain|avoid|instead|or|only|no|without|done|already|"
    r"old|before)\b"
)
"""With these a line may say that what stands below it is not run, or not always."""

_VALUE: Final = re.compile(r"<[A-Za-z][\w .-]{0,40}>")
"""What is filled in; a shell would redirect."""

_CONSOLE: Final = re.compile(
    r"(?:sudo\s+(?:-\S+\s+\w+\s+)?)?(?:\S*psql|mysql|mariadb|sqlplus|sqlcmd|sqlite3?|redis-cli|mongo(?:sh)?|cqlsh|"
    r"clickhouse-client|influx|python3?|irb|node|rails|ruby|perl|php|vim?|nano|ed|s?ftp|telnet|gdb|nc)\b"
)
"""What may read the lines below it itself."""


def parted(blocks: Iterable[Block], *, fenced: bool) -> Iterator[Block]:
    """The blocks, each of commands without the lines of prose in it: those are paragraphs, inside what the
    block stands in. `fenced`: nobody would write a sentence with a capital into a block of code.
    """
    inside = 0
    for block in blocks:
        if block.kind == "item":
            inside = block.level + 1
        elif block.kind in ("paragraph", "heading"):
            inside = block.level if block.kind == "paragraph" else 0
        if block.kind == "code" and block.language in _LABELS and not block.quoted:
            yield from _parts(block, inside, anyhow=not fenced)
        else:
            yield block


def _parts(block: Block, level: int, *, anyhow: bool) -> Iterator[Block]:
    lines = block.text.split("\n")
    prose = _prose_lines(lines, anyhow=anyhow) if _may_be_parted(block, lines) else set()
    if not prose:
        yield block
        return
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for kind, group in groupby(range(len(lines)), key=lambda number: number if number in prose else -1):
        numbers = list(group)
        begin, end = starts[numbers[0]], starts[numbers[-1] + 1] - 1
        if not block.text[begin:end].strip():
            continue
        if kind < 0:
            yield _piece(block, begin, end, numbers[0])
            continue
        begin += len(lines[kind]) - len(lines[kind].lstrip())
        told = _piece(block, begin, end, kind)
        yield replace(told, kind="paragraph", level=level, language="")


def _may_be_parted(block: Block, lines: list[str]) -> bool:
    """Whether a block begins with a command, and nothing in it is a text that a command takes or prints."""
    first = next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if "<<" in block.text or block.text.lstrip().startswith("#!"):
        return False
    if any(prompt_end(line) or line.lstrip().startswith("$ ") for line in lines):
        return False
    return looks_like_command(_COMMENT.sub("", first).rstrip("\\ ")) and not is_prose(first)


def _prose_lines(lines: list[str], *, anyhow: bool) -> set[int]:
    """The numbers of the lines that are prose. None where the rest is no series of whole commands, piece by
    piece, or where a line above commands says when they are run: who parts such a block may turn it round.
    """
    found = {number for number, line in enumerate(lines) if is_prose(line, anyhow=anyhow)}
    last = max(
        (number for number, line in enumerate(lines) if line.strip() and number not in found), default=0
    )
    if any(_says_when(lines[number]) for number in found if number < last):
        return set()
    pieces = groupby(range(len(lines)), key=lambda number: number in found)
    whole = all(prose or _is_whole([lines[number] for number in group]) for prose, group in pieces)
    return found if whole else set()


def _says_when(line: str) -> bool:
    return _CASE.search(line) is not None or _STOPS.search(line) is not None or negated(line)


def _is_whole(lines: list[str]) -> bool:
    """Whether lines are whole commands of a shell, none of which opens another shell or a console."""
    if not parse_bash(_VALUE.sub("x", "\n".join(lines))).complete:
        return False
    told = [text for line in lines if (text := _COMMENT.sub("", line).strip())]
    return all(
        looks_like_command(line.rstrip("\\ "))
        and not (is_sql(line) or opens_shell(line))
        and _CONSOLE.match(line) is None
        for line in told
    )


def _piece(block: Block, start: int, end: int, number: int) -> Block:
    """A part of a block, which begins at its line `number`, from 0."""
    text = block.text[start:end].rstrip()
    line = block.line + number
    return replace(
        block, text=text, line=line, end_line=line + text.count("\n"), trace=part_of(block.trace, start, text)
    )
