"""`docs/scorecard.md`: the figures of every classifier side by side, then ours in detail."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.scorecard.figures import FIGURES, Rate, by, figures, wrong
from bench.scorecard.rows import Row
from schemas.markdown import escape
from schemas.risk import Risk

_LISTED: Final = 400
_HEAD: Final = """# Scorecard

Written by `make scorecard`. Every figure is of one run over the same commands. A wrong 🟢 is the one mistake
that counts: *false safe* is a command that changes something, or may, and was called safe. Behind each share
stands the upper end of its 95 % interval (Wilson).

- **scanner**: `scanner.scan` alone. **local model**: `ingest.advisor` alone, safe from a confidence of 0.9.
  **merged**: both, by the merge rules; safe only where both say so.
- **nah**, **cc-safety-net**: guards for coding agents, with their own defaults, each in a process of its own.
  They ask what is destructive, not what is read-only: what they let through counts as safe here, which is how
  a runbook would take it. What they ask about counts as caution, what they block as dangerous.
- The suites are those of seven public guards and approvers; a command that two of them disagree about is left
  out. Labels are their projects' policies; the last section lists where we differ.
- Mutations: {seeds} dangerous commands in {techniques} disguises and in pairs of them, {mutations} in all,
  seed {seed}.
"""


@dataclass
class Column:
    """One classifier's verdicts in the order of the rows, and microseconds of each where measured."""

    name: str
    risks: Sequence[Risk]
    microseconds: Sequence[float] = field(default_factory=tuple)


def page(
    rows: Sequence[Row], columns: Sequence[Column], missing: dict[str, str], facts: dict[str, int]
) -> str:
    """The whole page."""
    parts = [_HEAD.format(**facts), _table(rows, columns), _speed(columns)]
    parts += [f"Not run here: {name}: {escape(why)}\n" for name, why in missing.items()]
    ours = columns[0]
    parts += [
        _worst(
            "By technique, scanner alone", by(rows, ours.risks, lambda row: row.technique.split(" < ")[0])
        ),
        _worst("By tool, scanner alone", by(rows, ours.risks, lambda row: row.tool)),
        _listing(rows, ours),
    ]
    return "\n".join(parts)


def _table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    counted = [figures(rows, column.risks) for column in columns]
    lines = ["## Side by side\n", "| | " + " | ".join(column.name for column in columns) + " |"]
    lines.append("| --- |" + " --- |" * len(columns))
    for name in FIGURES:
        cells = [f"{found[name]}, ≤ {100 * found[name].bound():.2f} %" for found in counted]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _speed(columns: Sequence[Column]) -> str:
    lines = ["## Time of one command\n", "| | median | p99 |", "| --- | --- | --- |"]
    for column in columns:
        if column.microseconds:
            ordered = sorted(column.microseconds)
            p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
            lines.append(f"| {column.name} | {statistics.median(ordered):.0f} µs | {p99:.0f} µs |")
    return "\n".join(lines) + "\n"


def _worst(title: str, found: list[tuple[str, Rate, Rate]]) -> str:
    """Where something was missed; what is perfect is counted only."""
    shown = [item for item in found if item[1].count or item[2].count]
    lines = [f"## {title}\n", f"{len(found) - len(shown)} of {len(found)} without a miss.\n"]
    lines += ["| | called safe | dangerous, called caution or unknown |", "| --- | --- | --- |"]
    lines += [f"| {escape(name)} | {safe} | {missed} |" for name, safe, missed in shown[:60]]
    return "\n".join(lines) + "\n"


def _listing(rows: Sequence[Row], ours: Column) -> str:
    """Every verdict of the scanner that a label says is wrong; an opinion on each is a review's work."""
    found = wrong(rows, ours.risks)
    lines = [f"## Disagreements with the labels, scanner alone: {len(found)}\n"]
    lines += ["| command | says | label | from |", "| --- | --- | --- | --- |"]
    for row, risk in found[:_LISTED]:
        bound = (
            f"at least {_word(row.least)}"
            if row.least and risk is Risk.SAFE
            else f"at most {_word(row.most)}"
        )
        shown = escape(row.command.replace("\n", "⏎")[:160])
        lines.append(f"| {shown} | {risk.value} | {bound} | {row.suite}: {escape(row.technique)} |")
    if len(found) > _LISTED:
        lines.append(f"\n{len(found) - _LISTED} more.")
    return "\n".join(lines) + "\n"


def _word(rank: int) -> str:
    return ("safe", "caution", "dangerous")[rank]
