"""P3: paste → preview with an LLM that reads the text and is the second key on 30 steps, the whole HTTP call.

Each of its answers takes 1 to 2 s. Beside it: the slowest extraction and the slowest advice of the same
round, one after the other. The LLM is emulated (`tests/llm/emulator.py`) behind a real port, and asked by the
real SDK. Advice is asked on the steps that the rules found while the LLM reads.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from random import Random
from typing import Any

from bench.home import percentile, product, row, spread
from tests.llm.emulator import KEY, MODEL, Emulator, question_in, reads
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


def as_written(data: Mapping[str, Any]) -> dict[str, Any]:
    """A reading that finds the commands that are there."""
    listings = [item for item in data["passages"] if item["kind"] == "code"]
    return reads([(item["passage"], "Look at a shard", item["text"]) for item in listings])


def slowest(emulator: Emulator, begin: int, *, reading: bool) -> float:
    """The longest time, in ms, that one answer of a kind took since request number `begin`."""
    since = zip(emulator.requests[begin:], emulator.seconds[begin:], strict=True)
    return max(seconds * 1000 for body, seconds in since if ("passages" in question_in(body)) is reading)


def main() -> int:
    """Measure; each round has a new text read and asks 30 new questions, then the same again."""
    pick = Random(3)
    emulator = Emulator(reader=as_written, latency=lambda: pick.uniform(1.0, 2.0))
    ours: list[float] = []
    again: list[float] = []
    beside: list[float] = []
    longest: list[float] = []
    with (
        served(emulator) as address,
        product(
            DD0C_ADVISOR="anthropic",
            DD0C_EXTRACTOR="anthropic",
            DD0C_EXTRACTION_TOKENS_PER_HOUR="1000000000",
            DD0C_ANTHROPIC_API_KEY=KEY,
            DD0C_ANTHROPIC_MODEL=MODEL,
            DD0C_ANTHROPIC_BASE_URL=address,
            DD0C_ANTHROPIC_TOKENS_PER_HOUR="1000000000",
        ) as home,
        home.http() as client,
    ):
        for number in range(ROUNDS):
            round_begun = len(emulator.seconds)
            for times in (ours, again):
                asked, begun = len(emulator.seconds), time.perf_counter()
                answer = client.post("/runbooks/parse-preview", json={"text": text(number)})
                times.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.text
                steps = answer.json()["steps"]
                assert [step["keys"]["given"] for step in steps] == [2] * STEPS, steps[0]["keys"]
                assert answer.json()["reading"]["read"], answer.json()["reading"]
                assert (len(emulator.seconds) - asked > STEPS) is (times is ours)
            extraction = slowest(emulator, round_begun, reading=True)
            advice = slowest(emulator, round_begun, reading=False)
            beside.append(extraction + advice)
            longest.append(max(extraction, advice))
    over = [whole - call for whole, call in zip(ours, longest, strict=True)]
    print(f"{STEPS} steps, {ROUNDS} rounds, {emulator.most_at_once} calls at once; ours {spread(ours)}")
    print(f"over the slowest answer of all {spread(over)}; the same text again {spread(again)}")
    p95, ratio = percentile(ours, 95), statistics.median(ours) / statistics.median(beside)
    ok = p95 < TARGET_MS and statistics.median(ours) <= statistics.median(beside) + OVER_MS
    return row(
        "P3", f"p95 {p95:.0f} ms", f"slowest extraction + slowest advice {spread(beside)}", ratio,
        f"p95 < {TARGET_MS:.0f} ms, median ≤ slowest extraction + slowest advice + {OVER_MS:.0f} ms", ok=ok,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
