"""Answers that a text itself suggests: its values, its headings, its commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft

_MOST: Final = 4
_AMOUNT: Final = re.compile(
    r"(?:[<>]=?\s?)?\b\d{1,9}(?:\.\d{1,3})?\s?(?:%|percent\b|ms\b|s\b|sec(?:onds?)?\b|"
    r"m(?:in(?:utes?)?)?\b|h(?:ours?)?\b|"
    r"days?\b|[KMGT]i?B?\b|req/s|requests?/s)"
)
_WORD: Final = re.compile(r"[a-z][a-z-]{2,}")
_LEFT_OUT: Final = frozenset("the and for with that this from into then all any".split())
_LONGEST: Final = 120


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
            return _named(own.text) in self._sections or self._is_overview(own)
        titled = _STEP_TITLE.fullmatch(own.text.strip()) is not None and len(own.text.split()) <= _TITLE_WORDS
        if own.kind != "heading" and not titled:
            return False
        at = self._places.get(id(own), len(self.blocks)) + 1
        following = self.blocks[at] if at < len(self.blocks) else None
        return following is not None and following.kind != "heading" and not _STEP_TITLE.match(following.text)

    def _is_overview(self, item: Block) -> bool:
        """Whether an item belongs to a list that only says of what steps a thing consists."""
        at = self._places.get(id(item), 0)
        while at and self.blocks[at].kind == "item":
            at -= 1
        return _OVERVIEW.search(self.blocks[at].text[-_NEAR:]) is not None

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
