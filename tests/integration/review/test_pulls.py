"""Proposals through their pull requests: published, checked, merged, synced; and what a merge refuses."""

from __future__ import annotations

import statistics
import time

import pygit2
import pytest

from controller.review.about import About
from forge.builtin import BuiltinForge
from forge.pull_requests import Actor, Merged, Proposal, ProposedFile, PullRequest
from schemas.errors import Conflict, Forbidden, NotFound
from tests.conftest import TestTenant
from tests.integration.review.conftest import Desk
from tests.integration.sync.world import runbook

AUTHOR = Actor("system:test", "Ada", "ada@example.com")


def proposal(key: str, path: str, content: str | None) -> Proposal:
    file = ProposedFile(path, content.encode() if content is not None else None)
    return Proposal(key=key, title=f"Change {path}", body="Because.", files=(file,), author=AUTHOR)


async def publish(desk: Desk, key: str, path: str, content: str | None, name: str = "disk") -> PullRequest:
    author = await desk.principal("author")
    return await desk.world.proposals.publish(author, proposal(key, path, content), About("paste", name))


async def test_merge_to_synced(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    assert [check.status for check in pull.checks] == ["pass"]
    assert "&#96;" not in pull.checks[0].title
    maintainer = await desk.principal("maintainer")
    done = await desk.world.proposals.merge(maintainer, pull.number, pull.head)
    assert (done.sync.outcome, done.sync.to_commit) == ("synced", done.merged.commit)
    assert (await desk.world.runbooks())["disk"]["commit_oid"] == done.merged.commit
    ((_, data, actor),) = await desk.world.events("runbook.reviewed")
    assert (data["direct"], data["outcome"], data["pullNumber"]) == (False, "merged", 1)
    assert actor == maintainer.actor
    ((_, data, _),) = await desk.world.events("runbook.proposed")
    assert (data["pullNumber"], data["name"]) == (1, "disk")
    (row,) = await desk.world.rows("SELECT * FROM dd0c.proposals")
    assert (row["state"], row["pull_number"]) == ("merged", 1)


async def test_proposing_the_same_twice_is_one_pull_request_and_one_event(desk: Desk) -> None:
    first = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    second = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    assert (second.number, second.head) == (first.number, first.head)
    assert len(await desk.world.events("runbook.proposed")) == 1


async def test_a_merge_is_refused_with_reasons_while_the_check_fails(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk") + "      colour: blue\n")
    assert [check.status for check in pull.checks] == ["fail"]
    assert pull.mergeable is False
    assert "dd0c/classification fails" in (pull.reason or "")
    with pytest.raises(Conflict) as refused:
        await desk.world.proposals.merge(await desk.principal("maintainer"), pull.number, pull.head)
    assert refused.value.reason_code == "not_mergeable"
    assert "runbooks/disk.yaml:10" in refused.value.extra["reasons"][0]
    assert await desk.world.runbooks() == {}


async def test_a_moved_head_is_a_conflict(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk", title="Newer"))
    with pytest.raises(Conflict) as refused:
        await desk.world.proposals.merge(await desk.principal("maintainer"), pull.number, pull.head)
    assert refused.value.reason_code == "head_moved"


async def test_who_may_propose_and_merge(desk: Desk) -> None:
    viewer, author = await desk.principal("viewer"), await desk.principal("author")
    with pytest.raises(Forbidden):
        await desk.world.proposals.publish(viewer, proposal("k", "a.md", "x"), About("paste", "disk"))
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    with pytest.raises(Forbidden):
        await desk.world.proposals.merge(author, pull.number, pull.head)


async def test_retiring_goes_through_a_pull_request(desk: Desk) -> None:
    world = desk.world
    world.commit({"runbooks/disk.yaml": runbook("disk")})
    await world.sync()
    pull = await publish(desk, "retire", "runbooks/disk.yaml", None)
    assert [check.status for check in pull.checks] == ["attention"]
    await world.proposals.merge(await desk.principal("maintainer"), pull.number, pull.head)
    assert (await world.runbooks())["disk"]["retired_at"] is not None


async def test_r48_a_branch_does_not_bring_its_own_policy(desk: Desk) -> None:
    policy = '{"version": 1, "governanceMode": "audit"}'
    pull = await publish(desk, "k1", "policy.json", policy)
    assert [check.status for check in pull.checks] == ["attention"]
    assert "policy" in pull.checks[0].summary
    await desk.world.sync()
    assert await desk.world.rows("SELECT * FROM dd0c.policies WHERE current") == []
    with pytest.raises(Forbidden):
        await desk.world.proposals.merge(await desk.principal("maintainer"), pull.number, pull.head)
    await desk.world.proposals.merge(await desk.principal("owner"), pull.number, pull.head)
    (row,) = await desk.world.rows("SELECT * FROM dd0c.policies WHERE current")
    assert row["document"]["governanceMode"] == "audit"


async def test_a_name_in_service_elsewhere_fails_the_check(desk: Desk) -> None:
    desk.world.commit({"runbooks/disk.yaml": runbook("disk")})
    await desk.world.sync()
    pull = await publish(desk, "k1", "runbooks/copy.yaml", runbook("disk"))
    assert [check.status for check in pull.checks] == ["fail"]
    assert "belongs to" in pull.checks[0].summary


async def test_a_raised_trust_level_needs_an_owner_to_merge(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk", top="  trustLevel: 2\n"))
    with pytest.raises(Forbidden):
        await desk.world.proposals.merge(await desk.principal("maintainer"), pull.number, pull.head)
    done = await desk.world.proposals.merge(await desk.principal("owner"), pull.number, pull.head)
    assert done.sync.outcome == "synced"


async def test_comments_close_and_unknown_numbers(desk: Desk) -> None:
    author = await desk.principal("author")
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    await desk.world.proposals.comment(author, pull.number, "first", key="k")
    shown = await desk.world.proposals.comment(author, pull.number, "second", key="k")
    assert [comment.body for comment in shown.comments] == ["second"]
    assert (await desk.world.proposals.close(author, pull.number)).state == "closed"
    page = await desk.world.proposals.list(author, "closed", None, 10)
    assert [item.number for item in page.items] == [pull.number]
    with pytest.raises(NotFound):
        await desk.world.proposals.get(author, 99)


async def test_another_tenant_finds_no_pull_request(desk: Desk, second_tenant: TestTenant) -> None:
    await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    stranger = second_tenant.principal()
    with pytest.raises(NotFound):
        await desk.world.proposals.get(stranger, 1)


async def test_rows_lost_are_repaired_at_start(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    async with desk.world.database.work(desk.world.tenant_id) as uow:
        await uow.run("UPDATE dd0c.pulls SET state = 'closed' WHERE number = %(n)s", n=pull.number)
    await desk.world.forges.start()
    shown = await desk.world.proposals.get(await desk.principal("author"), pull.number)
    assert shown.state == "open"


async def test_a_branch_whose_commit_is_lost_keeps_no_server_from_starting(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    heads = desk.world.repository.path / "refs" / "heads" / "dd0c"
    heads.mkdir(parents=True, exist_ok=True)
    (heads / "lost").write_text("deadbeef" * 5 + "\n")
    await desk.world.forges.start()
    author = await desk.principal("author")
    assert (await desk.world.proposals.get(author, pull.number)).state == "open"


async def test_a_repository_that_can_not_be_put_in_order_keeps_no_other_from_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise pygit2.GitError("object not found")

    monkeypatch.setattr("forge.builtin.repair", broken)
    await desk.world.forges.start()
    assert "forge.damaged" in [getattr(record, "action", "") for record in caplog.records]


async def test_merge_to_synced_takes_no_time_that_a_person_notices(desk: Desk) -> None:
    """10 merges, each with its check and its sync, in real parsing processes; 84 ms each when written."""
    maintainer = await desk.principal("maintainer")
    took = []
    for number in range(10):
        pull = await publish(
            desk, f"k{number}", f"runbooks/s{number}.yaml", runbook(f"s{number}"), f"s{number}"
        )
        started = time.perf_counter()
        done = await desk.world.proposals.merge(maintainer, pull.number, pull.head)
        took.append((time.perf_counter() - started) * 1000)
        assert done.sync.outcome == "synced"
    assert statistics.median(took) < 2000


async def test_what_is_merged_is_what_was_judged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch that goes forward for the check and back for the merge: the older head is never merged."""
    bad = runbook("disk") + "      colour: blue\n"
    pull = await publish(desk, "k1", "runbooks/disk.yaml", bad)
    newer = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    assert newer.head != pull.head
    merged: list[str] = []

    def merge(_forge: BuiltinForge, _number: int, *, expected_head: str, **_rest: object) -> Merged:
        merged.append(expected_head)
        raise AssertionError("the forge was asked")

    monkeypatch.setattr(BuiltinForge, "merge", merge)
    with pytest.raises(Conflict) as refused:
        await desk.world.proposals.merge(await desk.principal("maintainer"), pull.number, pull.head)
    assert (refused.value.reason_code, refused.value.extra["head"]) == ("head_moved", newer.head)
    assert merged == []
