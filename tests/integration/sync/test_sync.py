"""From a commit to rows: what serves, what is rejected and why, and that nothing is ever half done."""

from __future__ import annotations

import asyncio
from typing import LiteralString

import pygit2
import pytest

from tests.conftest import TestTenant
from tests.integration.sync.world import World, runbook


async def test_a_commit_becomes_rows(world: World) -> None:
    commit = world.commit({"runbooks/disk.yaml": runbook("disk"), "docs/x.md": "text"})
    result = await world.sync()
    assert (result.outcome, result.to_commit, result.counts["added"]) == ("synced", commit, 1)
    row = (await world.runbooks())["disk"]
    assert (row["path"], row["title"], row["commit_oid"]) == ("runbooks/disk.yaml", "A title", commit)
    assert row["content"] == runbook("disk").encode()
    assert row["document"]["spec"]["steps"][0]["command"] == "df -h"
    files = await world.files()
    assert list(files) == ["runbooks/disk.yaml"]
    assert (files["runbooks/disk.yaml"]["state"], files["runbooks/disk.yaml"]["commit_oid"]) == ("ok", commit)
    (verdict,) = await world.rows("SELECT * FROM dd0c.verdicts")
    assert (verdict["step_id"], verdict["version_id"]) == ("look", row["current_version_id"])
    assert verdict["risk"] == "caution", "nothing is safe on one key"
    reloaded = await world.reload()
    assert (reloaded.synced_commit, reloaded.head_commit) == (commit, commit)


async def test_syncing_twice_changes_nothing(world: World) -> None:
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    before = await world.rows("SELECT * FROM dd0c.runbook_versions")
    assert (await world.sync("poll")).outcome == "unchanged"
    assert await world.rows("SELECT * FROM dd0c.runbook_versions") == before
    assert len(await world.events("runbook.synced")) == 1
    assert len(await world.rows("SELECT * FROM dd0c.syncs")) == 1


async def test_a_commit_that_leaves_a_file_alone_makes_no_version(world: World) -> None:
    first = world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    world.commit({"runbooks/other.yaml": runbook("other")})
    await world.sync()
    assert (await world.runbooks())["disk"]["commit_oid"] == first
    assert len(await world.rows("SELECT * FROM dd0c.runbook_versions")) == 2


async def test_a_change_is_a_new_version_and_going_back_is_the_old_one(world: World) -> None:
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    first = (await world.runbooks())["disk"]
    world.commit({"runbooks/disk.yaml": runbook("disk", title="Better")})
    await world.sync()
    second = (await world.runbooks())["disk"]
    assert (second["id"], second["title"]) == (first["id"], "Better")
    assert second["current_version_id"] != first["current_version_id"]
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    assert (await world.runbooks())["disk"]["current_version_id"] == first["current_version_id"]
    assert len(await world.rows("SELECT * FROM dd0c.runbook_versions")) == 2


async def test_a_moved_file_keeps_its_identity(world: World) -> None:
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    before = (await world.runbooks())["disk"]
    world.commit({"runbooks/disk.yaml": None, "runbooks/linux/disk.yml": runbook("disk")})
    await world.sync()
    after = (await world.runbooks())["disk"]
    assert (after["id"], after["path"]) == (before["id"], "runbooks/linux/disk.yml")
    assert after["current_version_id"] == before["current_version_id"]
    assert after["retired_at"] is None
    assert (await world.files())["runbooks/disk.yaml"]["state"] == "retired"


async def test_r43_a_file_that_is_moved_and_broken_takes_nothing_out_of_service(world: World) -> None:
    first = world.commit({"runbooks/a.yaml": runbook("disk"), "runbooks/n.yaml": runbook("net")})
    await world.sync()
    world.commit({"runbooks/a.yaml": None, "runbooks/b.yaml": runbook("disk") + "      colour: blue\n"})
    result = await world.sync()
    assert (result.counts["retired"], [path for path, _, _ in result.rejected]) == (0, ["runbooks/b.yaml"])
    kept, files = (await world.runbooks())["disk"], await world.files()
    assert (kept["retired_at"], kept["path"], kept["commit_oid"]) == (None, "runbooks/b.yaml", first)
    assert files["runbooks/b.yaml"]["serving_version_id"] == kept["current_version_id"]
    # and on, to where no name can be read
    world.commit({"runbooks/b.yaml": None, "runbooks/c.yaml": "spec: [\n"})
    assert (await world.sync()).counts["retired"] == 0
    kept, files = (await world.runbooks())["disk"], await world.files()
    assert (kept["retired_at"], kept["path"]) == (None, "runbooks/b.yaml")
    assert (files["runbooks/b.yaml"]["state"], files["runbooks/b.yaml"]["may_be_at"]) == (
        "stale_invalid",
        ["runbooks/c.yaml"],
    )
    world.commit({"runbooks/other.yaml": runbook("other")})
    assert (await world.sync()).counts["broken"] == 2
    world.commit({"runbooks/c.yaml": runbook("disk", title="Mended")})
    assert (await world.sync()).counts["broken"] == 0
    mended = (await world.runbooks())["disk"]
    assert (mended["id"], mended["title"], mended["path"]) == (kept["id"], "Mended", "runbooks/c.yaml")
    world.commit({"runbooks/n.yaml": None, "runbooks/m.yaml": b"\xff"})
    await world.sync()
    world.commit({"runbooks/m.yaml": runbook("mine")})
    assert (await world.sync()).counts["retired"] == 1, "it says now that it is another one"
    assert {row["state"] for row in (await world.files()).values()} == {"ok", "retired"}


async def test_deleting_retires_and_coming_back_revives(world: World) -> None:
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    before = (await world.runbooks())["disk"]
    world.commit({"runbooks/disk.yaml": None})
    await world.sync()
    assert (await world.runbooks())["disk"]["retired_at"] is not None
    assert [data["name"] for _, data, _ in await world.events("runbook.retired")] == ["disk"]
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    after = (await world.runbooks())["disk"]
    assert (after["id"], after["retired_at"]) == (before["id"], None)


async def test_r43_one_bad_file_of_two_hundred_keeps_its_last_good_version(world: World) -> None:
    names = [f"service-{number:03}" for number in range(200)]
    good = world.commit({f"runbooks/{name}.yaml": runbook(name) for name in names})
    await world.sync()
    before = (await world.runbooks())["service-100"]
    changed: dict[str, str | bytes | None] = {
        f"runbooks/{name}.yaml": runbook(name, title="Newer") for name in names
    }
    changed["runbooks/service-100.yaml"] = runbook("service-100") + "      colour: blue\n"
    bad = world.commit(changed)
    result = await world.sync()
    assert (result.outcome, result.counts["changed"], result.counts["broken"]) == ("partial", 199, 1)
    after = await world.runbooks()
    assert sum(row["title"] == "Newer" for row in after.values()) == 199
    kept = after["service-100"]
    assert (kept["current_version_id"], kept["commit_oid"]) == (before["current_version_id"], good)
    file = (await world.files())["runbooks/service-100.yaml"]
    assert (file["state"], file["commit_oid"]) == ("stale_invalid", bad)
    assert file["serving_version_id"] == before["current_version_id"]
    assert file["error_line"] == 10
    assert "colour" in file["error_reason"]
    ((_, data, _),) = await world.events("runbook.rejected")
    assert (data["path"], data["line"], data["commit"]) == ("runbooks/service-100.yaml", 10, bad)
    world.commit({"runbooks/service-100.yaml": runbook("service-100", title="Fixed")})
    assert (await world.sync()).outcome == "synced"
    assert (await world.runbooks())["service-100"]["title"] == "Fixed"


async def test_a_name_that_is_taken_is_an_error_of_the_second(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("disk")})
    await world.sync()
    world.commit({"runbooks/0.yaml": runbook("disk", title="Impostor")})
    result = await world.sync()
    assert result.outcome == "partial"
    assert (await world.runbooks())["disk"]["path"] == "runbooks/a.yaml"
    file = (await world.files())["runbooks/0.yaml"]
    assert file["state"] == "stale_invalid"
    assert "belongs to runbooks/a.yaml" in file["error_reason"]
    world.commit({"runbooks/a.yaml": None})
    await world.sync()
    row = (await world.runbooks())["disk"]
    assert (row["path"], row["title"], row["retired_at"]) == ("runbooks/0.yaml", "Impostor", None)


async def test_a_risk_declared_below_the_scanners_does_not_sync(world: World) -> None:
    text = runbook("wipe", command="rm -rf /var/lib/data", extra="      risk: safe\n")
    world.commit({"runbooks/wipe.yaml": text})
    result = await world.sync()
    assert result.outcome == "partial"
    file = (await world.files())["runbooks/wipe.yaml"]
    assert (file["state"], file["error_line"]) == ("stale_invalid", 10)
    assert "declared safe, but the scanner says dangerous" in file["error_reason"]
    assert await world.runbooks() == {}


async def test_r44_a_rewritten_history_is_one_switch(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("a"), "runbooks/b.yaml": runbook("b")})
    await world.sync()
    world.commit(
        {"runbooks/b.yaml": runbook("b", title="Rewritten"), "runbooks/c.yaml": runbook("c")}, parent=None
    )
    result = await world.sync()
    assert (result.outcome, result.counts["rewritten"]) == ("synced", 1)
    world.commit({"runbooks/c.yaml": runbook("c", title="On top")})
    assert "rewritten" not in (await world.sync()).counts
    rows = await world.runbooks()
    assert {name for name, row in rows.items() if row["retired_at"] is None} == {"b", "c"}
    assert rows["b"]["title"] == "Rewritten"


async def test_r44_the_old_commit_is_gone_from_the_store(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("a"), "runbooks/b.yaml": runbook("b")})
    await world.sync()
    async with world.database.work(world.tenant_id) as uow:
        await uow.run("UPDATE dd0c.repositories SET synced_commit = %(oid)s", oid="ab" * 20)
    world.commit({"runbooks/a.yaml": None})
    await world.sync()
    rows = await world.runbooks()
    assert rows["a"]["retired_at"] is not None
    assert rows["b"]["retired_at"] is None


async def test_r44_a_deleted_branch_changes_nothing_but_the_state(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("a")})
    await world.sync()
    world.repository.git().references.delete("refs/heads/main")
    for _ in range(2):
        await world.sync("poll")
    result = await world.sync("poll")
    assert (result.outcome, "no branch main" in (result.error or "")) == ("failed", True)
    assert (await world.runbooks())["a"]["retired_at"] is None
    assert (await world.reload()).error_code == "no_branch"
    failed = await world.rows("SELECT * FROM dd0c.syncs WHERE outcome = 'failed'")
    assert len(failed) == 1, "the same failure of every poll is written once"
    world.commit({"runbooks/a.yaml": runbook("a", title="Back")}, parent=None)
    assert (await world.sync("poll")).outcome == "synced"
    assert (await world.reload()).error_text is None


async def test_r44_a_damaged_store_syncs_nothing(world: World) -> None:
    good = world.commit({"runbooks/a.yaml": runbook("a")})
    await world.sync()
    git = world.repository.git()
    raw = b"40000 runbooks\0" + bytes.fromhex("12" * 20)
    tree = git.odb.write(pygit2.enums.ObjectType.TREE, raw)
    who = pygit2.Signature("a", "a@example.com")
    broken = git.create_commit(None, who, who, "broken", tree, [pygit2.Oid(hex=good)])
    git.references.create("refs/heads/main", broken, force=True)
    result = await world.sync("poll")
    assert result.outcome == "failed"
    assert (await world.runbooks())["a"]["retired_at"] is None
    assert (await world.reload()).synced_commit == good


async def test_policy_and_flags_follow_and_bad_ones_do_not(world: World) -> None:
    world.commit(
        {
            "policy.json": '{"version": 1, "fourEyes": true}',
            "flags.json": '{"flags": {"edit": {"enabled": false}}}',
        }
    )
    await world.sync()
    (policy,) = await world.rows("SELECT * FROM dd0c.policies WHERE current")
    assert policy["document"]["fourEyes"] is True
    flags = {row["name"]: row["enabled"] for row in await world.rows("SELECT * FROM dd0c.flags")}
    assert flags == {"edit": False}
    world.commit(
        {"policy.json": '{"version": 1,\n "fourEyes": "yes"}', "flags.json": '{"flags": {"edit": 1}}'}
    )
    assert (await world.sync()).outcome == "partial"
    (policy,) = await world.rows("SELECT * FROM dd0c.policies WHERE current")
    assert policy["document"]["fourEyes"] is True
    file = (await world.files())["policy.json"]
    assert (file["state"], file["error_line"]) == ("stale_invalid", 2)
    world.commit({"policy.json": None, "flags.json": None})
    await world.sync()
    assert await world.rows("SELECT * FROM dd0c.policies WHERE current") == []
    flags = {row["name"]: row["enabled"] for row in await world.rows("SELECT * FROM dd0c.flags")}
    assert flags == {"edit": True}
    assert len(await world.events("policy.changed")) == 2
    changed = [(data["before"], data["after"]) for _, data, _ in await world.events("flag.changed")]
    assert changed == [(True, False), (False, True)]


async def test_syncs_of_one_repository_at_once_make_one_version(world: World) -> None:
    world.commit({"runbooks/a.yaml": runbook("a")})
    results = await asyncio.gather(*(world.sync("poll") for _ in range(5)))
    assert sorted(result.outcome for result in results) == ["synced"] + ["unchanged"] * 4
    assert len(await world.rows("SELECT * FROM dd0c.runbook_versions")) == 1


async def test_whoever_waits_is_woken(world: World) -> None:
    async with world.bus.subscribe(f"sync:{world.tenant_id}") as messages:
        world.commit({"runbooks/a.yaml": runbook("a")})
        await world.sync()
        message = await asyncio.wait_for(anext(messages), 45)
    assert b'"outcome": "synced"' in message


async def test_a_tenant_sees_nothing_of_another(world: World, second_tenant: TestTenant) -> None:
    world.commit({"runbooks/a.yaml": runbook("a")})
    await world.sync()
    async with world.database.work(second_tenant.tenant_id) as uow:
        counted: list[LiteralString] = ["runbooks", "runbook_versions", "files", "syncs", "verdicts"]
        for table in counted:
            assert await uow.value("SELECT count(*) FROM dd0c." + table) == 0


@pytest.mark.parametrize("prefix", ["ops", "ops/"])
async def test_a_prefix_bounds_what_is_read(world: World, prefix: str) -> None:
    async with world.database.work(world.tenant_id) as uow:
        await uow.run("UPDATE dd0c.repositories SET prefix = %(prefix)s", prefix=prefix)
    world.commit({"ops/runbooks/a.yaml": runbook("a"), "runbooks/b.yaml": runbook("b")})
    await world.sync()
    assert list(await world.runbooks()) == ["a"]
