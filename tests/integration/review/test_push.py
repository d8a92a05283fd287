"""A real git client pushes over HTTP: good, bad and hostile content, and who may do what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pygit2
import pytest

from controller.review.acting import actor_of
from tests.conftest import TestTenant, make_tenant
from tests.integration.forge.git_client import Result, address, commit, git
from tests.integration.review.conftest import Desk
from tests.integration.sync import hostile
from tests.integration.sync.world import runbook


async def put(desk: Desk, files: dict[str, str | bytes | None], message: str = "change") -> str:
    return await asyncio.to_thread(commit, desk.folder / "work", files, message)


async def test_a_push_to_main_is_synced_and_recorded_as_direct(desk: Desk) -> None:
    await desk.clone()
    head = await put(desk, {"runbooks/disk.yaml": runbook("disk")})
    result = await desk.git("push", "origin", "main")
    assert "dd0c: pass: 1 runbook(s) checked" in result.err
    assert f"dd0c: synced at {head[:12]}" in result.err
    assert (await desk.world.runbooks())["disk"]["commit_oid"] == head
    ((_, data, actor),) = await desk.world.events("runbook.reviewed")
    assert (data["direct"], data["outcome"], data["commit"]) == (True, "pushed", head)
    assert actor == (await desk.principal("maintainer")).actor


async def test_a_bad_runbook_is_refused_where_it_is_wrong(desk: Desk) -> None:
    await desk.clone()
    before = desk.world.repository.ref("refs/heads/main")
    await put(desk, {"runbooks/disk.yaml": runbook("disk") + "      colour: blue\n"})
    result = await desk.git("push", "origin", "main", check=False)
    assert result.code != 0
    assert "runbooks/disk.yaml:10: spec.steps[0].colour" in result.err
    assert desk.world.repository.ref("refs/heads/main") == before
    assert await desk.world.runbooks() == {}


async def test_a_lowered_risk_is_refused_at_its_line(desk: Desk) -> None:
    await desk.clone()
    text = runbook("wipe", command="rm -rf /var/lib/data", extra="      risk: safe\n")
    await put(desk, {"runbooks/wipe.yaml": text})
    result = await desk.git("push", "origin", "main", check=False)
    assert result.code != 0
    assert "runbooks/wipe.yaml:10:" in result.err
    assert "the scanner says dangerous" in result.err


BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
)
HOSTILE: dict[str, str | bytes] = {
    "alias bomb": BOMB,
    "depth 10000": "a: " + "[" * 10_000 + "]" * 10_000,
    "duplicate keys": runbook("disk") + "spec: {}\n",
    "custom tag": "!!python/object/apply:os.system ['id']\n",
    "binary": b"\x00\x01\x02\xff" * 1000,
    "billion lines": "a:\n" * 150_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_r42_hostile_yaml_is_refused_and_the_service_stays_up(desk: Desk, kind: str) -> None:
    """How soon is held where the time of one thread can be taken (`test_yaml_bounds.py`); a parsing process
    that took too long would be ended, and the push refused for that: here it is refused for what it is.
    """
    await desk.clone()
    await put(desk, {"runbooks/bomb.yaml": HOSTILE[kind]})
    result = await desk.git("push", "origin", "main", check=False)
    assert result.code != 0
    assert "runbooks/bomb.yaml:" in result.err
    await desk.git("reset", "-q", "--hard", "origin/main")
    await put(desk, {"runbooks/warm.yaml": runbook("warm")})
    await desk.git("push", "-q", "origin", "main")
    await desk.clone(into="again")
    assert list(await desk.world.runbooks()) == ["warm"]


async def raw(desk: Desk, make: Callable[[pygit2.Repository, str], str]) -> tuple[str, Result]:
    """Push a commit of raw objects on top of main, as git itself would not make it."""
    store = pygit2.Repository(str(desk.folder / "work"))
    made = await asyncio.to_thread(make, store, str(store.head.target))
    return made, await desk.git("push", "origin", f"{made}:refs/heads/main", check=False)


async def test_r40_pushed_names_that_hurt_a_clone_are_refused_and_the_others_are_told(desk: Desk) -> None:
    await desk.clone()
    before = desk.world.repository.ref("refs/heads/main")
    one_of_each = {reason: name for name, reason in hostile.DANGEROUS.items() if name}
    for name in one_of_each.values():  # all of them: test_fsck.py; a git client sends no empty name
        _, refused = await raw(desk, partial(named_below, names=(name,)))
        assert refused.code != 0 and "is not allowed in a repository" in refused.err, (name, refused.err)
    assert desk.world.repository.ref("refs/heads/main") == before
    made, told = await raw(desk, partial(named_below, names=(*hostile.DECEPTIVE, *hostile.ACTIVE)))
    assert told.code == 0, told.err
    for reason in hostile.DECEPTIVE.values():
        assert re.search(rf"it will not be read: .*{re.escape(reason)}.*; rename", told.err), reason
    assert not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\u202e\u200b]|\x1b(?!\[K)", told.err)
    states = {path: row["state"] for path, row in (await desk.world.files()).items()}
    served = {path for path, state in states.items() if state == "ok"}
    assert served == {f"runbooks/{name.decode()}" for name in (b"good.yaml", *hostile.ACTIVE)}
    assert desk.world.repository.ref("refs/heads/main") == made


def named_below(store: pygit2.Repository, parent: str, names: tuple[bytes, ...]) -> str:
    """A commit with these names in `runbooks`."""
    return hostile.named(store, parent, *names)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (partial(hostile.crowd, files=100_000), "holds more than 20000 files"),
        (partial(hostile.nested, depth=40), "folders lie deeper than 32 levels"),
    ],
)
async def test_r42_a_pushed_commit_beyond_a_bound_is_refused_and_leaves_nothing(
    desk: Desk, make: Callable[[pygit2.Repository, str], str], words: str
) -> None:
    await desk.clone()
    before = desk.world.repository.ref("refs/heads/main")
    made, refused = await raw(desk, make)
    assert refused.code != 0 and words in refused.err, refused.err
    assert desk.world.repository.ref("refs/heads/main") == before
    assert made not in desk.world.repository.git().odb
    assert list(desk.world.repository.quarantine_folder.glob("*")) == []


async def test_r42_a_file_over_the_bound_is_refused_unread(desk: Desk) -> None:
    await desk.clone()
    await put(desk, {"runbooks/large.yaml": b"# " + b"x" * 2_000_000})
    result = await desk.git("push", "origin", "main", check=False)
    assert result.code != 0
    assert "the file has 2000002 bytes" in result.err


async def test_r40_links_modules_and_deceptive_names_are_skipped(desk: Desk) -> None:
    work = await desk.clone()
    (work / "runbooks").mkdir()
    (work / "runbooks" / "link.yaml").symlink_to("/etc/passwd")
    await asyncio.to_thread(git, work, "add", "runbooks/link.yaml")
    await asyncio.to_thread(
        git, work, "update-index", "--add", "--cacheinfo", f"160000,{'12' * 20},vendor/module"
    )
    await put(
        desk,
        {
            "runbooks/good.yaml": runbook("good"),
            "runbooks/Case.yaml": runbook("upper"),
            "runbooks/case.yaml": runbook("lower"),
            "runbooks/pаyments.yaml": runbook("cyrillic"),
            "runbooks/con.yaml": runbook("device"),
            "runbooks/zero\u200bwidth.yaml": runbook("invisible"),
        },
    )
    result = await desk.git("push", "origin", "main")
    assert "it will not be read" in result.err
    files = await desk.world.files()
    states = {path: row["state"] for path, row in files.items()}
    assert states.pop("runbooks/good.yaml") == "ok"
    assert len(states) == 7
    assert set(states.values()) == {"skipped"}
    assert "symbolic link" in files["runbooks/link.yaml"]["error_reason"]
    assert "submodule" in files["vendor/module"]["error_reason"]
    assert "can be taken for" in files["runbooks/Case.yaml"]["error_reason"]
    assert list(await desk.world.runbooks()) == ["good"]


async def test_r40_a_file_that_becomes_a_link_keeps_its_last_good_version(desk: Desk) -> None:
    work = await desk.clone()
    await put(desk, {"runbooks/disk.yaml": runbook("disk")})
    await desk.git("push", "-q", "origin", "main")
    (work / "runbooks" / "disk.yaml").unlink()
    (work / "runbooks" / "disk.yaml").symlink_to("../../../etc/passwd")
    await asyncio.to_thread(git, work, "add", "-A")
    await asyncio.to_thread(git, work, "commit", "-q", "-m", "link")
    await desk.git("push", "-q", "origin", "main")
    row = (await desk.world.runbooks())["disk"]
    assert row["retired_at"] is None
    file = (await desk.world.files())["runbooks/disk.yaml"]
    assert (file["state"], file["serving_version_id"]) == ("skipped", row["current_version_id"])


async def test_roles_decide_who_pushes_where(desk: Desk) -> None:
    for role, branch, reason in [
        ("viewer", "HEAD:refs/heads/mine", "your role may not push"),
        ("author", "HEAD:refs/heads/main", "it is protected"),
    ]:
        await desk.clone(role, into=role)
        await asyncio.to_thread(commit, desk.folder / role, {"README.md": f"{role}\n"})
        result = await desk.git("push", "origin", branch, cwd=role, check=False)
        assert result.code != 0
        assert reason in result.err
    desk.world.commit({"policy.json": '{"version": 1, "directPush": false}'})
    await desk.world.sync()
    await desk.clone("maintainer", into="held")
    await asyncio.to_thread(commit, desk.folder / "held", {"README.md": "y\n"})
    result = await desk.git("push", "origin", "main", cwd="held", check=False)
    assert (result.code == 0, "takes pull requests only" in result.err) == (False, True)
    desk.world.commit({"policy.json": '{"version": 1, "directPush": true}'})
    await desk.world.sync()
    await desk.git("pull", "-q", "--rebase", "origin", "main", cwd="held")
    await desk.git("push", "-q", "origin", "main", cwd="held")
    await desk.world.forges.set_direct_push(desk.world.tenant_id, desk.world.row.id, allowed=False)
    await desk.clone("maintainer")
    await put(desk, {"README.md": "x\n"})
    result = await desk.git("push", "origin", "main", check=False)
    assert result.code != 0
    assert "takes pull requests only" in result.err


async def test_another_tenants_token_sees_no_repository(desk: Desk) -> None:
    other: TestTenant = await make_tenant(desk.world.database, "globex")
    from controller.tenants.service import create_token, revoke_token

    async with desk.world.database.work(other.tenant_id) as uow:
        token = await create_token(uow, other.member_id, "t", actor=other.actor)
    for tenant in ("acme", "globex"):
        url = address(desk.url, token.text, tenant=tenant)
        result = await asyncio.to_thread(git, desk.folder, "clone", url, f"of-{tenant}", check=False)
        assert result.code != 0
        assert "not found" in result.err
    async with desk.world.database.work(other.tenant_id) as uow:
        await revoke_token(uow, token.id, actor=other.actor)
    result = await asyncio.to_thread(
        git, desk.folder, "clone", address(desk.url, token.text), "revoked", check=False
    )
    assert "Authentication failed" in result.err


async def test_a_pushed_branch_is_a_checked_pull_request(desk: Desk) -> None:
    await desk.clone("author")
    await desk.git("switch", "-q", "-c", "dd0c/disk")
    await put(desk, {"runbooks/disk.yaml": runbook("disk") + "      colour: blue\n"}, "Add disk")
    result = await desk.git("push", "origin", "dd0c/disk")
    assert "dd0c: fail: 1 error(s)" in result.err
    assert "dd0c: pull request 1: http://localhost:8080/pulls/1" in result.err
    maintainer = await desk.principal("maintainer")
    pull = await desk.world.proposals.get(maintainer, 1)
    assert [check.status for check in pull.checks] == ["fail"]
    assert pull.author == actor_of(await desk.principal("author")).id
    await put(desk, {"runbooks/disk.yaml": runbook("disk")}, "Fix it")
    await desk.git("push", "-q", "origin", "dd0c/disk")
    pull = await desk.world.proposals.get(maintainer, 1)
    assert [check.status for check in pull.checks] == ["pass"]
    done = await desk.world.proposals.merge(maintainer, 1, pull.head)
    assert done.sync.outcome == "synced"
    assert list(await desk.world.runbooks()) == ["disk"]


async def test_a_branch_ends_in_a_commit(desk: Desk) -> None:
    await desk.clone()
    await desk.git("tag", "-a", "v1", "-m", "One")
    refused = await desk.git("push", "origin", "v1:refs/heads/dd0c/tagged", check=False)
    assert refused.code != 0 and "a branch ends in a commit, and this is a tag" in refused.err, refused.err
    assert desk.world.repository.ref("refs/heads/dd0c/tagged") is None


async def test_a_trust_level_is_raised_by_an_owner_only(desk: Desk) -> None:
    text = runbook("disk", top="  trustLevel: 2\n")
    await desk.clone("maintainer")
    await put(desk, {"runbooks/disk.yaml": text})
    result = await desk.git("push", "origin", "main", check=False)
    assert result.code != 0
    assert "only an owner may let this in" in result.err
    await desk.git("remote", "set-url", "origin", desk.address("owner"))
    await desk.git("push", "-q", "origin", "main")
    assert (await desk.world.runbooks())["disk"]["document"]["spec"]["trustLevel"] == 2


async def test_setting_up_twice_changes_nothing_and_takes_the_example(desk: Desk, tmp_path: Path) -> None:
    example = Path(__file__).parents[3] / "runbooks-example"
    world = desk.world
    first = await world.forges.set_up(world.tenant_id, name="example", example=example)
    row = await world.forges.set_up(world.tenant_id, name="example", example=example)
    assert row.id == first.id
    result = await world.sync_service.sync(world.tenant_id, row.id, "start")
    assert result.outcome == "synced", result.rejected
    files = world.folder.open(world.tenant_id, row.id)
    assert len(list(files.git().walk(files.ref("refs/heads/main")))) == 1
    expected = len(list((example / "runbooks").glob("*.yaml")))
    assert result.counts["added"] == expected
