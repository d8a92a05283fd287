"""What became of every sentence of the source: a step, a prerequisite, a note, or ignored, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.extract.accounts import Accounted
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

    def set_aside(self) -> list[dict[str, Any]]:
        """The sentences that became nothing that runs, with the reason."""
        return [
            {"start": item.start, "end": item.end, "line": item.line, "reason": item.detail}
            for item in self.items
            if item.fate == "ignored"
        ]


def account_for(accounts: Sequence[Accounted], steps: Mapping[int, str]) -> Coverage:
    """Count the sentences by fate; `steps` gives the id of the step that a draft became."""
    items = tuple(
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
    )
    counts = Counter(item.fate for item in items)
    return Coverage(sentences=len(items), accounted=len(items), by_fate=dict(counts), items=items)
