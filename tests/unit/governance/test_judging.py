"""What is kept of earlier judgements, with several calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from controller.governance import judging
from controller.governance.documents import JudgedFile
from controller.governance.judging import File, Judging
from controller.governance.packed import Packed, pack
from schemas.errors import Unprocessable

TENANT = UUID(int=1)
Judge = Callable[[Sequence[File]], list[Packed]]


def file(name: str, size: int = 1) -> File:
    return (f"{name}.yaml", "runbook", name.encode() * size)


def judged(batch: Sequence[File]) -> list[Packed]:
    return [pack(JudgedFile(path, kind, "sha256:0", content)) for path, kind, content in batch]


async def test_what_another_call_pushes_out_meanwhile_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judging, "KEPT_FILES", 2)
    slow = asyncio.Event()

    async def run(_judge: Judge, batch: Sequence[File]) -> list[Packed]:
        if batch[0][0] == "slow.yaml":
            await slow.wait()
        return judged(batch)

    several = Judging(run)
    await several.judge(TENANT, [file("a")])
    waiting = asyncio.create_task(several.judge(TENANT, [file("a"), file("slow")]))
    await several.judge(TENANT, [file("b"), file("c"), file("d")])
    slow.set()
    assert [each.path for each in await waiting] == ["a.yaml", "slow.yaml"]


async def test_the_same_file_judged_twice_at_once_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = file("x", 400), file("y", 400)
    monkeypatch.setattr(judging, "KEPT_BYTES", sum(map(len, judged([one, other]))))
    calls = 0
    both = asyncio.Event()

    async def run(_judge: Judge, batch: Sequence[File]) -> list[Packed]:
        nonlocal calls
        calls += 1
        if calls == 2:
            both.set()
        await both.wait()
        return judged(batch)

    several = Judging(run)
    await asyncio.gather(several.judge(TENANT, [one]), several.judge(TENANT, [one]))
    await several.judge(TENANT, [other])
    await several.judge(TENANT, [one, other])
    assert calls == 3


async def test_what_was_too_much_for_a_busy_minute_is_tried_again() -> None:
    busy = True

    async def run(_judge: Judge, batch: Sequence[File]) -> list[Packed]:
        if busy:
            raise Unprocessable("this took too long")
        return judged(batch)

    several = Judging(run)
    first = await several.judge(TENANT, [file("a")])
    assert [place.code for place in first[0].errors] == ["too_expensive"]
    busy = False
    assert (await several.judge(TENANT, [file("a")]))[0].errors == ()
