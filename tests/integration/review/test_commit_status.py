"""What the forge is told of the synced commit: which file is not in service, at which line, and why."""

from __future__ import annotations

from pathlib import Path

from controller.db.database import Database
from controller.review.commit_status import CommitStatuses
from forge.pull_requests import SYNC_CHECK
from tests.conftest import TestTenant
from tests.integration.review.github_place import Place, app_place, commit, github_url, place
from tests.integration.sync.world import make_world, runbook

__all__ = ["app_place", "github_url", "place"]

BAD = runbook("disk") + "      colour: blue\n"
FILE = "runbooks/disk.yaml"


def said(at: Place, oid: str) -> list[tuple[str, str]]:
    """(status, title) of the check on a commit, as GitHub shows it."""
    assert at.forges.github is not None
    forge = at.forges.open(at.principal.tenant_id, at.row)
    return [(check.status, check.title) for check in forge.checks(oid) if check.name == SYNC_CHECK]


def told(at: Place) -> int:
    return sum(
        line.startswith(("POST /statuses", "POST /check-runs", "PATCH /check-runs"))
        for line in at.github.log()
    )


async def test_a_bad_file_on_the_branch_is_told_once_on_its_commit(place: Place) -> None:
    good = commit(place.origin, {FILE: runbook("disk")})
    await place.loop.round("start")
    assert said(place, good) == [("pass", "1 runbook(s) in service")]
    bad = commit(place.origin, {FILE: BAD})
    await place.loop.round("poll")
    ((status, title),) = said(place, bad)
    assert status == "fail"
    assert title.startswith(f"{FILE}:10: spec.steps[0].colour")
    page = (
        f"{place.forges.public_url}/sync?repository={place.row.name}&commit={bad}&path=runbooks%2Fdisk.yaml"
    )
    assert place.github.links(bad) == [page]
    before = told(place)
    await place.loop.round("poll")
    assert told(place) == before, "what was told is not told again"
    mended = commit(place.origin, {FILE: runbook("disk", title="Mended")})
    await place.loop.round("poll")
    assert said(place, mended) == [("pass", "1 runbook(s) in service")]
    assert place.github.states(bad) == ["failure"]


async def test_a_status_that_could_not_be_written_is_written_later(place: Place) -> None:
    await place.loop.round("start")
    bad = commit(place.origin, {FILE: BAD})
    place.github.fault(f"POST /statuses/{bad}", status=403, body={"message": "no"}, times=1)
    await place.loop.round("poll")
    assert (await place.files(), said(place, bad)) == ({FILE: "stale_invalid"}, [])
    assert not place.loop.failed
    await place.loop.round("poll")
    assert [status for status, _ in said(place, bad)] == ["fail"]


async def test_what_another_replica_told_meanwhile_is_told_again(place: Place) -> None:
    await place.loop.round("start")
    bad = commit(place.origin, {FILE: BAD})
    await place.loop.round("poll")
    async with place.forges.database.work(place.principal.tenant_id) as uow:
        await uow.connection.execute("UPDATE dd0c.repositories SET told_sha256 = NULL")
    before = told(place)
    await place.loop.round("poll")
    assert told(place) == before, "GitHub has it already: it is read, and not written twice"
    assert [status for status, _ in said(place, bad)] == ["fail"]


async def test_an_app_writes_a_check_run_with_every_file(app_place: Place) -> None:
    await app_place.loop.round("start")
    link = "runbooks/$(reboot) @team.yaml"
    bad = commit(app_place.origin, {FILE: BAD, link: "nonsense"})
    await app_place.loop.round("poll")
    forge = app_place.forges.open(app_place.principal.tenant_id, app_place.row)
    (check,) = forge.checks(bad)
    assert (check.name, check.status) == (SYNC_CHECK, "fail")
    assert check.title.startswith("2 files, first runbooks/")
    assert f"&commit={bad}&path=runbooks%2F%24%28reboot%29%20%40team.yaml" in app_place.github.links(bad)[0]
    assert check.summary.count("\n- ") == 1
    assert "$(reboot)" not in check.summary
    assert "@team" not in check.summary
    assert "Nothing of it serves." in check.summary


async def test_the_built_in_forge_keeps_it_beside_the_commit(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    world = await make_world(database, tenant.tenant_id, tmp_path)
    statuses, forge = CommitStatuses(world.forges), world.forges.open(world.tenant_id, world.row)
    bad = world.commit({FILE: BAD})
    await world.sync("push")
    for _ in range(2):
        await statuses.look(world.tenant_id, world.row.id)
    ((check,),) = [await world.forges.runner(lambda: forge.checks(bad))]
    assert (check.name, check.status) == (SYNC_CHECK, "fail")
    assert check.title.startswith(f"{FILE}:10: ")
    good = world.commit({FILE: runbook("disk")})
    await world.sync("push")
    await statuses.look(world.tenant_id, world.row.id)
    found = await world.forges.runner(lambda: (forge.checks(bad), forge.checks(good)))
    assert [[each.status for each in checks] for checks in found] == [["fail"], ["pass"]]
    await world.forges.runner.close()
