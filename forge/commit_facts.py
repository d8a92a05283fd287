"""What a commit says about itself, read so that no commit can stop its reader: all of it is foreign bytes.

A commit names the encoding of its texts, and libgit2's binding believes it: an unknown one is an exception,
and so is a time that no calendar holds. None of that is a reason to stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pygit2

_LATIN: Final = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1"})
"""What old clients name; every other text is read as UTF-8, with a mark where it is none."""

AUTHOR_MAX_CHARACTERS: Final = 300


@dataclass(frozen=True)
class CommitFacts:
    """What a commit says about itself. `committed_at` None: its time is in no calendar."""

    author: str
    committed_at: datetime | None
    message: str


def facts_of(commit: pygit2.Commit) -> CommitFacts:
    """All of it. Total: whatever the commit is, the answer is a value."""
    return CommitFacts(author_of(commit), time_of(commit), message_of(commit))


def message_of(commit: pygit2.Commit) -> str:
    """The message, up to its first NUL as git reads it."""
    return _decoded(commit, commit.raw_message)


def author_of(commit: pygit2.Commit) -> str:
    """`name <address>` in printable characters; empty where the commit has no sound one."""
    found = signed_by(commit)
    if found is None:
        return ""
    text = f"{_decoded(commit, found.raw_name)} <{_decoded(commit, found.raw_email)}>"
    return "".join(c if c.isprintable() else "\ufffd" for c in text)[:AUTHOR_MAX_CHARACTERS]


def signed_by(commit: pygit2.Commit) -> pygit2.Signature | None:
    """The author as git takes it, or None where the line is malformed."""
    try:
        return commit.author
    except (ValueError, KeyError, LookupError, pygit2.GitError):
        return None


def committed_by(commit: pygit2.Commit) -> str:
    """The address of whoever made the commit, or `unknown`."""
    try:
        return _decoded(commit, commit.committer.raw_email) or "unknown"
    except (ValueError, KeyError, LookupError, pygit2.GitError):
        return "unknown"


def time_of(commit: pygit2.Commit) -> datetime | None:
    """When it was committed, by its own word."""
    try:
        return datetime.fromtimestamp(commit.commit_time, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _decoded(commit: pygit2.Commit, raw: bytes) -> str:
    named = _encoding_of(commit).casefold()
    return raw.decode("latin-1" if named in _LATIN else "utf-8", "replace")


def _encoding_of(commit: pygit2.Commit) -> str:
    """The encoding that it names; empty where it names none, or in bytes that are no text."""
    try:
        return commit.message_encoding or ""
    except ValueError:  # the binding reads the name as UTF-8, strictly
        return ""
