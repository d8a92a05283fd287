"""Questions in comments on GitHub: answered once, by one replica, for who may push there."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from base import limits
from controller.governance.repositories import RepositoryRow
from controller.review.questions import Questions
from controller.review.talking import Talking
from controller.review.verbs import Verb
from forge.pull_requests import PullRequest
from schemas.errors import Conflict, Unavailable
from tests.integration.review.github_place import Place, github_url, place
from tests.integration.sync.world import runbook

__all__ = ["github_url", "place"]

WRITER = {"ada-0": "write"}


def written(number: int, *said: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """Comments that people write on GitHub: (association, body); the first is by ada-0."""
    return {
        str(10_000 + index): {
            "id": 10_000 + index,
            "number": number,
            "user": {"login": f"ada-{index}", "id": 77, "type": "User"},
            "body": body,
            "author_association": association,
            "created_at": f"2026-01-02T03:04:{index:02}Z",
        }
        for index, (association, body) in enumerate(said)
    }


async def said(place: Place, number: int) -> dict[str, str]:
    """Key → text of what we said on a pull request."""
    pull = await place.proposals.get(place.principal, number)
    return {comment.key: comment.body for comment in pull.comments if not comment.key.startswith("github:")}


async def test_who_may_push_is_answered_once_members_who_may_not_are_told_so_and_strangers_nothing(
    place: Place,
) -> None:
    number = await place.publish(runbook("disk"))
    asked = written(
        number,
        ("MEMBER", "/dd0c plan"),
        ("NONE", "/dd0c explain look"),
        ("CONTRIBUTOR", "/dd0c explain look"),
        ("MEMBER", "/dd0c plan"),
        ("COLLABORATOR", "/dd0c explain look"),
        ("OWNER", "please /dd0c plan"),
    )
    asked["10004"]["user"]["login"] = "ada-3"
    place.github.set(comments=asked, permissions=WRITER | {"ada-3": "read"})
    for _ in range(3):
        await place.heard()
    found = await said(place, number)
    assert sorted(found) == ["answer:github:10000", "denied:ada-3"]
    assert "What runs by itself" in found["answer:github:10000"]
    assert "only who may push to this repository" in found["denied:ada-3"]
    looked = [line for line in place.github.log() if line.endswith("/permission")]
    assert looked == [f"GET /collaborators/ada-{index}/permission" for index in (0, 3, 3)]


async def test_where_it_can_not_be_seen_who_may_push_nobody_is_answered(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    place.github.set(comments=written(number, ("OWNER", "/dd0c plan")), permissions=WRITER)
    refusal = {"message": "Resource not accessible by personal access token"}
    place.github.fault("GET /collaborators/ada-0/permission", status=403, body=refusal)
    for _ in range(2):
        await place.heard()
    (answer,) = (await said(place, number)).values()
    assert answer.startswith("I can't answer that: GitHub does not let this credential look at what somebody")


async def test_two_replicas_answer_one_comment_once(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    place.github.set(comments=written(number, ("OWNER", "/dd0c plan")), permissions=WRITER)
    pull = await place.proposals.get(place.principal, number)
    replicas = [
        Questions(place.forges, Talking(place.forges, place.proposals, place.reviews)) for _ in range(2)
    ]
    before = len(place.github.log())
    settled = await asyncio.gather(
        *(each.look(place.principal.tenant_id, place.row, pull) for each in replicas)
    )
    assert sorted(settled) == [0, 1]
    written_now = [line for line in place.github.log()[before:] if line.startswith("POST /issues/")]
    assert written_now == [f"POST /issues/{number}/comments"]


class Counting(Questions):
    """Notes the keys of what it says."""

    def __init__(self, place: Place, keys: list[str]) -> None:
        super().__init__(place.forges, Talking(place.forges, place.proposals, place.reviews))
        self.keys = keys

    async def _say(self, tenant_id: UUID, row: RepositoryRow, number: int, key: str, text: str) -> None:
        self.keys.append(key)
        await super()._say(tenant_id, row, number, key, text)


async def test_who_asks_twice_is_refused_once_whichever_replica_sees_it(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    asked = written(number, ("MEMBER", "/dd0c plan"), ("MEMBER", "/dd0c help"))
    for comment in asked.values():
        comment["user"]["login"] = "ada-3"
    place.github.set(comments=asked, permissions={"ada-3": "read"})
    pull = await place.proposals.get(place.principal, number)
    keys: list[str] = []
    replicas = [Counting(place, keys) for _ in range(2)]
    settled = await asyncio.gather(
        *(each.look(place.principal.tenant_id, place.row, pull) for each in replicas)
    )
    assert sum(settled) == 2
    assert keys == ["denied:ada-3"], "it is not left to GitHub to find a comment that is being written"
    assert list(await said(place, number)) == keys


class Failing:
    """Answers of `Talking`, but for those that fail."""

    def __init__(self, place: Place, fault: Exception) -> None:
        self.place, self.fault = place, fault
        self.tried: list[str] = []

    def take(self, row: RepositoryRow, number: int) -> None:
        self.place.talking.take(row, number)

    async def answer(self, tenant_id: UUID, row: RepositoryRow, number: int, key: str, verb: Verb) -> None:
        self.tried.append(key)
        if verb.word == "explain":
            raise self.fault
        await self.place.talking.answer(tenant_id, row, number, key, verb)


async def look(place: Place, talking: Failing, pull: PullRequest, times: int) -> list[int]:
    stand_in: Any = talking
    questions = Questions(place.forges, stand_in)
    return [await questions.look(place.principal.tenant_id, place.row, pull) for _ in range(times)]


@pytest.mark.parametrize("fault", [Unavailable("GitHub is away."), TypeError("of ours")])
async def test_what_fails_is_tried_three_times_and_stops_no_other(
    place: Place, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await place.publish(runbook("disk"))
    asked = written(number, ("OWNER", "/dd0c explain look"), ("OWNER", "/dd0c help"))
    asked["10001"]["user"]["login"] = "ada-0"
    place.github.set(comments=asked, permissions=WRITER)
    pull = await place.proposals.get(place.principal, number)
    talking = Failing(place, fault)
    assert await look(place, talking, pull, 2) == [1, 0], "between two attempts there is a pause"
    assert talking.tried == ["github:10000", "github:10001"]
    monkeypatch.setattr(limits, "QUESTION_SECONDS", 0)
    async with place.forges.database.work(place.principal.tenant_id) as uow:
        await uow.connection.execute("UPDATE dd0c.comment_questions SET taken_until = now()")
    assert await look(place, talking, pull, 4) == [0, 1, 0, 0]
    assert talking.tried.count("github:10000") == limits.QUESTION_ATTEMPTS
    assert list(await said(place, number)) == ["answer:github:10001"]


async def test_what_can_not_be_answered_is_said_once(place: Place) -> None:
    number = await place.publish(runbook("disk"))
    place.github.set(comments=written(number, ("OWNER", "/dd0c explain look")), permissions=WRITER)
    pull = await place.proposals.get(place.principal, number)
    talking = Failing(place, Conflict("The branch shares no history with its base."))
    assert await look(place, talking, pull, 3) == [1, 0, 0]
    assert await said(place, number) == {
        "answer:github:10000": "I can't answer that: The branch shares no history with its base."
    }


async def test_what_is_asked_too_often_waits_and_costs_no_attempt(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await place.publish(runbook("disk"))
    asked = written(number, ("OWNER", "/dd0c help"), ("OWNER", "/dd0c help"))
    place.github.set(comments=asked, permissions=WRITER | {"ada-1": "admin"})
    monkeypatch.setattr(limits, "VERBS_PER_MINUTE", 1)
    for _ in range(limits.QUESTION_ATTEMPTS + 1):
        await place.heard()
    assert list(await said(place, number)) == ["answer:github:10000"]
    monkeypatch.setattr(limits, "VERBS_PER_MINUTE", 2)
    await place.heard()
    assert list(await said(place, number)) == ["answer:github:10000", "answer:github:10001"]
