"""A batch that is refused for a reason of ours leaves nothing running behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from controller.api import batch_turns, batches
from controller.api.shapes.batches import BatchDocument
from schemas.errors import Unavailable


async def test_a_refusal_of_ours_ends_the_reading_of_the_other_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def read(_: Any, __: Any, entry: Any, *___: Any) -> None:
        if entry.document.file == "refused.md":
            await begun.wait()
            raise Unavailable("Too many texts are being parsed at this moment.")
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(batches, "_read", read)
    documents = [BatchDocument(file=file, text="x") for file in ("refused.md", "endless.md")]
    entries = [batches._Entry(each, batches._unread(each)) for each in documents]
    nothing: Any = None
    with pytest.raises(Unavailable):
        await batches._read_all(nothing, nothing, entries, False, datetime(2026, 11, 29, tzinfo=UTC))
    assert ended.is_set()


def test_a_turn_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_turns, "_WAIT_S", 0.0)

    @asynccontextmanager
    async def taken(*_: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(value=_nothing)

    async def _nothing(*_: Any, **__: Any) -> None:
        return None

    async def both() -> None:
        database: Any = SimpleNamespace(instance="bounded", work=taken)
        tenant = uuid4()
        own = batch_turns._turns.setdefault(("bounded", tenant), asyncio.Lock())
        async with own:
            with pytest.raises(Unavailable):
                async with batch_turns.batch_turn(database, tenant):
                    pytest.fail("the turn is another's")

    asyncio.run(both())
