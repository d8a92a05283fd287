"""The server's own check of the chain: it goes on where it stopped, and finds what was changed behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from base.ids import parse_id
from controller.audit import checking
from controller.audit.checking import ChainChecker
from controller.audit.checkpoints import take_checkpoint
from controller.db.bootstrap import Urls
from controller.db.database import Database
from controller.db.unit_of_work import UnitOfWork
from tests.conftest import TestTenant
from tests.integration.audit.tampering import EVENTS, TestSigner, TestWitness, write_events

HEAD = EVENTS + 2


async def test_the_check_catches_up_a_stretch_at_a_time(
    database: Database, tenant: TestTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "AUDIT_CHECK_LINKS", 6)
    await write_events(database, tenant.tenant_id)
    checker = ChainChecker()
    reached = []
    for _ in range(4):
        state = await checker.check(database, tenant.tenant_id)
        reached.append(state.verified_seq)
        assert (state.head_seq, state.bad_seq, state.checkpoint) == (HEAD, None, None)
    assert reached == [6, 12, 14, 14]
    await write_events(database, tenant.tenant_id, 3)
    assert (await checker.check(database, tenant.tenant_id)).verified_seq == HEAD + 3


async def test_another_tenants_chain_is_checked_by_itself(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    checker = ChainChecker()
    assert (await checker.check(database, tenant.tenant_id)).verified_seq == HEAD
    assert (await checker.check(database, second_tenant.tenant_id)).verified_seq == 2


class _Held(Database):
    """A database whose work of one tenant waits until it is let go."""

    def __init__(self, database: Database, held: UUID) -> None:
        self._inner, self._held = database, held
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def work(self, tenant_id: UUID, *, planned_once: bool = False) -> AsyncIterator[UnitOfWork]:
        if tenant_id == self._held:
            self.asked.set()
            await self.go.wait()
        async with self._inner.work(tenant_id, planned_once=planned_once) as uow:
            yield uow


async def test_a_check_that_waits_keeps_no_other_tenant_waiting(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    checker, held = ChainChecker(), _Held(database, tenant.tenant_id)
    slow = [asyncio.create_task(checker.check(held, tenant.tenant_id)) for _ in range(2)]
    await held.asked.wait()
    async with asyncio.timeout(10):
        assert (await checker.check(held, second_tenant.tenant_id)).verified_seq == 2
    assert not any(task.done() for task in slow)
    held.go.set()
    assert {state.verified_seq for state in await asyncio.gather(*slow)} == {HEAD}
    assert len(checker._locks) == 0


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "update dd0c.audit_events set event_data = replace(event_data, 'n3', 'n9') where {}",
            "its content is not what was hashed",
        ),
        ("delete from dd0c.audit_events where {}", "its event is missing"),
        ("delete from dd0c.audit_chain where seq = 6", "the next event has the number 7"),
        (
            "update dd0c.audit_chain set prev_hash = hash where seq = 6",
            "it does not continue from the event before it",
        ),
    ],
)
async def test_r67_a_change_in_the_database_is_found_where_it_is(
    database: Database, database_urls: Urls, tenant: TestTenant, statement: str, reason: str
) -> None:
    await write_events(database, tenant.tenant_id)
    _tamper(database_urls, statement.format("event_data like '%\"n3\"%'"))
    checker = ChainChecker()
    for _ in range(2):
        state = await checker.check(database, tenant.tenant_id)
        assert (state.bad_seq, state.reason, state.verified_seq) == (6, reason, 5)


async def test_r67_a_cut_end_is_found_after_a_check_that_saw_it(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    checker = ChainChecker()
    await checker.check(database, tenant.tenant_id)
    _tamper(database_urls, f"delete from dd0c.audit_chain where seq = {HEAD}")
    state = await checker.check(database, tenant.tenant_id)
    assert state.bad_seq == HEAD
    assert "the end is missing" in state.reason


async def test_r67_a_change_behind_the_check_is_found_when_it_begins_again(
    database: Database, database_urls: Urls, tenant: TestTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_events(database, tenant.tenant_id)
    checker = ChainChecker()
    await checker.check(database, tenant.tenant_id)
    _tamper(
        database_urls,
        "update dd0c.audit_events set actor_id = 'system:other' where event_data like '%\"n3\"%'",
    )
    assert (await checker.check(database, tenant.tenant_id)).bad_seq is None
    monkeypatch.setattr(checking, "AGAIN", timedelta(0))
    assert (await checker.check(database, tenant.tenant_id)).bad_seq == 6


async def test_the_newest_checkpoint_is_held_against_the_chain(
    database: Database, database_urls: Urls, tenant: TestTenant
) -> None:
    await write_events(database, tenant.tenant_id)
    signer = TestSigner()
    taken = await take_checkpoint(database, tenant.tenant_id, signer, TestWitness())
    assert taken is not None
    state = await ChainChecker().check(database, tenant.tenant_id)
    assert state.bad_seq == 1, "its key is none of this tenant's"
    with psycopg.connect(database_urls.superuser, autocommit=True) as connection:
        connection.execute(
            "insert into dd0c.keys (tenant_id, id, purpose, algorithm, public_key) "
            "values (%s, %s, 'checkpoint', 'ed25519', %s)",
            (tenant.tenant_id, parse_id("key", signer.key_id), signer.trusted()[signer.key_id]),
        )
    state = await ChainChecker().check(database, tenant.tenant_id)
    assert state.bad_seq is None
    assert state.checkpoint is not None
    assert (state.checkpoint.seq, state.checkpoint.witness) == (HEAD, f"{HEAD:040x}")
    other = replace(state.checkpoint, hash=bytes(32))
    assert other.envelope() == state.checkpoint.envelope(), "what counts is what was signed"


def _tamper(urls: Urls, statement: str) -> None:
    with psycopg.connect(urls.superuser) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(statement.encode())
        connection.commit()
