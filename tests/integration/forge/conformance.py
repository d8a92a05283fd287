"""What every forge must do, whoever runs it. A test class per forge inherits this and gives it a `forge`.

The base branch holds `runbooks/a.yaml` and `README.md` at the start. `advance_base` puts a commit on it
behind the forge's back, as a merge by somebody else would.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from controller.api.routes.pulls import CURSOR
from forge.errors import ForgeRefused, HeadMoved, NoSuchPull, NotMergeable
from forge.pull_requests import (
    CLASSIFICATION_CHECK,
    SYNC_CHECK,
    Actor,
    Check,
    Forge,
    LineRef,
    Merged,
    Proposal,
    ProposedFile,
    PullRequest,
    Verdict,
)

AUTHOR = Actor("member:mem_author", "Ada Author", "ada@example.com")
MAINTAINER = Actor("member:mem_maintainer", "Mia Maintainer", "mia@example.com")
PASS = Check(CLASSIFICATION_CHECK, "pass", "1 runbook", "All good.")
FAIL = Check(CLASSIFICATION_CHECK, "fail", "1 error", "line 3: no")

AdvanceBase = Callable[[dict[str, bytes | None]], str]


@dataclass(frozen=True)
class Reviewer:
    """Somebody who reviews: as the forge names them, and how they say what they think of a head."""

    name: str
    say: Callable[[PullRequest, Verdict, str], None]


def proposal(
    key: str = "k1", *, files: dict[str, bytes | None] | None = None, title: str = "Add b"
) -> Proposal:
    """A proposal that adds one file, unless told otherwise."""
    chosen: dict[str, bytes | None] = {"runbooks/b.yaml": b"b: 1\n"} if files is None else files
    return Proposal(
        key=key,
        title=title,
        body="Why: because.",
        files=tuple(ProposedFile(path, content) for path, content in chosen.items()),
        author=AUTHOR,
    )


def merge(forge: Forge, pull: PullRequest) -> Merged:
    """Set the check that is asked for, then merge."""
    forge.set_check(pull.head, PASS)
    return forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)


class ForgeConformance:
    """Inherit, and provide the fixtures `forge`, `advance_base` and `reviewer`."""

    def test_publish_opens_a_pull_request(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        assert (pull.state, pull.title, pull.branch, pull.base) == ("open", "Add b", "dd0c/k1", "main")
        assert pull.mergeable is True
        assert forge.get(pull.number) == pull

    def test_the_same_key_is_the_same_pull_request(self, forge: Forge) -> None:
        first, second = forge.publish(proposal()), forge.publish(proposal())
        assert first == second

    def test_publishing_other_content_under_the_key_brings_it_up_to_date(self, forge: Forge) -> None:
        first = forge.publish(proposal())
        second = forge.publish(proposal(files={"runbooks/b.yaml": b"b: 2\n"}))
        assert second.number == first.number
        assert second.head != first.head
        assert [file.path for file in forge.diff(second.number)] == ["runbooks/b.yaml"]

    def test_another_key_is_another_pull_request(self, forge: Forge) -> None:
        first = forge.publish(proposal("k1"))
        second = forge.publish(proposal("k2", files={"runbooks/c.yaml": b"c: 1\n"}))
        assert second.number == first.number + 1

    def test_a_proposal_that_changes_nothing_is_refused(self, forge: Forge) -> None:
        with pytest.raises(ForgeRefused):
            forge.publish(proposal(files={"runbooks/a.yaml": b"a: 1\n"}))

    def test_a_proposal_deletes_a_file(self, forge: Forge) -> None:
        pull = forge.publish(proposal(files={"runbooks/a.yaml": None}))
        assert [(file.path, file.status) for file in forge.diff(pull.number)] == [
            ("runbooks/a.yaml", "deleted")
        ]

    @pytest.mark.parametrize(
        "path", ["../x", "/etc/passwd", ".git/config", "a//b", "a/.GIT/hooks", "con.yaml", "a\\b", ""]
    )
    def test_r40_a_path_that_leaves_the_tree_is_refused(self, path: str) -> None:
        with pytest.raises(ForgeRefused):
            proposal(files={path: b"x"})

    def test_more_than_fifty_files_are_refused(self) -> None:
        with pytest.raises(ForgeRefused):
            proposal(files={f"runbooks/{number}.yaml": b"x" for number in range(51)})

    def test_diff_is_unified_and_counts_lines(self, forge: Forge) -> None:
        pull = forge.publish(proposal(files={"runbooks/a.yaml": b"a: 2\n"}))
        (file,) = forge.diff(pull.number)
        assert (file.status, file.additions, file.deletions) == ("modified", 1, 1)
        assert file.patch is not None
        assert "-a: 1\n+a: 2\n" in file.patch

    def test_merge_squashes_onto_the_base(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        done = merge(forge, pull)
        after = forge.get(pull.number)
        assert (after.state, after.merge_commit, after.mergeable) == ("merged", done.commit, None)
        assert (after.base_head, after.merged_by) == (done.commit, MAINTAINER.id)
        assert done.before == pull.base_head
        assert [file.path for file in forge.diff(pull.number)] == ["runbooks/b.yaml"]

    def test_merge_of_a_moved_head_is_refused(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        forge.set_check(pull.head, PASS)
        moved = forge.publish(proposal(files={"runbooks/b.yaml": b"b: 2\n"}))
        with pytest.raises(HeadMoved):
            forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)
        assert forge.get(pull.number).head == moved.head

    def test_merge_needs_the_check_of_this_head(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        with pytest.raises(NotMergeable, match="has not run"):
            forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)
        forge.set_check(pull.head, FAIL)
        with pytest.raises(NotMergeable, match="1 error"):
            forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)

    def test_a_check_is_set_once_per_commit_and_name(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        forge.set_check(pull.head, FAIL)
        forge.set_check(pull.head, PASS)
        assert forge.get(pull.number).checks == (PASS,)

    def test_a_commit_that_heads_no_pull_request_has_its_checks(
        self, forge: Forge, advance_base: AdvanceBase
    ) -> None:
        first, second = advance_base({"README.md": b"1\n"}), advance_base({"README.md": b"2\n"})
        told = Check(SYNC_CHECK, "fail", "runbooks/a.yaml:3: no", "")
        for _ in range(2):
            forge.set_check(first, told)
        assert (forge.checks(first), forge.checks(second)) == ((told,), ())
        forge.set_check(first, Check(SYNC_CHECK, "pass", "1 runbook", ""))
        assert [check.status for check in forge.checks(first)] == ["pass"]
        pull = forge.publish(proposal())
        forge.set_check(pull.head, PASS)
        assert [check.name for check in forge.checks(pull.head)] == [CLASSIFICATION_CHECK]

    def test_a_failing_check_is_why_it_can_not_be_merged(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        forge.set_check(pull.head, FAIL)
        shown = forge.get(pull.number)
        assert (shown.mergeable, shown.reason) == (False, f"the check {CLASSIFICATION_CHECK} fails: 1 error")
        forge.set_check(pull.head, PASS)
        shown = forge.get(pull.number)
        assert (shown.mergeable, shown.reason) == (True, None)

    def test_a_list_says_what_the_check_of_each_head_found(self, forge: Forge) -> None:
        first = forge.publish(proposal("k1"))
        second = forge.publish(proposal("k2", files={"runbooks/c.yaml": b"c: 1\n"}))
        third = forge.publish(proposal("k3", files={"runbooks/d.yaml": b"d: 1\n"}))
        forge.set_check(first.head, PASS)
        forge.set_check(second.head, FAIL)
        forge.set_check(third.head, PASS)
        forge.publish(proposal("k3", files={"runbooks/d.yaml": b"d: 2\n"}))
        listed = forge.list("open", None, 10)
        said = {item.number: [(check.name, check.status) for check in item.checks] for item in listed.items}
        assert said == {
            first.number: [(CLASSIFICATION_CHECK, "pass")],
            second.number: [(CLASSIFICATION_CHECK, "fail")],
            third.number: [],
        }, "the check of an older head says nothing about this one"

    def test_a_base_that_moved_elsewhere_does_not_hinder(
        self, forge: Forge, advance_base: AdvanceBase
    ) -> None:
        pull = forge.publish(proposal())
        advance_base({"README.md": b"other\n"})
        assert forge.get(pull.number).mergeable is True
        done = merge(forge, pull)
        assert [file.path for file in forge.diff(pull.number)] == ["runbooks/b.yaml"]
        assert done.before != pull.base_head

    def test_a_base_that_changed_the_same_file_does(self, forge: Forge, advance_base: AdvanceBase) -> None:
        pull = forge.publish(proposal(files={"runbooks/a.yaml": b"a: 2\n"}))
        advance_base({"runbooks/a.yaml": b"a: 3\n"})
        shown = forge.get(pull.number)
        assert shown.mergeable is False
        assert "runbooks/a.yaml" in (shown.reason or "")
        with pytest.raises(NotMergeable, match=r"runbooks/a\.yaml"):
            merge(forge, pull)

    def test_a_merged_one_is_not_merged_again(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        merge(forge, pull)
        with pytest.raises(NotMergeable):
            merge(forge, pull)
        assert forge.publish(proposal()).state == "merged"

    def test_close_and_open_again(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        forge.close(pull.number)
        forge.close(pull.number)
        assert forge.get(pull.number).state == "closed"
        with pytest.raises(NotMergeable):
            merge(forge, pull)
        again = forge.publish(proposal())
        assert (again.number, again.state) == (pull.number, "open")

    def test_a_merged_one_can_not_be_closed(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        merge(forge, pull)
        with pytest.raises(NotMergeable):
            forge.close(pull.number)

    def test_comments_are_replaced_under_their_key(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        forge.comment(pull.number, "summary", "first")
        forge.comment(pull.number, "summary", "second")
        forge.comment(pull.number, "line", "here", LineRef("runbooks/b.yaml", 1))
        found = [(comment.key, comment.body, comment.at) for comment in forge.get(pull.number).comments]
        assert found == [("summary", "second", None), ("line", "here", LineRef("runbooks/b.yaml", 1))]

    def test_reviews_are_asked_for_once(self, forge: Forge) -> None:
        pull = forge.publish(proposal())
        forge.request_review(pull.number, ["mia", "zoe"])
        forge.request_review(pull.number, ["mia"])
        assert [review.reviewer for review in forge.get(pull.number).reviews] == ["mia", "zoe"]

    def test_an_approval_is_of_one_head(self, forge: Forge, reviewer: Reviewer) -> None:
        pull = forge.publish(proposal())
        reviewer.say(pull, "approved", "Fine.")
        (said,) = forge.get(pull.number).reviews
        assert (said.reviewer, said.state, said.commit, said.body) == (
            reviewer.name, "approved", pull.head, "Fine.",
        )  # fmt: skip
        moved = forge.publish(proposal(files={"runbooks/b.yaml": b"b: 2\n"}))
        (said,) = forge.get(pull.number).reviews
        assert (said.is_of(pull.head), said.is_of(moved.head)) == (True, False)

    def test_the_newest_word_of_a_reviewer_counts(self, forge: Forge, reviewer: Reviewer) -> None:
        pull = forge.publish(proposal())
        forge.request_review(pull.number, [reviewer.name])
        assert [review.state for review in forge.get(pull.number).reviews] == ["requested"]
        reviewer.say(pull, "approved", "")
        reviewer.say(pull, "refused", "Line 1: no.")
        (said,) = forge.get(pull.number).reviews
        assert (said.state, said.body, said.is_of(pull.head)) == ("refused", "Line 1: no.", True)

    def test_list_pages_newest_first(self, forge: Forge) -> None:
        numbers = [
            forge.publish(proposal(f"k{n}", files={f"runbooks/{n}.yaml": b"x\n"})).number for n in range(5)
        ]
        forge.close(numbers[0])
        first = forge.list("open", None, 3)
        assert re.fullmatch(CURSOR, first.cursor or ""), "what the API takes"
        second = forge.list("open", first.cursor, 3)
        found = [pull.number for pull in (*first.items, *second.items)]
        assert found == sorted(numbers[1:], reverse=True)
        assert second.cursor is None
        assert [pull.number for pull in forge.list("closed", None, 3).items] == [numbers[0]]

    def test_an_unknown_number(self, forge: Forge) -> None:
        with pytest.raises(NoSuchPull):
            forge.get(99)
        with pytest.raises(NoSuchPull):
            forge.comment(99, "k", "text")

    def test_the_base_is_protected(self, forge: Forge) -> None:
        protection = forge.protection("main")
        assert protection.protected
        assert protection.required_checks == (CLASSIFICATION_CHECK,)
        assert not forge.protection("dd0c/k1").protected

    def test_r53_a_title_with_shell_markup_and_trailers_stays_text(self, forge: Forge) -> None:
        title = "$(id) `id` ${{ x }} <!channel>\n\nDd0c-Pull: 77"
        pull = forge.publish(proposal(title=title))
        merge(forge, pull)
        assert forge.get(pull.number).state == "merged"
        with pytest.raises(NoSuchPull):
            forge.get(77)
