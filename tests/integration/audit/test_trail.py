"""Reading the trail, exporting it, and taking checkpoints of it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import psycopg
import pytest

from controller.audit.checkpoints import (
    CHECKPOINT_JOB,
    WitnessUnreachable,
    list_checkpoints,
    register_checkpoint_job,
    schedule_checkpoint,
    take_checkpoint,
)
from controller.audit.export import export_lines
from controller.audit.service import Filters, list_events
from controller.audit.verify import verify_text
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.tenants.members import FIRST_CHECKPOINT_JOB
from tests.conftest import TestTenant
from tests.integration.audit.tampering import EVENTS, Export, TestSigner, TestWitness, write_events


async def test_events_are_listed_newest_first_by_pages(database: Database, tenant: TestTenant) -> None:
    await write_events(database, tenant.tenant_id)
    async with database.work(tenant.tenant_id) as uow:
        pages, cursor = [], None
        while True:
            page = await list_events(uow, cursor, limit=5)
            pages.append([event.seq for event in page.events])
            cursor = page.next_cursor
            if cursor is None:
                break
        assert pages == [[14, 13, 12, 11, 10], [9, 8, 7, 6, 5], [4, 3, 2, 1]]
        newest = (await list_events(uow, limit=1)).events[0]
        assert newest.data["code"] == "n11"
        assert newest.execution_id is not None
        of_one = await list_events(uow, filters=Filters(execution_id=newest.execution_id))
        assert {event.execution_id for event in of_one.events} == {newest.execution_id}
        assert len(of_one.events) == EVENTS // 2
        added = await list_events(uow, filters=Filters(event_type="member.added"))
        assert [event.seq for event in added.events] == [2]
        of_word = await list_events(uow, filters=Filters(event_type="member"))
        assert [event.seq for event in of_word.events] == [2]
        for part in ("membe", "member_", "m%", "added"):
            assert (await list_events(uow, filters=Filters(event_type=part))).events == []
        assert (await list_events(uow, filters=Filters(actor_id="system:nobody"))).events == []
        assert (await list_events(uow, filters=Filters(until=added.events[0].created_at))).events == []


async def test_another_tenants_events_are_not_listed_or_exported(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    async with database.work(second_tenant.tenant_id) as uow:
        assert len((await list_events(uow)).events) == 2
    assert len((await Export.of(database, second_tenant.tenant_id)).links) == 2


async def test_an_export_is_recorded(database: Database, tenant: TestTenant) -> None:
    text = "".join([line async for line in export_lines(database, tenant.tenant_id, actor=tenant.actor)])
    async with database.work(tenant.tenant_id) as uow:
        newest = (await list_events(uow, limit=1)).events[0]
    assert newest.event_type == "audit.exported"
    assert newest.actor_id == tenant.actor
    assert newest.data["lastSeq"] == 2
    assert verify_text(text).head_seq == 2


async def test_a_checkpoint_is_taken_once_for_a_head_and_survives_a_lost_witness(
    database: Database, tenant: TestTenant, caplog: pytest.LogCaptureFixture
) -> None:
    class Unreachable:
        async def keep(self, tenant_id: UUID, seq: int, envelope: bytes) -> str:
            raise WitnessUnreachable("the remote is down")

    signer = TestSigner()
    first = await take_checkpoint(database, tenant.tenant_id, signer, Unreachable())
    assert first is not None
    assert first.witness is None
    assert "audit.unwitnessed" in {getattr(item, "action", "") for item in caplog.records}
    assert await take_checkpoint(database, tenant.tenant_id, signer, TestWitness()) is None
    await write_events(database, tenant.tenant_id, 1)
    second = await take_checkpoint(database, tenant.tenant_id, signer, TestWitness())
    assert second is not None
    assert second.witness == f"{3:040x}"
    async with database.work(tenant.tenant_id) as uow:
        stored = await list_checkpoints(uow)
    assert [item.seq for item in stored] == [2, 3]
    assert stored[1].envelope().encode() == second.envelope().encode()


async def test_checkpoints_are_a_job_that_queues_itself_again(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    assert FIRST_CHECKPOINT_JOB == CHECKPOINT_JOB
    signer, witness = TestSigner(), TestWitness()
    register_checkpoint_job(database, signer, witness)
    for _ in range(3):  # one waits since the tenant was made: these add none
        async with database.work(tenant.tenant_id) as uow:
            await schedule_checkpoint(uow)
    waiting = (CHECKPOINT_JOB, {"tenant_id": str(tenant.tenant_id)}, True)
    with psycopg.connect(database_urls.app, autocommit=True) as connection:
        assert connection.execute(_WAITING).fetchall() == [waiting]
        connection.execute("update procrastinate.procrastinate_jobs set scheduled_at = now()")
        await database.jobs.app.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False
        )
        assert [seq for _, seq, _ in witness.kept] == [2]
        assert connection.execute(_WAITING).fetchall() == [waiting]


_WAITING: Final = """select task_name, args, scheduled_at > now() + interval '59 minutes'
    from procrastinate.procrastinate_jobs where status = 'todo'"""
