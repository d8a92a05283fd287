"""Two that change what holds for the tenant at once: each waits for the other, whichever repository it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest
import pytest_asyncio

from controller.db.unit_of_work import UnitOfWork
from controller.governance.documents import JudgedFile
from controller.governance.judging import File, Judging
from controller.governance.pinning import InForce, load_flags, load_in_force
from controller.governance.repositories import lock_repository, name_policy_source
from controller.sync import holds as module
from controller.tenants.members import add_member
from controller.tenants.roles import Role
from tests.integration.sync.world import World, make_world, runbook

OFF = '{"flags": {"auto-run": {"enabled": false}}}'


@pytest_asyncio.fixture
async def other(world: World, tmp_path: Path) -> AsyncIterator[World]:
    made = await make_world(world.database, world.tenant_id, tmp_path / "other", name="other")
    yield made
    await made.forges.runner.close()


async def waits_for_a_lock(world: World) -> bool:
    (row,) = await world.rows(
        "SELECT count(*) > 0 AS waits FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(row["waits"])


async def is_elsewhere(world: World) -> None:
    """From now on people merge it on a forge that asks nobody here; its commits stay where they are."""
    async with world.database.work(world.tenant_id) as uow, uow.connection.cursor() as cursor:
        await cursor.execute("UPDATE dd0c.repositories SET forge = 'github' WHERE id = %s", [world.row.id])
    inside = world.sync_service._open_source
    world.sync_service._open_source = lambda tenant, row: inside(tenant, replace(row, forge="builtin"))


async def test_a_flag_that_two_repositories_let_go_at_once_stays_off(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (world, other):
        each.commit({"flags.json": OFF})
        await each.sync()
        await is_elsewhere(each)
        each.commit({"flags.json": None})
    looked: list[UUID | None] = []

    async def look(uow: UnitOfWork, repository_id: UUID | None = None) -> InForce:
        found = await load_in_force(uow, repository_id)
        looked.append(repository_id)
        if len(looked) == 1:  # the other one has looked, too, or has to wait until this one is done
            while len(looked) == 1 and not await waits_for_a_lock(world):
                pass
        return found

    monkeypatch.setattr(module, "load_in_force", look)
    await asyncio.wait_for(asyncio.gather(world.sync(), other.sync()), 60)
    assert sorted(looked, key=str) == sorted([world.row.id, other.row.id], key=str)
    async with world.database.work(world.tenant_id) as uow:
        assert not (await load_flags(uow)).is_on("auto-run"), "no owner let it be switched on again"


async def test_what_each_of_two_merges_may_do_alone_and_both_together_may_not_waits_for_an_owner(
    world: World, other: World
) -> None:
    strict, audit = (
        {"policy.json": f'{{"governanceMode": "{mode}", "version": 1}}'} for mode in ("strict", "audit")
    )
    for each in (world, other):
        each.commit(strict)
        await each.sync()
    by_role = {}
    async with world.database.work(world.tenant_id) as uow:
        for role in (Role.MAINTAINER, Role.OWNER):
            by_role[role] = await add_member(uow, f"{role}@example.com", role, actor="system:test")
    # Both were checked while the other one's policy kept anything from running by itself.
    world.move(audit, by_role[Role.MAINTAINER])
    other.move({"policy.json": None}, by_role[Role.MAINTAINER])
    await asyncio.gather(world.sync(), other.sync())
    async with world.database.work(world.tenant_id) as uow:
        assert (await load_in_force(uow)).policy.governance_mode == "strict", "no owner let it in"
    for each in (world, other):
        each.commit({"README.md": "again"})
        await each.sync()
    async with world.database.work(world.tenant_id) as uow:
        assert (await load_in_force(uow)).policy.governance_mode == "strict", "nor did a later commit"
    world.move(
        {"policy.json": '{"governanceMode": "audit", "version": 1, "skip": false}'}, by_role[Role.OWNER]
    )
    other.move({"policy.json": '{"governanceMode": "audit", "version": 1}'}, by_role[Role.OWNER])
    for each in (world, other):
        await each.sync()
    async with world.database.work(world.tenant_id) as uow:
        found = (await load_in_force(uow)).policy
    assert (found.governance_mode, found.skip) == ("audit", False)


async def test_two_owners_name_a_policy_source_at_once_and_the_last_word_holds(
    world: World, other: World
) -> None:
    async def name(each: World) -> None:
        async with each.database.work(each.tenant_id) as uow:
            await name_policy_source(uow, each.row.id)

    async with world.database.work(world.tenant_id) as uow:
        await name_policy_source(uow, world.row.id)
        second = asyncio.create_task(name(other))
        while not second.done() and not await waits_for_a_lock(world):
            pass
    await asyncio.wait_for(second, 60)
    named = await world.rows("SELECT id FROM dd0c.repositories WHERE policy_source")
    assert [row["id"] for row in named] == [other.row.id]


async def test_what_a_sync_stores_is_newer_than_what_was_stored_while_it_waited(world: World) -> None:
    two = "    - id: second\n      title: Second\n      command: uptime\n"
    judging = world.sync_service._judging
    holder = AsyncExitStack()

    async def judge(tenant_id: UUID, files: list[File]) -> list[JudgedFile]:
        """Somebody has the repository before the sync writes."""
        judged = await judging.judge(tenant_id, files)
        uow = await holder.enter_async_context(world.database.work(world.tenant_id))
        await lock_repository(uow, world.row.id)
        return judged

    world.sync_service._judging = cast("Judging", SimpleNamespace(judge=judge))
    seen: set[UUID] = set()
    first = runbook("a", extra=two)
    for text in (first, runbook("a", title="Newer", extra=two), first):
        # The third time the first version serves again, and its newest verdicts are others.
        world.commit({"runbooks/a.yaml": text})
        syncing = asyncio.create_task(world.sync())
        while not syncing.done() and not await waits_for_a_lock(world):
            pass
        ((waited,),) = [tuple(row.values()) for row in await world.rows("SELECT clock_timestamp()")]
        await holder.aclose()
        await asyncio.wait_for(syncing, 60)
        rows = await world.rows("SELECT id, created_at FROM dd0c.verdicts")
        stored = [row["created_at"] for row in rows if row["id"] not in seen]
        assert len(stored) == 2
        assert stored[0] == stored[1] > waited
        others = await world.rows(
            "INSERT INTO dd0c.classifications (tenant_id, id, version_id, step_id, command_sha256, rule, "
            "risk, scanner_version, knowledge_version, finding, created_at) SELECT tenant_id, "
            "gen_random_uuid(), version_id, step_id, command_sha256, 1, 'dangerous', scanner_version, "
            "knowledge_version, finding, clock_timestamp() FROM dd0c.verdicts RETURNING id"
        )
        seen = {row["id"] for row in [*rows, *others]}
