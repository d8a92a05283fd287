"""What a merge on GitHub may not widen, and how an owner lets it in."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from controller.governance.documents import judge_file
from controller.review.proposals import Proposals
from controller.review.sync_report import SyncReport
from controller.tenants.roles import Role
from schemas.errors import Conflict, Forbidden, Unavailable
from tests.integration.forge.conformance import MAINTAINER, PASS
from tests.integration.forge.github.imitation import OTHER_TOKEN
from tests.integration.review.github_place import Place, app_place, commit, github_url, place
from tests.integration.sync.world import runbook

__all__ = ["app_place", "github_url", "place"]

TRUSTED = runbook("disk", top="  trustLevel: 2\n")
AUDIT = '{"version": 1, "governanceMode": "audit"}'
FLAGS_OFF = '{"version": 1, "flags": {"auto-run": {"enabled": false}}}'


async def test_a_trust_level_raised_on_github_is_held_back(place: Place) -> None:
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk")})
    await place.loop.round("poll")
    served = await place.serving()
    commit(place.origin, {"runbooks/disk.yaml": TRUSTED, "runbooks/new.yaml": TRUSTED.replace("disk", "new")})
    result = await place.sync.sync(place.principal.tenant_id, place.row.id, "poll")
    assert (result.outcome, [path for path, _, _ in result.rejected]) == (
        "partial",
        ["runbooks/disk.yaml", "runbooks/new.yaml"],
    )
    assert await place.serving() == served == {"disk": 1}
    status = await place.status()
    assert status.state == "broken"
    (disk, new) = status.broken_files
    assert "raises the trust level from 1 to 2, and no owner let it in" in disk.reason
    assert "an owner lets it in by merging a change of this file in dd0c/run" in disk.reason
    assert disk.serving_version_id is not None
    assert new.serving_version_id is None
    commit(place.origin, {"runbooks/other.yaml": runbook("other")})
    await place.loop.round("poll")
    assert await place.serving() == {"disk": 1, "other": 1}, "held again with every commit, and only that"
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk"), "runbooks/new.yaml": runbook("new")})
    await place.loop.round("poll")
    assert (await place.status()).state == "synced"


async def test_a_file_that_is_moved_and_held_back_goes_on_serving(place: Place) -> None:
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk")})
    await place.loop.round("poll")
    commit(place.origin, {"runbooks/disk.yaml": None, "runbooks/moved.yaml": TRUSTED})
    await place.loop.round("poll")
    assert await place.serving() == {"disk": 1}
    (moved,) = (await place.status()).broken_files
    assert (moved.path, moved.serving_version_id is None) == ("runbooks/moved.yaml", False)
    assert "what served before goes on" in moved.reason


async def test_a_merge_by_somebody_else_on_github_is_held_back(place: Place) -> None:
    number = await place.publish(TRUSTED)
    theirs = place.github.forge(OTHER_TOKEN)
    head = theirs.get(number).head
    theirs.set_check(head, PASS)
    theirs.merge(number, expected_head=head, method="squash", actor=MAINTAINER)
    await place.loop.round("poll")
    assert await place.serving() == {}
    assert (await place.files())["runbooks/disk.yaml"] == "stale_invalid"


async def test_an_owner_who_merges_it_here_lets_it_in(place: Place) -> None:
    number = await place.publish(TRUSTED)
    pull = await place.proposals.get(place.principal, number)
    (check,) = pull.checks
    assert (check.status, check.for_owner) == ("attention", True)
    assert check.title.startswith("for an owner, who merges it in dd0c/run")
    assert place.github.states(pull.head) == ["failure"], "on GitHub nobody merges it"
    maintainer = replace(place.principal, role=Role.MAINTAINER)
    with pytest.raises(Forbidden):
        await place.proposals.merge(maintainer, number, pull.head)
    assert place.github.states(pull.head) == ["failure"]
    done = await place.proposals.merge(place.principal, number, pull.head)
    assert (done.sync.outcome, await place.serving()) == ("synced", {"disk": 2})
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk")})
    await place.loop.round("poll")
    commit(place.origin, {"runbooks/disk.yaml": TRUSTED})
    await place.loop.round("poll")
    assert await place.serving() == {"disk": 1}, "a word is for one time"


async def test_an_owners_merge_that_is_refused_lets_nothing_in(place: Place) -> None:
    number = await place.publish(TRUSTED)
    pull = await place.proposals.get(place.principal, number)
    place.github.set(required_reviews=True)
    with pytest.raises(Conflict):
        await place.proposals.merge(place.principal, number, pull.head)
    assert place.github.states(pull.head)[0] == "failure", "closed to others again"
    place.github.set(required_reviews=False)
    commit(place.origin, {"runbooks/disk.yaml": TRUSTED})
    await place.loop.round("poll")
    assert await place.serving() == {}


async def test_an_owners_word_waits_for_the_sync_that_can_be_made(place: Place) -> None:
    async def busy(tenant_id: UUID, repository_id: UUID, trigger: str) -> SyncReport:
        raise Unavailable("Another replica is syncing this repository.")

    number = await place.publish(TRUSTED)
    pull = await place.proposals.get(place.principal, number)
    proposals = Proposals(place.forges, place.proposals._reviewer, busy, place.owners)
    with pytest.raises(Unavailable):
        await proposals.merge(place.principal, number, pull.head)
    await place.loop.round("poll")
    assert await place.serving() == {"disk": 2}


async def test_what_was_held_is_let_in_at_the_same_commit(place: Place) -> None:
    commit(place.origin, {"runbooks/disk.yaml": TRUSTED})
    await place.loop.round("poll")
    content = judge_file("runbooks/disk.yaml", "runbook", TRUSTED.encode()).content_sha256
    place.owners.give(place.principal.tenant_id, place.row.id, {("runbooks/disk.yaml", content)})
    await place.loop.round("poll")
    assert await place.serving() == {"disk": 2}


async def test_a_policy_and_flags_that_widen_are_held_back_and_what_narrows_is_not(place: Place) -> None:
    commit(place.origin, {"policy.json": AUDIT, "flags.json": FLAGS_OFF})
    await place.loop.round("poll")
    assert await place.in_force() == ("strict", False)
    assert (await place.files()) == {"flags.json": "ok", "policy.json": "stale_invalid"}
    commit(place.origin, {"flags.json": None})
    await place.loop.round("poll")
    assert await place.in_force() == ("strict", False)
    (flags, _) = (await place.status()).broken_files
    assert (flags.path, "switches the flag auto-run on again" in flags.reason) == ("flags.json", True)
    assert (await place.status()).broken == place.sync.ages.broken_files() == 2
    number = await place.publish(AUDIT.replace("1,", "1 ,"), path="policy.json")
    head = (await place.proposals.get(place.principal, number)).head
    with pytest.raises(Forbidden):
        await place.proposals.merge(replace(place.principal, role=Role.MAINTAINER), number, head)
    await place.proposals.merge(place.principal, number, head)
    assert await place.in_force() == ("audit", False)
    commit(place.origin, {"policy.json": '{"version": 1}'})
    await place.loop.round("poll")
    assert await place.in_force() == ("strict", False)


async def test_a_deletion_of_the_flags_is_held_back_and_let_in_at_the_same_commit(place: Place) -> None:
    commit(place.origin, {"flags.json": FLAGS_OFF})
    await place.loop.round("poll")
    commit(place.origin, {"flags.json": None})
    tenant = place.principal.tenant_id
    result = await place.sync.sync(tenant, place.row.id, "poll")
    assert (result.outcome, [path for path, _, _ in result.rejected]) == ("partial", ["flags.json"])
    status = await place.status()
    assert (status.state, status.broken) == ("broken", 1)
    place.owners.give(tenant, place.row.id, {("flags.json", "")})
    assert (await place.sync.sync(tenant, place.row.id, "poll")).outcome == "synced"
    assert await place.in_force() == ("strict", True)
    assert (await place.status()).state == "synced"
    assert await place.files() == {"flags.json": "retired"}


async def test_a_target_moved_on_github_is_held_back_where_steps_run_alone(place: Place) -> None:
    async def let_in(key: str, path: str, content: str) -> None:
        number = await place.publish(content, key, path)
        head = (await place.proposals.get(place.principal, number)).head
        await place.proposals.merge(place.principal, number, head)

    test = TRUSTED.replace("role: host", "env: test")
    await let_in("k1", "policy.json", AUDIT)
    await let_in("k2", "runbooks/disk.yaml", test)
    assert await place.serving() == {"disk": 2}
    commit(place.origin, {"runbooks/disk.yaml": test.replace("env: test", "env: live")})
    await place.loop.round("poll")
    (broken,) = (await place.status()).broken_files
    assert "other agents than before: env=live, and no owner let it in" in broken.reason
    number = await place.publish(test.replace("env: test", "env: test, role: db"), "k3")
    (check,) = (await place.proposals.get(place.principal, number)).checks
    assert not check.for_owner, "fewer agents are nobody's to let in"


async def test_as_an_app_the_hold_is_a_check_run_that_no_merge_on_github_passes(app_place: Place) -> None:
    number = await app_place.publish(TRUSTED)
    pull = await app_place.proposals.get(app_place.principal, number)
    assert [(check.status, check.for_owner) for check in pull.checks] == [("attention", True)]

    def runs() -> list[tuple[str, str]]:
        found = app_place.github.api("GET", f"/commits/{pull.head}/check-runs")["check_runs"]
        return [(run["status"], run["conclusion"]) for run in found]

    assert runs() == [("completed", "action_required")]
    assert app_place.github.states(pull.head) == [], "one form of a check, not both"
    app_place.github.set(required_reviews=True)
    with pytest.raises(Conflict):
        await app_place.proposals.merge(app_place.principal, number, pull.head)
    assert runs() == [("completed", "action_required")], "closed to others again"
    app_place.github.set(required_reviews=False)
    done = await app_place.proposals.merge(app_place.principal, number, pull.head)
    assert runs() == [("completed", "neutral")]
    assert (done.sync.outcome, await app_place.serving()) == ("synced", {"disk": 2})
