"""P4: cold sync of 5,000 runbooks of ten steps to rows and verdicts, at 1/16, 1/4 and all of them.

Beside it in the same round: `git cat-file --batch` of the same blobs and COPY of the same bytes. Judging (the
parse, the scan of every command and the advice on it) is timed apart inside the same sync, so that the rest
can be held against the ratio; no two commands are the same, so no verdict that was kept helps. Told besides:
COPY of all rows that the sync stores, which are ten times the bytes of the files, into bare tables and into
the product's own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bench.home import row
from bench.synced import COMMANDS, cat_file, copy_again, copy_in, copy_stored, document, server, world
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.governance.documents import JudgedFile
from controller.governance.judging import File, Judging
from controller.sync.source import read_commit_files

SIZES = (312, 1_250, 5_000)
TARGET_SECONDS = 15.0
TARGET_RATIO = 6.0


class TimedJudging(Judging):
    """Says how long the files of the last sync were judged."""

    def __init__(self, inner: Judging) -> None:
        self._inner = inner
        self.seconds = 0.0

    async def judge(
        self, tenant_id: UUID, files: Sequence[File], advice_seconds: float | None = None
    ) -> list[JudgedFile]:
        """As the inner one."""
        begun = time.perf_counter()
        try:
            return await self._inner.judge(tenant_id, files, advice_seconds)
        finally:
            self.seconds = time.perf_counter() - begun


@dataclass(frozen=True)
class Round:
    """Seconds of one cold sync: all of it, of it in judging, git and COPY, and COPY of what it stored into
    bare tables and into its own.
    """

    whole: float
    judging: float
    beside: float
    copied: float
    again: float
    stored_bytes: int

    @property
    def stored(self) -> float:
        """All but judging."""
        return self.whole - self.judging


async def measure(database: Database, urls: Urls, size: int) -> Round:
    """One repository of this size, synced once."""
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
        judging = TimedJudging(place.sync_service._judging)
        place.sync_service._judging = judging
        begun = time.perf_counter()
        result = await place.sync()
        whole = time.perf_counter() - begun
        assert (result.outcome, result.counts["added"]) == ("synced", size), result
        stored_bytes, copied = await asyncio.to_thread(copy_stored, urls, place.tenant_id)
        again = await asyncio.to_thread(copy_again, urls, place.tenant_id)
    return Round(whole, judging.seconds, beside, copied, again, stored_bytes)


async def run() -> int:
    """Each size in turn; the last is the row."""
    async with server() as (database, urls):
        found = []
        for size in SIZES:
            one = await measure(database, urls, size)
            found.append(one)
            print(
                f"{size} runbooks: {one.whole:.1f} s ({1000 * one.whole / size:.2f} ms each); judging "
                f"{one.judging:.1f} s ({size * len(COMMANDS) / one.judging:.0f} commands a second with parse "
                f"and advice), the rest {one.stored:.2f} s; git and COPY {one.beside:.2f} s, ratio "
                f"{one.stored / one.beside:.1f}; COPY of the {one.stored_bytes / 1e6:.0f} MB that it stores "
                f"{one.copied:.2f} s, into its own tables with indexes, references and audit chain "
                f"{one.again:.2f} s, {one.again / one.beside:.1f} times git and COPY"
            )
    last = found[-1]
    ratio = last.stored / last.beside
    return row(
        "P4", f"{last.whole:.1f} s, {last.stored:.1f} s without the scan", f"{last.beside:.2f} s", ratio,
        f"≤ {TARGET_RATIO:.0f} × without the scan, < {TARGET_SECONDS:.0f} s",
        ok=last.whole < TARGET_SECONDS and ratio <= TARGET_RATIO,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(asyncio.run(run()))
