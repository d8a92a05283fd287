"""Whose commits a pull request on GitHub is made of: nobody's approval of their own work counts. Pure.

Git's names are what the committer wrote, and GitHub joins them to accounts by their address. A commit that it
joins to none may be anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from forge.github.answers import Document, at
from forge.pull_requests import Oid

COMMITS_MAX: Final = 250
"""As many commits of a pull request GitHub lists, and no more ("List commits on a pull request")."""

WEB_FLOW: Final = "web-flow"
"""GitHub's own account, which commits what somebody wrote on its pages."""


def authors_of(commits: Sequence[Document], head: Oid, proposer: str | None) -> frozenset[str] | None:
    """The accounts, case-folded, that wrote or committed one of these `commits`. None where that can't be
    told: too many, the head is not among them, or one is nobody's that GitHub knows.

    `proposer`: the address of the member who proposed it here. We write commits in their name, and they need
    no account there.
    """
    if len(commits) >= COMMITS_MAX or all(at(commit, "sha") != head for commit in commits):
        return None
    found: set[str] = set()
    for commit in commits:
        for who in ("author", "committer"):
            login = _folded(at(commit, who, "login"))
            if login is not None:
                found.add(login)
            elif proposer is None or _folded(at(commit, "commit", who, "email")) != proposer.casefold():
                return None
    return frozenset(found - {WEB_FLOW})


def _folded(text: object) -> str | None:
    return text.casefold() if isinstance(text, str) and text else None
