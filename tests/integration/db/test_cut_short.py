"""Transactions that are sent as a whole and cut short: by a cancellation, a lost server, a lost race.

Each test has one connection: what one transaction leaves on it, the next one finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeAlias

import pytest
import pytest_asyncio

from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.db.errors import Broken, ConnectionLost, Contention, StatementTimedOut
from controller.db.unit_of_work import AUDIT_ROWS_MAX, QueryRows, UnitOfWork
from tests.conftest import TestTenant
from tests.integration.db.kit import COUNT, record, rows_of

_TITLE: Final = "select title from dd0c.tenants where id = %(tenant_id)s"
_RENAME: Final = "update dd0c.tenants set title = %(title)s where id = %(tenant_id)s"
_OF_NO_TENANT: Final = "select id::text as title from dd0c.tenants where title <> %(no)s"
_KILL: Final = "select pg_terminate_backend(pg_backend_pid())::text as title"
_RECORDS: Final = [0, 2, 2 * AUDIT_ROWS_MAX + 1]
_TURNS: Final = 50


class _Title(NamedTuple):
    title: str


def _ask(query: Any, **params: object) -> QueryRows:
    return QueryRows(query, _Title, params)


_NAP: Final = _ask("select pg_sleep(%(seconds)s)::text as title", seconds=60)


def _fault(code: str) -> str:
    return f"do $$ begin raise exception using errcode = '{code}'; end $$"


State: TypeAlias = tuple[str, int]


async def _state(database: Database, tenant: TestTenant) -> State:
    """The title of a tenant, and how many audit records it has."""
    async with database.work(tenant.tenant_id) as uow:
        ((title,),) = await rows_of(uow, _TITLE)
        return str(title), await uow.value(COUNT)


@pytest_asyncio.fixture
async def single(database_urls: Urls, database: Database) -> AsyncIterator[Database]:
    made = await Database.open(database_urls.app, 1)
    yield made
    await made.close()


def _renaming(*more: QueryRows, at: int) -> list[QueryRows]:
    asked = [_ask(_RENAME, title="Never"), _ask(_TITLE)]
    return [*asked[:at], *more, *asked[at:]]


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_what_is_cancelled_in_flight_is_not_stored_and_the_connection_goes_on(
    single: Database, tenant: TestTenant, at: int
) -> None:
    before = await _state(single, tenant)
    for _ in range(3):
        sent = asyncio.Event()
        task = asyncio.create_task(single.at_once(tenant.tenant_id, *_renaming(_NAP, at=at), sent=sent.set))
        await asyncio.wait_for(sent.wait(), 30)
        task.cancel()
        async with asyncio.timeout(30):
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await _state(single, tenant) == before
        assert await single.at_once(tenant.tenant_id, _ask(_TITLE)) == [[_Title(before[0])]]


async def _once(single: Database, tenant: TestTenant, title: str) -> None:
    await single.at_once(tenant.tenant_id, _ask(_RENAME, title=title), _ask(_TITLE))


async def _sent_on(single: Database, tenant: TestTenant, title: str) -> None:
    async with single.work(tenant.tenant_id, planned_once=True) as uow:
        await uow.send_on()
        uow.audit(record())
        await uow.run(_RENAME, title=f"not yet {title}")
        uow.audit(record())
        await uow.run(_RENAME, title=title)


@pytest.mark.parametrize(("store", "records"), [(_once, 0), (_sent_on, 2)])
@pytest.mark.parametrize("cancellations", [1, 2])
async def test_in_whatever_turn_of_the_loop_it_is_cancelled_all_is_stored_or_nothing(
    single: Database,
    tenant: TestTenant,
    second_tenant: TestTenant,
    store: Callable[[Database, TestTenant, str], Awaitable[None]],
    records: int,
    cancellations: int,
) -> None:
    other, ends = await _state(single, second_tenant), set()
    for turns in range(_TURNS):
        before = await _state(single, tenant)
        task = asyncio.ensure_future(store(single, tenant, f"turn {turns}"))
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(cancellations):
            task.cancel()
            await asyncio.sleep(0)
        with suppress(asyncio.CancelledError):
            await task
        after = await _state(single, tenant)
        assert after in (before, (f"turn {turns}", before[1] + records))
        ends.add(after == before)
        assert await _state(single, second_tenant) == other, "nothing of one tenant is left for another"
    assert ends >= {True}


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_server_that_goes_away_before_the_commit_has_stored_nothing_and_it_may_be_done_again(
    single: Database, tenant: TestTenant, at: int
) -> None:
    before = await _state(single, tenant)
    with pytest.raises(ConnectionLost) as lost:
        await single.at_once(tenant.tenant_id, *_renaming(_ask(_KILL), at=at))
    assert lost.value.outcome_unknown, "COMMIT was sent: who asks can't know"
    assert await _state(single, tenant) == before


@pytest.mark.parametrize("records", _RECORDS)
async def test_a_server_that_goes_away_under_what_is_sent_on_stores_no_record(
    single: Database, tenant: TestTenant, records: int
) -> None:
    async def store() -> None:
        async with single.work(tenant.tenant_id) as uow:
            await uow.send_on()
            await uow.run(_RENAME, title="Never")
            await uow.run(_KILL)
            uow.audit_all([record()] * records)

    before = await _state(single, tenant)
    with pytest.raises(ConnectionLost):
        await store()
    assert await _state(single, tenant) == before


@pytest.mark.parametrize("records", _RECORDS)
async def test_a_race_that_is_lost_among_what_is_sent_on_is_run_again_with_its_records_once(
    single: Database, tenant: TestTenant, records: int
) -> None:
    codes = ["40001", "40P01", "55P03"]

    async def store(uow: UnitOfWork) -> None:
        await uow.send_on()
        await uow.run(_RENAME, title="Again")
        uow.audit_all([record()] * records)
        if codes:
            await uow.run(_fault(codes.pop()))
        await uow.run(_RENAME, title="At last")

    before = await _state(single, tenant)
    await single.transact(tenant.tenant_id, store, planned_once=True)
    assert codes == []
    assert await _state(single, tenant) == ("At last", before[1] + records)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ([_ask(_fault("40001"))], Contention),
        ([_ask(_fault("55P03"))], Contention),
        ([_ask("select set_config('statement_timeout', '20ms', true) as title"), _NAP], StatementTimedOut),
        ([_ask("select (1 / (1 - %(one)s::int))::text as title", one=1)], Broken),
    ],
)
async def test_what_was_prepared_behind_an_error_and_never_ran_is_prepared_again(
    single: Database, tenant: TestTenant, fault: list[QueryRows], error: type[Exception]
) -> None:
    """And the caller hears of the error, not of what could not run because of it."""
    before = await _state(single, tenant)
    async with single.work(tenant.tenant_id) as uow:  # counted, not yet prepared
        await uow.all(_TITLE, _Title)
        await uow.run(_RENAME, title=before[0])
    for at in (0, 1, 2, 0):
        with pytest.raises(error):
            await single.at_once(tenant.tenant_id, *_renaming(*fault, at=at))
        assert await single.at_once(tenant.tenant_id, _ask(_TITLE)) == [[_Title(before[0])]]
        assert await single.at_once(tenant.tenant_id, _ask(_RENAME, title=before[0])) == [[]]
    assert await _state(single, tenant) == before


@pytest.mark.parametrize("planned_once", [False, True])
async def test_one_plan_for_all_values_shows_each_tenant_its_own_rows(
    single: Database, tenant: TestTenant, second_tenant: TestTenant, planned_once: bool
) -> None:
    """The statement names no tenant: row-level security alone tells them apart."""
    for _ in range(8):
        for each in (tenant, second_tenant):
            own = [_Title(str(each.tenant_id))]
            async with single.work(each.tenant_id, planned_once=planned_once) as uow:
                assert await uow.all(_OF_NO_TENANT, _Title, no="x") == own
            assert await single.at_once(each.tenant_id, _ask(_OF_NO_TENANT, no="x")) == [own]
        async with single.untenanted() as statements:
            assert await statements.all(_OF_NO_TENANT, _Title, no="x") == []


async def test_for_a_pooler_that_follows_no_statements_none_is_prepared(
    database_urls: Urls, database: Database, tenant: TestTenant
) -> None:
    plain = await Database.open(database_urls.app, 1, prepare=False)
    prepared = _ask("select count(*)::text as title from pg_prepared_statements")
    try:
        await _once(plain, tenant, "Plain")
        await _sent_on(plain, tenant, "Plain")
        assert await plain.at_once(tenant.tenant_id, prepared) == [[_Title("0")]]
    finally:
        await plain.close()


async def test_answers_and_values_larger_than_any_buffer_go_both_ways_at_once(
    single: Database, tenant: TestTenant
) -> None:
    """The server waits until it is read from, while it is still written to."""
    text = "x" * 4_000_000
    big = _ask("select repeat('y', 1000000) as title from generate_series(1, 8)")
    echo = _ask("select %(text)s::text as title", text=text)
    async with asyncio.timeout(120):
        found = await single.at_once(tenant.tenant_id, big, echo, big, echo)
    assert [len(rows) for rows in found] == [8, 1, 8, 1]
    assert found[3][0].title == text
