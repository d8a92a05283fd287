"""Answers that a text itself suggests: its values, its headings, its commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft
from ingest.trace import Span

_MOST: Final = 4
_AMOUNT: Final = re.compile(
    r"(?:[<>]=?\s?)?\b\d{1,9}(?:\.\d{1,3})?\s?(?:%|percent\b|ms\b|s\b|sec(?:onds?)?\b|"
    r"m(?:in(?:utes?)?)?\b|h(?:ours?)?\b|"
    r"days?\b|[KMGT]i?B?\b|req/s|requests?/s)"
)
_WORD: Final = re.compile(r"[a-z][a-z-]{2,}")
_LEFT_OUT: Final = frozenset("the and for with that this from into then all any".split())
_LONGEST: Final = 120


_LINK: Final = re.compile(r"\]\(|\]\[|https?://|`_\b|>`_|:(?:ref|doc):`|\blink:|\bxref:")
_MARK: Final = 2
_POINTS: Final = re.compile(
    r"(?i)\b(?:aforementioned|above-?mentioned)\b|"
    r"\b(?:see|as|described|shown|explained|told|listed|documented|outlined)\b[^.;:]{0,30}? (?:above|below|"
    r"earlier)\b|"
    r"\b(?:see|following|repeat|as in|as per|described in|per) (?:the )?(?:steps?|section) \w"
)
_FOLLOWS: Final = re.compile(
    r"(?i)\bfollow(?:ing)? (?:the|our|your) ((?P<name>(?:[\w'’-]+ ){1,6}?)(?:procedures?|process|"
    r"instructions|"
    r"guide|runbook|playbook|steps|sop))\b"
)
_TITLE_WORDS: Final = 8
_STEP_TITLE: Final = re.compile(r"(?i)(?:step|phase)\s?\d{1,3}\s?[-–—:.)]\s[^\n]{2,100}")
_OVERVIEW: Final = re.compile(
    r"(?i)\b(?:involves|consists of|comprises|is made up of)\b[^.:]{0,40}\b(?:steps|stages|phases|"
    r"parts)\W*:\s*$"
)
_NEAR: Final = 200
_ANCHOR: Final = re.compile(r"\{#[\w-]{1,100}\}|^\W*(?:step\s*)?\d{1,3}[.):]\s+", re.IGNORECASE)


def _named(text: str) -> str:
    """What a section or a link to it is called, without its number and its anchor."""
    return " ".join(re.findall(r"[a-z0-9'’]+", _ANCHOR.sub(" ", text).lower()))


@dataclass(frozen=True)
class Candidates:
    """What a text offers."""

    blocks: Sequence[Block]
    drafts: Sequence[Draft]
    text: str = ""

    def linked(self, place: Span | None, sentence: str) -> bool:
        """Whether a sentence leads to where more is told: by a link in the source, or by words."""
        if _POINTS.search(sentence) is not None or self._follows_section(sentence):
            return True
        return place is not None and _LINK.search(self.text, place.start, place.end + _MARK) is not None

    def _follows_section(self, sentence: str) -> bool:
        """Whether a sentence tells to follow what a heading of the text names."""
        found = _FOLLOWS.search(sentence)
        return found is not None and bool({_named(found["name"]), _named(found[1])} & self._sections)

    def code_below(self, draft: int) -> bool:
        """Whether code stands right below an instruction, whether or not it became a command."""
        at = self._at(self.drafts[draft].block) + 1
        return 0 < at < len(self.blocks) and self.blocks[at].kind == "code"

    def codes_at(self, line: int) -> list[str]:
        """The inline codes of the blocks that begin at a line."""
        return self._codes.get(line, [])

    def values(self, sentence: str) -> list[str]:
        """Amounts with a unit: those of the sentence, then those of the rest of the text."""
        return list(dict.fromkeys([*_AMOUNT.findall(sentence), *self._amounts]))[:_MOST]

    def told_elsewhere(self, draft: int) -> bool:
        """Whether a heading, or a line that names a step, stands over what says how it is done; whether an
        item only names a section of the text, which does.
        """
        own = self.drafts[draft].block
        if own is None:
            return False
        if own.kind == "item":
            named = _named(own.text)
            return bool({named, named.partition(" ")[2]} & self._sections) or self._is_overview(own)
        titled = _STEP_TITLE.fullmatch(own.text.strip()) is not None and len(own.text.split()) <= _TITLE_WORDS
        if own.kind != "heading" and not titled:
            return False
        at = self._at(own) + 1
        following = self.blocks[at] if at < len(self.blocks) else None
        return following is not None and following.kind != "heading" and not _STEP_TITLE.match(following.text)

    def _is_overview(self, item: Block) -> bool:
        """Whether an item belongs to a list that only says of what steps a thing consists."""
        at = self._places.get(id(item), 0)
        while at and self.blocks[at].kind == "item":
            at -= 1
        return _OVERVIEW.search(self.blocks[at].text[-_NEAR:]) is not None

    def _at(self, block: Block | None) -> int:
        return self._places.get(id(block), len(self.blocks))

    @cached_property
    def _codes(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for block in self.blocks:
            if block.code:
                found.setdefault(block.line, []).extend(block.code_texts())
        return found

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(block): at for at, block in enumerate(self.blocks)}

    @cached_property
    def _sections(self) -> frozenset[str]:
        return frozenset(_named(block.text) for block in self.blocks if block.kind == "heading")

    @cached_property
    def _amounts(self) -> list[str]:
        """The first amounts of the text; looked for once, since each vague sentence asks for them."""
        found: list[str] = []
        for block in self.blocks:
            if block.kind != "code" and len(found) < 4 * _MOST:
                found += _AMOUNT.findall(block.text)
        return found

    def headings(self, draft: int) -> list[str]:
        """Headings of other sections, in order."""
        own = self.drafts[draft].section
        found = [block.text.strip() for block in self.blocks if block.kind == "heading"]
        return [text for text in dict.fromkeys(found) if text and text != own and len(text) <= 80][:_MOST]

    def commands(self, sentence: str, draft: int) -> list[str]:
        """Commands that share most words with the sentence, the nearest first among equals."""
        words = set(_WORD.findall(sentence.lower())) - _LEFT_OUT
        scored = []
        for index, item in enumerate(self.drafts):
            if item.kind == "command" and "\n" not in item.text and len(item.text) <= _LONGEST:
                shared = len(words & set(_WORD.findall(item.text.lower())))
                if shared:
                    scored.append((-shared, abs(index - draft), item.text))
        return list(dict.fromkeys(text for _, _, text in sorted(scored)))[:_MOST]
