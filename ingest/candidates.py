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
    r"(?:[<>]=?\s?)?\b\d{1,9}(?:\.\d{1,3})?\s?(?:%|percent\b|ms\b|s\b|sec(?:onds?)?\b|m(?:in(?:utes?)?)?\b|h(?:ours?)?\b|"
    r"days?\b|[KMGT]i?B?\b|req/s|requests?/s)"
)
_WORD: Final = re.compile(r"[a-z][a-z-]{2,}")
_LEFT_OUT: Final = frozenset("the and for with that this from into then all any".split())
_LONGEST: Final = 120


@dataclass(frozen=True)
class Candidates:
    """What a text offers."""

    blocks: Sequence[Block]
    drafts: Sequence[Draft]

    def values(self, sentence: str) -> list[str]:
        """Amounts with a unit: those of the sentence, then those of the rest of the text."""
        return list(dict.fromkeys([*_AMOUNT.findall(sentence), *self._amounts]))[:_MOST]

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
