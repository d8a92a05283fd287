"""The cases that steps wait for and that the rules for cases did not find: what guards a step is a branch,
however it was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft
from ingest.extract.named_cases import is_awaited, only_told
from ingest.extract.vocabulary import sentence_places
from ingest.trace import Span

_OURS: Final = re.compile(r"(?:Instead of|Although it says) “")
"""Questions that the import asks in its own words."""

_BARE: Final = re.compile(r"(?i)^(?:if not|if so|otherwise|else|in (?:this|that|such a) case)$")
_WORDS: Final = 2
_FAR: Final = 12
"""Blocks above a step in which its case is looked for."""


def guards(
    blocks: Sequence[Block], drafts: Sequence[Draft], known: Sequence[str]
) -> Iterator[tuple[str, Span, tuple[int, ...], tuple[int, ...]]]:
    """Each case that steps wait for and that is not `known`: its words and place, and the steps on each side.
    One that says nothing alone (“If not”) is told by its sentence.
    """
    places = {id(block): place for place, block in enumerate(blocks)}
    told: dict[str, tuple[list[int], list[int]]] = {}
    for index, draft in enumerate(drafts):
        if draft.condition is not None and not draft.undoing and not _not_told(draft.condition):
            told.setdefault(draft.condition, ([], []))[draft.negated].append(index)
    for case, (then, otherwise) in told.items():
        low = " ".join(case.lower().split())
        if any(low == other or _is_part(low, other) or _is_part(other, low) for other in known):
            continue
        first = drafts[min([*then, *otherwise])]
        found = _place_of(blocks, places.get(id(first.block), -1), case, first)
        if found is not None:
            yield found[0], found[1], tuple(then), tuple(otherwise)


def _not_told(case: str) -> bool:
    return _OURS.match(case) is not None or is_awaited(case)


def _is_part(one: str, other: str) -> bool:
    """Whether a case is told as a part of another one; “full?” is none of “not full?”."""
    return len(one.split()) > _WORDS and one in other


def is_ours(draft: Draft) -> bool:
    """Whether a step waits for the answer to a question in our words, as which of several ways is gone."""
    cases = [draft.condition, *(case for case, _ in draft.within)]
    return any(case is not None and _OURS.match(case) for case in cases)


def _place_of(blocks: Sequence[Block], place: int, case: str, draft: Draft) -> tuple[str, Span] | None:
    """The words of a case as the text has them, and where: in its step's block, or the nearest above."""
    for at in range(place, max(-1, place - _FAR), -1):
        block = blocks[at]
        start = block.text.lower().find(case.lower())
        if start < 0:
            continue
        end = start + len(case)
        around = next(
            ((begin, stop) for begin, stop in sentence_places(block.text) if begin <= start < stop),
            (start, end),
        )
        if block.kind != "code" and only_told(block.text[slice(*around)], block.text[start:end]):
            return None
        start, end = around if _BARE.match(case) else (start, end)
        return " ".join(block.text[start:end].split()).strip(" *_("), block.place(start, end)
    return (case, draft.spans[0]) if draft.spans else None
