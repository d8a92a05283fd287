"""F12: GitHub fails, limits, cuts connections and forgets: the same proposal is the same pull request."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from base import limits
from forge.errors import (
    ForgeBusy,
    ForgeDown,
    ForgeError,
    ForgeRefused,
    NoSuchRepository,
    NotMergeable,
    TooLarge,
)
from forge.github.forge import GitHubForge
from tests.integration.forge.conformance import PASS, merge, proposal
from tests.integration.forge.github.imitation import TOKEN
from tests.integration.forge.github.server import GitHub

WRITES = ["POST /git/trees", "POST /git/commits", "POST /git/refs", "POST /pulls", "POST /issues/1/labels"]
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}


def opened(github: GitHub) -> list[str]:
    return [line for line in github.log() if line == "POST /pulls"]


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("call", WRITES)
def test_f12_a_connection_cut_at_any_write_leaves_one_pull_request(
    github: GitHub, github_forge: GitHubForge, call: str, cut: str
) -> None:
    github.fault(call, cut=cut)
    pull = github_forge.publish(proposal())
    assert (pull.number, pull.state) == (1, "open")
    assert [each.number for each in github_forge.list("open", None, 10).items] == [1]
    assert github.forge().publish(proposal()) == pull


@pytest.mark.parametrize("call", WRITES)
def test_f12_what_was_given_up_half_way_is_taken_up_again(github: GitHub, call: str) -> None:
    github.fault(call, status=502, times=4)
    with pytest.raises(ForgeDown):
        github.forge().publish(proposal())
    pull = github.forge().publish(proposal())
    assert (pull.number, pull.state) == (1, "open")
    assert len(github.forge().list("open", None, 10).items) == 1


def test_f12_a_pull_request_that_was_opened_unseen_is_found(
    github: GitHub, github_forge: GitHubForge
) -> None:
    github.fault("POST /pulls", cut="after")
    assert github_forge.publish(proposal()).number == 1
    assert len(opened(github)) == 1, "it was looked for before it was asked for again"


def test_f12_a_merge_whose_answer_is_lost_is_one_merge(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    github.fault("PUT /pulls/1/merge", cut="after")
    done = merge(github_forge, pull)
    assert github_forge.get(1).merge_commit == done.commit
    assert [line for line in github.log() if line.startswith("PUT")] == ["PUT /pulls/1/merge"]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_f12_a_comment_whose_answer_is_lost_is_one_comment(
    github: GitHub, github_forge: GitHubForge, cut: str
) -> None:
    pull = github_forge.publish(proposal())
    github.fault("POST /issues/1/comments", cut=cut)
    github_forge.comment(pull.number, "summary", "text")
    assert [comment.body for comment in github_forge.get(1).comments] == ["text"]


def test_f12_a_branch_without_a_pull_request_gets_one(github: GitHub, github_forge: GitHubForge) -> None:
    github_forge.publish(proposal())
    head = github.repository.ref("refs/heads/dd0c/k1")
    github.reset()
    pull = github.forge().publish(proposal())
    assert (pull.number, pull.head) == (1, head)


# ------------------------------------------------------------------- limits


@pytest.mark.parametrize(("status", "body"), [(429, None), (403, SECONDARY)])
def test_f12_a_short_limit_is_waited_for(
    github: GitHub, github_forge: GitHubForge, status: int, body: object
) -> None:
    github.fault("POST /git/trees", status=status, body=body, headers={"Retry-After": "1"})
    assert github_forge.publish(proposal()).state == "open"
    assert len([line for line in github.log() if line == "POST /git/trees"]) == 2


@pytest.mark.parametrize(
    ("status", "headers", "body", "least"),
    [
        (429, {"Retry-After": "3600"}, None, 3_600),
        (429, {}, None, 60),
        (403, {}, SECONDARY, 60),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}, None, 3_600),
    ],
)
def test_f12_a_long_limit_is_told_and_nobody_asks_before_it_is_over(
    github: GitHub,
    github_forge: GitHubForge,
    status: int,
    headers: dict[str, str],
    body: object,
    least: float,
) -> None:
    github.fault("GET /pulls/1", status=status, headers=headers, body=body)
    with pytest.raises(ForgeBusy) as refusal:
        github_forge.get(1)
    assert refusal.value.retry_after_seconds >= least
    before = github.log()
    with pytest.raises(ForgeBusy) as refusal:
        github_forge.get(1)
    assert refusal.value.retry_after_seconds > least - 60
    assert github.log() == before


def test_r76_five_failures_open_the_breaker(github: GitHub) -> None:
    forge = github.forge()
    github.fault("GET /pulls/1", status=500, times=99)
    for _ in range(2):
        with pytest.raises(ForgeDown):
            forge.get(1)
    asked = github.log()
    assert len(asked) == limits.FAILURES_TO_OPEN
    with pytest.raises(ForgeDown, match="left alone"):
        forge.publish(proposal())
    assert github.log() == asked


# ----------------------------------------------------------- refusals to a person


def test_a_bad_token_is_named_once_and_never_shown(github: GitHub, caplog: pytest.LogCaptureFixture) -> None:
    secret = "ghp_" + "q" * 36
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(ForgeRefused, match="refused the credential") as refusal,
    ):
        github.forge(secret).publish(proposal())
    assert "DD0C_GITHUB_TOKEN" in (refusal.value.hint or "")
    assert len(github.log()) == 1
    assert secret not in caplog.text + str(refusal.value) + repr(refusal.value.__cause__)


def test_no_token_in_any_text_of_a_fault(github: GitHub, caplog: pytest.LogCaptureFixture) -> None:
    faults: list[dict[str, Any]] = [
        {"cut": "before"},
        {"status": 500},
        {"status": 403},
        {"status": 404},
        {"status": 302},
        {"status": 418},
    ]
    with caplog.at_level(logging.DEBUG):
        for fault in faults:
            forge = github.forge(seconds=1.0)
            github.fault("GET /pulls/1", **fault)
            github.fault("GET /pulls/1", **fault)
            with pytest.raises(ForgeError) as refusal:
                forge.get(1)
            chain = [
                str(refusal.value),
                repr(refusal.value),
                repr(forge.__dict__),
                repr(refusal.value.__cause__),
            ]
            assert TOKEN not in "".join(chain)
            github.reset()
    assert TOKEN not in caplog.text


def test_a_missing_permission_is_named(github: GitHub, github_forge: GitHubForge) -> None:
    github.fault(
        "POST /pulls",
        status=403,
        body={"message": "Resource not accessible by personal access token"},
        headers={"X-Accepted-GitHub-Permissions": "pull_requests=write"},
    )
    with pytest.raises(ForgeRefused, match="does not let this credential open a pull request") as refusal:
        github_forge.publish(proposal())
    assert "pull_requests=write" in (refusal.value.hint or "")


def test_a_repository_that_is_not_there(github: GitHub, github_forge: GitHubForge) -> None:
    github.fault("GET ", status=404, times=99)
    with pytest.raises(NoSuchRepository, match="acme/runbooks"):
        github_forge.get(1)
    with pytest.raises(ForgeRefused):
        github_forge.publish(proposal())


def test_a_repository_that_moved(github: GitHub, github_forge: GitHubForge) -> None:
    github.fault("GET /pulls", status=301, headers={"Location": "http://127.0.0.1:1/elsewhere"})
    with pytest.raises(ForgeRefused, match="renamed or moved"):
        github_forge.publish(proposal())


def test_a_rule_of_the_branch_that_hinders_a_merge_is_told(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    github.set(required_reviews=True)
    with pytest.raises(NotMergeable, match="At least 1 approving review is required"):
        merge(github_forge, pull)
    assert github_forge.get(1).state == "open"


def test_a_rule_of_the_repository_that_hinders_a_branch_is_told(
    github: GitHub, github_forge: GitHubForge
) -> None:
    rule = {"message": "Repository rule violations found", "errors": [{"message": "Cannot create ref"}]}
    github.fault("POST /git/refs", status=422, body=rule)
    with pytest.raises(ForgeRefused, match=r"rule violations found\. Cannot create ref"):
        github_forge.publish(proposal())


def test_a_merge_beside_another_one_is_tried_again(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    moved = {"message": "Base branch was modified. Review and try the merge again."}
    github.fault("PUT /pulls/1/merge", status=405, body=moved)
    assert merge(github_forge, pull).number == 1
    assert github.log().count("PUT /pulls/1/merge") == 2


def test_a_reviewer_whom_github_does_not_take_keeps_no_proposal_back(github_forge: GitHubForge) -> None:
    change = replace(proposal(), reviewers=("nobody",))
    pull = github_forge.publish(change)
    assert (pull.state, pull.reviews) == ("open", ())
    with pytest.raises(ForgeRefused, match="from collaborators"):
        github_forge.request_review(pull.number, ["nobody"])


# ------------------------------------------------------------------- bounds


def test_an_answer_that_trickles_in_ends_at_the_deadline(github: GitHub) -> None:
    github.fault("GET /pulls/1", cut="trickle", times=9)
    with pytest.raises(ForgeDown, match="took longer than 1 seconds"):
        github.forge(seconds=1.0).get(1)


def test_an_endless_answer_is_cut_off(github: GitHub, github_forge: GitHubForge) -> None:
    github.fault("GET /pulls/1", status=200, body="x" * (limits.GITHUB_ANSWER_MAX_BYTES + 1))
    with pytest.raises(TooLarge):
        github_forge.get(1)


@pytest.mark.parametrize("body", [None, [], "text", {"number": 1}, {"head": {"ref": 7}}])
def test_an_answer_that_is_not_what_it_should_be(
    github: GitHub, github_forge: GitHubForge, body: object
) -> None:
    github.fault("GET /pulls/1", status=200, body=body)
    with pytest.raises(ForgeDown, match="can't be read"):
        github_forge.get(1)


# ---------------------------------------------------------------- half-finished


def test_a_pull_request_that_follows_its_branch_late_is_waited_for(
    github: GitHub, github_forge: GitHubForge
) -> None:
    first = github_forge.publish(proposal())
    github.set(stale_heads=4)
    second = github_forge.publish(proposal(files={"runbooks/b.yaml": b"b: 2\n"}))
    assert second.head == github.repository.ref("refs/heads/dd0c/k1") != first.head


def test_a_pull_request_that_never_follows_its_branch_is_not_shown_as_it_was(
    github: GitHub, github_forge: GitHubForge
) -> None:
    github_forge.publish(proposal())
    github.set(stale_heads=99)
    changed = proposal(files={"runbooks/b.yaml": b"b: 2\n"})
    with pytest.raises(ForgeDown, match="does not show the newest commit"):
        github_forge.publish(changed)
    github.set(stale_heads=0)
    assert github_forge.publish(changed).head == github.repository.ref("refs/heads/dd0c/k1")


def test_github_that_has_not_worked_out_mergeability_is_asked_again(
    github: GitHub, github_forge: GitHubForge
) -> None:
    github.set(unknown_answers=2)
    assert github_forge.publish(proposal()).mergeable is True


def test_github_that_never_works_it_out_is_not_taken_for_yes(github: GitHub) -> None:
    github.set(unknown_answers=99)
    pull = github.forge().publish(proposal())
    assert (pull.mergeable, pull.reason) == (False, "GitHub has not worked out yet whether it can be merged")
    forge = github.forge()
    forge.set_check(pull.head, PASS)
    with pytest.raises(NotMergeable, match="not worked out"):
        merge(forge, pull)
