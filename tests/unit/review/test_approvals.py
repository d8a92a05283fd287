"""Whose word lets a merge in: of this very head, of somebody else, who may do it today."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from controller.governance.four_eyes import asked_of
from controller.review.approvals import REVIEWERS_ASKED, Asks, Words, elsewhere, require, stand, untold_here
from forge.github.authors import authors_of
from forge.pull_requests import PullRequest, Review, ReviewState
from forge.pull_rows import PUSHED_FROM, PullEvent
from forge.repair import REPAIR_ACTOR
from forge.reviews import contributors, reviews_of
from schemas.errors import Conflict
from schemas.flags import Flags
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


def test_on_github_nobody_approves_commits_of_their_own() -> None:
    def lets_in(authors: frozenset[str] | None, *names: str) -> bool:
        pull = said(*((name, "approved", HEAD) for name in names))
        return (
            stand(pull, elsewhere(pull, authors, lambda _: True, four_eyes=True), "somebody").missing is None
        )

    assert lets_in(frozenset({"bot"}), "Mia")
    assert not lets_in(frozenset({"mia"}), "Mia")
    assert not lets_in(frozenset(), "Ada"), "who opened it"
    assert lets_in(frozenset({"mia"}), "Mia", "zoe")
    assert not lets_in(None, "zoe"), "whose commits they are is not known"


def test_on_github_a_bounded_number_of_reviewers_is_looked_up() -> None:
    asked: list[str] = []

    def may_push(name: str) -> bool:
        asked.append(name)
        return name == "mia"

    words: list[tuple[str, ReviewState, str]] = [(f"s{index}", "refused", HEAD) for index in range(500)]
    words.append(("mia", "approved", HEAD))
    words.extend((f"t{index}", "approved", HEAD) for index in range(500))
    found = elsewhere(said(*words), frozenset(), may_push, four_eyes=True)
    assert (len(asked), set(found.roles)) == (2 * REVIEWERS_ASKED, {"mia"})
    assert stand(said(*words), found, "somebody").missing, "not every word against it was weighed"
    asked.clear()
    one = said(("mia", "refused", HEAD), ("zoe", "approved", HEAD))
    assert stand(one, elsewhere(one, frozenset(), may_push, four_eyes=False), "nothing").missing
    assert asked == ["mia"]


def test_whose_commits_they_are_is_told_of_every_one_or_of_none() -> None:
    def commit(author: str | None, committer: str | None, email: str = "x@y.example") -> dict[str, object]:
        who = {"author": author and {"login": author}, "committer": committer and {"login": committer}}
        return {"sha": HEAD, **who, "commit": {key: {"email": email} for key in who}}

    ours = commit(None, None, "Ada@acme.example")
    assert authors_of([ours, commit("Mia", "web-flow")], HEAD, "ada@acme.example") == frozenset({"mia"})
    assert authors_of([commit("mia", "Zoe")], HEAD, None) == frozenset({"mia", "zoe"})
    assert authors_of([ours], OLD, "ada@acme.example") is None
    assert authors_of([ours], HEAD, None) is None
    for untold in ([], [commit(None, "mia")], [commit("mia", None)], [commit("mia", "mia")] * 250):
        assert authors_of(untold, HEAD, "ada@acme.example") is None


def test_a_push_that_nobody_wrote_down_is_nobodys_to_approve() -> None:
    third = "c" * 40

    def push(actor: str, commit: str, before: str | None = None) -> PullEvent:
        return PullEvent("pushed", actor, AT, commit=commit, data={PUSHED_FROM: before} if before else {})

    def untold(*events: PullEvent) -> bool:
        return untold_here(PULL, events, contributors("ada", events)) is not None

    opened = PullEvent("opened", "ada", AT, commit=OLD)
    assert not untold(push("ada", HEAD))
    assert not untold(opened, push("hal", HEAD, OLD))
    assert not untold(push("hal", HEAD, third), push("mia", third, OLD), opened), "in whatever order"
    assert untold(opened), "the head is nobody's yet"
    assert untold(opened, push("hal", HEAD, third)), "another's commit is under it"
    assert untold(opened, push(REPAIR_ACTOR.id, HEAD))
    assert untold()


LAX = {"governanceMode": "audit"}
PAY = {"id": "a", "services": ["pay"], "fourEyes": True, "approvals": {"quorumDangerous": 3}}
KEPT = {"id": "b", "services": ["pay", "web"], "autoRun": False}
OTHER = {"id": "c", "services": ["blog"], "autoRun": False}


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ({"rules": [PAY]}, LAX | {"rules": [PAY]}, True),
        ({"rules": [PAY]}, {"rules": [PAY], "directPush": True}, True),
        ({"rules": [PAY]}, {"rules": [PAY | {"approvals": {"quorumDangerous": 2}}]}, True),
        ({"rules": [PAY]}, {"rules": [PAY | {"approvals": {"quorumDangerous": 4}}]}, False),
        ({"rules": [PAY]}, {"rules": [PAY], "autoRun": False, "$schema": "x"}, False),
        ({"rules": [PAY, KEPT]}, {"rules": [PAY]}, True),
        ({"rules": [PAY, KEPT]}, {"rules": [PAY, {**KEPT, "services": ["web"]}]}, True),
        ({"rules": [PAY, KEPT]}, {"rules": [PAY, KEPT | {"id": "z", "skip": False}]}, False),
        ({"rules": [PAY, OTHER]}, {"rules": [PAY]}, False),
        ({"rules": [KEPT]}, LAX, False),
    ],
)
def test_a_policy_with_such_a_rule_is_not_loosened_by_one(
    before: dict[str, object], after: dict[str, object], asked: bool
) -> None:
    now, then = (Policy.from_json({"version": 1} | each) for each in (before, after))
    assert asked_of(now, (), then) is asked


def test_flags_are_not_switched_on_again_by_one() -> None:
    off = Flags.from_json({"version": 1, "flags": {"auto-run": {"enabled": False}}})
    reached, free = (Policy.from_json({"version": 1, "rules": rules}) for rules in ([PAY], []))
    assert asked_of(reached, (), reached, (off, Flags()))
    assert not asked_of(reached, (), reached, (Flags(), off))
    assert not asked_of(free, (), free, (off, Flags()))


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
