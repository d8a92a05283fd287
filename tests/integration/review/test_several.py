"""Several repositories of one tenant: what is the same number or name in two of them is never guessed."""

from __future__ import annotations

import pytest

from controller.review.about import About
from controller.review.acting import actor_of
from controller.review.repositories import Addition, Repositories
from forge.pull_requests import Proposal, ProposedFile, PullRequest
from schemas.errors import Conflict
from tests.integration.review.conftest import Desk
from tests.integration.review.github_place import Place, commit, github_url, place
from tests.integration.sync.world import runbook

__all__ = ["github_url", "place"]


async def test_a_number_is_of_the_repository_that_is_named(desk: Desk) -> None:
    world, author = desk.world, await desk.principal("author")
    alone = await propose(desk, None)
    assert (alone.repository, alone.url) == ("runbooks", "http://localhost:8080/pulls/1")
    await Repositories(world.forges).add(await desk.principal("owner"), Addition(name="staging"))
    with pytest.raises(Conflict) as refused:
        await world.proposals.get(author, 1)
    assert refused.value.reason_code == "ambiguous_repository"
    assert refused.value.extra["candidates"] == ["runbooks", "staging"]
    there = await propose(desk, "staging", "Of staging")
    assert (there.number, there.repository) == (1, "staging")
    assert there.url == "http://localhost:8080/pulls/1?repository=staging"
    assert (await world.proposals.get(author, 1, repository="runbooks")).title == "Disk"
    page = await world.proposals.list(author, "open", None, 10, repository="staging")
    assert [(item.title, item.repository) for item in page.items] == [("Of staging", "staging")]
    done = await world.proposals.merge(
        await desk.principal("maintainer"), 1, there.head, repository="staging"
    )
    assert done.sync.outcome == "synced"
    assert (await world.proposals.get(author, 1, repository="runbooks")).state == "open"


async def test_the_mirror_of_a_removed_repository_leaves_the_disk(place: Place) -> None:
    commit(place.origin, {"README.md": "hello\n"}, "staging")
    owner, repositories = place.principal, Repositories(place.forges)
    added = await repositories.add(owner, Addition(url=place.row.remote, branch="staging", name="staging"))
    assert place.forges.github is not None
    path = place.forges.github.mirrors.path(owner.tenant_id, added.id)
    assert path.is_dir()
    await repositories.remove(owner, added.id, added.name)
    await place.forges.make_mirrors(owner.tenant_id)
    assert not path.exists()
    assert place.forges.github.mirrors.path(owner.tenant_id, place.row.id).is_dir()


async def propose(desk: Desk, repository: str | None, title: str = "Disk") -> PullRequest:
    author = await desk.principal("author")
    file = ProposedFile("runbooks/disk.yaml", runbook("disk").encode())
    proposal = Proposal("k1", title, "", (file,), actor_of(author))
    about = About("paste", "disk")
    return await desk.world.proposals.publish(author, proposal, about, repository=repository)
