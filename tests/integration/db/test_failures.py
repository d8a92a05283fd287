"""Cancellations, lost races, lost connections, old servers: what the caller is told, and what is left."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
import pytest

from base.ids import new_id
from controller.db.bootstrap import Urls
from controller.db.database import Database, UnsafeDatabase, version_complaint
from controller.db.errors import (
    Broken,
    CheckViolation,
    ConnectionLost,
    Contention,
    Exhausted,
    StatementTimedOut,
    UniqueViolation,
)
from controller.db.queries import load
from controller.db.unit_of_work import UnitOfWork
from controller.tenants.members import add_member, list_members
from controller.tenants.roles import Role
from tests.conftest import TestTenant
from tests.integration.db.kit import ACTOR, COUNT, record, rows_of

_NAP: Final = "select pg_sleep(%(seconds)s)"


async def test_a_cancelled_block_rolls_back_and_gives_its_connection_back(
    database_urls: Urls, database: Database, tenant: TestTenant
) -> None:
    single = await Database.open(database_urls.app, 1)
    try:
        for seconds in (0.0, 0.02, 0.05):
            task = asyncio.create_task(_slow_write(single, tenant))
            await asyncio.sleep(seconds)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with asyncio.timeout(30), single.work(tenant.tenant_id) as uow:
            assert len(await list_members(uow)) == 1
    finally:
        await single.close()


async def _slow_write(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        await add_member(uow, "new@acme.example", Role.VIEWER, actor=ACTOR)
        await uow.value(_NAP, seconds=60)


async def test_errors_have_types_that_say_what_to_do(database: Database, tenant: TestTenant) -> None:
    members = load("tenants")
    with pytest.raises(UniqueViolation) as unique:
        async with database.work(tenant.tenant_id) as uow:
            await uow.run(members["insert_tenant"], slug="acme", title="")
    assert unique.value.constraint == "tenants_pkey"
    with pytest.raises(CheckViolation) as check:
        async with database.work(tenant.tenant_id) as uow:
            await uow.run(
                members["upsert_member"], member_id=new_id(), email="a@b", display_name="", role="king"
            )
    assert check.value.constraint == "role_check"
    async with database.untenanted() as statements:
        await statements.connection.execute("set local statement_timeout = '20ms'")
        with pytest.raises(StatementTimedOut):
            await statements.value(_NAP, seconds=5)
        await statements.connection.rollback()
        await statements.connection.execute("begin")
    with pytest.raises(Broken):
        async with database.work(tenant.tenant_id) as uow:
            await uow.value("select 1 / 0")


async def test_an_error_tells_no_value(database: Database, tenant: TestTenant) -> None:
    """The server's DETAIL quotes the row; it must not travel into logs or answers."""
    with pytest.raises(UniqueViolation) as caught:
        async with database.work(tenant.tenant_id) as uow:
            await uow.run(load("tenants")["insert_tenant"], slug="acme", title="")
    assert str(tenant.tenant_id) not in str(caught.value)


async def test_waiting_for_a_lock_ends_as_contention(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as holder:
        await rows_of(holder, "select id from dd0c.members where tenant_id = %(tenant_id)s for update")
        with pytest.raises(Contention):
            await _lock_at_once(database, tenant)


async def test_a_block_that_goes_on_after_an_error_is_told_that_nothing_was_stored(
    database: Database, tenant: TestTenant
) -> None:
    """PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error."""

    async def careless() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await add_member(uow, "new@acme.example", Role.VIEWER, actor=ACTOR)
            with suppress(Broken):
                await uow.value("select 1 / 0")
            uow._records.clear()

    with pytest.raises(Broken, match="nothing was stored"):
        await careless()
    async with database.work(tenant.tenant_id) as uow:
        assert len(await list_members(uow)) == 1


async def test_a_lost_race_is_run_again_from_the_start(database: Database, tenant: TestTenant) -> None:
    """Two transactions lock two rows crosswise: one of them is a deadlock's victim and is done again."""
    async with database.work(tenant.tenant_id) as uow:
        other = await add_member(uow, "two@acme.example", Role.VIEWER, actor=ACTOR)
    both_hold_one = asyncio.Barrier(2)
    runs = 0

    def crosswise(first: UUID, second: UUID) -> object:
        async def work(uow: UnitOfWork) -> None:
            nonlocal runs
            runs += 1
            is_first_try = runs <= 2
            await rows_of(uow, _LOCK, member_id=first)
            if is_first_try:
                await both_hold_one.wait()
            await rows_of(uow, _LOCK, member_id=second)
            uow.audit(record())

        return database.transact(tenant.tenant_id, work)

    async with asyncio.timeout(60):
        await asyncio.gather(crosswise(tenant.member_id, other), crosswise(other, tenant.member_id))  # type: ignore[call-overload]  # reason: gather's overloads want one awaitable type
    # A freed row belongs to who comes first, not to who waited: a faster retry may be a victim once more.
    assert runs >= 3
    async with database.work(tenant.tenant_id) as uow:
        assert await uow.value(COUNT) == 5, "each of the two is done once"


_LOCK: Final = "select id from dd0c.members where tenant_id = %(tenant_id)s and id = %(member_id)s for update"


async def test_a_server_that_drops_connections_costs_one_retry(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    async def cut_in_the_middle() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await uow.value(COUNT)
            with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
                connection.execute(  # with the time in ms to wait until each is gone
                    "select pg_terminate_backend(pid, 30000) from pg_stat_activity "
                    "where usename = 'dd0c_app' and datname = current_database()"
                )
            await uow.value(COUNT)

    with pytest.raises(ConnectionLost) as caught:
        await cut_in_the_middle()
    assert not caught.value.outcome_unknown
    for _ in range(10):  # idle connections were cut too: they are noticed before they are handed out
        async with database.work(tenant.tenant_id) as uow:
            assert await uow.value(COUNT) == 2


async def test_an_exhausted_pool_says_so(
    database_urls: Urls, database: Database, tenant: TestTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.db.database._CONNECT_SECONDS", 0.3)
    single = await Database.open(database_urls.app, 1)
    try:
        async with single.work(tenant.tenant_id):
            with pytest.raises(Exhausted):
                async with single.work(tenant.tenant_id):
                    pass
    finally:
        await single.close()


async def test_no_server_is_a_retryable_error(database_urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.db.database._CONNECT_SECONDS", 0.5)
    with pytest.raises((Exhausted, ConnectionLost)):
        await Database.open("postgresql://dd0c_app:x@127.0.0.1:1/none", 1)


@pytest.mark.parametrize(
    ("version", "complaint"),
    [(180006, None), (180000, None), (170006, None), (160010, None), (190000, None),
     (170005, "17.6"), (160009, "16.10"), (150099, "too old"), (140000, "too old")],
)  # fmt: skip
def test_r64_an_old_minor_release_is_named(version: int, complaint: str | None) -> None:
    found = version_complaint(version)
    assert found is None if complaint is None else complaint in (found or "")


async def test_r64_an_unsafe_version_warns_at_home_and_is_refused_in_production(
    database_urls: Urls, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("controller.db.database.RLS_FIXED_IN", {16: 10, 17: 6, 18: 99})
    with caplog.at_level(logging.WARNING):
        await (await Database.open(database_urls.app, 1)).close()
    assert "db.version_unsafe" in {getattr(item, "action", "") for item in caplog.records}
    with pytest.raises(UnsafeDatabase, match=r"18\.99"):
        await Database.open(database_urls.app, 1, production=True)


async def _lock_at_once(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        await uow.connection.execute("set local lock_timeout = '30ms'")
        await rows_of(uow, "select id from dd0c.members where tenant_id = %(tenant_id)s for update")


@dataclass(frozen=True)
class _Narrow:
    id: UUID


async def test_a_row_that_does_not_fit_its_type_fails_loudly(database: Database, tenant: TestTenant) -> None:
    with pytest.raises(TypeError):
        async with database.work(tenant.tenant_id) as uow:
            await uow.one(load("tenants")["find_tenant"], _Narrow)
