"""Files judged in the pool of parsing processes: in batches, and one by one where a batch goes wrong.

A judgement is a pure function of path, kind and content, so the last ones are kept: a change is judged when
it is pushed, when it is merged and when it is synced. An LLM's advice is no part of what is kept here: it is
merged in each time, so that an answer that came late counts at the next look.

What is kept is packed, as it came from the process that judged: as objects it would be ten times as much, and
the collector would look through all of it again and again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from base import limits
from controller.governance.advice import with_advice
from controller.governance.documents import FileKind, JudgedFile, unreadable
from controller.governance.packed import Packed, judge_packed, unpack
from ingest.advisor.advising import ONE_KEY, Advising
from ingest.advisor.llm import Asks
from schemas.errors import Unprocessable

File: TypeAlias = tuple[str, FileKind, bytes]
RunParser: TypeAlias = Callable[
    [Callable[[Sequence[File]], list[Packed]], Sequence[File]], Awaitable[list[Packed]]
]
"""`ParsePool.run`: call a module-level function in a process with memory and time limits. Raises
Unprocessable where the limits were hit, Unavailable where too many calls wait."""

BATCH_FILES: Final = 12
BATCH_BYTES: Final = 256 * 1024
"""A batch is some 0.2 s of work, so that a preview never waits long behind a sync."""

BATCHES_AT_ONCE: Final = 2
_TURNS: Final = BATCHES_AT_ONCE + 1
"""One more waits in the pool, so that no process stands still while the answers of the others are taken."""
_TOO_EXPENSIVE: Final = "too_expensive"
KEPT_FILES: Final = 4_096
KEPT_BYTES: Final = 64 * limits.MIB
"""Packed: some 15 KB for a runbook of ten steps."""


class Judging:
    """Judges the files of changes; one a process."""

    def __init__(self, run: RunParser, advising: Advising = ONE_KEY, llm: Asks | None = None) -> None:
        """`advising`: where the second key comes from; without it nothing is safe. UNASKED with an `llm`."""
        self._run = run
        self._llm = llm
        self._judge = partial(judge_packed, advising=advising)
        self._kept: OrderedDict[bytes, Packed] = OrderedDict()
        self._kept_bytes = 0
        self._turns = asyncio.Semaphore(_TURNS)

    async def judge(
        self, tenant_id: UUID, files: Sequence[File], advice_seconds: float | None = None
    ) -> list[JudgedFile]:
        """One judgement a file, in order. A file that breaks its batch is found and judged alone.

        `advice_seconds`: how long an LLM's answers are waited for; None, it is not asked, and what it said
        before counts.
        """
        judged = await self._without_llm(files)
        if self._llm is None:
            return judged
        asked = [question for file in judged if file.runbook for question in file.runbook.questions]
        payer = str(tenant_id)
        if advice_seconds is None:
            advising = await self._llm.kept(asked, payer)
        else:
            advising = await self._llm.ask(asked, advice_seconds, payer)
        return [with_advice(file, advising) for file in judged]

    async def _without_llm(self, files: Sequence[File]) -> list[JudgedFile]:
        keys = [_key(file) for file in files]
        known = {
            key: self._kept[key] for key in keys if key in self._kept
        }  # others may push them out meanwhile
        unknown = {key: file for key, file in zip(keys, files, strict=True) if key not in known}
        groups = batches(list(unknown.values()))
        judged = await asyncio.gather(*(self._batch(group) for group in groups))
        fresh = dict(zip(unknown, (file for group in judged for file in group), strict=True))
        return [fresh[key] if key in fresh else unpack(known[key]) for key in keys]

    async def _batch(self, batch: list[File]) -> list[JudgedFile]:
        async with self._turns:
            try:
                packed = await self._run(self._judge, batch)
            except Unprocessable:
                return [await self._alone(file) for file in batch]
            return [self._keep(_key(file), one) for file, one in zip(batch, packed, strict=True)]

    async def _alone(self, file: File) -> JudgedFile:
        path, kind, _ = file
        try:
            return self._keep(_key(file), (await self._run(self._judge, [file]))[0])
        except Unprocessable as refusal:  # not kept: what was too much for a busy minute is tried again
            return unreadable(path, kind, refusal.detail, _TOO_EXPENSIVE)

    def _keep(self, key: bytes, packed: Packed) -> JudgedFile:
        if key not in self._kept:
            self._kept[key] = packed
            self._kept_bytes += len(packed)
        while len(self._kept) > KEPT_FILES or self._kept_bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest)
        return unpack(packed)


def _key(file: File) -> bytes:
    path, kind, content = file
    return hashlib.sha256(f"{kind}\0{path}\0".encode("utf-8", "surrogatepass") + content).digest()


def batches(files: Sequence[File]) -> list[list[File]]:
    """Files in groups of at most BATCH_FILES and, but for a single large one, BATCH_BYTES; a few files go in
    as many groups as run at once."""
    groups: list[list[File]] = []
    most, size = min(BATCH_FILES, -(-len(files) // BATCHES_AT_ONCE)), 0
    for file in files:
        if not groups or len(groups[-1]) >= most or size + len(file[2]) > BATCH_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += len(file[2])
    return groups
