"""P16: `make run` warm → ready, beside starting the embedded PostgreSQL alone in the same round."""

from __future__ import annotations

import statistics
import time

from bench.home import product, row
from controller.db.embedded import EmbeddedPostgres

ROUNDS = 3
MARGIN_SECONDS = 5.0


def main() -> int:
    """Measure, interleaved."""
    ours, beside = [], []
    with product() as home:
        print(f"first start {home.ready_seconds:.1f} s")
        for _ in range(ROUNDS):
            home.interrupt()
            server = EmbeddedPostgres(home.state)
            begun = time.perf_counter()
            server.start()
            beside.append(time.perf_counter() - begun)
            server.stop()
            home.start(300)
            ours.append(home.ready_seconds)
    median, alone = statistics.median(ours), statistics.median(beside)
    print(f"warm {', '.join(f'{seconds:.1f}' for seconds in ours)} s; PostgreSQL alone {alone:.2f} s")
    return row(
        "P16", f"{median:.1f} s", f"{alone:.2f} s", median / alone, f"beside + {MARGIN_SECONDS:.0f} s",
        ok=median <= alone + MARGIN_SECONDS,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
