"""Rows of pull requests brought to what git says: at start, after a push, and where a read finds them behind.

Git decides: a commit on the base with the trailer of a number merged it; else a branch keeps it open; else
it is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pygit2

from base import limits
from forge.commit import pull_number
from forge.commit_facts import committed_by, message_of, time_of
from forge.errors import NotMergeable
from forge.pull_refs import is_pull_branch, next_number, pull_branches, pull_numbers, pull_ref
from forge.pull_requests import BRANCH_PREFIX, Actor, Oid, PullState, RefUpdate, is_proposal_key
from forge.pull_rows import PUSHED_FROM, EventKind, PullEvent, PullRow, PullRows
from forge.squash import fork_point
from forge.storage import move_refs, read_ref
from forge.tree import read_commit

REPAIR_ACTOR: Final = Actor("system:forge", "dd0c", "forge@dd0c.invalid")


@dataclass(frozen=True)
class Repair:
    """What a repair changed."""

    adopted: int
    corrected: int


def base_merges(git: pygit2.Repository, base: str) -> Iterator[tuple[int, pygit2.Commit]]:
    """The commits on the base that merged a pull request, newest first, with its number."""
    tip = read_ref(git, f"refs/heads/{base}")
    if tip is None:
        return
    walker = git.walk(pygit2.Oid(hex=tip), pygit2.enums.SortMode.TOPOLOGICAL)
    walker.simplify_first_parent()
    for seen, commit in enumerate(walker):
        if seen >= limits.GIT_HISTORY_MAX_COMMITS:
            return
        number = pull_number(message_of(commit))
        if number is not None:
            yield number, commit


def repair(git: pygit2.Repository, rows: PullRows, base: str, now: datetime) -> Repair:
    """Correct every row that git contradicts, and make the rows that are missing. Under the writer lock."""
    merged: dict[int, pygit2.Commit] = {}
    for number, commit in base_merges(git, base):
        merged.setdefault(number, commit)
    corrected = 0
    for row in rows.unsettled():
        found = _derive(git, row, merged.get(row.number), now)
        if found != row:
            rows.save(found, _event(row, found, now))
            corrected += 1
    adopted = 0
    for key, head in pull_branches(git).items():
        row_of_key = rows.find_key(key)
        if row_of_key is not None and row_of_key.state == "merged":
            move_refs(git, [RefUpdate(f"refs/heads/{BRANCH_PREFIX}{key}", head, None)])
        elif row_of_key is None and is_proposal_key(key):
            adopted += adopt(git, rows, base, key, head, REPAIR_ACTOR, now) is not None
    return Repair(adopted, corrected)


def is_behind(git: pygit2.Repository, row: PullRow) -> bool:
    """Whether it says open and its branch is gone: after a crash, or while somebody merges or closes it."""
    return row.state == "open" and read_ref(git, f"refs/heads/{row.branch}") is None


def settled(git: pygit2.Repository, rows: PullRows, row: PullRow, now: datetime) -> PullRow:
    """The row, corrected first where it is behind. Under the writer lock, with the row as it is there."""
    if not is_behind(git, row):
        return row
    commit = next((c for number, c in base_merges(git, row.base_branch) if number == row.number), None)
    found = _derive(git, row, commit, now)
    rows.save(found, _event(row, found, now))
    return found


def _derive(git: pygit2.Repository, row: PullRow, merge: pygit2.Commit | None, now: datetime) -> PullRow:
    branch_head = read_ref(git, f"refs/heads/{row.branch}")
    last_head = branch_head or read_ref(git, pull_ref(row.number)) or row.head_commit
    if merge is not None:
        if row.state == "merged" and row.merge_commit == str(merge.id):
            return row
        return replace(
            row,
            state="merged",
            head_commit=last_head,
            merge_commit=str(merge.id),
            merged_at=time_of(merge) or now,
            merged_by=row.merged_by or f"git:{committed_by(merge)}",
            updated_at=now,
        )
    state: PullState = "open" if branch_head is not None else "closed"
    if row.state == state and row.head_commit == last_head:
        return row
    return replace(
        row,
        state=state,
        head_commit=last_head,
        merge_commit=None,
        merged_at=None,
        merged_by=None,
        updated_at=now,
    )


def _event(before: PullRow, after: PullRow, now: datetime) -> PullEvent | None:
    if before.state == after.state:
        return PullEvent("pushed", REPAIR_ACTOR.id, now, commit=after.head_commit)
    if after.state == "merged":
        return PullEvent("merged", REPAIR_ACTOR.id, now, commit=after.merge_commit)
    return PullEvent("opened" if after.state == "open" else "closed", REPAIR_ACTOR.id, now)


def record_push(
    git: pygit2.Repository,
    rows: PullRows,
    base: str,
    updates: Sequence[RefUpdate],
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Rows after a git client moved branches: opened, pushed or closed. Under the writer lock."""
    numbers = []
    for update in updates:
        key = update.ref.removeprefix(f"refs/heads/{BRANCH_PREFIX}")
        if not is_pull_branch(update.ref) or not is_proposal_key(key):
            continue
        number = _record(git, rows, base, update, actor, now)
        if number is not None:
            numbers.append(number)
    return numbers


def _record(
    git: pygit2.Repository, rows: PullRows, base: str, update: RefUpdate, actor: Actor, now: datetime
) -> int | None:
    key = update.ref.removeprefix(f"refs/heads/{BRANCH_PREFIX}")
    head = read_ref(git, f"refs/heads/{BRANCH_PREFIX}{key}")
    row = rows.find_key(key)
    if row is None:
        return None if head is None else adopt(git, rows, base, key, head, actor, now, update)
    if row.state == "merged":
        return None
    if head is None:
        closed = replace(row, state="closed", updated_at=now)
        rows.save(closed, PullEvent("closed", actor.id, now) if row.state == "open" else None)
        return row.number
    _keep_head(git, row.number, head)
    event = _moved("pushed" if row.state == "open" else "opened", actor, now, update)
    rows.save(replace(row, state="open", head_commit=head, updated_at=now), event)
    return row.number


def _moved(kind: EventKind, actor: Actor, now: datetime, update: RefUpdate) -> PullEvent:
    """Whose push it was, from where to where. Of this push only: the branch may have moved on since, and who
    did that says it in an event of its own.
    """
    data = {} if update.old is None else {PUSHED_FROM: update.old}
    return PullEvent(kind, actor.id, now, commit=update.new, data=data)


def adopt(
    git: pygit2.Repository,
    rows: PullRows,
    base: str,
    key: str,
    head: Oid,
    actor: Actor,
    now: datetime,
    update: RefUpdate | None = None,
) -> int | None:
    """Make the pull request of a branch that has none: its title and body come from its newest commit.

    None where the branch shares no history with the base. The number is kept where git still knows one
    with this head (rows lost, git kept).
    """
    base_head = read_ref(git, f"refs/heads/{base}")
    if base_head is None:
        return None
    try:
        fork = fork_point(git, base_head, head)
    except NotMergeable:
        return None
    known = [number for number, oid in pull_numbers(git).items() if oid == head and rows.find(number) is None]
    number = known[0] if known else next_number(git)
    _keep_head(git, number, head)
    commit = read_commit(git, head)
    title, _, body = message_of(commit).partition("\n")
    row = PullRow(
        number=number,
        key=key,
        title=title.strip()[: limits.TITLE_MAX_CHARACTERS] or key,
        body=body.strip()[: limits.GIT_MESSAGE_MAX_CHARACTERS],
        branch=BRANCH_PREFIX + key,
        base_branch=base,
        base_commit=fork,
        head_commit=head,
        state="open",
        author=actor.id,
        created_at=now,
        updated_at=now,
    )
    rows.save(row, _moved("opened", actor, now, update or RefUpdate(row.branch, None, head)))
    return number


def _keep_head(git: pygit2.Repository, number: int, head: Oid) -> None:
    ref = pull_ref(number)
    found = read_ref(git, ref)
    if found != head:
        move_refs(git, [RefUpdate(ref, found, head)])
