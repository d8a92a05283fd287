"""Heads at which changes are asked for, and that a push would put on the protected branch."""

from __future__ import annotations

from collections.abc import Sequence

import pygit2

from forge.pull_refs import pull_branches
from forge.pull_requests import Oid, RefUpdate
from forge.pull_rows import PullRows
from forge.reviews import reviews_of


def refuse_held(
    git: pygit2.Repository, rows: PullRows, base_ref: str, updates: Sequence[RefUpdate]
) -> str | None:
    """Why a push may not bring to the protected branch what it brings, or None. Under the writer lock: so
    no word comes between; whoever asked counts, whatever their role is by now.
    """
    update = next((each for each in updates if each.ref == base_ref), None)
    if update is None or update.new is None:
        return None
    for key, head in pull_branches(git).items():
        if not _brings(git, update, head):
            continue
        row = rows.find_key(key)
        if row is None or row.state != "open":
            continue
        said = reviews_of(rows.events(row.number))
        if any(each.state == "refused" and each.is_of(head) for each in said):
            return f"changes are asked for at a commit of it, in pull request {row.number}"
    return None


def _brings(git: pygit2.Repository, update: RefUpdate, head: Oid) -> bool:
    """Whether a head comes into the branch with this update."""
    return _holds(git, update.new, head) and not _holds(git, update.old, head)


def _holds(git: pygit2.Repository, tip: Oid | None, commit: Oid) -> bool:
    if tip is None or tip == commit:
        return tip == commit
    try:
        return bool(git.descendant_of(pygit2.Oid(hex=tip), pygit2.Oid(hex=commit)))
    except (KeyError, ValueError, pygit2.GitError):  # a branch of an object that is not there, or of a tag
        return False
