"""What became of every sentence of the source: a step, a prerequisite, a note, or ignored, and why."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.extract.accounts import Accounted
from ingest.markup import LEFT_OUT, between
from ingest.trace import Span
from schemas.model import Model


class CoverageItem(Model):
    """One sentence of the source (of code: its lines of one fate) and its fate."""

    start: int
    end: int
    line: int
    end_line: int
    fate: str
    detail: str
    step: str | None = None


class Coverage(Model):
    """Every sentence is counted once. `accounted` equals `sentences`, or the import is refused as a fault."""

    sentences: int
    accounted: int
    by_fate: dict[str, int]
    items: tuple[CoverageItem, ...]

    @property
    def permille(self) -> int:
        """Sentences that have their place, of a thousand."""
        return 1000 * self.accounted // self.sentences if self.sentences else 1000

    def set_aside(self) -> list[dict[str, Any]]:
        """The sentences that became nothing that runs, with the reason."""
        return [
            {"start": item.start, "end": item.end, "line": item.line, "reason": item.detail}
            for item in self.items
            if item.fate == "ignored"
        ]


Gaps = Sequence[tuple[Span, str]]
"""What stands between the sentences of a source, each with its kind."""


def gaps_of(accounts: Sequence[Accounted], text: str) -> Gaps:
    """What of a source text no sentence holds."""
    return tuple(between(text, sorted(item.span for item in accounts)))


def account_for(accounts: Sequence[Accounted], steps: Mapping[int, str], text: str, gaps: Gaps) -> Coverage:
    """Count the sentences by fate; `steps` gives the id of the step that a draft became. Words of the source
    text that stand in no sentence and are no markup are set aside, too.
    """
    items = [
        CoverageItem(
            start=item.span.start,
            end=item.span.end,
            line=item.line,
            end_line=item.end_line,
            fate=item.fate,
            detail=item.detail,
            step=None if item.draft is None else steps[item.draft],
        )
        for item in accounts
    ]
    items += _left_out(text, gaps)
    items.sort(key=lambda item: (item.start, item.end))
    counts = Counter(item.fate for item in items)
    return Coverage(sentences=len(items), accounted=len(items), by_fate=dict(counts), items=tuple(items))


def _left_out(text: str, gaps: Gaps) -> list[CoverageItem]:
    ends = [found.start() for found in re.finditer("\n", text)]
    return [
        CoverageItem(
            start=span.start,
            end=span.end,
            line=bisect_left(ends, span.start) + 1,
            end_line=bisect_left(ends, span.end) + 1,
            fate="ignored",
            detail=reason,
        )
        for span, reason in gaps
        if reason == LEFT_OUT
    ]


def _spans(items: Sequence[CoverageItem]) -> list[Span]:
    return sorted(Span(item.start, item.end) for item in items)


def partition(text: str, coverage: Coverage) -> list[tuple[Span, str]]:
    """Each place of the source with its fate or the kind of markup: in order, apart, and nothing between them
    but blanks.
    """
    spans = _spans(coverage.items)
    found = [(Span(item.start, item.end), item.fate) for item in coverage.items]
    return sorted((*found, *between(text, spans)))
