"""What is said of a repository is true at every moment, and so is whose policy holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from base.ids import new_id
from controller.governance.documents import JudgedFile
from controller.governance.judging import Judging
from controller.governance.pinning import InForce, load_in_force
from controller.governance.repositories import name_policy_source
from controller.sync.recording import (
    HISTORY_MAX_SYNCS,
    Begun,
    add_sync,
    note_failure,
    note_unchanged,
    noting_head,
)
from controller.sync.results import SyncResult
from schemas.errors import Unavailable
from tests.integration.sync.world import World, in_a_thread, make_world, runbook


async def in_force_of(world: World) -> InForce:
    async with world.database.work(world.tenant_id) as uow:
        return await load_in_force(uow)


async def test_only_the_policy_source_allows_and_every_other_repository_tightens(
    world: World, tmp_path: Path
) -> None:
    other = await make_world(world.database, world.tenant_id, tmp_path / "other", name="other")
    audit = '{"version": 1, "governanceMode": "audit"}'
    other.commit({"policy.json": audit, "flags.json": '{"flags": {"edit": {"enabled": true}}}'})
    await other.sync()
    assert (await in_force_of(world)).policy.governance_mode == "strict", "it is not the source"
    first = world.commit({"policy.json": audit, "flags.json": '{"flags": {"edit": {"enabled": false}}}'})
    await world.sync()
    found = await in_force_of(world)
    assert (found.policy.governance_mode, found.commit) == ("audit", first)
    assert not found.flags.is_on("edit"), "a flag that one repository switches off is off"
    other.commit({"policy.json": '{"version": 1, "governanceMode": "audit", "fourEyes": true}'})
    await other.sync()
    found = await in_force_of(world)
    assert (found.policy.governance_mode, found.policy.four_eyes, found.commit) == ("audit", True, first)
    other.commit({"flags.json": None})
    await other.sync()
    assert not (await in_force_of(world)).flags.is_on("edit")
    world.commit({"policy.json": None})
    await world.sync()
    assert (await in_force_of(world)).policy.governance_mode == "strict"
    async with world.database.work(world.tenant_id) as uow:
        await name_policy_source(uow, other.row.id)
    found = await in_force_of(world)
    assert (found.policy.governance_mode, found.policy.four_eyes) == ("audit", True)
    async with world.database.work(world.tenant_id) as uow:
        await name_policy_source(uow, world.row.id)
    assert (await in_force_of(world)).policy.governance_mode == "strict"


async def test_what_an_older_program_did_not_keep_counts_at_once(world: World, tmp_path: Path) -> None:
    other = await make_world(world.database, world.tenant_id, tmp_path / "other", name="other")
    commit = other.commit(
        {"policy.json": '{"version": 1, "fourEyes": true}', "runbooks/a.yaml": runbook("a")}
    )
    await other.sync()
    async with world.database.work(world.tenant_id) as uow:  # as it was before several policies held
        await uow.connection.execute("UPDATE dd0c.policies SET current = false")
    assert not (await in_force_of(world)).policy.four_eyes
    assert (await other.sync("poll")).outcome == "unchanged"
    async with world.database.work(world.tenant_id) as uow:
        await uow.connection.execute("UPDATE dd0c.repositories SET rules_unread = true")
    result = await other.sync("start")
    assert (result.outcome, result.to_commit, result.counts["changed"]) == ("synced", commit, 0)
    assert (await in_force_of(world)).policy.four_eyes
    assert (await other.sync("poll")).outcome == "unchanged", "once is enough"
    await other.forges.runner.close()


async def test_the_state_is_true_while_a_commit_is_not_in_service_yet(world: World) -> None:
    good = world.commit({"runbooks/a.yaml": runbook("a")})
    await world.sync()
    head = world.commit({"runbooks/a.yaml": runbook("a", title="Newer")})
    behind = {"synced_commit": good, "head_commit": head}

    async def busy(*_: object) -> list[JudgedFile]:
        (row,) = await world.rows("SELECT head_commit, synced_commit, behind_since FROM dd0c.repositories")
        assert row["behind_since"] is not None
        assert {name: row[name] for name in behind} == behind
        raise Unavailable("Too many texts are being read now.")

    world.sync_service._judging = cast("Judging", SimpleNamespace(judge=busy))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await world.sync("poll")
    (row,) = await world.rows("SELECT * FROM dd0c.repositories")
    assert {name: row[name] for name in behind} == behind
    assert row["error_text"] == "Too many texts are being read now."
    assert len(await world.rows("SELECT * FROM dd0c.syncs WHERE outcome = 'failed'")) == 1
    assert world.sync_service.ages.lag() > 0
    world.sync_service._judging = Judging(in_a_thread)
    assert (await world.sync("poll")).outcome == "synced"
    (row,) = await world.rows("SELECT * FROM dd0c.repositories")
    assert (row["synced_commit"], row["behind_since"], row["error_text"]) == (head, None, None)
    assert world.sync_service.ages.lag() == 0


async def test_what_breaks_over_a_commit_is_told_and_what_served_goes_on(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("a")})
    await world.sync()
    head = world.commit({"runbooks/a.yaml": runbook("a", title="Newer")})

    async def broken(*_: object) -> list[JudgedFile]:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    world.sync_service._judging = cast("Judging", SimpleNamespace(judge=broken))
    for _ in range(2):
        with pytest.raises(UnicodeDecodeError):
            await world.sync("poll")
    (row,) = await world.rows("SELECT * FROM dd0c.repositories")
    assert (row["head_commit"], row["error_code"]) == (head, "broken")
    assert "UnicodeDecodeError" in row["error_text"] and "what served goes on" in row["error_text"]
    assert len(await world.rows("SELECT * FROM dd0c.syncs WHERE outcome = 'failed'")) == 1
    assert list(await world.runbooks()) == ["a"]
    world.sync_service._judging = Judging(in_a_thread)
    assert (await world.sync("poll")).outcome == "synced"
    (row,) = await world.rows("SELECT * FROM dd0c.repositories")
    assert row["error_text"] is None


async def test_a_slow_replica_takes_nothing_back_that_a_faster_one_wrote(world: World) -> None:
    old = world.commit({"runbooks/a.yaml": runbook("a")})
    await world.sync()
    row = await world.reload()
    new = world.commit({"runbooks/a.yaml": runbook("a", title="Newer")})
    await world.sync()
    begun = Begun(row, "manual", datetime.now(UTC))
    async with world.database.work(world.tenant_id) as uow:
        await note_unchanged(uow, begun, SyncResult(row.id, row.name, "unchanged", old, old))
        await uow.several(noting_head(row, old))
    now = await world.reload()
    assert (now.head_commit, now.synced_commit) == (new, new)
    begun = Begun(now, "poll", datetime.now(UTC))
    async with world.database.work(world.tenant_id) as uow:
        await uow.several(noting_head(now, old))
        await note_unchanged(uow, begun, SyncResult(row.id, row.name, "unchanged", new, new))
    (told,) = await world.rows("SELECT head_commit, behind_since FROM dd0c.repositories")
    assert (told["head_commit"], told["behind_since"] is None) == (old, False)
    begun = Begun(await world.reload(), "poll", datetime.now(UTC))
    failed = SyncResult(row.id, row.name, "failed", new, new, error="down")
    async with world.database.work(world.tenant_id) as uow:
        await note_failure(uow, begun, failed, "forge_down")
        await note_unchanged(uow, begun, SyncResult(row.id, row.name, "unchanged", new, new))
    assert (await world.reload()).error_text == "down"
    assert (await world.sync("poll")).outcome == "unchanged"
    now = await world.reload()
    assert (now.head_commit, now.error_text) == (new, None), "the next look sees both, and notes"


async def test_the_history_of_a_repository_is_bounded_and_counts_runbooks(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("a"), "runbooks/b.yaml": runbook("b"), "policy.json": "{}"})
    assert (await world.sync()).counts == {
        "added": 2, "changed": 0, "retired": 0, "broken": 0, "skipped": 0, "unchanged": 0,
    }  # fmt: skip
    world.commit({"runbooks/a.yaml": "kind: Runbook", "runbooks/b.yaml": runbook("b", title="B")})
    assert (await world.sync()).counts == {
        "added": 0, "changed": 1, "retired": 0, "broken": 1, "skipped": 0, "unchanged": 1,
    }  # fmt: skip
    for _ in range(3):
        assert (await world.sync()).outcome == "unchanged"
    world.repository.git().references.delete("refs/heads/main")
    for _ in range(3):
        assert (await world.sync()).outcome == "failed"
    kept = await world.rows("SELECT outcome FROM dd0c.syncs ORDER BY id")
    assert [row["outcome"] for row in kept] == ["synced", "partial", "unchanged", "failed"]
    begun = Begun(world.row, "manual", datetime.now(UTC))
    result = SyncResult(world.row.id, "x", "unchanged", None, None)
    async with world.database.work(world.tenant_id) as uow:
        ids = [new_id() for _ in range(HISTORY_MAX_SYNCS)]
        for each in ids:
            await add_sync(uow, each, begun, result)
    kept = await world.rows("SELECT id FROM dd0c.syncs ORDER BY id")
    assert [row["id"] for row in kept] == ids
