"""P5: incremental sync, 10 runbooks changed of 312, 1,250 and 5,000, after the fetch.

Beside it in the same round: `git diff-tree` of the same two commits and ten upserts in one commit.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import time

import psycopg

from bench.home import row, spread
from bench.synced import document, server, world
from controller.db.bootstrap import Urls
from controller.db.database import Database
from tests.integration.sync.world import World

SIZES = (312, 1_250, 5_000)
CHANGED = 10
ROUNDS = 7
TARGET_MS = 150.0
TARGET_RATIO = 3.0
UPSERT = "INSERT INTO upserted VALUES (%s, %s) ON CONFLICT (path) DO UPDATE SET content = EXCLUDED.content"


def baseline(place: World, urls: Urls, commits: tuple[str, str], texts: dict[str, str]) -> None:
    """What git and Postgres need at least."""
    command = ["git", "-C", str(place.repository.path), "diff-tree", "-r", *commits]
    shown = subprocess.run(command, capture_output=True, check=True).stdout
    assert shown.count(b"\n") == CHANGED
    with psycopg.connect(urls.superuser) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS upserted (path text PRIMARY KEY, content bytea)")
        for path, text in texts.items():
            connection.execute(UPSERT, (path, text.encode()))


async def measure(database: Database, urls: Urls, size: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each round, ours and beside, interleaved."""
    ours, beside = [], []
    async with world(database) as place:
        head = place.commit({f"runbooks/r{number}.yaml": document(number) for number in range(size)})
        await place.sync()
        for turn in range(ROUNDS):
            texts = {f"runbooks/r{n}.yaml": document(n, f"turn {turn}") for n in range(CHANGED)}
            before, head = head, place.commit(dict(texts))
            begun = time.perf_counter()
            result = await place.sync("push")
            ours.append((time.perf_counter() - begun) * 1000)
            assert (result.outcome, result.counts["changed"]) == ("synced", CHANGED), result
            begun = time.perf_counter()
            await asyncio.to_thread(baseline, place, urls, (before, head), texts)
            beside.append((time.perf_counter() - begun) * 1000)
    return ours, beside


async def run() -> int:
    """Each size in turn; the last is the row."""
    async with server() as (database, urls):
        found = []
        for size in SIZES:
            ours, beside = await measure(database, urls, size)
            found.append((ours, beside))
            print(f"{CHANGED} of {size}: {spread(ours)}; git and upserts {spread(beside)}")
    ours, beside = found[-1]
    median = statistics.median(ours)
    ratio = median / statistics.median(beside)
    return row(
        "P5", f"{median:.0f} ms", spread(beside), ratio, f"≤ {TARGET_RATIO:.0f} ×, < {TARGET_MS:.0f} ms",
        ok=median < TARGET_MS and ratio <= TARGET_RATIO,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(asyncio.run(run()))
