"""A branch on GitHub that loses most of its runbooks at once: they serve on until an owner lets them go."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from controller.review import departing
from controller.review.about import About
from controller.review.acting import actor_of
from controller.sync import departures
from forge.pull_requests import Proposal, ProposedFile
from schemas.errors import Forbidden
from tests.integration.review.conftest import Desk
from tests.integration.review.github_place import Place, commit, github_url, place
from tests.integration.sync.world import runbook

__all__ = ["github_url", "place"]

NAMES = ("a", "b", "c", "d", "e")
_EVENTS = """
SELECT event_type, actor_id FROM dd0c.audit_events WHERE tenant_id = %(tenant_id)s
   AND event_type IN ('repository.rewritten', 'repository.let_go') ORDER BY id
"""


class _Event(NamedTuple):
    event_type: str
    actor_id: str


async def test_what_a_force_push_takes_away_serves_on_until_an_owner_lets_it_go(place: Place) -> None:
    first = commit(place.origin, {"README.md": "hello\n"})
    commit(place.origin, {f"runbooks/{name}.yaml": runbook(name) for name in NAMES})
    await place.loop.round("poll")
    assert set(await place.serving()) == set(NAMES)
    place.origin.git().references["refs/heads/main"].set_target(first)
    result = await place.sync.sync(place.principal.tenant_id, place.row.id, "poll")
    assert (result.outcome, result.counts["rewritten"], len(result.rejected)) == ("partial", 1, 5)
    assert set(await place.serving()) == set(NAMES)
    status = await place.status()
    assert status.state == "broken"
    assert all("5 of 5 runbooks" in file.reason for file in status.broken_files)
    commit(place.origin, {"runbooks/a.yaml": runbook("a")})
    await place.loop.round("poll")
    assert [file.path for file in (await place.status()).broken_files] == [
        f"runbooks/{name}.yaml" for name in NAMES[1:]
    ], "what git has again is held no more"
    count, done = await place.sync.let_go(place.principal.tenant_id, place.row.id, place.principal.actor)
    assert (count, done.outcome, done.counts["retired"]) == (4, "synced", 4)
    assert set(await place.serving()) == {"a"}
    async with place.forges.database.work(place.principal.tenant_id) as uow:
        told = await uow.all(_EVENTS, _Event)
    assert told == [
        ("repository.rewritten", "system:sync"),
        ("repository.let_go", place.principal.actor),
    ]


async def test_fewer_than_half_go_by_themselves(place: Place) -> None:
    commit(place.origin, {f"runbooks/{name}.yaml": runbook(name) for name in (*NAMES, "f")})
    await place.loop.round("poll")
    commit(place.origin, dict.fromkeys((f"runbooks/{name}.yaml" for name in NAMES[:3]), None))
    await place.loop.round("poll")
    assert set(await place.serving()) == {"d", "e", "f"}


async def test_in_the_built_in_forge_such_a_change_is_merged_by_an_owner(desk: Desk) -> None:
    desk.world.commit({f"runbooks/{name}.yaml": runbook(name) for name in NAMES})
    await desk.world.sync()
    maintainer = await desk.principal("maintainer")
    files = tuple(ProposedFile(f"runbooks/{name}.yaml", None) for name in NAMES[:3])
    proposal = Proposal("gone", "Gone", "", files, actor_of(maintainer))
    pull = await desk.world.proposals.publish(maintainer, proposal, About("retire", "a"))
    assert "3 of 5 runbooks in service would go at once" in pull.checks[0].summary
    with pytest.raises(Forbidden, match="3 of 5 runbooks"):
        await desk.world.proposals.merge(maintainer, pull.number, pull.head)
    await desk.world.proposals.merge(await desk.principal("owner"), pull.number, pull.head)
    serving = {name for name, row in (await desk.world.runbooks()).items() if row["retired_at"] is None}
    assert serving == {"d", "e"}


def test_check_and_sync_count_alike() -> None:
    assert departing.DEPARTURES_MIN == departures.DEPARTURES_MIN
