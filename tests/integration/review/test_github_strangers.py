"""What a stranger's pull request on GitHub may not hold up or fill."""

from __future__ import annotations

import pytest

from base import limits
from forge.storage import BareRepository
from tests.integration.review.github_place import Place, commit, github_url, place
from tests.integration.sync.world import runbook

__all__ = ["github_url", "place"]

HUGE = "x" * (limits.GIT_OBJECT_MAX_BYTES + 1)


def pull_by_hand(place: Place, branch: str, content: str) -> None:
    """A pull request of somebody's own branch."""
    main = place.origin.ref("refs/heads/main")
    assert main is not None
    place.origin.git().references.create(f"refs/heads/{branch}", main)
    commit(place.origin, {"runbooks/by-hand.yaml": content}, branch)
    place.github.open_pull(branch, branch)


def mirror(place: Place) -> BareRepository:
    assert place.forges.github is not None
    return place.forges.github.mirrors.open(place.principal.tenant_id, place.row.id)


async def checks(place: Place) -> dict[int, list[str]]:
    """Open pull request → what its checks say."""
    pulls = (await place.proposals.list(place.principal, "open", None, 50)).items
    return {pull.number: [check.status for check in pull.checks] for pull in pulls}


async def test_a_pull_request_that_can_not_be_read_stops_no_other(place: Place) -> None:
    older, closed = await place.publish(runbook("disk")), await place.publish(runbook("disk"), "k2")
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk", title="Moved")}, "dd0c/k1")
    pull_by_hand(place, "by-hand", HUGE)
    place.github.forge().close(closed)
    await place.loop.round("poll")
    assert await checks(place) == {older: ["pass"], 3: ["fail"]}
    (check,) = (await place.proposals.get(place.principal, 3)).checks
    assert check.title.startswith("it can't be read: ")
    assert await place.states() == {"k1": "open", "k2": "closed"}


async def test_a_check_that_goes_wrong_stops_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await place.publish(runbook("disk"))
    commit(place.origin, {"runbooks/disk.yaml": runbook("disk", title="Moved")}, "dd0c/k1")
    pull_by_hand(place, "by-hand", runbook("by-hand"))
    place.github.fault("POST /pulls/2/comments", status=500, times=99)
    place.github.fault("GET /pulls/2/comments", status=403, body={"message": "no"}, times=99)
    await place.loop.round("poll")
    assert (await checks(place))[first] == ["pass"]


async def test_older_pull_requests_have_their_turn(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two", "three", "four"):
        pull_by_hand(place, name, runbook("by-hand", title=name))
    monkeypatch.setattr(limits, "GITHUB_PULLS_CHECKED", 1)
    for _ in range(3):
        await place.loop.round("poll")
    assert await checks(place) == {number: ["pass"] for number in (1, 2, 3, 4)}


async def test_proposals_that_stay_open_let_older_ones_be_settled(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = await place.publish(runbook("disk"), "k1")
    for key in ("k2", "k3", "k4"):
        await place.publish(runbook("disk"), key)
    place.github.forge().close(closed)
    monkeypatch.setattr(limits, "GITHUB_PULLS_CHECKED", 1)
    monkeypatch.setattr(limits, "GITHUB_PULLS_SETTLED", 1)
    for _ in range(3):
        await place.loop.round("poll")
    assert (await place.states())["k1"] == "closed"


async def test_one_from_outside_is_fetched_when_a_member_asks(place: Place) -> None:
    pull_by_hand(place, "theirs", runbook("by-hand"))
    place.github.set(forked=[1])
    await place.loop.round("poll")
    assert await checks(place) == {1: []}
    assert mirror(place).refs("refs/pull/") == {}
    await place.proposals.check(place.principal, 1)
    assert await checks(place) == {1: ["pass"]}
    assert list(mirror(place).refs("refs/pull/")) == ["refs/pull/1/head"]
