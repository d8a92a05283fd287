"""What others do on GitHub: their commits stay, and what they forge in our name is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forge.errors import NotMergeable
from forge.github.forge import GitHubForge
from forge.github.markers import Marker, mark
from forge.mirror import BareMirror
from forge.pull_requests import Check, LineRef
from forge.tree import read_commit
from tests.integration.forge.conformance import AUTHOR, MAINTAINER, PASS, merge, proposal
from tests.integration.forge.conftest import commit_on
from tests.integration.forge.github.imitation import OTHER_TOKEN
from tests.integration.forge.github.server import GitHub


def test_commits_of_people_on_the_branch_are_not_overwritten(
    github: GitHub, github_forge: GitHubForge
) -> None:
    pull = github_forge.publish(proposal())
    theirs = commit_on(github.repository, {"runbooks/b.yaml": b"b: by hand\n"}, "dd0c/k1")
    again = github_forge.publish(proposal(files={"runbooks/b.yaml": b"b: 9\n"}))
    assert (again.number, again.head) == (pull.number, theirs)


def test_an_update_keeps_the_history_of_the_branch_and_takes_the_new_base(
    github: GitHub, github_forge: GitHubForge
) -> None:
    first = github_forge.publish(proposal(files={"runbooks/a.yaml": b"a: 2\n", "runbooks/b.yaml": b"b: 1\n"}))
    base = commit_on(github.repository, {"runbooks/a.yaml": b"a: 3\n"})
    assert github_forge.get(first.number).mergeable is False
    second = github_forge.publish(proposal(files={"runbooks/a.yaml": b"a: 4\n"}))
    commit = read_commit(github.repository.git(), second.head)
    assert [str(parent) for parent in commit.parent_ids] == [first.head, base]
    assert second.mergeable is True
    assert [file.path for file in github_forge.diff(second.number)] == ["runbooks/a.yaml"]


def test_whose_commits_a_pull_request_is_made_of(github_forge: GitHubForge) -> None:
    first = github_forge.publish(proposal())
    assert github_forge.authors(first.number, first.head, None) == frozenset({"ada"})
    assert github_forge.authors(first.number, "0" * 40, None) is None
    strange = replace(proposal("k2"), author=replace(AUTHOR, email="nobody@acme.example"))
    other = github_forge.publish(strange)
    assert github_forge.authors(other.number, other.head, None) is None
    assert github_forge.authors(other.number, other.head, "nobody@acme.example") == frozenset()


def test_a_check_that_somebody_else_set_does_not_count(github: GitHub, github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    github.forge(OTHER_TOKEN).set_check(pull.head, PASS)
    assert github_forge.get(pull.number).checks == ()
    with pytest.raises(NotMergeable, match="has not run"):
        github_forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)


def test_statuses_of_others_do_not_push_our_check_off_the_page(
    github: GitHub, github_forge: GitHubForge
) -> None:
    pull = github_forge.publish(proposal())
    github_forge.set_check(pull.head, PASS)
    github.set_statuses(pull.head, 101)
    assert [check.name for check in github_forge.get(pull.number).checks] == [PASS.name]
    merge(github_forge, pull)


def test_a_check_for_an_owner_fails_on_github_and_is_a_look_to_take_here(
    github: GitHub, github_forge: GitHubForge
) -> None:
    pull = github_forge.publish(proposal())
    check = replace(PASS, status="attention", summary="", for_owner=True)
    github_forge.set_check(pull.head, check)
    (found,) = github_forge.get(pull.number).checks
    assert replace(found, summary="") == check
    assert github.states(pull.head) == ["failure"]
    github_forge.set_check(pull.head, replace(check, for_owner=False))
    assert github.states(pull.head) == ["success", "failure"]


def test_a_comment_of_somebody_else_under_our_marker_is_theirs(
    github: GitHub, github_forge: GitHubForge
) -> None:
    pull = github_forge.publish(proposal())
    github.forge(OTHER_TOKEN).comment(pull.number, "summary", "forged")
    github_forge.comment(pull.number, "summary", "ours")
    theirs, ours = github_forge.get(pull.number).comments
    assert theirs.key.startswith("github:")
    assert theirs.body.startswith("eve: ")
    assert (ours.key, ours.body) == ("summary", "ours")


def test_a_merge_in_the_name_of_a_member_by_somebody_else_is_shown_as_theirs(
    github: GitHub, github_forge: GitHubForge
) -> None:
    pull = github_forge.publish(proposal())
    merge(github.forge(OTHER_TOKEN), pull)
    assert github_forge.get(pull.number).merged_by == "github:eve"


def test_attention_and_a_long_title_survive_a_status(github_forge: GitHubForge) -> None:
    pull = github_forge.publish(proposal())
    check = Check(PASS.name, "attention", "t" * 300, "See line 3.")
    github_forge.set_check(pull.head, check)
    github_forge.set_check(pull.head, check)
    (found,) = github_forge.get(pull.number).checks
    assert (found.status, found.summary) == ("attention", "See line 3.")
    assert check.title.startswith(found.title)
    assert len(found.title) > 100


def test_a_line_that_the_diff_does_not_show_is_commented_on_in_the_conversation(
    github_forge: GitHubForge,
) -> None:
    pull = github_forge.publish(proposal())
    for body in ("first", "second"):
        github_forge.comment(pull.number, "risk", body, LineRef("runbooks/b.yaml", 900))
    (found,) = github_forge.get(pull.number).comments
    assert found.at == LineRef("runbooks/b.yaml", 900)
    assert found.body == "`runbooks/b.yaml` line 900:\n\nsecond"


def test_a_file_that_is_no_text_and_one_that_is_large(github: GitHub, github_forge: GitHubForge) -> None:
    large = b"# " + b"x" * 100_000 + b"\n"
    pull = github_forge.publish(
        proposal(files={"runbooks/bin": b"\x00\xff\r\n", "runbooks/large.yaml": large, "gone.yaml": None})
    )
    mirror = BareMirror(github.repository)
    found = {change.path: change.blob for change in mirror.changes(pull.base_head, pull.head, "")}
    contents = {path: mirror.read(blob, max_bytes=1_000_000) for path, blob in found.items() if blob}
    assert contents == {"runbooks/bin": b"\x00\xff\r\n", "runbooks/large.yaml": large}


def test_fifty_files_are_one_pull_request(github_forge: GitHubForge) -> None:
    files: dict[str, bytes | None] = {f"runbooks/{number}.yaml": b"x\n" for number in range(50)}
    pull = github_forge.publish(proposal(files=files))
    assert len(github_forge.diff(pull.number)) == 50


def test_a_marker_ends_no_comment_early() -> None:
    text = mark(Marker("comment", "a-->b<!--c", path="-->"), "body")
    assert text.index("-->") == text.index("\n") - 3


def test_labels_are_set_and_a_lack_of_permission_for_them_hinders_nothing(
    github: GitHub, github_forge: GitHubForge
) -> None:
    github.fault("POST /issues/1/labels", status=403, body={"message": "no"})
    assert github_forge.publish(proposal()).state == "open"
