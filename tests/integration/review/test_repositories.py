"""Several repositories of a tenant: a branch for each environment, added and removed by an owner."""

from __future__ import annotations

import pytest

from controller.governance.pinning import load_in_force
from controller.review.repositories import Addition, Repositories
from controller.tenants.roles import Role
from forge.storage import BareRepository
from schemas.errors import Conflict, Dd0cError, Forbidden, NotFound, Unprocessable
from tests.conftest import TestTenant
from tests.integration.review.github_place import Place, commit, github_url, place
from tests.integration.sync.world import runbook

__all__ = ["github_url", "place"]

FILE = "runbooks/disk.yaml"
STRICT = '{"version": 1, "fourEyes": true}'
OFF = '{"flags": {"edit": {"enabled": false}}}'


def branch_off(origin: BareRepository, name: str) -> None:
    main = origin.ref("refs/heads/main")
    assert main is not None
    origin.git().references.create(f"refs/heads/{name}", main)


async def in_service(at: Place) -> list[tuple[str, str]]:
    """(repository, runbook), in service."""
    async with at.forges.database.work(at.principal.tenant_id) as uow:
        found = await uow.connection.execute(
            "SELECT p.name, r.name FROM dd0c.runbooks r JOIN dd0c.repositories p ON p.id = r.repository_id "
            "WHERE r.retired_at IS NULL ORDER BY 1, 2"
        )
        return [(row[0], row[1]) for row in await found.fetchall()]


async def events(at: Place, kind: str) -> int:
    async with at.forges.database.work(at.principal.tenant_id) as uow:
        found = await uow.connection.execute(
            "SELECT count(*) FROM dd0c.audit_events WHERE event_type = %s", [kind]
        )
        return int((await found.fetchone() or [0])[0])


async def test_a_branch_for_each_environment_is_added_and_removed_by_an_owner(place: Place) -> None:
    repositories, url = Repositories(place.forges), place.row.remote
    commit(place.origin, {FILE: runbook("disk")})
    branch_off(place.origin, "staging")
    commit(place.origin, {FILE: runbook("disk"), "policy.json": STRICT, "flags.json": OFF}, "staging")
    await place.loop.round("start")
    wanted = Addition(url, branch="staging", environment="staging")
    added = await repositories.add(place.principal, wanted)
    assert (added.name, added.branch, added.environment) == ("runbooks-staging", "staging", "staging")
    await place.loop.round("poll")
    assert await in_service(place) == [("runbooks", "disk"), ("runbooks-staging", "disk")]
    with pytest.raises(Conflict, match="there already"):
        await repositories.add(place.principal, wanted)
    await place.forges.set_up_github(place.principal.tenant_id, remote=url, branch="main")

    found = await repositories.removal(place.principal, added.id)
    assert (found.runbooks, found.asks, found.flags) == (("disk",), ("fourEyes",), ("edit",))
    assert found.refused is None
    with pytest.raises(Conflict, match="first repository"):
        await repositories.remove(place.principal, place.row.id, place.row.name)
    with pytest.raises(Conflict, match="type that"):
        await repositories.remove(place.principal, added.id, "runbooks")
    assert len(await in_service(place)) == 2, "a wrong name removes nothing"
    await repositories.remove(place.principal, added.id, added.name)
    assert await in_service(place) == [("runbooks", "disk")]
    async with place.forges.database.work(place.principal.tenant_id) as uow:
        rules = await load_in_force(uow)
    assert (rules.policy.four_eyes, rules.flags.is_on("edit")) == (False, True)
    with pytest.raises(NotFound):
        await repositories.removal(place.principal, added.id)
    before = len(place.github.log())
    assert (await place.sync.sync(place.principal.tenant_id, added.id, "poll")).outcome == "unchanged"
    assert len(place.github.log()) == before, "nothing is asked for it any more"
    again = await repositories.add(place.principal, wanted)
    await place.loop.round("poll")
    assert again.id == added.id
    assert await in_service(place) == [("runbooks", "disk"), ("runbooks-staging", "disk")]
    kinds = ("repository.added", "repository.removed", "runbook.retired")
    assert [await events(place, kind) for kind in kinds] == [2, 1, 1]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Addition("ext::sh -c id"), "not allowed|printable"),
        (Addition("file:///etc"), "not allowed"),
        (Addition("--upload-pack=id"), "not allowed"),
        (Addition("ssh://git@github.com/acme/runbooks"), "not allowed"),
        (Addition("https://user:secret@github.com/acme/runbooks"), "credential"),
        (Addition("https://evil.example/acme/runbooks"), "another host"),
        (Addition("https://169.254.169.254/acme/runbooks"), "another host"),
        (Addition(None), "address"),
        (Addition("HERE", branch="-x"), "branch"),
        (Addition("HERE", branch="a..b"), "branch"),
        (Addition("HERE", branch="x" * 300), "branch"),
        (Addition("HERE", branch="nowhere"), "no branch nowhere"),
        (Addition("HERE", prefix="../up"), "folder"),
        (Addition("HERE", prefix="a/.git"), "folder"),
        (Addition("HERE", environment="Prod $(id)"), "characters"),
        (Addition("HERE", name="<b>"), "characters"),
    ],
)
async def test_r41_what_can_not_be_a_repository_is_refused_and_leaves_nothing(
    place: Place, wanted: Addition, words: str
) -> None:
    if wanted.url == "HERE":
        wanted = Addition(place.row.remote, wanted.name, wanted.branch, wanted.prefix, wanted.environment)
    with pytest.raises(Unprocessable, match=words):
        await Repositories(place.forges).add(place.principal, wanted)
    async with place.forges.database.work(place.principal.tenant_id) as uow:
        found = await uow.connection.execute("SELECT count(*) FROM dd0c.repositories")
        assert await found.fetchone() == (1,)


async def test_nobody_but_an_owner_adds_or_removes(place: Place, tenant: TestTenant) -> None:
    repositories, maintainer = Repositories(place.forges), tenant.principal(Role.MAINTAINER)
    refusals: list[Dd0cError] = []
    for call in (
        repositories.add(maintainer, Addition(place.row.remote, branch="staging")),
        repositories.removal(maintainer, place.row.id),
        repositories.remove(maintainer, place.row.id, place.row.name),
    ):
        with pytest.raises(Forbidden) as refused:
            await call
        refusals.append(refused.value)
    assert len(refusals) == 3
