"""Rule mutation: takes every row of the scanner's tables away in turn and asks whether a test would fail.

`python -m scripts.mutate` (make mutate) walks all rows, `--sample N` a seeded part; exit 1 where a row is
gone and no pin tells. `--pin` adds pins after a change of the tables: read its diff before you commit it.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from typing import Final

from scanner import scan
from scripts.knowledge_rows import PINS, Row, outcome, pins, rows, showing, without
from scripts.stages import say

SEED: Final = 20261128


def pin() -> int:
    """Write the pins: each row with its command if that still shows it, else the first one that does."""
    lines = []
    known = pins() if PINS.exists() else {}
    for row in rows():
        command: str | None = known.get(row.key, ("", ""))[0]
        if not command or not _changes(row, command):
            command = showing(row)
        lines.append(f"{row.key}\t{command or ''}\t{scan(command).risk if command else ''}")
    PINS.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    say(f"mutate: wrote {len(lines)} rows to {PINS.name}")
    return 0


def survivors(chosen: list[Row], known: dict[str, tuple[str, str]]) -> tuple[list[str], Counter[str]]:
    """The rows that nothing would miss; and how each of the others is told: by its command or its name."""
    alive: list[str] = []
    told: Counter[str] = Counter()
    for row in chosen:
        command, _ = known.get(row.key, ("", ""))
        if row.key not in known:
            alive.append(row.key)
        elif not command:
            told["by its name among the pins"] += 1
        elif _changes(row, command):
            told["by the finding of its command"] += 1
        else:
            alive.append(row.key)
    return alive, told


def _changes(row: Row, command: str) -> bool:
    before = outcome(command)
    with without(row):
        try:
            return outcome(command) != before
        except KeyError:
            return True


def main() -> int:
    """Walk the rows; say what survived."""
    arguments = sys.argv[1:]
    if "--pin" in arguments:
        return pin()
    everything, known = list(rows()), pins()
    chosen = everything
    if "--sample" in arguments:
        count = int(arguments[arguments.index("--sample") + 1])
        chosen = random.Random(SEED).sample(everything, min(count, len(everything)))
    started = time.perf_counter()
    alive, told = survivors(chosen, known)
    gone = sorted(set(known) - {row.key for row in everything})
    for key in alive:
        say(f"mutate: nothing would miss “{key}”")
    for key in gone:
        say(f"mutate: the row “{key}” is pinned and not in the tables")
    ways = ", ".join(f"{count} {way}" for way, count in told.most_common())
    say(f"mutate: {len(chosen)} rows taken away, {ways}; {len(alive)} missed by nothing, {len(gone)} lost")
    say(f"mutate: {time.perf_counter() - started:.1f} s")
    return 1 if alive or gone else 0


if __name__ == "__main__":
    sys.exit(main())
