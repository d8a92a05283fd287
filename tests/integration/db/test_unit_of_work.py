"""One transaction: what commits together, and what a crash leaves behind (PROMISES.md 66, 68)."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from typing import Final, NamedTuple

import psycopg
import pytest

from base.ids import new_id
from controller.db import unit_of_work
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.db.errors import AccessDenied, Broken, CheckViolation, UniqueViolation
from controller.db.unit_of_work import QueryRows
from controller.tenants.members import add_member, list_members
from controller.tenants.roles import Role
from schemas.audit import AuditRecord, MemberRemoved
from tests.conftest import TestTenant
from tests.integration.db.kit import ACTOR, COUNT, Refused, record, rows_of

_TYPES: Final = """select e.event_type from dd0c.audit_chain c join dd0c.audit_events e
    on e.tenant_id = c.tenant_id and e.id = c.event_id where c.tenant_id = %(tenant_id)s order by c.seq"""


async def test_r66_a_change_and_its_record_commit_together(database: Database, tenant: TestTenant) -> None:
    async with database.work(tenant.tenant_id) as uow:
        before = await uow.value(COUNT)
        await add_member(uow, "new@acme.example", Role.VIEWER, actor=ACTOR)
    async with database.work(tenant.tenant_id) as uow:
        assert await uow.value(COUNT) == before + 1
        assert len(await list_members(uow)) == 2


async def test_r66_a_block_that_raises_leaves_neither(database: Database, tenant: TestTenant) -> None:
    async def refuse() -> None:
        async with database.work(tenant.tenant_id) as uow:
            await add_member(uow, "new@acme.example", Role.VIEWER, actor=ACTOR)
            raise Refused

    with pytest.raises(Refused):
        await refuse()
    async with database.work(tenant.tenant_id) as uow:
        assert await uow.value(COUNT) == 2
        assert len(await list_members(uow)) == 1


async def test_r66_a_record_that_can_not_be_stored_takes_the_change_with_it(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute("alter table dd0c.audit_events add check (event_type <> 'member.added') not valid")
    with pytest.raises(CheckViolation):
        async with database.work(tenant.tenant_id) as uow:
            await add_member(uow, "new@acme.example", Role.VIEWER, actor=ACTOR)
    async with database.work(tenant.tenant_id) as uow:
        assert len(await list_members(uow)) == 1


_RENAME: Final = "update dd0c.tenants set title = %(title)s where id = %(tenant_id)s"
_AGAIN: Final = "insert into dd0c.tenants select * from dd0c.tenants where id = %(tenant_id)s"


async def test_the_first_error_of_statements_that_nobody_waits_for_is_raised_and_takes_all_back(
    database: Database, tenant: TestTenant
) -> None:
    async def store() -> None:
        async with database.work(tenant.tenant_id) as uow:
            async with uow.unawaited():
                await uow.run(_RENAME, title="Renamed")
                await uow.run(_AGAIN)
                for _ in range(3):
                    await uow.run(_RENAME, title="Never seen")
            raise AssertionError("the error must have been raised by now")

    with pytest.raises((UniqueViolation, AccessDenied)):
        await store()
    async with database.work(tenant.tenant_id) as uow:
        ((title,),) = await rows_of(uow, "select title from dd0c.tenants where id = %(tenant_id)s")
        assert title not in {"Renamed", "Never seen"}
        async with uow.unawaited():
            await uow.run(_RENAME, title="Renamed")
    async with database.work(tenant.tenant_id) as uow:
        assert await rows_of(uow, "select title from dd0c.tenants where id = %(tenant_id)s") == [("Renamed",)]


async def test_of_queries_sent_together_the_error_is_that_of_the_one_that_failed(
    database: Database, tenant: TestTenant
) -> None:
    """Those behind it were not run: that alone looks as if the connection were lost, and is tried again."""
    one = QueryRows("select title from dd0c.tenants where id = %(tenant_id)s", _Title, {})
    wrong = QueryRows("select (1 / (1 - %(one)s::int))::text as title", _Title, {"one": 1})
    for asked in ([wrong], [one, wrong, one], [*[one] * 3, wrong, *[one] * 300]):
        with pytest.raises(Broken, match="division by zero"):
            async with database.work(tenant.tenant_id) as uow:
                await uow.several(*asked)
    async with database.work(tenant.tenant_id) as uow:
        assert [len(rows) for rows in await uow.several(one, one)] == [1, 1]


class _Title(NamedTuple):
    title: str


async def test_r66_killed_at_the_commit_leaves_neither_or_both(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    """A process of its own is killed with SIGKILL before, then after its COMMIT (B1: `name:kill`)."""
    for point, expected in (("db.before_commit", 1), ("db.after_commit", 2)):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.integration.db.killed", database_urls.app, str(tenant.tenant_id)),
            env={"DD0C_FAULTPOINT": f"{point}:kill"},
        )
        assert await process.wait() == -signal.SIGKILL
        async with database.work(tenant.tenant_id) as uow:
            assert len(await list_members(uow)) == expected
            assert await uow.value(COUNT) == 1 + expected  # tenant.created, and member.added for each


async def test_all_records_are_one_insert_in_the_order_they_were_made(
    database: Database, tenant: TestTenant
) -> None:
    async with database.work(tenant.tenant_id) as uow:
        for number in range(5):
            uow.audit(record(f"n{number}"))
            uow.audit(AuditRecord(data=MemberRemoved(member=tenant.member_id), actor_id=ACTOR))
    async with database.work(tenant.tenant_id) as uow:
        found = [row[0] for row in await rows_of(uow, _TYPES)]
    assert found == ["tenant.created", "member.added", *["security.refused", "member.removed"] * 5]


async def test_very_many_records_go_in_several_inserts_and_stand_in_the_order_of_their_ids(
    database: Database, tenant: TestTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "AUDIT_ROWS_MAX", 4)
    async with database.work(tenant.tenant_id) as uow:
        first = new_id()
        made = [uow.audit(record(f"n{number}")) for number in range(9)]
        uow.audit(replace(record("chosen"), event_id=first))
    async with database.work(tenant.tenant_id) as uow:
        linked = [row[0] for row in await rows_of(uow, _EVENTS)]
        assert linked[2:] == [first, *made]
        assert [row[0] for row in await rows_of(uow, _SEQUENCE)] == list(range(1, 13))
        assert all(prev == before for prev, before in await rows_of(uow, _LINKS))


async def test_r68_50_writers_with_rollbacks_leave_a_chain_without_a_gap(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    committed = {tenant.tenant_id: 2, second_tenant.tenant_id: 2}

    async def write(number: int) -> None:
        own = tenant.tenant_id if number % 2 else second_tenant.tenant_id
        for turn in range(8):
            size = 1 + (number + turn) % 4
            try:
                async with database.work(own) as uow:
                    for _ in range(size):
                        uow.audit(record())
                    if (number * 7 + turn) % 3 == 0:
                        raise Refused
            except Refused:
                continue
            committed[own] += size

    await asyncio.gather(*(write(number) for number in range(50)))
    for own, count in committed.items():
        async with database.work(own) as uow:
            numbers = [row[0] for row in await rows_of(uow, _SEQUENCE)]
            assert numbers == list(range(1, count + 1))
            assert await uow.value(COUNT) == count
            assert all(prev == before for prev, before in await rows_of(uow, _LINKS))


_EVENTS: Final = "select event_id from dd0c.audit_chain where tenant_id = %(tenant_id)s order by seq"
_SEQUENCE: Final = "select seq from dd0c.audit_chain where tenant_id = %(tenant_id)s order by seq"
_LINKS: Final = """select c.prev_hash, b.hash from dd0c.audit_chain c join dd0c.audit_chain b
    on b.tenant_id = c.tenant_id and b.seq = c.seq - 1 where c.tenant_id = %(tenant_id)s"""


async def test_a_time_chosen_by_the_writer_is_refused(database: Database, tenant: TestTenant) -> None:
    with pytest.raises(Broken, match="created_at is not chosen by the writer"):
        async with database.work(tenant.tenant_id) as uow:
            await uow.connection.execute(
                "insert into dd0c.audit_events (tenant_id, id, event_type, actor_id, event_data, created_at)"
                " values (%s, %s, 'a.b', 'x', '{}', now() - interval '1 day')",
                (tenant.tenant_id, new_id()),
            )


@pytest.mark.parametrize("text", ["", "{", "[]", '"a"', "null"])
async def test_a_text_that_is_no_json_object_is_refused(
    database: Database, tenant: TestTenant, text: str
) -> None:
    with pytest.raises(Broken, match="event_data is no JSON object"):
        async with database.work(tenant.tenant_id) as uow:
            await uow.connection.execute(
                "insert into dd0c.audit_events (tenant_id, id, event_type, actor_id, event_data)"
                " values (%s, %s, 'a.b', 'x', %s)",
                (tenant.tenant_id, new_id(), text),
            )


async def test_a_chain_without_a_head_is_an_error_never_a_new_chain(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute("delete from dd0c.audit_heads where tenant_id = %s", (tenant.tenant_id,))
    with pytest.raises(Broken, match="no chain head"):
        async with database.work(tenant.tenant_id) as uow:
            uow.audit(record())


async def test_calls_after_the_commit_run_after_it_and_only_then(
    database: Database, tenant: TestTenant, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[str] = []

    async def look() -> None:
        async with database.work(tenant.tenant_id) as other:
            called.append(str(len(await list_members(other))))

    def fail() -> None:
        raise Refused

    async with database.work(tenant.tenant_id) as uow:
        await add_member(uow, "new@acme.example", Role.VIEWER, actor=ACTOR)
        uow.after_commit(fail)
        uow.after_commit(look)
        assert called == []
    assert called == ["2"]
    assert "db.after_commit_failed" in {getattr(item, "action", "") for item in caplog.records}

    async def refuse() -> None:
        async with database.work(tenant.tenant_id) as other:
            other.after_commit(look)
            raise Refused

    with pytest.raises(Refused):
        await refuse()
    assert called == ["2"]
