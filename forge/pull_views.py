"""What is shown of a pull request: its row, its events and the state of git, folded into one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

import pygit2

from forge.errors import ForgeRefused, NotMergeable
from forge.pull_requests import Check, CheckStatus, Comment, LineRef, Oid, PullRequest
from forge.pull_rows import COMMENTS_END_AT, PullEvent, PullRow
from forge.reviews import require_short, reviews_of
from forge.squash import plan_squash
from forge.storage import read_ref


def show_pull(
    git: pygit2.Repository,
    row: PullRow,
    events: Sequence[PullEvent],
    page_url: str | None,
    required: Sequence[str],
) -> PullRequest:
    """The pull request as it is now. A failing check of those that are `required` keeps it from merging;
    one that has not run does not: a merge runs it first.
    """
    shown = show_listed(git, row, events, page_url)
    if row.state != "open":
        return shown
    refusal = (
        _conflict(git, shown.base_head, read_ref(git, f"refs/heads/{row.branch}"))
        or failing_check(events, shown.head, required)
        or _unknown(events)
    )
    return replace(shown, mergeable=refusal is None, reason=refusal.reason if refusal else None)


def head_of(git: pygit2.Repository, row: PullRow) -> Oid:
    """The tip of its branch while it is open, the head that it had afterwards."""
    branch_head = read_ref(git, f"refs/heads/{row.branch}") if row.state == "open" else None
    return branch_head or row.head_commit


def show_listed(
    git: pygit2.Repository, row: PullRow, events: Sequence[PullEvent], page_url: str | None
) -> PullRequest:
    """The pull request as it is now, without whether it can be merged: what a list has time for."""
    head = head_of(git, row)
    return PullRequest(
        number=row.number,
        key=row.key,
        title=row.title,
        body=row.body,
        state=row.state,
        branch=row.branch,
        head=head,
        base=row.base_branch,
        base_head=read_ref(git, f"refs/heads/{row.base_branch}"),
        author=row.author,
        mergeable=None,
        reason=None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        merge_commit=row.merge_commit,
        merged_at=row.merged_at,
        merged_by=row.merged_by,
        reviews=reviews_of(events),
        checks=checks_of(events, head),
        comments=_comments(events),
        url=None if page_url is None else page_url.replace("{number}", str(row.number)),
    )


def _conflict(git: pygit2.Repository, base: Oid | None, head: Oid | None) -> NotMergeable | None:
    if base is None or head is None:
        return NotMergeable("a branch is gone")
    try:
        plan_squash(git, base, head)
    except NotMergeable as refusal:
        return refusal
    return None


def _unknown(events: Sequence[PullEvent]) -> NotMergeable | None:
    try:
        require_short(events)
    except NotMergeable as refusal:
        return refusal
    return None


def failing_check(events: Sequence[PullEvent], head: Oid, required: Sequence[str]) -> NotMergeable | None:
    """Why the checks on a head keep it from merging: the first of those required that fails."""
    for name in required:
        check = check_of(events, head, name)
        if check is not None and check.status == "fail":
            return NotMergeable(f"the check {name} fails: {check.title}", hint=check.summary)
    return None


def require_checks(events: Sequence[PullEvent], head: Oid, required: Sequence[str]) -> None:
    """Raises NotMergeable where a check that is required has not run on a head, or fails."""
    for name in required:
        if check_of(events, head, name) is None:
            raise NotMergeable(f"the check {name} has not run on {head[:12]}")
    refusal = failing_check(events, head, required)
    if refusal is not None:
        raise refusal


def refuse_flood(events: Sequence[PullEvent], key: str) -> None:
    """Raises ForgeRefused for one more comment where so much was said already; one of a known key is none."""
    if len(events) >= COMMENTS_END_AT and not any(
        (event.kind, event.key) == ("comment", key) for event in events
    ):
        raise ForgeRefused(
            "this pull request holds as many comments and pushes as one may",
            hint="Close it, and push its commits under another branch name.",
        )


def check_of(events: Sequence[PullEvent], commit: Oid, name: str) -> Check | None:
    """What a check last said about a commit, or None."""
    found = [
        event for event in events if event.kind == "check" and (event.commit, event.key) == (commit, name)
    ]
    return _check(found[-1]) if found else None


def checks_of(events: Sequence[PullEvent], commit: Oid) -> tuple[Check, ...]:
    """What checks last said about a commit."""
    return tuple(_check(event) for event in events if event.kind == "check" and event.commit == commit)


def _check(event: PullEvent) -> Check:
    status = event.data.get("status")
    known = cast("CheckStatus", status) if status in {"pass", "fail", "attention"} else "fail"
    marks = (event.data.get("for_owner") is True, event.data.get("four_eyes") is True)
    return Check(event.key or "", known, str(event.data.get("title", "")), event.body, *marks)


def event_of(commit: Oid, check: Check, at: datetime) -> PullEvent:
    """What a check says of a commit, as it is kept."""
    data: dict[str, str | int | bool] = {"status": check.status, "title": check.title}
    data |= {"for_owner": check.for_owner, "four_eyes": check.four_eyes}
    return PullEvent("check", "system:review", at, check.name, commit, check.summary, data)


def _comments(events: Sequence[PullEvent]) -> tuple[Comment, ...]:
    found = []
    for event in events:
        if event.kind == "comment":
            path, line = event.data.get("path"), event.data.get("line")
            at = LineRef(path, line) if isinstance(path, str) and isinstance(line, int) else None
            found.append(Comment(event.key or "", event.body, at, event.at))
    return tuple(found)
