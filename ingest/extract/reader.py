"""The state of a reading: headings, conditions and bans that hold for the block at hand, and the findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from base.limits import TITLE_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.accounts import Claim, Fate, accounts_of
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.negation import forbidding_heading
from ingest.extract.vocabulary import NOT_STEPS, PREREQUISITES
from ingest.trace import Span

_ANCHOR: Final = re.compile(r"\s*\{#[\w-]{1,100}\}\s*$")
BANNED: Final = "the text says not to do this"
_STEP_NUMBER: Final = re.compile(r"(?i)^(?:step\s*)?\d{1,3}[.):]\s*|^step\s*\d+\s*[-:.]?\s*")


class Reader:
    """What has been read so far, and what holds for the block that is read now."""

    def __init__(self) -> None:
        self.found = Extraction()
        self.headings: list[tuple[int, str]] = []
        self.lead = ""
        self.lead_span: Span | None = None
        self.lead_condition: tuple[str | None, bool] = (None, False)
        self.last_condition: str | None = None
        self.scopes: list[tuple[int, str, bool]] = []
        self.ban: int | None = None
        self.lists_before = False

    @property
    def section(self) -> str:
        return self.headings[-1][1] if self.headings else ""

    @property
    def explains(self) -> bool:
        """Inside a section that explains: its imperatives are no steps, its commands still are."""
        return any(NOT_STEPS.match(text) for _, text in self.headings)

    @property
    def asks_before(self) -> bool:
        return bool(self.headings) and PREREQUISITES.match(self.section) is not None

    @property
    def banned(self) -> bool:
        """Inside a section that says what not to do."""
        return any(forbidding_heading(text) for _, text in self.headings)

    def place(self, block: Block) -> None:
        """Leave the conditions and bans whose items have ended; an item's level is 1 or more."""
        level = block.level if block.kind in ("item", "paragraph") else 99
        self.scopes = [scope for scope in self.scopes if scope[0] < level]
        if self.ban is not None and block.kind == "item" and block.level <= self.ban:
            self.ban = None
        if block.kind in ("paragraph", "row") and not (self.ban and block.level > self.ban):
            self.ban = None

    def condition_here(self) -> tuple[str | None, bool]:
        """The condition of the item that this block stands in."""
        return (self.scopes[-1][1], self.scopes[-1][2]) if self.scopes else (None, False)

    def account(self, block: Block, fate: Fate, detail: str, claims: Sequence[Claim] = ()) -> None:
        """Say what becomes of each sentence: a claim's fate, or this one."""
        otherwise = Claim(0, len(block.text), fate, detail)
        self.found.accounts += accounts_of(block, otherwise, claims)

    def add(self, draft: Draft) -> int:
        """Add a step; gives its index."""
        self.found.drafts.append(draft)
        return len(self.found.drafts) - 1

    def spans(self, *own: Span) -> tuple[Span, ...]:
        """The sentence over a step and its own places, in order and apart."""
        wanted = sorted({*own, *((self.lead_span,) if self.lead_span else ())})
        apart: list[Span] = []
        for span in wanted:
            if not apart or span.start >= apart[-1].end:
                apart.append(span)
            elif span.end > apart[-1].end:
                apart[-1] = Span(apart[-1].start, span.end)
        return tuple(apart)


def title_of(text: str) -> str:
    """One line for a title, without numbering, cut at a word."""
    line = _ANCHOR.sub("", " ".join(text.split()))
    line = _STEP_NUMBER.sub("", line).strip("*_ ").rstrip(":.")
    line = line[:1].upper() + line[1:] if line[:1].islower() and " " in line else line
    if len(line) <= TITLE_MAX_CHARACTERS // 2:
        return line or "Step"
    return line[: TITLE_MAX_CHARACTERS // 2].rsplit(" ", 1)[0] + "…"
