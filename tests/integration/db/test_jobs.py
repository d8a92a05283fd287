"""Jobs: part of the caller's transaction, woken over our bus, and taken over from a worker that died."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from base.ids import new_id
from controller.db.bootstrap import Urls
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.db.errors import Retryable
from controller.db.jobs import POLL_SECONDS
from tests.conftest import TestTenant


class _Refused(Exception):
    pass


class Log:
    """What ran, and a way to wait for it."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str]] = []
        self._changed = asyncio.Condition()

    async def add(self, tenant_id: str, thing_id: str) -> None:
        async with self._changed:
            self.ran.append((tenant_id, thing_id))
            self._changed.notify_all()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.ran) >= count)


@pytest.fixture
def log(database: Database) -> Log:
    """A task `test.note` that writes down its arguments."""
    found = Log()

    @database.jobs.task("test.note", retries=3)
    async def note(tenant_id: str, thing_id: str) -> None:
        await found.add(tenant_id, thing_id)

    return found


async def defer(database: Database, tenant: TestTenant, thing: UUID) -> None:
    async with database.work(tenant.tenant_id) as uow:
        await uow.defer("test.note", thing_id=thing)


async def test_a_job_exists_exactly_if_its_transaction_commits(
    database: Database, tenant: TestTenant, log: Log
) -> None:
    async def refuse() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await uow.defer("test.note", thing_id=new_id())
            raise _Refused

    with pytest.raises(_Refused):
        await refuse()
    thing = new_id()
    await defer(database, tenant, thing)
    async with database.jobs.working():
        await log.wait_for(1)
    assert log.ran == [(str(tenant.tenant_id), str(thing))]


async def test_a_worker_is_woken_before_its_next_poll(
    database: Database, tenant: TestTenant, log: Log
) -> None:
    waits = []
    async with database.jobs.working():
        await defer(database, tenant, new_id())
        await log.wait_for(1)
        for number in range(2, 8):
            begun = monotonic()
            await defer(database, tenant, new_id())
            await log.wait_for(number)
            waits.append(monotonic() - begun)
    assert sorted(waits)[len(waits) // 2] < POLL_SECONDS / 2, waits


async def test_without_the_wake_up_the_poll_finds_the_job(
    database_urls: Urls, tenant: TestTenant, log: Log, database: Database
) -> None:
    """Another process defers: its bus is not ours."""
    other = await Database.open(database_urls.app, 1, bus=MemoryBus())
    try:
        async with database.jobs.working():
            await defer(other, tenant, new_id())
            await log.wait_for(1)
    finally:
        await other.close()


async def test_once_means_once_while_it_waits(database: Database, tenant: TestTenant, log: Log) -> None:
    for _ in range(3):
        async with database.work(tenant.tenant_id) as uow:
            await uow.defer("test.note", once="one", thing_id="1")
            await uow.defer("test.note", once="one", thing_id="2")
    async with database.jobs.working():
        await log.wait_for(1)
        await defer(database, tenant, new_id())
        await log.wait_for(2)
    assert log.ran[0][1] == "1"
    assert len(log.ran) == 2


async def test_the_job_of_a_worker_that_died_runs_again(
    database: Database, database_urls: Urls, tenant: TestTenant, log: Log
) -> None:
    thing = new_id()
    await defer(database, tenant, thing)
    with psycopg.connect(database_urls.app, autocommit=True) as connection:
        connection.execute(
            "with dead as (insert into procrastinate.procrastinate_workers (last_heartbeat) "
            "values (now() - interval '1 minute') returning id) "
            "update procrastinate.procrastinate_jobs set status = 'doing', worker_id = (select id from dead) "
            "where task_name = 'test.note'"
        )
    assert await database.jobs.retry_stalled() == 1
    assert await database.jobs.retry_stalled() == 0
    async with database.jobs.working():
        await log.wait_for(1)
    assert log.ran == [(str(tenant.tenant_id), str(thing))]


async def test_a_job_that_fails_is_tried_again(database: Database, tenant: TestTenant) -> None:
    tries: list[str] = []
    done = asyncio.Event()

    @database.jobs.task("test.moody", retries=3)
    async def moody(tenant_id: str) -> None:
        tries.append(tenant_id)
        if len(tries) < 2:
            raise _Refused
        done.set()

    async with database.work(tenant.tenant_id) as uow:
        await uow.defer("test.moody")
    async with database.jobs.working(), asyncio.timeout(60):
        await done.wait()
    assert len(tries) == 2


def cut_all(urls: Urls) -> int:
    """End every connection of the product, as a restart of the server does; how many."""
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        row = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where application_name like 'dd0c %' and datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def test_a_worker_whose_connections_are_cut_works_again(
    database: Database, database_urls: Urls, tenant: TestTenant, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, fetches = database.jobs.app.job_manager, []
    fetch = manager.fetch_job

    async def fetch_while_cut(*arguments: Any, **named: Any) -> Any:
        """The first look breaks as it does when the server goes away in the middle of it."""
        fetches.append(1)
        if len(fetches) == 1:
            raise ConnectorException
        return await fetch(*arguments, **named)

    monkeypatch.setattr(manager, "fetch_job", fetch_while_cut)
    assert not database.jobs.is_working()
    async with database.jobs.working():
        await until(lambda: len(fetches) > 0)
        await until(lambda: not database.jobs.is_working())
        await defer(database, tenant, new_id())
        await log.wait_for(1)
        await until(database.jobs.is_working)
        for count in (2, 3):
            assert cut_all(database_urls) > 0
            await until_deferred(database, tenant)
            await log.wait_for(count)
        await until(database.jobs.is_working)
    assert not database.jobs.is_working()


async def until_deferred(database: Database, tenant: TestTenant) -> None:
    """The pool gives out a connection that was cut at most once for each it holds."""
    for _ in range(10):
        try:
            await defer(database, tenant, new_id())
        except Retryable:
            continue
        return
    raise AssertionError("the database does not come back")


def test_notify_is_off(database_urls: Urls) -> None:
    """pg_notify takes a database-wide lock at commit: 2,966 inserts a second became 313 (CONTRACTS.md §2)."""
    with psycopg.connect(database_urls.superuser) as connection:
        rows = connection.execute(
            """select tgname::text from pg_trigger t join pg_proc p on p.oid = t.tgfoid
               where not t.tgisinternal and t.tgenabled <> 'D' and p.prosrc ilike '%pg_notify%'"""
        ).fetchall()
    assert rows == []
