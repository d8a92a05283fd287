"""What became of each sentence of a block, and of each line of code, with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.blocks import Block
from ingest.extract.vocabulary import sentence_places
from ingest.trace import Span

Fate = Literal["step", "expectation", "title", "prerequisite", "branch", "note", "ignored"]


@dataclass(frozen=True)
class Accounted:
    """What became of one sentence. `detail` says why; `draft` is the index of the step that it became or
    that it speaks of.
    """

    line: int
    end_line: int
    fate: Fate
    detail: str
    text: str
    span: Span
    draft: int | None = None


@dataclass(frozen=True)
class Claim:
    """Part of a block (`block.text[start:end]`) that has a fate of its own."""

    start: int
    end: int
    fate: Fate
    detail: str
    draft: int | None = None


def accounts_of(
    block: Block, otherwise: Claim, claims: Sequence[Claim] = (), within: Span | None = None
) -> Iterator[Accounted]:
    """The sentences of a block, each with the fate of the first claim that it meets; neighbours of one fate
    in code are one. `within`: only those that stand there in the source.
    """
    merged: list[tuple[int, int, Claim]] = []
    for piece, end in _pieces(block):
        if within is not None and not within.start <= block.place(piece, end).start < within.end:
            continue
        start = piece
        claim = next((item for item in claims if item.start < end and start < item.end), otherwise)
        if block.kind == "code" and merged and merged[-1][2] is claim:
            start = merged.pop()[0]
        merged.append((start, end, claim))
    counted = above = 0
    for start, end, claim in merged:
        first = last = block.line
        if block.kind == "code":
            above += block.text.count("\n", counted, start)
            counted = start
            first = min(block.end_line, block.line + above)
            last = min(block.end_line, first + block.text.count("\n", start, end))
        else:
            last = block.end_line
        yield Accounted(
            first, last, claim.fate, claim.detail, block.text[start:end], block.place(start, end), claim.draft
        )


def _pieces(block: Block) -> list[tuple[int, int]]:
    if block.kind == "code":
        return _lines(block.text)
    if block.kind == "row":
        return [(0, len(block.text))]
    return sentence_places(block.text) or [(0, len(block.text))]


def _lines(text: str) -> list[tuple[int, int]]:
    """The places of the lines that are not blank."""
    places, begin = [], 0
    for line in text.split("\n"):
        if line.strip():
            places.append((begin + len(line) - len(line.lstrip()), begin + len(line.rstrip())))
        begin += len(line) + 1
    return places
