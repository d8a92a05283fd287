"""P4: cold sync of 5,000 runbooks of ten steps to rows and verdicts, at 1/16, 1/4 and all of them.

Beside it in the same round: `git cat-file --batch` of the same blobs and COPY of the same bytes. The verdicts
are most of it, so that the share of judging is measured apart: reading and judging alone, then all again with
every judgement kept.
"""

from __future__ import annotations

import asyncio
import time

from bench.home import row
from bench.synced import cat_file, copy_in, document, server, world
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.sync.source import read_commit_files

SIZES = (312, 1_250, 5_000)
TARGET_SECONDS = 15.0
TARGET_RATIO = 6.0


async def measure(database: Database, urls: Urls, size: int) -> tuple[float, float, float]:
    """Seconds of the whole cold sync, of it without judging, and of git and COPY."""
    texts = {f"runbooks/r{number}.yaml": document(number) for number in range(size)}
    async with world(database) as place:
        head = place.commit(dict(texts))
        source = place.forges.open_builtin(place.tenant_id, place.row)
        read = read_commit_files(source.mirror_of(0, ()), place.row, head, ())
        begun = time.perf_counter()
        found = cat_file(place.repository.path, list(read.blobs.values()))
        copy_in(urls, [text.encode() for text in texts.values()])
        beside = time.perf_counter() - begun
        assert len(found) > sum(map(len, texts.values()))
        begun = time.perf_counter()
        await place.sync_service._judging.judge(place.tenant_id, read.contents)
        judging = time.perf_counter() - begun
        begun = time.perf_counter()
        result = await place.sync()
        stored = time.perf_counter() - begun
        assert (result.outcome, result.counts["added"]) == ("synced", size), result
    return judging + stored, stored, beside


async def run() -> int:
    """Each size in turn; the last is the row."""
    async with server() as (database, urls):
        found = []
        for size in SIZES:
            whole, stored, beside = await measure(database, urls, size)
            found.append((whole, stored, beside))
            print(
                f"{size} runbooks: {whole:.1f} s ({1000 * whole / size:.2f} ms each), "
                f"{stored:.1f} s of it without judging; git and COPY {beside:.2f} s"
            )
    whole, stored, beside = found[-1]
    ratio = stored / beside
    return row(
        "P4", f"{whole:.1f} s, {stored:.1f} s without the scan", f"{beside:.2f} s", ratio,
        f"≤ {TARGET_RATIO:.0f} × without the scan, < {TARGET_SECONDS:.0f} s",
        ok=whole < TARGET_SECONDS and ratio <= TARGET_RATIO,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(asyncio.run(run()))
