"""P3: paste → preview with an LLM as the second key that answers in 1 to 2 s, 30 steps, the whole HTTP call.

Beside it: the slowest single answer of the same round. The LLM is emulated (`tests/llm/emulator.py`) behind
a real port, and asked by the real SDK. Rules extract the steps: the only calls are those for advice.
"""

from __future__ import annotations

import statistics
import time
from random import Random

from bench.home import percentile, product, row, spread
from tests.llm.emulator import KEY, MODEL, Emulator
from tests.llm.serving import served

ROUNDS = 20
STEPS = 30
TARGET_MS = 5_000.0
OVER_MS = 200.0


def text(number: int) -> str:
    """30 steps that nobody asked about before."""
    steps = (
        f"{place}. Look at shard {place}:\n\n```bash\nkubectl get pods -n ns{number}x{place}\n```\n"
        for place in range(STEPS)
    )
    return f"# Round {number}\n\n" + "\n".join(steps)


def main() -> int:
    """Measure; each round asks 30 new questions, then the same again."""
    pick = Random(3)
    emulator = Emulator(latency=lambda: pick.uniform(1.0, 2.0))
    ours: list[float] = []
    again: list[float] = []
    slowest: list[float] = []
    with (
        served(emulator) as address,
        product(
            DD0C_ADVISOR="anthropic",
            DD0C_ANTHROPIC_API_KEY=KEY,
            DD0C_ANTHROPIC_MODEL=MODEL,
            DD0C_ANTHROPIC_BASE_URL=address,
            DD0C_ANTHROPIC_TOKENS_PER_HOUR="1000000000",
        ) as home,
        home.http() as client,
    ):
        for number in range(ROUNDS):
            for times in (ours, again):
                asked, begun = len(emulator.seconds), time.perf_counter()
                answer = client.post("/runbooks/parse-preview", json={"text": text(number)})
                times.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.text
                steps = answer.json()["steps"]
                assert [step["keys"]["given"] for step in steps] == [2] * STEPS, steps[0]["keys"]
                assert len(emulator.seconds) - asked == (STEPS if times is ours else 0)
            slowest.append(max(emulator.seconds[-STEPS:]) * 1000)
    over = [whole - call for whole, call in zip(ours, slowest, strict=True)]
    print(f"{STEPS} steps, {ROUNDS} rounds, {emulator.most_at_once} calls at once; ours {spread(ours)}")
    print(f"over the slowest answer {spread(over)}; the same text again {spread(again)}")
    p95, ratio = percentile(ours, 95), statistics.median(ours) / statistics.median(slowest)
    ok = p95 < TARGET_MS and statistics.median(over) <= OVER_MS
    return row(
        "P3", f"p95 {p95:.0f} ms", f"slowest answer {spread(slowest)}", ratio,
        f"p95 < {TARGET_MS:.0f} ms, median ≤ slowest answer + {OVER_MS:.0f} ms", ok=ok,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
