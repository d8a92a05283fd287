"""The built-in forge: the suite of every forge, and what only it promises: git is the truth, rows follow."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from base.clock import SystemClock
from forge.builtin import BuiltinForge, BuiltinSettings
from forge.errors import ForgeBusy, ForgeRefused, HeadMoved, NotMergeable
from forge.pull_requests import Actor, Forge, RefUpdate
from forge.pull_rows import COMMENTS_END_AT, EVENTS_MAX, PullEvent, PullRow
from forge.storage import BareRepository
from forge.tree import read_commit
from tests.integration.forge.conformance import (
    AUTHOR,
    MAINTAINER,
    PASS,
    ForgeConformance,
    merge,
    proposal,
)
from tests.integration.forge.conftest import commit_on
from tests.integration.forge.memory_rows import MemoryPullRows


class TestBuiltinForge(ForgeConformance):
    @pytest.fixture
    def forge(self, builtin: BuiltinForge) -> Forge:
        return builtin


def test_a_merge_carries_its_number_as_a_trailer(builtin: BuiltinForge) -> None:
    pull = builtin.publish(proposal())
    done = merge(builtin, pull)
    message = read_commit(builtin.repository.git(), done.commit).message
    assert message.endswith("Dd0c-Proposal: k1\nDd0c-Pull: 1\n")
    assert message.startswith("Add b (#1)\n")


def test_rows_lost_are_made_again_from_git(builtin: BuiltinForge, repository: BareRepository) -> None:
    builtin.publish(proposal("k1"))
    second = builtin.publish(proposal("k2", files={"runbooks/c.yaml": b"c\n"}))
    fresh = BuiltinForge(repository, MemoryPullRows(), SystemClock(), BuiltinSettings())
    assert fresh.repair().adopted == 2
    assert (fresh.get(second.number).key, fresh.get(second.number).title) == ("k2", "Add b")
    assert fresh.repair().corrected == 0


def test_a_crash_between_merge_and_row_is_repaired(builtin: BuiltinForge, rows: MemoryPullRows) -> None:
    pull = builtin.publish(proposal())
    before = rows.rows[pull.number]
    done = merge(builtin, pull)
    rows.rows[pull.number] = before
    assert builtin.repair().corrected == 1
    assert rows.rows[pull.number].merge_commit == done.commit
    rows.rows[pull.number] = before
    assert builtin.get(pull.number).state == "merged"


class OutrunRows(MemoryPullRows):
    """Rows of which one read is overtaken: between it and what its reader does next, `meanwhile` happens."""

    meanwhile: Callable[[], object] | None = None

    def find(self, number: int) -> PullRow | None:
        row, then = super().find(number), self.meanwhile
        self.meanwhile = None
        if then is not None:
            then()
        return row


@pytest.mark.parametrize("end", ["merged", "closed"])
def test_who_reads_while_it_is_merged_or_closed_takes_that_for_no_crash(
    repository: BareRepository, end: str
) -> None:
    rows = OutrunRows()
    forge = BuiltinForge(repository, rows, SystemClock(), BuiltinSettings())
    pull = forge.publish(proposal())
    rows.meanwhile = lambda: merge(forge, pull) if end == "merged" else forge.close(pull.number)
    shown = forge.get(pull.number)
    assert (shown.state, rows.rows[pull.number].state) == (end, end)
    assert [str(event.kind) for event in rows.log[pull.number]].count(end) == 1
    if end == "merged":
        assert rows.rows[pull.number].merged_by == MAINTAINER.id


def test_a_crash_before_the_branch_was_removed_is_repaired(
    builtin: BuiltinForge, rows: MemoryPullRows, repository: BareRepository
) -> None:
    pull = builtin.publish(proposal())
    merge(builtin, pull)
    repository.git().references.create("refs/heads/dd0c/k1", pull.head)
    builtin.repair()
    assert repository.ref("refs/heads/dd0c/k1") is None
    assert builtin.get(pull.number).state == "merged"


def test_a_vanished_branch_closes_its_pull_request(builtin: BuiltinForge, repository: BareRepository) -> None:
    pull = builtin.publish(proposal())
    repository.git().references.delete("refs/heads/dd0c/k1")
    assert builtin.get(pull.number).state == "closed"


def test_commits_of_people_on_the_branch_are_not_overwritten(
    builtin: BuiltinForge, repository: BareRepository
) -> None:
    pull = builtin.publish(proposal())
    theirs = commit_on(repository, {"runbooks/b.yaml": b"b: by hand\n"}, "dd0c/k1")
    again = builtin.publish(proposal(files={"runbooks/b.yaml": b"b: 9\n"}))
    assert (again.number, again.head) == (pull.number, theirs)


def test_a_merge_commit_that_is_not_a_squash_is_refused(builtin: BuiltinForge) -> None:
    pull = builtin.publish(proposal())
    builtin.set_check(pull.head, PASS)
    with pytest.raises(ForgeRefused, match="squashing"):
        builtin.merge(pull.number, expected_head=pull.head, method="merge", actor=proposal().author)


def test_an_empty_repository_has_nothing_to_propose_to(
    repository: BareRepository, builtin: BuiltinForge
) -> None:
    repository.git().references.delete("refs/heads/main")
    with pytest.raises(ForgeRefused, match="no branch main"):
        builtin.publish(proposal())


def test_a_second_writer_of_another_process_is_told(
    repository: BareRepository, builtin: BuiltinForge
) -> None:

    with (repository.path / "dd0c.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ForgeBusy):
            builtin.publish(proposal())


def test_nobody_reviews_what_they_wrote_and_nobody_a_head_that_is_gone(
    builtin: BuiltinForge, repository: BareRepository
) -> None:
    pull = builtin.publish(proposal())
    with pytest.raises(ForgeRefused, match="themselves"):
        builtin.review(pull.number, head=pull.head, verdict="approved", body="", actor=AUTHOR)
    pushed = commit_on(repository, {"runbooks/b.yaml": b"b: 3\n"}, "dd0c/k1")
    helper = Actor("member:mem_helper", "Hal", "hal@example.com")
    builtin.pushed([RefUpdate("refs/heads/dd0c/k1", pull.head, pushed)], helper)
    with pytest.raises(ForgeRefused, match="themselves"):
        builtin.review(pull.number, head=pushed, verdict="approved", body="", actor=helper)
    with pytest.raises(HeadMoved):
        builtin.review(pull.number, head=pull.head, verdict="approved", body="", actor=MAINTAINER)
    builtin.review(pull.number, head=pushed, verdict="approved", body="", actor=MAINTAINER)
    assert [said.is_of(pushed) for said in builtin.get(pull.number).reviews] == [True]
    builtin.close(pull.number)
    with pytest.raises(NotMergeable):
        builtin.review(pull.number, head=pushed, verdict="approved", body="", actor=MAINTAINER)


def test_a_history_too_long_to_read_is_not_merged_and_a_flood_of_comments_ends_before(
    builtin: BuiltinForge, rows: MemoryPullRows
) -> None:
    pull = builtin.publish(proposal())
    builtin.set_check(pull.head, PASS)
    now = datetime.now(UTC)
    rows.log[pull.number] += [
        PullEvent("comment", "member:x", now, key=str(n)) for n in range(COMMENTS_END_AT)
    ]
    builtin.comment(pull.number, "7", "The one of a known key.")
    with pytest.raises(ForgeRefused, match="as many comments"):
        builtin.comment(pull.number, "new", "One more.")
    rows.log[pull.number] += [PullEvent("pushed", "member:x", now)] * (EVENTS_MAX - COMMENTS_END_AT)
    assert builtin.get(pull.number).mergeable is False
    for refused in (
        lambda: builtin.review(pull.number, head=pull.head, verdict="refused", body="", actor=MAINTAINER),
        lambda: builtin.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER),
    ):
        with pytest.raises(NotMergeable, match="too long"):
            refused()
