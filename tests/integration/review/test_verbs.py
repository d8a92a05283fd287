"""Questions in comments on the built-in forge: for who may comment, and only so many a minute."""

from __future__ import annotations

import pytest

from base import limits
from controller.governance.judging import Judging
from controller.review.reviewer import Reviewer
from controller.review.reviews import Reviews
from controller.review.talking import Talking
from schemas.errors import Forbidden, TooManyRequests
from tests.integration.review.conftest import Desk
from tests.integration.review.test_pulls import publish
from tests.integration.sync.world import in_a_thread, runbook


class Seconds:
    """A clock that moves when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def talking(desk: Desk, seconds: Seconds) -> Talking:
    judging = Judging(in_a_thread)
    forges = desk.world.forges
    reviews = Reviews(forges, Reviewer(desk.world.database, judging), judging, approval_minutes=30)
    return Talking(forges, desk.world.proposals, reviews, seconds)


async def test_each_verb_is_answered_in_a_comment(desk: Desk) -> None:
    pull, author = (
        await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk")),
        await desk.principal("author"),
    )
    talk = talking(desk, Seconds())
    shown = await talk.comment(author, pull.number, "no question")
    assert len(shown.comments) == 1
    for body, words in [
        ("/dd0c explain look", "Rules that fired"),
        ("/dd0c reclassify", "Classified again at"),
        ("/dd0c plan", "What runs by itself"),
        ("/dd0c sudo", "I answer to one verb"),
    ]:
        shown = await talk.comment(author, pull.number, body)
        asked, answered = shown.comments[-2:]
        assert (asked.body, answered.key) == (body, f"answer:{asked.key}")
        assert words in answered.body


async def test_who_may_not_comment_may_not_ask(desk: Desk) -> None:
    pull = await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk"))
    with pytest.raises(Forbidden):
        await talking(desk, Seconds()).comment(await desk.principal("viewer"), pull.number, "/dd0c plan")


async def test_so_many_questions_a_minute(desk: Desk) -> None:
    pull, author = (
        await publish(desk, "k1", "runbooks/disk.yaml", runbook("disk")),
        await desk.principal("author"),
    )
    seconds = Seconds()
    talk = talking(desk, seconds)
    for _ in range(limits.VERBS_PER_MINUTE):
        await talk.comment(author, pull.number, "/dd0c help")
    before = len((await desk.world.proposals.get(author, pull.number)).comments)
    with pytest.raises(TooManyRequests):
        await talk.comment(author, pull.number, "/dd0c plan")
    assert len((await desk.world.proposals.get(author, pull.number)).comments) == before
    await talk.comment(author, pull.number, "a plain comment is none")
    seconds.now = 61.0
    await talk.comment(author, pull.number, "/dd0c help")
