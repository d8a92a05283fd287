"""Whose word lets a merge in: of this very head, of somebody else, who may do it today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from controller.review.approvals import Asks, Words, require, stand
from forge.pull_requests import PullRequest, Review, ReviewState
from forge.pull_rows import PullEvent
from forge.reviews import contributors, reviews_of
from schemas.errors import Conflict
from schemas.policy import Policy

HEAD, OLD = "a" * 40, "b" * 40
AT = datetime(2026, 1, 2, tzinfo=UTC)
PULL = PullRequest(
    1, "k", "t", "", "open", "dd0c/k", HEAD, "main", OLD, "ada", mergeable=True, reason=None, created_at=AT,
    updated_at=AT,
)  # fmt: skip
ROLES = {"mia": "maintainer", "olga": "owner", "art": "author", "vic": "viewer", "ada": "owner"}
WORDS = Words(frozenset({"ada"}), ROLES)


def said(*words: tuple[str, ReviewState, str]) -> PullRequest:
    reviews = tuple(Review(name, state, AT, commit) for name, state, commit in words)
    return replace(PULL, reviews=reviews)


@pytest.mark.parametrize(
    ("asks", "words", "lets_in"),
    [
        ("nothing", [], True),
        ("somebody", [], False),
        ("somebody", [("mia", "approved", HEAD)], True),
        ("somebody", [("mia", "approved", OLD)], False),
        ("somebody", [("ada", "approved", HEAD)], False),
        ("somebody", [("art", "approved", HEAD)], False),
        ("somebody", [("gone", "approved", HEAD)], False),
        ("somebody", [("mia", "requested", HEAD)], False),
        ("owner", [("mia", "approved", HEAD)], False),
        ("owner", [("olga", "approved", HEAD)], True),
        ("nothing", [("art", "refused", HEAD)], False),
        ("nothing", [("art", "refused", OLD)], True),
        ("nothing", [("vic", "refused", HEAD)], True),
        ("somebody", [("mia", "approved", HEAD), ("art", "refused", HEAD)], False),
    ],
)
def test_whose_word_counts(asks: Asks, words: list[tuple[str, ReviewState, str]], lets_in: bool) -> None:
    found = stand(said(*words), WORDS, asks)
    assert (found.missing is None) is lets_in
    if lets_in:
        require(found, 1)
        return
    with pytest.raises(Conflict) as refused:
        require(found, 1)
    assert refused.value.reason_code == "not_approved"


def test_what_can_not_be_told_lets_nothing_in() -> None:
    approved = said(("mia", "approved", HEAD))
    assert stand(approved, replace(WORDS, untold="who pushed is not known"), "somebody").missing
    assert stand(approved, replace(WORDS, merger_is_author=True), "somebody").missing
    assert stand(approved, replace(WORDS, untold="who pushed is not known"), "nothing").missing is None


def test_events_become_the_newest_word_of_each() -> None:
    def event(actor: str, state: str, key: str | None = None, commit: str | None = HEAD) -> PullEvent:
        return PullEvent("review", actor, AT, key=key, commit=commit, data={"state": state})

    events = [
        event("system:forge", "requested", "mia", None), event("system:forge", "requested", "zoe", None),
        event("mia", "refused"), event("mia", "approved", commit=OLD), event("eve", "nonsense"),
    ]  # fmt: skip
    found = [(each.reviewer, each.state, each.commit) for each in reviews_of(events)]
    assert found == [("zoe", "requested", None), ("eve", "requested", None), ("mia", "approved", OLD)]
    pushed = [PullEvent("opened", "ada", AT), PullEvent("pushed", "hal", AT), PullEvent("comment", "x", AT)]
    assert contributors("ada", pushed) == {"ada", "hal"}


def test_four_eyes_anywhere_in_the_policy_are_four_eyes_for_a_change() -> None:
    rule = {"id": "prod", "targets": {"env": "prod"}, "fourEyes": True}
    assert not Policy().asks_four_eyes()
    assert Policy(four_eyes=True).asks_four_eyes()
    assert Policy.from_json({"version": 1, "rules": [rule]}).asks_four_eyes()
