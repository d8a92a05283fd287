"""Four eyes on a pull request of the built-in forge, from a proposal or a push to a merge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.review.about import About
from controller.review.acting import actor_of
from controller.tenants.members import change_role
from controller.tenants.principal import Principal
from controller.tenants.roles import Permission, Role
from forge.builtin import BuiltinForge
from forge.pull_requests import Merged, Proposal, ProposedFile, PullRequest, Verdict
from schemas.errors import Conflict, Forbidden, Unprocessable
from tests.integration.review.conftest import Desk
from tests.integration.sync.world import runbook

FOUR_EYES = '{"version": 1, "fourEyes": true}'
OWNERS = b"* @acme/sre\n/runbooks/disk.yaml maintainer@acme.example author@acme.example gone@acme.example\n"


async def proposed(desk: Desk, by: str = "author", text: str | None = None) -> PullRequest:
    principal = await desk.principal(by)
    file = ProposedFile("runbooks/disk.yaml", (text or runbook("disk")).encode())
    proposal = Proposal("k1", "Disk", "Because.", (file,), actor_of(principal))
    return await desk.world.proposals.publish(principal, proposal, About("paste", "disk"))


async def say(
    desk: Desk, who: Principal, pull: PullRequest, verdict: Verdict = "approved", body: str = ""
) -> PullRequest:
    approvals = desk.world.proposals.approvals
    return await approvals.give(who, pull.number, head=pull.head, verdict=verdict, body=body)


async def under_four_eyes(desk: Desk) -> None:
    desk.world.commit({"policy.json": FOUR_EYES})
    await desk.world.sync()


async def test_four_eyes_let_in_what_another_approved_at_this_head(desk: Desk) -> None:
    await under_four_eyes(desk)
    author, maintainer = await desk.principal("author"), await desk.principal("maintainer")
    first = await proposed(desk)
    with pytest.raises(Unprocessable, match="themselves"):
        await say(desk, author, first)
    with pytest.raises(Conflict) as refused:
        await desk.world.proposals.merge(maintainer, first.number, first.head)
    assert refused.value.reason_code == "not_approved"
    await say(desk, maintainer, first, body="Fine.")
    second = await proposed(desk, text=runbook("disk", title="Newer"))
    with pytest.raises(Conflict) as stale:
        await desk.world.proposals.merge(maintainer, second.number, second.head)
    assert stale.value.reason_code == "not_approved"
    with pytest.raises(Conflict) as moved:
        await say(desk, maintainer, first)
    assert moved.value.reason_code == "head_moved"
    shown = await say(desk, maintainer, second)
    assert [each.is_of(second.head) for each in shown.reviews] == [True]
    done = await desk.world.proposals.merge(maintainer, second.number, second.head)
    assert done.sync.outcome == "synced"
    told = [
        (data["outcome"], data["commit"], who) for _, data, who in await desk.world.events("runbook.reviewed")
    ]
    assert told == [
        ("approved", first.head, maintainer.actor),
        ("approved", second.head, maintainer.actor),
        ("merged", done.merged.commit, maintainer.actor),
    ]


async def test_an_approval_is_worth_what_its_giver_may_do_at_the_merge(desk: Desk) -> None:
    await under_four_eyes(desk)
    pull, maintainer, owner = (
        await proposed(desk), await desk.principal("maintainer"), await desk.principal("owner"),
    )  # fmt: skip
    await say(desk, maintainer, pull)
    async with desk.world.database.work(desk.world.tenant_id) as uow:
        await change_role(uow, maintainer.member_id, Role.AUTHOR, actor=owner.actor)
    with pytest.raises(Conflict) as refused:
        await desk.world.proposals.merge(owner, pull.number, pull.head)
    assert refused.value.reason_code == "not_approved"
    await say(desk, owner, pull)
    assert (await desk.world.proposals.merge(owner, pull.number, pull.head)).sync.outcome == "synced"


async def test_what_widens_needs_another_owner(desk: Desk) -> None:
    await under_four_eyes(desk)
    owner, maintainer = await desk.principal("owner"), await desk.principal("maintainer")
    pull = await proposed(desk, "owner", runbook("disk", top="  trustLevel: 2\n"))
    await say(desk, maintainer, pull)
    with pytest.raises(Conflict, match="another owner"):
        await desk.world.proposals.merge(owner, pull.number, pull.head)


async def test_a_token_approves_only_what_it_could_merge(desk: Desk) -> None:
    await under_four_eyes(desk)
    owner, author = await desk.principal("owner"), await desk.principal("author")
    pull = await proposed(desk, "maintainer", runbook("disk", top="  trustLevel: 2\n"))
    scopes = (Permission.READ, Permission.PROPOSE, Permission.MERGE)
    for few in (replace(owner, scopes=frozenset(scopes)), replace(author, scopes=frozenset(scopes[:2]))):
        with pytest.raises(Forbidden):
            await say(desk, few, pull)
        await say(desk, few, pull, "refused", "Not yet.")
    await say(desk, author, pull)
    whole = replace(owner, scopes=frozenset({*scopes, Permission.RAISE_TRUST}))
    shown = await say(desk, whole, pull)
    assert [each.state for each in shown.reviews] == ["approved", "approved"]


async def test_changes_asked_for_hold_a_merge_until_a_push_or_a_change_of_mind(desk: Desk) -> None:
    pull, maintainer, owner = (
        await proposed(desk), await desk.principal("maintainer"), await desk.principal("owner"),
    )  # fmt: skip
    await say(desk, owner, pull, "refused", "No rollback.")
    with pytest.raises(Conflict, match="changes are asked for"):
        await desk.world.proposals.merge(maintainer, pull.number, pull.head)
    newer = await proposed(desk, text=runbook("disk", title="Newer"))
    await say(desk, owner, newer, "refused", "Still none.")
    await say(desk, owner, newer)
    assert (await desk.world.proposals.merge(maintainer, newer.number, newer.head)).sync.outcome == "synced"


async def test_a_merge_holds_what_is_said_at_its_very_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word between judgement and merge: refused where it asks for changes, judged anew where not."""
    pull, maintainer, owner = (
        await proposed(desk), await desk.principal("maintainer"), await desk.principal("owner"),
    )  # fmt: skip
    merge, late, asked = BuiltinForge.merge, list[Verdict](["refused"]), list[str]()

    def merge_late(forge: BuiltinForge, number: int, *, expected_head: str, **rest: Any) -> Merged:
        asked.append(expected_head)
        if late:
            actor = actor_of(owner)
            forge.review(number, head=expected_head, verdict=late.pop(), body="Late.", actor=actor)
        return merge(forge, number, expected_head=expected_head, **rest)

    monkeypatch.setattr(BuiltinForge, "merge", merge_late)
    with pytest.raises(Conflict, match="changes are asked for") as refused:
        await desk.world.proposals.merge(maintainer, pull.number, pull.head)
    assert (refused.value.reason_code, late) == ("not_approved", [])
    newer = await proposed(desk, text=runbook("disk", title="Newer"))
    late.append("approved")
    done = await desk.world.proposals.merge(maintainer, newer.number, newer.head)
    assert (done.sync.outcome, asked) == ("synced", [pull.head, newer.head, newer.head])


async def test_a_push_to_the_branch_brings_no_head_at_which_changes_are_asked_for(desk: Desk) -> None:
    pull, owner = await proposed(desk), await desk.principal("owner")
    await say(desk, owner, pull, "refused", "No rollback.")
    await desk.clone("maintainer")
    await desk.git("merge", "-q", "--no-ff", "-m", "Mine", "origin/dd0c/k1")
    refused = await desk.git("push", "origin", "main", check=False)
    assert "changes are asked for" in refused.err
    assert f"pull request {pull.number}" in refused.err
    await say(desk, owner, pull)
    await desk.git("push", "-q", "origin", "main")


async def test_words_of_one_reviewer_are_one_a_head_and_who_pushed_takes_theirs_back(desk: Desk) -> None:
    first, maintainer, owner = (
        await proposed(desk), await desk.principal("maintainer"), await desk.principal("owner"),
    )  # fmt: skip
    turns: tuple[Verdict, ...] = ("approved", "refused", "approved", "refused")
    for verdict in turns:
        await say(desk, maintainer, first, verdict, "In turns.")
    await desk.clone("maintainer")
    await desk.git("checkout", "-q", "dd0c/k1")
    await desk.git("commit", "-q", "--allow-empty", "-m", "Mine")
    await desk.git("push", "-q", "origin", "dd0c/k1")
    moved = await desk.world.proposals.get(maintainer, first.number)
    with pytest.raises(Unprocessable, match="themselves"):
        await say(desk, maintainer, moved)
    await desk.git("reset", "-q", "--hard", first.head)
    await desk.git("push", "-q", "--force", "origin", "dd0c/k1")
    back = await desk.world.proposals.get(maintainer, first.number)
    assert [(each.state, each.is_of(first.head)) for each in back.reviews] == [("refused", True)]
    row = await desk.world.proposals.repository(owner, None)
    approvals = desk.world.proposals.approvals
    assert (await approvals.of(maintainer, row, back)).refusal is None
    withdrawn = await say(desk, maintainer, back)
    assert withdrawn.reviews == ()
    assert (await approvals.of(maintainer, row, withdrawn)).refusal is not None
    events = desk.world.forges.open_builtin(owner.tenant_id, row).events
    said = await desk.world.forges.runner(lambda: events(first.number))
    assert [each.data["state"] for each in said if each.kind == "review"] == ["withdrawn"]
    told = [data["outcome"] for _, data, _ in await desk.world.events("runbook.reviewed")]
    assert told[-2:] == ["changes_requested", "changes_withdrawn"]


async def test_who_may_not_propose_reviews_nothing(desk: Desk) -> None:
    pull = await proposed(desk)
    with pytest.raises(Forbidden):
        await say(desk, await desk.principal("viewer"), pull)


async def test_owners_of_the_paths_are_asked_of_a_proposal_and_of_a_push(desk: Desk) -> None:
    desk.world.commit({".github/CODEOWNERS": OWNERS.decode()})
    await desk.world.sync()
    maintainer = await desk.principal("maintainer")
    pull = await proposed(desk)
    assert [(each.reviewer, each.state) for each in pull.reviews] == [
        (maintainer.actor, "requested"),
        ("gone@acme.example", "requested"),
    ], "the author is not asked; who is no member stays as it is written"
    work = await desk.clone("author")
    (work / "runbooks").mkdir(exist_ok=True)
    (work / "runbooks" / "other.yaml").write_text(runbook("other"))
    await desk.git("checkout", "-q", "-b", "dd0c/other")
    await desk.git("add", ".")
    await desk.git("commit", "-qm", "Other runbook\n\nWe need it <b>now</b>.")
    said = (await desk.git("push", "origin", "dd0c/other")).err
    assert "CODEOWNERS names 1 reviewer(s)" in said
    pushed = await desk.world.proposals.get(maintainer, 2)
    assert [each.reviewer for each in pushed.reviews] == ["@acme/sre"]
    assert "What runs by itself" in pushed.body
    assert "We need it" in pushed.body
    assert "<b>" not in pushed.body
    (work / "runbooks" / "other.yaml").write_text(runbook("other", title="Newer"))
    await desk.git("commit", "-qam", "Newer")
    await desk.git("push", "-q", "origin", "dd0c/other")
    assert (await desk.world.proposals.get(maintainer, 2)).body == pushed.body
    (work / ".github" / "CODEOWNERS").write_text("* @acme/sre\n")
    await desk.git("commit", "-qam", "Nobody else is asked")
    told = (await desk.git("push", "origin", "dd0c/other")).err
    assert "attention: .github/CODEOWNERS: it changes who is asked to review" in told


async def test_who_pushed_to_it_does_not_approve_it(desk: Desk) -> None:
    await under_four_eyes(desk)
    await proposed(desk)
    work = await desk.clone("maintainer")
    await desk.git("checkout", "-q", "dd0c/k1")
    (work / "runbooks" / "disk.yaml").write_text(runbook("disk", title="Mine"))
    await desk.git("commit", "-qam", "Mine")
    await desk.git("push", "-q", "origin", "dd0c/k1")
    maintainer, owner = await desk.principal("maintainer"), await desk.principal("owner")
    pull = await desk.world.proposals.get(maintainer, 1)
    with pytest.raises(Unprocessable, match="themselves"):
        await say(desk, maintainer, pull)
    await say(desk, owner, pull)
    assert (await desk.world.proposals.merge(maintainer, 1, pull.head)).sync.outcome == "synced"


async def test_four_eyes_take_no_direct_push(desk: Desk) -> None:
    desk.world.commit({"policy.json": '{"version": 1, "fourEyes": true, "directPush": true}'})
    await desk.world.sync()
    work = await desk.clone("maintainer")
    (work / "README.md").write_text("mine\n")
    await desk.git("commit", "-qam", "Mine")
    refused = await desk.git("push", "origin", "main", check=False)
    assert refused.code != 0
    assert "four eyes" in refused.err
