"""What an LLM is shown of a text: its passages, numbered, secrets masked, cut into parts between sections.

Pure. A passage is a block as the rules see it: what no reader sees (comments, hidden elements, markup) is
not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from base import limits
from ingest.blocks import Block
from ingest.masking import MASKS
from scanner.redact import MASK, redact

_ABOUT_CHARACTERS: Final = 200


@dataclass(frozen=True)
class Part:
    """Neighbouring blocks, `first` the index of the first one in the text. Shown by their numbers from 1, so
    that a change further up asks nothing anew. `left_out`: numbers of those that are too long to be shown.
    """

    first: int
    passages: tuple[tuple[str, str], ...]
    """Kind and masked text of each."""
    title: str = ""
    section: str = ""
    left_out: frozenset[int] = frozenset()

    @cached_property
    def sha256(self) -> str:
        """Of everything in it that is shown, 64 hexadecimal digits."""
        return hashlib.sha256(self.data("").encode()).hexdigest()

    @property
    def id(self) -> str:
        """Names it within its prompt: 16 hexadecimal digits that follow from everything in it."""
        return self.sha256[:16]

    def data(self, name: str) -> str:
        """It as JSON in ASCII without `<` and `>`, under a name."""
        shown = [
            {"passage": number, "kind": kind, "text": text}
            for number, (kind, text) in enumerate(self.passages, 1)
            if number not in self.left_out
        ]
        written = json.dumps(
            {"id": name, "runbook_title": self.title, "section": self.section, "passages": shown},
            ensure_ascii=True,
            indent=1,
        )
        return written.replace("<", "\\u003c").replace(">", "\\u003e")


def parts_of(blocks: Sequence[Block], title: str = "") -> tuple[Part, ...]:
    """The text in parts, whole sections together where they fit; none where there would be too many."""
    masked = [masked_text(block.text) for block in blocks]
    named = _cut(masked_text(title))
    parts: list[Part] = []
    section = ""
    for first, end in _cuts(blocks, masked):
        part = tuple((blocks[at].kind, masked[at]) for at in range(first, end))
        long = frozenset(
            number
            for number, (_, text) in enumerate(part, 1)
            if len(text) > limits.EXTRACTION_PASSAGE_MAX_CHARACTERS
        )
        parts.append(Part(first, part, named, section, long))
        if len(parts) > limits.EXTRACTION_PARTS_MAX:
            return ()
        headings = [masked[at] for at in range(first, end) if blocks[at].kind == "heading"]
        section = _cut(headings[-1]) if headings else section
    return tuple(parts)


def masked_text(text: str) -> str:
    """A text as it may leave: each blanked secret as the short mark, and what else looks like one, too."""
    return redact(MASKS.sub(MASK, text))


def _cuts(blocks: Sequence[Block], masked: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the parts begin and end: at a heading where the next section does not fit any more, else between
    two passages.
    """
    first, size = 0, 0
    for begin, end in _sections(blocks):
        whole = sum(len(text) for text in masked[begin:end])
        if size and size + whole > limits.EXTRACTION_PART_CHARACTERS:
            yield first, begin
            first, size = begin, 0
        for at in range(begin, end):
            if at > first and size + len(masked[at]) > limits.EXTRACTION_PART_CHARACTERS:
                yield first, at
                first, size = at, 0
            size += len(masked[at])
    if first < len(blocks):
        yield first, len(blocks)


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    begin = 0
    for at, block in enumerate(blocks):
        if block.kind == "heading" and at > begin:
            yield begin, at
            begin = at
    if begin < len(blocks):
        yield begin, len(blocks)


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _ABOUT_CHARACTERS else flat[: _ABOUT_CHARACTERS - 1] + "…"
