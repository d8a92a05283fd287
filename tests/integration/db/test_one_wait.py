"""Transactions that are sent as a whole: what they store, and that an error anywhere stores nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import pytest

from controller.db.database import Database
from controller.db.errors import AccessDenied, Broken, DatabaseError, UniqueViolation
from controller.db.fence import fenced
from controller.db.unit_of_work import QueryRows, UnitOfWork
from tests.conftest import TestTenant
from tests.integration.db.kit import COUNT, Refused, record, rows_of

_TITLE: Final = "select title from dd0c.tenants where id = %(tenant_id)s"
_RENAME: Final = "update dd0c.tenants set title = %(title)s where id = %(tenant_id)s"
_AGAIN: Final = "insert into dd0c.tenants select * from dd0c.tenants where id = %(tenant_id)s"


class _Title(NamedTuple):
    title: str


def _look() -> QueryRows:
    return QueryRows(_TITLE, _Title, {})


def _rename(title: str) -> QueryRows:
    return QueryRows(_RENAME, _Title, {"title": title})


async def _titles(database: Database, tenant: TestTenant) -> list[Any]:
    async with database.work(tenant.tenant_id) as uow:
        return [title for (title,) in await rows_of(uow, _TITLE)]


async def test_statements_that_are_sent_with_their_commit_see_one_another_and_stay(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    before = await _titles(database, second_tenant)
    found = await database.at_once(tenant.tenant_id, _rename("One"), _look())
    assert found == [[], [_Title("One")]]
    assert await _titles(database, tenant) == ["One"]
    assert await _titles(database, second_tenant) == before
    ((seen,),) = await database.at_once(second_tenant.tenant_id, _look())
    assert seen.title == before[0], "the tenant is set for one transaction only"


async def test_who_sends_all_at_once_is_told_when_it_is_sent(database: Database, tenant: TestTenant) -> None:
    sent = asyncio.Event()
    found = asyncio.create_task(
        database.at_once(tenant.tenant_id, QueryRows("select pg_sleep(0.2)::text as title", _Title, {}),
                         _rename("Slept"), sent=sent.set)
    )  # fmt: skip
    await asyncio.wait_for(sent.wait(), 30)
    assert not found.done()
    assert await _titles(database, tenant) != ["Slept"]
    await found
    assert await _titles(database, tenant) == ["Slept"]


async def test_an_error_of_one_takes_all_back_and_the_connections_go_on(
    database: Database, tenant: TestTenant
) -> None:
    wrong = QueryRows("select (1 / (1 - %(one)s::int))::text as title", _Title, {"one": 1})
    before = await _titles(database, tenant)
    for asked in ([wrong, _rename("Never")], [_rename("Never"), wrong], [_rename("Never"), wrong, _look()]):
        with pytest.raises(Broken, match="division by zero"):
            await database.at_once(tenant.tenant_id, *asked)
        assert await _titles(database, tenant) == before
    for _ in range(12):
        assert len(await database.at_once(tenant.tenant_id, _look(), _look())) == 2


class _Closed:
    """A fence that lets nothing through."""

    def __init__(self) -> None:
        self.asked = 0

    async def prove(self, uow: UnitOfWork) -> None:
        self.asked += 1
        assert await uow.run(_RENAME, title="Proven") == 1, "what it does itself is answered, and counted"
        assert await rows_of(uow, _TITLE) == [("Proven",)]
        raise Refused


async def test_a_fence_is_asked_before_anything_that_is_sent_at_once_is_stored(
    database: Database, tenant: TestTenant
) -> None:
    before, fence = await _titles(database, tenant), _Closed()

    async def to_the_end() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await uow.send_on()
            await uow.run(_RENAME, title="Sent")
            uow.audit(record())

    for store in (lambda: database.at_once(tenant.tenant_id, _rename("Once")), to_the_end):
        with fenced(fence), pytest.raises(Refused):
            await store()
    assert fence.asked == 2
    assert await _titles(database, tenant) == before


async def test_what_is_sent_on_to_the_end_is_stored_with_its_records(
    database: Database, tenant: TestTenant
) -> None:
    async with database.work(tenant.tenant_id, planned_once=True) as uow:
        count = await uow.value(COUNT)
        await uow.send_on()
        for number in range(5):
            await uow.run(_RENAME, title=f"Sent {number}")
            uow.audit(record(f"n{number}"))
    async with database.work(tenant.tenant_id) as uow:
        assert await uow.value(COUNT) == count + 5
        assert await uow.value("select current_setting('plan_cache_mode')") == "auto"
    assert await _titles(database, tenant) == ["Sent 4"]


async def _fails(uow: UnitOfWork) -> None:
    await uow.run(_AGAIN)
    await uow.run(_RENAME, title="Never")


async def _fails_and_goes_on(uow: UnitOfWork) -> None:
    """The server answers a COMMIT of such a transaction, and says that it rolled back."""
    with suppress(DatabaseError):
        async with uow.unawaited():
            await uow.run(_AGAIN)


async def _raises(uow: UnitOfWork) -> None:
    await uow.run(_AGAIN)
    raise Refused


@pytest.mark.parametrize(
    ("block", "error"),
    [(_fails, (UniqueViolation, AccessDenied)), (_fails_and_goes_on, Broken), (_raises, Refused)],
)
@pytest.mark.parametrize("records", [0, 1, 3])
async def test_what_is_sent_on_is_stored_as_a_whole_or_not(
    database: Database,
    tenant: TestTenant,
    block: Callable[[UnitOfWork], Awaitable[None]],
    error: type[Exception],
    records: int,
) -> None:
    async def store() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await uow.send_on()
            await uow.run(_RENAME, title="Never")
            for _ in range(records):
                uow.audit(record())
            await block(uow)

    before = await _titles(database, tenant)
    async with database.work(tenant.tenant_id) as uow:
        count = await uow.value(COUNT)
    for _ in range(4):  # each connection of the pool is used again
        with pytest.raises(error):
            await store()
    async with database.work(tenant.tenant_id) as uow:
        assert await uow.value(COUNT) == count
    assert await _titles(database, tenant) == before


async def test_a_block_that_is_cancelled_while_it_sends_stores_nothing(
    database: Database, tenant: TestTenant
) -> None:
    before, sent = await _titles(database, tenant), asyncio.Event()

    async def store() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await uow.send_on()
            await uow.run(_RENAME, title="Never")
            sent.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(store())
    await asyncio.wait_for(sent.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _titles(database, tenant) == before
