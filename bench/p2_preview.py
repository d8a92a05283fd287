"""P2: paste → preview without an LLM, a 200-line runbook, the whole HTTP call.

Beside it in the same round: markdown-it's parse of the same text and the scan of its commands, in process.
"""

from __future__ import annotations

import statistics
import time

from markdown_it import MarkdownIt

from bench.home import percentile, product, row, spread
from scanner import scan

ROUNDS = 40
STEPS = 33
TARGET_MS = 150.0


def text() -> str:
    """199 lines: a heading and 33 steps, each a sentence with inline code and a block."""
    steps = (
        f"{place}. Check the pods with `kubectl get pods -n ns{place}`\n\n"
        f"```bash\nkubectl describe pod x{place} -n ns{place}\n```\n"
        for place in range(STEPS)
    )
    return "# Payments are late\n" + "\n".join(steps)


def main() -> int:
    """Measure, interleaved."""
    source = text()
    commands = [f"kubectl get pods -n ns{place}" for place in range(STEPS)]
    commands += [f"kubectl describe pod x{place} -n ns{place}" for place in range(STEPS)]
    parser = MarkdownIt("commonmark")
    ours, beside = [], []
    with product() as home, home.http() as client:
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            answer = client.post("/runbooks/parse-preview", json={"text": source})
            ours.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, answer.text
            assert len(answer.json()["steps"]) == 2 * STEPS
            begun = time.perf_counter()
            parser.parse(source)
            for command in commands:
                scan(command)
            beside.append((time.perf_counter() - begun) * 1000)
    p95 = percentile(ours, 95)
    print(f"{source.count(chr(10)) + 1} lines, {ROUNDS} rounds; ours {spread(ours)}; beside {spread(beside)}")
    ratio = statistics.median(ours) / statistics.median(beside)
    return row(
        "P2", f"p95 {p95:.0f} ms", spread(beside), ratio, f"p95 < {TARGET_MS:.0f} ms", ok=p95 < TARGET_MS
    )


if __name__ == "__main__":
    raise SystemExit(main())
