"""The record of readings: written in one order, and never what an import fails for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from controller.api.kept_readings import TenantReadings
from controller.db.errors import Contention


class Stored:
    """A database, a unit of work and a sealer, which note what is written."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.keys: list[str] = []

    @asynccontextmanager
    async def work(self, _: UUID) -> AsyncIterator[Any]:
        if self.fault is not None:
            raise self.fault
        yield self

    async def seal(self, *_: object) -> bytes:
        return b"sealed"

    async def run(self, _: str, **values: Any) -> int:
        self.keys += [values["key"]] if "key" in values else []
        return 1


def record(stored: Any) -> TenantReadings:
    return TenantReadings(stored, stored, uuid4())


async def test_answers_are_written_in_the_order_of_their_keys() -> None:
    stored = Stored()
    await record(stored).put({"cc": "3", "aa": "1", "bb": "2"})
    assert stored.keys == ["aa", "bb", "cc"]


async def test_a_database_that_fails_has_no_answers_and_keeps_none() -> None:
    failing = record(Stored(Contention("deadlock detected")))
    assert await failing.get(["aa"]) == {}
    await failing.put({"aa": "1"})
