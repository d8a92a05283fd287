"""Fences that stand deeper than their list lets them: Markdown reads them, with the words around them, as one
block of indented code. They are the blocks, and the words are paragraphs, that their author sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Final

from ingest.blocks import Block
from ingest.trace import part_of

_FENCE: Final = re.compile(r"[ \t]{0,8}(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]{0,30})[^`\n]{0,80}$")
_LINES_MAX: Final = 2_000


def fences_apart(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; one of indented code with fences in it as what stands in each and between them."""
    for block in blocks:
        if block.kind == "code" and not block.language and ("```" in block.text or "~~~" in block.text):
            yield from _parts(block) or [block]
        else:
            yield block


def _parts(block: Block) -> list[Block]:
    """Empty where a fence is not closed."""
    lines = block.text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    found: list[Block] = []
    opened: re.Match[str] | None = None
    begin = 0
    for at, line in enumerate(lines[:_LINES_MAX]):
        fence = _FENCE.match(line)
        if opened is None and fence is not None:
            found += _prose(block, lines, starts, begin, at)
            opened, begin = fence, at + 1
        elif opened is not None and fence is not None and fence["mark"].startswith(opened["mark"]):
            if not fence["language"]:
                found += _code(block, lines, starts, (begin, at), opened["language"].lower())
                opened, begin = None, at + 1
        elif opened is None and not line.strip():
            found += _prose(block, lines, starts, begin, at)
            begin = at + 1
    if opened is not None or len(lines) > _LINES_MAX:
        return []
    return [*found, *_prose(block, lines, starts, begin, len(lines))]


def _code(
    block: Block, lines: list[str], starts: list[int], place: tuple[int, int], language: str
) -> list[Block]:
    begin, end = place
    text = "\n".join(lines[begin:end])
    if not text.strip():
        return []
    trace = part_of(block.trace, starts[begin], text)
    line = block.line + begin
    return [
        replace(block, text=text, line=line, end_line=line + end - begin - 1, language=language, trace=trace)
    ]


def _prose(block: Block, lines: list[str], starts: list[int], begin: int, end: int) -> list[Block]:
    """The lines between two fences, each a paragraph."""
    found = []
    for at in range(begin, end):
        shown = lines[at].strip()
        if shown:
            start = starts[at] + lines[at].index(shown)
            line = block.line + at
            trace = part_of(block.trace, start, shown)
            found.append(replace(block, kind="paragraph", text=shown, line=line, end_line=line, trace=trace))
    return found
