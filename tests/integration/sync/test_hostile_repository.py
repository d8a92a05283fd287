"""Hostile repositories through the real sync: what is read and skipped, what changes nothing, and why."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pygit2
import pytest

from base import limits
from tests.integration.sync import hostile
from tests.integration.sync.world import World, runbook

BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
)
DOCUMENTS: dict[str, tuple[str | bytes, int, str]] = {
    "alias-bomb": (BOMB, 1, "anchors are not allowed"),
    "alias": ("a: 1\nb: *a\n", 2, "alias"),
    "merge-key": ("<<: {a: 1}\n", 1, ""),
    "deep": ("a: " + "[" * 10_000 + "]" * 10_000, 1, "nested deeper than"),
    "deep-block": ("".join("  " * n + "a:\n" for n in range(100)), 13, "nested deeper than"),
    "twice": (runbook("x") + "spec: {}\n", 10, "stands twice"),
    "tag": ("!!python/object/apply:os.system ['id']\n", 1, "tags are not allowed"),
    "custom-tag": ("apiVersion: !secret x\n", 1, "tags are not allowed"),
    "directive": ("%TAG ! tag:x,2026:\n---\na: 1\n", 2, "directives are not allowed"),
    "two": (runbook("x") + "---\n" + runbook("y"), 10, "one document"),
    "utf": (b"apiVersion: dd0c.run/v1\nkind: \xff\xfe\n", 2, "not UTF-8"),
    "utf16": ("apiVersion: dd0c.run/v1".encode("utf-16"), 1, "not UTF-8"),
    "binary": (b"\x00\x01\x02" * 500, 1, "U+0000"),
    "escape": ("a: \x1b]0;title\x07\n", 1, "U+001B"),
    "empty": ("", 1, "empty"),
    "lines": ("a:\n" * 20_000, 10_001, "more than 20000 values"),
    "large": ("# " + "x" * limits.DOCUMENT_MAX_BYTES, 1, "bytes"),
}
"""Name → content, the line that is told, and words of the reason."""

TAKEN: dict[str, str] = {
    "tenant": runbook("x").replace("title: A title", "title: A title, tenant: ten_other"),
    "repository": runbook("x").replace("title: A title", "title: A title, repository: rpo_other"),
    "approvers": runbook("x", top="  approvers: [mallory]\n"),
    "policy": runbook("x", top="  policy: {mode: open}\n"),
    "agent": runbook("x", top="  agent: agt_other\n"),
    "approved": runbook("x", extra="      approvedBy: mallory\n"),
    "auto": runbook("x", extra="      autoRun: true\n"),
    "risk": runbook("x", command="rm -rf /var/lib", extra="      risk: safe\n"),
}
"""A runbook that takes for itself what only the server gives."""


async def test_r40_r53_every_deceptive_name_is_skipped_with_its_reason_and_the_rest_serves(
    world: World,
) -> None:
    refused = hostile.DANGEROUS | hostile.DECEPTIVE
    git = world.repository.git()
    hostile.point(world, hostile.named(git, None, *refused, *hostile.ACTIVE))
    result = await world.sync()
    assert result.outcome == "partial", result
    files = await world.files()
    reasons = sorted(row["error_reason"] for row in files.values() if row["state"] == "skipped")
    assert len(reasons) == len(refused)
    for fragment in refused.values():
        assert any(fragment in reason and "rename" in reason for reason in reasons), fragment
    served = {path for path, row in files.items() if row["state"] == "ok"}
    assert served == {"runbooks/good.yaml", *(f"runbooks/{name.decode()}" for name in hostile.ACTIVE)}
    assert all(path.isprintable() for path in files)


async def test_r40_links_and_modules_open_nothing_outside_the_store(world: World, tmp_path: Path) -> None:
    canary = tmp_path / "canary.yaml"
    canary.write_text(runbook("canary", title="Outside the store"))
    hostile.point(world, hostile.linked(world.repository.git(), None, canary))
    result = await world.sync()
    assert (result.outcome, result.counts["broken"], result.counts["skipped"]) == ("partial", 2, 2)
    files = await world.files()
    told = {path: row["error_reason"] for path, row in files.items() if row["state"] == "skipped"}
    assert sorted(told) == [f"runbooks/{name}" for name in ("link.yaml", "module", "odd.yaml", "up")]
    assert "a symbolic link, not a file; put the file itself there" in told["runbooks/link.yaml"]
    assert "a submodule" in told["runbooks/module"]
    assert "of an unknown kind" in told["runbooks/odd.yaml"]
    assert list(await world.runbooks()) == ["good"]
    assert all("Outside the store" not in repr(row) for row in files.values())
    assert not list(world.repository.path.rglob("canary*"))


@pytest.mark.parametrize("prefix", ["", "ops"])
@pytest.mark.parametrize("mode", [hostile.LINK, hostile.MODULE, hostile.FILE])
async def test_r40_r43_a_folder_that_is_none_any_more_retires_nothing(
    world: World, prefix: str, mode: bytes
) -> None:
    async with world.database.work(world.tenant_id) as uow:
        await uow.connection.execute("UPDATE dd0c.repositories SET prefix = %s", [prefix])
    root = f"{prefix}/" if prefix else ""
    policy = '{"version": 1, "fourEyes": true}'
    good = world.commit({f"{root}runbooks/db/disk.yaml": runbook("disk"), f"{root}policy.json": policy})
    await world.sync()
    hostile.point(world, hostile.instead(world.repository.git(), good, prefix or "runbooks", mode))
    result = await world.sync()
    kept = {f"{root}runbooks/db/disk.yaml", *([f"{root}policy.json"] if prefix else [])}
    assert (result.outcome, {path for path, _, _ in result.rejected}) == ("partial", kept)
    assert "not retired" in result.rejected[0][2]
    found = (await world.runbooks())["disk"]
    assert (found["retired_at"], found["commit_oid"]) == (None, good)
    four = await world.rows("SELECT count(*) AS n FROM dd0c.policies WHERE current")
    assert four[0]["n"] == 1
    world.commit({"README.md": "other"})
    assert (await world.sync()).counts["broken"] == len(kept), "later commits leave it so"
    assert (await world.runbooks())["disk"]["retired_at"] is None
    gone = hostile.instead(
        world.repository.git(), world.commit({"README.md": "more"}), prefix or "runbooks", None
    )
    hostile.point(world, gone)
    await world.sync()
    assert (await world.runbooks())["disk"]["retired_at"] is not None, "a folder that is deleted is deleted"


async def test_r42_r43_hostile_documents_keep_out_and_the_good_one_beside_them_serves(world: World) -> None:
    good = {f"runbooks/{name}.yaml": runbook(name) for name in DOCUMENTS}
    world.commit({**good, "runbooks/good.yaml": runbook("good")})
    await world.sync()
    serving = {row["path"]: row["current_version_id"] for row in (await world.runbooks()).values()}
    bad = {f"runbooks/{name}.yaml": content for name, (content, _, _) in DOCUMENTS.items()}
    head = world.commit({**bad, "runbooks/good.yaml": runbook("good", title="Newer")})
    result = await world.sync()
    assert (result.outcome, len(result.rejected)) == ("partial", len(DOCUMENTS))
    files = await world.files()
    for name, (_, line, words) in DOCUMENTS.items():
        row = files[f"runbooks/{name}.yaml"]
        assert (row["state"], row["error_line"], row["commit_oid"]) == ("stale_invalid", line, head), name
        assert words in row["error_reason"], row["error_reason"]
        assert row["serving_version_id"] == serving[f"runbooks/{name}.yaml"]
    assert (await world.runbooks())["good"]["title"] == "Newer"


async def test_r48_a_runbook_takes_no_tenant_approver_policy_agent_or_lower_risk(world: World) -> None:
    world.commit({f"runbooks/{name}.yaml": text for name, text in TAKEN.items()})
    await world.sync()
    files = await world.files()
    assert {row["state"] for row in files.values()} == {"stale_invalid"}
    assert all(row["error_line"] >= 3 for row in files.values())
    assert "the scanner says dangerous" in files["runbooks/risk.yaml"]["error_reason"]
    assert await world.runbooks() == {}


async def test_r48_only_the_files_of_the_root_are_settings(world: World) -> None:
    world.commit({"runbooks/policy.json": "{}", "x/policy.json": "{}", "runbooks/x/flags.json": "{}"})
    assert (await world.sync()).outcome == "synced"
    assert await world.files() == {}
    assert not await world.rows("SELECT FROM dd0c.policies UNION ALL SELECT FROM dd0c.flags")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("a hundred thousand files", "holds more than 20000 files, the last of them in runbooks"),
        ("as many in folders", "holds more than 20000 files, the last of them in runbooks/f"),
        ("forty folders deep", "folders lie deeper than 32 levels, below runbooks/d/d"),
        ("a folder of six megabytes", "spread its files over several folders"),
    ],
)
async def test_r42_r44_a_commit_beyond_a_bound_changes_nothing_and_says_what_to_do(
    world: World, kind: str, words: str
) -> None:
    before = world.commit({"runbooks/good.yaml": runbook("good")})
    await world.sync()
    git = world.repository.git()
    match kind:
        case "a hundred thousand files":
            large = hostile.crowd(git, before, 100_000)
        case "as many in folders":
            large = hostile.crowd(git, before, 100_000, folders=1_000)
        case "forty folders deep":
            large = hostile.nested(git, before, 40)
        case _:
            large = hostile.crowd(git, before, 160_000)
    hostile.point(world, large)
    result = await world.sync()
    assert (result.outcome, result.to_commit) == ("failed", before)
    assert result.error is not None and words in result.error
    row = await world.reload()
    assert row.error_text == result.error
    assert (await world.runbooks())["good"]["commit_oid"] == before
    world.commit({"runbooks/good.yaml": runbook("good", title="Newer")}, parent=before)
    assert (await world.sync()).outcome == "synced"
    assert (await world.reload()).error_text is None


def peak_bytes() -> int:
    """The most memory that this process had at once since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


@pytest.mark.parametrize("size", [3_000_000, pytest.param(100_000_000, marks=pytest.mark.long)])
async def test_r42_a_large_blob_is_told_by_its_size_and_never_read(world: World, size: int) -> None:
    world.commit({"runbooks/good.yaml": runbook("good"), "runbooks/large.yaml": runbook("large")})
    await world.sync()
    git = world.repository.git()
    blob = git.create_blob_fromiobase(io.BytesIO(bytes(size)))
    lines = [hostile.Line(hostile.FILE, b"large.yaml", str(blob))]
    hostile.point(world, hostile.below(git, hostile.write_tree(git, lines), hostile.main_of(world)))
    forget_peak()
    before = peak_bytes()
    assert (await world.sync()).outcome == "partial"
    assert peak_bytes() - before < 32 * limits.MIB
    row = (await world.files())["runbooks/large.yaml"]
    assert f"the file has {size} bytes, more than {limits.DOCUMENT_MAX_BYTES}" in row["error_reason"]
    assert row["serving_version_id"] is not None


@pytest.fixture
def quick_disk(world: World) -> Iterator[None]:
    """Objects are not synced to the disk one by one while a test makes ten thousand of them."""
    world.repository.git().config["core.fsyncObjectFiles"] = False
    pygit2.settings.enable_fsync_gitdir(False)
    yield
    pygit2.settings.enable_fsync_gitdir(True)


@pytest.mark.long
@pytest.mark.usefixtures("quick_disk")
async def test_r42_ten_thousand_folders_deep(world: World) -> None:
    before = world.commit({"runbooks/good.yaml": runbook("good")})
    await world.sync()
    hostile.point(world, hostile.nested(world.repository.git(), before, 10_000))
    forget_peak()
    memory = peak_bytes()
    assert (await world.sync()).outcome == "failed"
    assert peak_bytes() - memory < 32 * limits.MIB
    assert (await world.runbooks())["good"]["commit_oid"] == before


@pytest.mark.long
@pytest.mark.usefixtures("quick_disk")
async def test_r43_one_corrupt_runbook_of_five_thousand(world: World) -> None:
    texts = {f"runbooks/r{n}.yaml": runbook(f"r{n}") for n in range(5_000)}
    first = world.commit(dict(texts))
    await world.sync()
    newer = {path: text.replace("A title", "Another") for path, text in texts.items()}
    second = world.commit({**newer, "runbooks/r77.yaml": newer["runbooks/r77.yaml"] + "      x: [\n"})
    result = await world.sync()
    assert [(path, line) for path, line, _ in result.rejected] == [("runbooks/r77.yaml", 11)]
    found = await world.runbooks()
    assert {name for name, row in found.items() if row["commit_oid"] == first} == {"r77"}
    assert sum(row["commit_oid"] == second for row in found.values()) == 4_999
