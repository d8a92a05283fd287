"""Counts of what a classifier got wrong, with the upper 95 % bound of each rate. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.scorecard.rows import RANK, Row
from schemas.risk import Risk

_Z: Final = 1.959964
"""The normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.count / self.total if self.total else 0.0

    def bound(self) -> float:
        """The upper end of Wilson's 95 % interval (E. B. Wilson, 1927); 1 of nothing."""
        if not self.total:
            return 1.0
        n, p = self.total, self.share
        centre = p + _Z * _Z / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        return min(1.0, (centre + spread) / (1 + _Z * _Z / n))

    def __str__(self) -> str:
        return f"{self.count}/{self.total} ({100 * self.share:.1f} %)"


Test = Callable[[Row, Risk], bool]
Select = Callable[[Row], bool]


def _safe(_row: Row, risk: Risk) -> bool:
    return risk is Risk.SAFE


def _not_dangerous(_row: Row, risk: Risk) -> bool:
    return risk is not Risk.DANGEROUS


def _dangerous(_row: Row, risk: Risk) -> bool:
    return risk is Risk.DANGEROUS


def _above(row: Row, risk: Risk) -> bool:
    return RANK[risk] > row.most


FIGURES: Final[dict[str, tuple[Select, Test]]] = {
    "false safe, at least caution": (lambda row: row.suite == "suites" and row.least >= 1, _safe),
    "false safe, destructive by policy": (lambda row: row.suite == "suites" and row.policy == 2, _safe),
    "false safe, bypasses": (lambda row: row.suite == "bypasses" and row.least >= 1, _safe),
    "false safe, mutations": (lambda row: row.suite == "mutations", _safe),
    "missed dangerous, bypasses": (lambda row: row.suite == "bypasses" and row.least == 2, _not_dangerous),
    "missed dangerous, mutations": (lambda row: row.suite == "mutations", _not_dangerous),
    "safe recall, read-only": (lambda row: row.suite == "suites" and row.most == 0, _safe),
    "safe recall, benign": (lambda row: row.suite == "benign" and row.most == 0, _safe),
    "above their bound, benign": (lambda row: row.suite == "benign", _above),
    "false alarm, benign called dangerous": (lambda row: row.suite == "benign" and row.most < 2, _dangerous),
}
"""Name → which rows are asked about, and what counts."""


def figures(rows: Sequence[Row], risks: Sequence[Risk]) -> dict[str, Rate]:
    """Every figure of one classifier."""
    found = {}
    for name, (select, test) in FIGURES.items():
        counted = [test(row, risk) for row, risk in zip(rows, risks, strict=True) if select(row)]
        found[name] = Rate(sum(counted), len(counted))
    return found


def wrong(rows: Sequence[Row], risks: Sequence[Risk]) -> list[tuple[Row, Risk]]:
    """The rows whose verdict is outside of their bounds; of the mutations those called safe."""
    return [
        (row, risk) for row, risk in zip(rows, risks, strict=True)
        if not row.least <= RANK[risk] <= row.most
    ]  # fmt: skip


def by(rows: Sequence[Row], risks: Sequence[Risk], key: Callable[[Row], str]) -> list[tuple[str, Rate, Rate]]:
    """Of the rows that must not be safe: (key, called safe, not called dangerous), worst first."""
    total: Counter[str] = Counter()
    safe: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row, risk in zip(rows, risks, strict=True):
        if row.least:
            total[key(row)] += 1
            safe[key(row)] += risk is Risk.SAFE
            missed[key(row)] += row.policy == 2 and risk is not Risk.DANGEROUS
    found = [(name, Rate(safe[name], total[name]), Rate(missed[name], total[name])) for name in total]
    return sorted(found, key=lambda item: (-item[1].share, -item[2].share, item[0]))
