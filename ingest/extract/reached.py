"""Sections that the text leads to in a case and that are for that case alone: “If one partition lags, go to
“Poison message”.” Whoever is not led there has nothing to do in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft
from ingest.extract.told_in_cases import told_in_cases
from ingest.extract.vocabulary import is_imperative

_LEADS: Final = re.compile(
    r"(?i)(?:\b(?:see|follow|use|read|consult|refer\s+to|(?:go|move|head|proceed|continue|switch)\s+"
    r"(?:on\s+|over\s+|down\s+)?(?:to|with|at))\s+|(?:^|→|->|=>)\s*)(?:the\s+)?(?:(?:steps?|procedure|instructions?)\s+"
    r"(?:in|under|of|for|from)\s+(?:the\s+)?)?(?:(?:section|part|chapter)\s+(?:on\s+|about\s+)?)?[\"“‘'*_\[]{0,3}"
    r"(?P<name>[^\"”“.;:\n\[\]]{3,80}?)[\"”’'*_\]]{0,3}(?:\s+(?:section|below|part|procedure|steps?|instead))*"
    r"\s*(?:[.;,)]|\s(?:and|then|first)\b|$)"
)
_PHASE: Final = re.compile(
    r"(?i)^\W*(?:verif\w+|validat\w+|confirm\w*|clean(?:ing)?[- ]?up|after\w*|finally|final|finish\w*|next|"
    r"follow[- ]?ups?|post\w*|wrap\w*|conclusion|closing|summary|recap|done|notes?)\b"
)
"""What comes at the end of each way through a runbook."""
_DOING: Final = re.compile(r"(?i)^\W*(?:how to\b|[a-z]{2,14}ing\b)")
_NUMBERED: Final = re.compile(r"(?i)^\W*(?:(?:step|phase|part|task)\s*)?\d{1,2}\b")

Path = tuple[tuple[str, bool], ...]
"""Cases, the outermost first, and whether each is turned."""


@dataclass(frozen=True)
class Reached:
    """A section, by the places of its blocks, and the cases that lead there: each the path of one step."""

    name: str
    begin: int
    end: int
    ways: tuple[Path, ...]

    def case(self) -> Path:
        """The path on which the section is read."""
        if len(self.ways) == 1:
            return self.ways[0]
        return ((f"A step above leads to “{self.name}”", False),)


def reached(
    drafts: Sequence[Draft], blocks: Sequence[Block], told: Callable[[Draft], str]
) -> tuple[Reached, ...]:
    """The sections that are read in a case alone. `told`: what a step tells to do behind its case. One that
    tells to act may be the next step of all ways; where several are led to, each is for its own.
    """
    heads = {_plain(block.text): at for at, block in enumerate(blocks) if block.kind == "heading"}
    if not heads:
        return ()
    places = {id(block): place for place, block in enumerate(blocks)}
    ways: dict[int, dict[Path, None]] = {}
    for place, path, text in (*_of_steps(drafts, places, told), *_of_sentences(drafts, blocks)):
        for found in _LEADS.finditer(text):
            at = heads.get(_plain(found["name"]), -1)
            if at > place and not _comes_anyway(blocks[at].text):
                ways.setdefault(at, {})[path] = None
    several = len(ways) > 1
    return tuple(
        Reached(blocks[at].text.strip(), at, _end(at, blocks), tuple(paths))
        for at, paths in sorted(ways.items())
        if several or not _acts(blocks[at].text)
    )


def _of_steps(
    drafts: Sequence[Draft], places: Mapping[int, int], told: Callable[[Draft], str]
) -> Iterator[tuple[int, Path, str]]:
    """What is told in a case by steps: the place of the block, the case, the words."""
    for draft in drafts:
        if draft.condition is not None and not draft.undoing:
            path = (*draft.within, (draft.condition, draft.negated))
            yield places.get(id(draft.block), len(places)), path, told(draft)


def _of_sentences(drafts: Sequence[Draft], blocks: Sequence[Block]) -> Iterator[tuple[int, Path, str]]:
    """The same of sentences that are no steps: “If a pod crashes, see “Bad deploy”.”"""
    steps = {id(draft.block) for draft in drafts}
    for place, block in enumerate(blocks):
        if block.kind in ("paragraph", "item") and id(block) not in steps:
            for case, turned, told in told_in_cases(block):
                yield place, ((case, turned),), told


def guarded(draft: Draft, section: Reached) -> Draft:
    """A step of a section that is read in a case alone: its own cases stand within that one."""
    own = () if draft.condition is None else (*draft.within, (draft.condition, draft.negated))
    case = section.case()
    if any(part in own for part in case):
        return draft
    path = (*case, *own)
    return replace(draft, within=path[:-1], condition=path[-1][0], negated=path[-1][1])


def section_of(place: int, sections: Sequence[Reached]) -> Reached | None:
    """The section apart that a block stands in."""
    return next((section for section in sections if section.begin <= place < section.end), None)


def _end(at: int, blocks: Sequence[Block]) -> int:
    level = blocks[at].level
    behind = range(at + 1, len(blocks))
    return next(
        (place for place in behind if blocks[place].kind == "heading" and 0 < blocks[place].level <= level),
        len(blocks),
    )


def _comes_anyway(heading: str) -> bool:
    return _NUMBERED.match(heading) is not None or _PHASE.match(heading) is not None


def _acts(heading: str) -> bool:
    return is_imperative(heading) or _DOING.match(heading) is not None


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" *_:.<>[]()#\"'`“”?").lower()
