"""Runbooks on GitHub, end to end: proposed, checked, merged, synced; pushed to by people; polled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from base.clock import SystemClock
from controller.api.parse_pool import ParsePool
from controller.audit.checkpoints import WitnessUnreachable
from controller.db.bus import MemoryBus
from controller.governance.judging import Judging
from controller.governance.repositories import RepositoryRow, find_repository
from controller.review.drift import Drifts
from controller.review.forges import Forges
from controller.review.witness import GitWitness, line_of
from controller.sync.forge_sources import forge_sources
from controller.sync.service import SyncService
from forge.errors import ForgeRefused
from forge.github.repositories import GitHubLogin, GitHubRepositories
from forge.mirror import BareMirror
from forge.storage import RepositoryFolder
from forge.tree import blob_at
from schemas.errors import Conflict, Unprocessable
from tests.integration.forge.conformance import MAINTAINER, PASS
from tests.integration.forge.github.imitation import GIT_PATH, OTHER_TOKEN, TOKEN
from tests.integration.review.github_place import Place, commit, github_url, place
from tests.integration.sync.world import in_a_thread, runbook

__all__ = ["github_url", "place"]


async def test_a_proposal_is_checked_reviewed_merged_and_synced(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    pull = await place.proposals.get(place.principal, number)
    assert [(check.name, check.status) for check in pull.checks] == [("dd0c/classification", "pass")]
    review = await place.reviews.review(place.principal, number)
    assert [change.path for change in review.runbooks] == ["runbooks/disk.yaml"]
    done = await place.proposals.merge(place.principal, number, pull.head)
    assert (done.sync.outcome, done.sync.to_commit) == ("synced", done.merged.commit)
    assert (await place.files())["runbooks/disk.yaml"] == "ok"
    assert await place.reviewed() == [(number, done.merged.commit, place.principal.actor)]
    assert place.origin.ref("refs/heads/main") == done.merged.commit
    assert place.origin.ref("refs/heads/dd0c/k1") is None


async def test_a_proposal_that_fails_its_check_is_not_merged(place: Place) -> None:
    number = await place.publish(runbook("disk") + "      colour: blue\n")
    pull = await place.proposals.get(place.principal, number)
    assert (pull.mergeable, pull.checks[0].status) == (False, "fail")
    assert "colour" in pull.checks[0].summary
    with pytest.raises(Conflict, match="colour"):
        await place.proposals.merge(place.principal, number, pull.head)
    assert await place.files() == {}


async def test_a_dangerous_step_has_a_comment_on_its_line_once(place: Place) -> None:
    text = runbook("disk", command="rm -rf /var/lib/data")
    number = await place.publish(text)
    await place.proposals.check(place.principal, number)
    (comment,) = (await place.proposals.get(place.principal, number)).comments
    assert comment.at is not None
    assert (comment.at.path, text.splitlines()[comment.at.line - 1]) == (
        "runbooks/disk.yaml",
        "    - id: look",
    )
    assert "dangerous" in comment.body
    await place.publish(runbook("disk", command="rm -rf /var/lib/other"))
    assert len((await place.proposals.get(place.principal, number)).comments) == 1


async def test_a_proposal_asks_github_for_no_more_than_it_needs(place: Place) -> None:
    await place.loop.round("start")
    before = len(place.github.log())
    await place.publish(runbook("disk", command="rm -rf /var/lib/data"))
    asked = place.github.log()[before:]
    assert len(asked) <= 22, asked
    twice = {line for line in asked if line.startswith("GET") and asked.count(line) > 1}
    assert [line.rpartition("/")[2] for line in twice] == ["statuses"], "before and after it is judged"
    assert [line for line in asked if line.startswith("GIT")] == [
        "GIT GET /info/refs",
        "GIT POST /git-upload-pack",
    ]


async def test_comments_that_may_not_be_written_hinder_no_check(place: Place) -> None:
    place.github.fault("POST /pulls/1/comments", status=403, body={"message": "no"}, times=9)
    number = await place.publish(runbook("disk", command="rm -rf /var/lib/data"))
    pull = await place.proposals.get(place.principal, number)
    assert (len(pull.checks), pull.comments) == (1, ())


async def test_what_people_push_to_a_pull_request_is_checked_at_the_next_look(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk") + "      colour: blue\n"}, "dd0c/k1")
    assert (await place.proposals.get(place.principal, number)).checks == ()
    await place.loop.round("poll")
    (check,) = (await place.proposals.get(place.principal, number)).checks
    assert check.status == "fail"


async def test_a_commit_that_github_does_not_serve_yet_is_checked_at_the_look_after(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    place.github.set(moves_pull_refs=False)
    head = commit(place.origin, {"runbooks/disk.yaml": runbook("disk", title="Moved")}, "dd0c/k1")
    await place.loop.round("poll")
    assert not place.loop.failed
    assert (await place.proposals.get(place.principal, number)).checks == ()
    place.origin.git().references.create(f"refs/pull/{number}/head", head, force=True)
    await place.loop.round("poll")
    assert len((await place.proposals.get(place.principal, number)).checks) == 1


async def test_what_was_merged_elsewhere_is_found_by_the_poll(place: Place) -> None:
    await place.loop.round("start")
    head = commit(place.origin, {"runbooks/disk.yaml": runbook("disk")})
    await place.loop.round("poll")
    assert await place.files() == {"runbooks/disk.yaml": "ok"}
    assert not place.loop.failed
    result = await place.sync.sync(place.principal.tenant_id, place.row.id, "poll")
    assert (result.outcome, result.to_commit) == ("unchanged", head)


async def test_what_was_merged_or_closed_on_github_is_settled_and_recorded_once(place: Place) -> None:
    merged, closed = await place.publish(runbook("disk")), await place.publish(runbook("disk"), "k2")
    theirs = place.github.forge(OTHER_TOKEN)
    head = theirs.get(merged).head
    theirs.set_check(head, PASS)
    done = theirs.merge(merged, expected_head=head, method="squash", actor=MAINTAINER)
    theirs.close(closed)
    for _ in range(2):
        await place.loop.round("poll")
    assert await place.states() == {"k1": "merged", "k2": "closed"}
    assert await place.reviewed() == [(merged, done.commit, "system:git")]
    assert await place.files() == {"runbooks/disk.yaml": "ok"}


async def test_a_branch_of_a_person_that_is_merged_here_is_recorded_too(place: Place) -> None:
    main = place.origin.ref("refs/heads/main")
    assert main is not None
    place.origin.git().references.create("refs/heads/by-hand", main)
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk")}, "by-hand")
    place.github.open_pull("By hand", "by-hand")
    await place.loop.round("poll")
    (pull,) = (await place.proposals.list(place.principal, "open", None, 10)).items
    assert (pull.key, [check.status for check in pull.checks]) == (f"github-{pull.number}", ["pass"])
    done = await place.proposals.merge(place.principal, pull.number, pull.head)
    await place.loop.round("poll")
    assert await place.reviewed() == [(pull.number, done.merged.commit, place.principal.actor)]


async def test_what_serves_stays_while_github_is_gone(place: Place) -> None:
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk")})
    await place.loop.round("start")
    moved = GitHubRepositories(
        place.forges.github.mirrors if place.forges.github else RepositoryFolder(Path()),
        GitHubLogin(token="ghp_" + "q" * 36, api_url=place.github.url),
        SystemClock(),
    )
    service = SyncService(
        place.forges.database,
        MemoryBus(),
        Judging(in_a_thread),
        open_source=forge_sources(place.forges.folder, moved),
        run_blocking=place.forges.runner,
        clock=SystemClock(),
    )
    result = await service.sync(place.principal.tenant_id, place.row.id, "poll")
    assert (result.outcome, result.error) == ("failed", "the repository's credential was refused")
    assert await place.files() == {"runbooks/disk.yaml": "ok"}


async def test_the_audit_chain_has_its_witness_on_github(place: Place) -> None:
    witness = GitWitness(place.forges)
    tenant_id = place.principal.tenant_id
    first = await witness.keep(tenant_id, 1, b"one")
    assert await witness.keep(tenant_id, 1, b"one") == first, "a repeat adds nothing"
    place.github.fault("PATCH /git/refs/heads/dd0c-audit", cut="after")
    second = await witness.keep(tenant_id, 2, b"two")
    assert place.origin.ref("refs/heads/dd0c-audit") == second
    git = place.origin.git()
    blob = blob_at(git, second, "checkpoints.jsonl")
    assert blob is not None
    assert BareMirror(place.origin).read(blob, max_bytes=10_000) == line_of(1, b"one") + line_of(2, b"two")
    place.github.fault("GET /git/ref/heads/dd0c-audit", status=403, times=9)
    with pytest.raises(WitnessUnreachable, match="does not let this credential"):
        await witness.keep(tenant_id, 3, b"three")


async def test_a_token_without_rights_is_told_to_the_person(place: Place) -> None:
    place.github.fault("POST /pulls", status=403, body={"message": "Resource not accessible"})
    with pytest.raises(Unprocessable, match="does not let this credential open a pull request"):
        await place.publish(runbook("disk"))


async def test_a_second_forge_beside_the_first_is_refused(place: Place) -> None:
    again = await place.forges.set_up_github(
        place.principal.tenant_id, remote=place.github.url + GIT_PATH, branch="main"
    )
    assert again.id == place.row.id
    with pytest.raises(ForgeRefused, match="works with the repository runbooks already"):
        await place.forges.set_up_github(
            place.principal.tenant_id, remote=place.github.url + "/acme/other", branch="main"
        )


async def test_without_the_setting_a_repository_on_github_is_not_touched(place: Place) -> None:
    forges = Forges(
        place.forges.database,
        place.forges.folder,
        place.forges.runner,
        place.forges.bridge,
        SystemClock(),
        "",
    )
    with pytest.raises(ForgeRefused, match="not set up for the forge github") as refusal:
        forges.open(place.principal.tenant_id, place.row)
    assert refusal.value.hint == "Set DD0C_FORGE=github."
    with pytest.raises(ForgeRefused, match="not set up"):
        forge_sources(place.forges.folder)(place.principal.tenant_id, place.row)


async def test_what_another_replica_synced_is_fetched_before_it_is_compared(
    place: Place, tmp_path: Path, parse_pool: ParsePool, github_url: str
) -> None:
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk"), "runbooks/gone.yaml": runbook("gone")})
    repositories = GitHubRepositories(
        RepositoryFolder(tmp_path / "other"), GitHubLogin(token=TOKEN, api_url=github_url), SystemClock()
    )
    repositories.mirrors.create(place.principal.tenant_id, place.row.id, "main")
    there = Drifts(replace(place.forges, github=repositories), Judging(parse_pool.run), 30)

    async def row() -> RepositoryRow:
        async with place.forges.database.work(place.principal.tenant_id) as uow:
            return await find_repository(uow, place.row.id)

    await place.loop.round("poll")
    assert (await there.of(place.principal.tenant_id, await row())).items == ()
    head = commit(
        place.origin,
        {
            "runbooks/disk.yaml": runbook("disk") + "  x: 1\n",
            "runbooks/gone.yaml": None,
            "runbooks/new.yaml": runbook("net") + "  x: 1\n",
        },
    )
    await place.loop.round("poll")
    found = await there.of(place.principal.tenant_id, await row())
    assert (found.head, [(each.kind, each.path, each.name) for each in found.items]) == (
        head,
        [
            ("kept", "runbooks/disk.yaml", "disk"),
            ("kept", "runbooks/gone.yaml", "gone"),
            ("broken", "runbooks/new.yaml", None),
        ],
    ), "the one that is gone may be the new one"
    newest = commit(place.origin, {"runbooks/disk.yaml": "x: 2\n"})
    await place.loop.round("poll")
    blob = place.forges.mirror(place.principal.tenant_id, place.row).blob_at(newest, "runbooks/disk.yaml")
    assert await there.content(place.principal.tenant_id, await row(), blob or "") == b"x: 2\n"
