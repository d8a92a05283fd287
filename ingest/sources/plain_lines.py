"""The lines of a plain text while they are read, and what several of them become."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from ingest.blocks import Block, BlockKind, InlineCode
from ingest.trace import Trace, Writer

_BACKTICKS: Final = re.compile(r"(?<!`)(`{1,3})(?!`) ?([^\n]{1,4000}?)(?<!`)\1(?!`)")
"""Code in a sentence: between as many backticks as before it, so that others may stand in it."""
FENCE: Final = re.compile(r"^\s*```+\s*(\w*)\s*$")
ADOC_FENCE: Final = re.compile(r"^(-{4,}|\.{4,})\s*$")


@dataclass
class Lines:
    """The lines, where each begins, and where the reader is."""

    lines: list[str]
    starts: list[int]
    asciidoc: bool = False
    place: int = 0
    pending_language: str = ""
    paragraph: list[str] = field(default_factory=list)
    paragraph_line: int = 1
    typed: int = -1
    """The line behind the last one of a block of commands."""
    boxes: tuple[int, ...] = ()

    def text_line(self, offset: int) -> int:
        """The number of the line, from 1, in which an offset of the text stands."""
        return bisect_right(self.starts, offset)


def title_block(
    state: Lines, number: int, text: str, column: int, *, level: int, kind: BlockKind = "heading"
) -> Block:
    out = Writer()
    out.put(text.strip(), state.starts[number - 1] + column + len(text) - len(text.lstrip()))
    return Block(kind, out.text, number, number, level=level, trace=out.trace)


def joined_lines(state: Lines, first: int, parts: list[str], column: int = 0) -> Writer:
    """The parts of lines from `first` (from 0) on, stripped, as one line; `column` is the first one's."""
    out = Writer()
    for number, part in enumerate(parts):
        out.put(" " if number else "", state.starts[first + number] - 1)
        before = len(part) - len(part.lstrip()) + (0 if number else column)
        out.put(part.strip(), state.starts[first + number] + before)
    return out


def with_code(written: Writer) -> tuple[str, tuple[InlineCode, ...], Trace]:
    """Take backticks away and say where the code stands."""
    text, place = written.text, 0
    out = Writer()
    spans: list[InlineCode] = []
    for found in _BACKTICKS.finditer(text):
        out.put(text[place : found.start()], place)
        code = found[2].rstrip(" \t") or found[2]
        spans.append(InlineCode(out.length, out.length + len(code)))
        out.put(code, found.start(2))
        place = found.end()
    out.put(text[place:], place)
    return out.text, tuple(spans), out.trace.over(written.trace)
