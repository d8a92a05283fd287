"""Refs of pull requests: `refs/heads/dd0c/<key>` while one is open, `refs/pull/<n>/head` for good."""

from __future__ import annotations

import pygit2

from forge.pull_requests import BRANCH_PREFIX, Oid
from forge.storage import read_ref


def pull_ref(number: int) -> str:
    """Where the last head of a pull request stays reachable."""
    return f"refs/pull/{number}/head"


def next_number(git: pygit2.Repository) -> int:
    """The number after the highest that git knows; the caller holds the writer lock."""
    return max(pull_numbers(git), default=0) + 1


def pull_numbers(git: pygit2.Repository) -> dict[int, Oid]:
    """Every pull request that git knows, with the last head of each."""
    found = {}
    for name in git.references:
        parts = name.split("/")
        if len(parts) == 4 and parts[:2] == ["refs", "pull"] and parts[3] == "head" and parts[2].isdigit():
            oid = read_ref(git, name)
            if oid is not None:
                found[int(parts[2])] = oid
    return found


def pull_branches(git: pygit2.Repository) -> dict[str, Oid]:
    """The heads of open pull requests by their key."""
    start = f"refs/heads/{BRANCH_PREFIX}"
    found = {}
    for name in git.references:
        oid = read_ref(git, name) if name.startswith(start) else None
        if oid is not None:
            found[name.removeprefix(start)] = oid
    return found


def is_pull_branch(ref: str) -> bool:
    """Whether a full ref name is the head of a pull request."""
    return ref.startswith(f"refs/heads/{BRANCH_PREFIX}")
