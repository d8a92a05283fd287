"""P1: scan 10,000 real commands in process, beside parsing alone, the set of patterns alone, and guards; and
the dearest of the long texts.

The commands are those of `../shared/commands`: documented examples of tools, and the suites of other guards.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.home import row
from bench.long_texts import LIMIT_MS, dearest, shapes
from bench.scorecard.guards import GUARDS, GuardMissing
from bench.scorecard.rows import labelled
from scanner import scan
from scanner.parse import parse_tree
from scanner.text import destructive_text

COMMANDS: Final = 10_000
ROUNDS: Final = 5
TARGET_P99_MS: Final = 1.0
TARGET_RATIO: Final = 4.0
_FOLDER: Final = Path(__file__).resolve().parents[2] / "shared" / "commands"


def commands() -> list[str]:
    """10,000 commands for a shell; the lists are repeated where they hold fewer."""
    lines = (_FOLDER / "training" / "tldr_sre.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["command"] for line in lines]
    found += [item.command for item in labelled(_FOLDER) if item.language == "bash"]
    return (found * (COMMANDS // len(found) + 1))[:COMMANDS]


def timed(work: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Seconds of each call."""
    spent = []
    for text in texts:
        begun = time.perf_counter()
        work(text)
        spent.append(time.perf_counter() - begun)
    return spent


def main() -> int:
    """Measure, interleaved; the figure of a round is its sum, the p99 that over all rounds."""
    if not _FOLDER.exists():
        print(f"{_FOLDER} is not there: nothing to scan")
        return 2
    texts = commands()
    ours, parses, patterns = [], [], []
    every: list[float] = []
    for _ in range(ROUNDS):
        spent = timed(scan, texts)
        every += spent
        ours.append(sum(spent))
        parses.append(sum(timed(parse_tree, texts)))
        patterns.append(sum(timed(destructive_text, texts)))
    every.sort()
    p50, p99 = (1000 * every[int(len(every) * share)] for share in (0.5, 0.99))
    mine, beside = statistics.median(ours), statistics.median(parses) + statistics.median(patterns)
    print(
        f"{COMMANDS} texts, {ROUNDS} rounds: {COMMANDS / mine:.0f} a second, p50 {p50:.3f}, p99 {p99:.3f} ms"
    )
    print(f"parse alone {1e6 * statistics.median(parses) / COMMANDS:.0f} µs, patterns alone "
          f"{1e6 * statistics.median(patterns) / COMMANDS:.0f} µs a command; rounds of ours "
          f"{', '.join(f'{seconds:.2f}' for seconds in ours)} s")  # fmt: skip
    for name, ask in GUARDS.items():
        try:
            asked = sorted(ask(texts).microseconds)
            half, most = asked[len(asked) // 2] / 1000, asked[len(asked) * 99 // 100] / 1000
            print(f"{name}: p50 {half:.3f} ms, p99 {most:.3f} ms")
        except GuardMissing as why:
            print(f"{name}: not run, {why}")
    long = dearest(shapes())
    print(f"{len(long)} shapes of texts up to 64 KiB, CPU of the dearest text of each: "
          f"{', '.join(f'{one.milliseconds:.0f} ms ({one.name})' for one in long[:3])}; "
          f"median {long[len(long) // 2].milliseconds:.0f} ms")  # fmt: skip
    ratio = mine / beside
    good = p99 < TARGET_P99_MS and ratio <= TARGET_RATIO and long[0].milliseconds < LIMIT_MS
    target = f"p99 < {TARGET_P99_MS:.0f} ms, ≤ {TARGET_RATIO:.0f} ×, any text < {LIMIT_MS:.0f} ms"
    return row(
        "P1",
        f"p99 {p99:.2f} ms",
        f"{1e6 * beside / COMMANDS:.0f} µs parse + patterns",
        ratio,
        target,
        ok=good,
    )


if __name__ == "__main__":
    sys.exit(main())
