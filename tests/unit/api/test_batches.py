"""A batch that is refused for a reason of ours leaves nothing running behind it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from controller.api import batches
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
