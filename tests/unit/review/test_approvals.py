"""Whose word lets a merge in: of this very head, of somebody else, who may do it today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from controller.governance.four_eyes import asked_of
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


@pytest.mark.parametrize(
    ("policy", "runbook", "after", "asked"),
    [
        ({}, {}, None, False),
        ({"fourEyes": True}, {}, None, True),
        ({"rules": [{"id": "a", "services": ["pay"], "fourEyes": True}]}, {}, None, False),
        ({"rules": [{"id": "a", "services": ["pay"], "fourEyes": True}]}, {"service": "pay"}, None, True),
        ({"rules": [{"id": "a", "targets": {"env": "prod"}, "fourEyes": True}]}, {}, None, True),
        ({"rules": [{"id": "a", "targets": {"env": "prod"}}]}, {}, None, False),
        ({"rules": [{"id": "a", "services": ["pay"], "fourEyes": True}]}, {}, {}, True),
        ({"rules": [{"id": "a", "services": ["pay"], "fourEyes": True}]}, {}, {"fourEyes": True}, False),
    ],
)
def test_four_eyes_are_asked_of_what_a_change_touches(
    policy: dict[str, object], runbook: dict[str, object], after: dict[str, object] | None, asked: bool
) -> None:
    """A runbook without a target may run on any agent, in prod too; a rule taken away is asked for, too."""
    now = Policy.from_json({"version": 1} | policy)
    document = {"metadata": {"name": "x"} | runbook, "spec": {}}
    then = now if after is None else Policy.from_json({"version": 1} | after)
    assert asked_of(now, [document], then) is asked
