"""What the imitation of GitHub knows: one bare repository, and pull requests, comments, statuses in memory.

Branches, commits, trees and blobs are read from the repository at each request, as GitHub does.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pygit2

OWNER, NAME = "acme", "runbooks"
BOT = "dd0c-bot"
APP_ID = 12
APP_LOGIN = "dd0c-app[bot]"


def stamp() -> str:
    """Now, to the second, as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Pull:
    """One pull request; `head_sha` is what its branch had when it was last there."""

    number: int
    title: str
    body: str
    branch: str
    base: str
    head_sha: str
    author: str
    state: str = "open"
    created_at: str = field(default_factory=stamp)
    updated_at: str = field(default_factory=stamp)
    merge_commit: str | None = None
    merge_base: str | None = None
    merged_by: str | None = None
    merged_at: str | None = None
    asked: list[str] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    unknown_answers: int = 0
    """How often the question whether it can be merged is still answered with null, as GitHub does."""


class State:
    """One repository `acme/runbooks` with a protected `main`."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        self.lock = threading.RLock()
        self.pulls: dict[int, Pull] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.line_comments: dict[int, dict[str, Any]] = {}
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.runs: dict[int, dict[str, Any]] = {}
        self.ids = 1000
        self.protected = {"main": ["dd0c/classification"]}
        self.required_reviews = False
        self.unknown_answers = 0
        self.app_key = ""
        self.installed = True
        self.moves_pull_refs = True
        self.stale_heads = 0
        self.forked: list[int] = []
        self.token_seconds = 3600
        self.issued: dict[str, str] = {}
        self.collaborators = {"mia", "zoe", "ada"}
        self.enterprise = False
        """Whether the API lies below the host's `/api/v3` only."""
        self.permissions: dict[str, str] = {}
        """Who may do something else than read, which a public repository lets everybody."""

    def now(self) -> float:
        """Seconds by GitHub's own clock, which is behind ours."""
        return datetime.now(UTC).timestamp() - 20

    def git(self) -> pygit2.Repository:
        return pygit2.Repository(str(self.git_dir))

    def next_id(self) -> int:
        self.ids += 1
        return self.ids

    def branch(self, name: str) -> str | None:
        found = self.git().references.get(f"refs/heads/{name}")
        return None if found is None else str(found.target)

    def refresh(self, pull: Pull) -> None:
        """Follow the branch of an open pull request."""
        tip = self.branch(pull.branch)
        if pull.state == "open" and tip is not None and tip != pull.head_sha:
            if self.stale_heads > 0:
                self.stale_heads -= 1  # GitHub follows the branch in the background
                return
            pull.head_sha, pull.updated_at, pull.unknown_answers = tip, stamp(), self.unknown_answers
            if self.moves_pull_refs:
                self.git().references.create(f"refs/pull/{pull.number}/head", tip, force=True)

    def fork(self, pull: Pull) -> tuple[str, str]:
        """The commits between which its change lies."""
        git = self.git()
        if pull.merge_base is not None:
            return pull.merge_base, pull.head_sha
        base = self.branch(pull.base)
        assert base is not None
        return str(git.merge_base(base, pull.head_sha)), pull.head_sha

    def merged_tree(self, pull: Pull) -> str | None:
        """The tree after a merge; None where it conflicts."""
        git = self.git()
        base = self.branch(pull.base)
        assert base is not None
        index = git.merge_commits(base, pull.head_sha)
        return None if index.conflicts else str(index.write_tree(git))


def files_between(git: pygit2.Repository, old: str, new: str) -> list[dict[str, Any]]:
    """Changed files as `GET /pulls/{n}/files` lists them: the patch without its two header lines."""
    diff = git.diff(old, new)
    words = {"A": "added", "D": "removed", "M": "modified"}
    found = []
    for patch in diff:
        assert patch is not None
        delta = patch.delta
        word = words[delta.status_char()]
        text = patch.text or ""
        side = delta.old_file if word == "removed" else delta.new_file
        found.append(
            {
                "sha": str(side.id),
                "filename": delta.new_file.path,
                "status": word,
                "additions": patch.line_stats[1],
                "deletions": patch.line_stats[2],
                "changes": patch.line_stats[1] + patch.line_stats[2],
                "patch": text[text.index("@@") :].rstrip("\n") if "@@" in text else None,
            }
        )
    return found
