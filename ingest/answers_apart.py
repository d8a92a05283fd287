"""Questions with their answers behind arrows, several in a line, are parted: each has a paragraph of its own.

“Lag on one partition only? -> go to 6. Lag on all? -> continue” is two cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.blocks import Block, InlineCode
from ingest.extract.contrast import bans_questions
from ingest.trace import part_of

_ARROW: Final = r"\s{0,3}(?:->|=>|→)\s"
_ANOTHER: Final = re.compile(
    rf"(?i)(?:(?<=[.;!,/|])|(?<=\s[–—-]))\s{{1,3}}(?=(?:[^.?!;→>\n]{{2,90}}\?|(?:if )?(?:yes|no|so|not)|"
    rf"otherwise|else|"
    rf"(?:if|when)\s[^.?!;→>,\n]{{2,90}}?){_ARROW})"
)
_FIRST: Final = re.compile(rf"[^→]{{2,300}}?{_ARROW}")
_LONGEST: Final = 2_000


def answers_apart(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; of an item or a paragraph with several questions and arrows, one for each: those behind the
    first are paragraphs inside it.
    """
    for block in blocks:
        cuts = _cuts(block) if block.kind in ("item", "paragraph") and len(block.text) <= _LONGEST else []
        for number, (start, end) in enumerate(pairwise([0, *cuts, len(block.text)])):
            part = piece(block, start, end) if cuts else block
            inside = block.level + (block.kind == "item")
            yield replace(part, kind="paragraph", level=inside) if number else part


def _cuts(block: Block) -> list[int]:
    if "?" not in block.text and "yes" not in block.text.lower():
        return []
    found = [item.end() for item in _ANOTHER.finditer(block.text)]
    inside = [at for at in found if not any(code.start < at < code.end for code in block.code)]
    if bans_questions(block.text):  # it holds for all of them
        return []
    return inside if inside and _FIRST.match(block.text[: inside[0]]) else []


def piece(block: Block, start: int, end: int) -> Block:
    """The part `text[start:end]` of a block, with its code and its place."""
    text = block.text[start:end].rstrip()
    code = tuple(
        InlineCode(item.start - start, item.end - start, item.taken)
        for item in block.code
        if start <= item.start and item.end <= start + len(text)
    )
    return replace(block, text=text, code=code, trace=part_of(block.trace, start, text))
