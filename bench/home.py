"""The product as `make run` starts it, for the rows that are measured from outside."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.product import Product


@contextmanager
def product(**extra: str) -> Iterator[Product]:
    """A fresh state folder with everything running; nothing is left behind. `extra` are settings."""
    with tempfile.TemporaryDirectory(prefix="dd0c-bench-") as folder:
        state = Path(folder) / "state"
        state.mkdir(mode=0o700)
        running = Product(state, extra=extra)
        running.start(300)
        try:
            yield running
        finally:
            running.interrupt()


def spread(milliseconds: Sequence[float]) -> str:
    """Median and 95th percentile, in ms."""
    return f"median {statistics.median(milliseconds):.0f} ms, p95 {percentile(milliseconds, 95):.0f} ms"


def percentile(values: Sequence[float], part: int) -> float:
    """The value below which `part` per cent of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * part // 100) - 1))]


def row(name: str, ours: str, beside: str, ratio: float, target: str, *, ok: bool) -> int:
    """Print the last line of a benchmark; gives its exit code."""
    print(f"{name} ours {ours} beside {beside} ratio {ratio:.2f} target {target} {'ok' if ok else 'short'}")
    return 0 if ok else 1
