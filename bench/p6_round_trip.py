"""P6: a step's round trip: approve call → process started → result stored, over mTLS, journal and audit on.

Beside it in the same round: a fresh `bash` that runs the same command, started from here. Also measured on
the way: merge → synced, and the agent's memory.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from bench.home import product, row, spread
from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import ROOT, Product, wait_for

STEPS = 25
TARGET_MS = 250.0
AGENT = ROOT / ".venv" / "bin" / "dd0c-agent"
DOCUMENT = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {{name: round-trip, title: Round trips}}
spec:
  target: {{labels: {{role: home}}}}
  steps:
{steps}
"""


def main() -> int:
    """Measure, interleaved."""
    with (
        tempfile.TemporaryDirectory(prefix="dd0c-bench-") as folder,
        product() as home,
        home.http() as client,
    ):
        stamps = Path(folder) / "stamps"
        steps = "\n".join(
            f"    - {{id: s{place}, title: Step {place}, command: date +%s%N >> {stamps}}}"
            for place in range(STEPS)
        )
        push_runbook(home, "round-trip", DOCUMENT.format(steps=steps))
        started, finished, beside = walk(home, client, stamps)
        merges = merge_times(home, client)
        agent = home.find("agent.main", "run").memory_info().rss / 2**20
        starts = agent_starts()
    print(f"{STEPS} steps; approve → process started {spread(started)}; → next gate {spread(finished)}")
    print(f"bare bash {spread(beside)}; merge → synced {spread(merges)}")
    print(f"agent RSS {agent:.0f} MiB, its program answers after {spread(starts)}")
    median = statistics.median(started)
    ratio = median / statistics.median(beside)
    return row(
        "P6", f"started {median:.0f} ms", f"bare {spread(beside)}", ratio, f"median < {TARGET_MS:.0f} ms",
        ok=median < TARGET_MS,
    )  # fmt: skip


def walk(home: Product, client: httpx.Client, stamps: Path) -> tuple[list[float], list[float], list[float]]:
    """Approve every step; the command itself writes when it ran."""
    runbook = next(item for item in home.ok("runbooks")["items"] if item["name"] == "round-trip")
    execution = client.post("/executions", json={"runbook": runbook["id"]}).json()["id"]
    started, finished, beside = [], [], []
    for place in range(STEPS):
        shown = wait_for("a gate", partial(at_gate, client, execution, f"s{place}"))
        begun, begun_ns = time.perf_counter(), time.time_ns()
        answer = client.post(
            f"/executions/{execution}/approve",
            json={"intentSha256": shown["gate"]["intentSha256"]},
            headers={"If-Match": f'"{shown["version"]}"'},
        )
        assert answer.status_code == 200, answer.text
        wait_for("the end", partial(moved_on, client, execution, f"s{place}"))
        finished.append((time.perf_counter() - begun) * 1000)
        started.append((int(stamps.read_text().split()[place]) - begun_ns) / 1e6)
        begun = time.perf_counter()
        subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-c", "date +%s%N"], check=True, capture_output=True
        )
        beside.append((time.perf_counter() - begun) * 1000)
    return started, finished, beside


def agent_starts() -> list[float]:
    """How long the agent's program takes until it can say who it is."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([str(AGENT), "version"], check=True, capture_output=True)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def at_gate(client: httpx.Client, execution: str, step: str) -> dict[str, Any] | None:
    """The execution once it waits at this step's gate."""
    shown: dict[str, Any] = client.get(f"/executions/{execution}").json()
    return shown if shown.get("gate") and shown["gate"]["step"] == step else None


def moved_on(client: httpx.Client, execution: str, step: str) -> bool:
    """Whether the step has its result."""
    shown = client.get(f"/executions/{execution}").json()
    return any(item["id"] == step and item["status"] == "succeeded" for item in shown["steps"])


def merge_times(home: Product, client: httpx.Client) -> list[float]:
    """Merge pull requests of small pastes; the answer comes when the rows are synced."""
    times = []
    for place in range(8):
        text = f"# Bench {place}\n\n```bash\nuptime\ndf -h\n```\n"
        opened = client.post("/runbooks", json={"text": text, "name": f"bench-{place}"})
        assert opened.status_code == 201, opened.text
        pull = client.get(f"/pulls/{opened.json()['pull']['number']}").json()
        begun = time.perf_counter()
        merged = client.post(f"/pulls/{pull['number']}/merge", json={"expectedHead": pull["head"]})
        times.append((time.perf_counter() - begun) * 1000)
        assert merged.json()["sync"]["outcome"] == "synced", merged.text
    return times


if __name__ == "__main__":
    raise SystemExit(main())
