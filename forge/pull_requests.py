"""The interface of every forge, built-in or GitHub, and the values that pass through it.

Synchronous: `controller` calls it in a bounded pool of threads. A `Forge` speaks for one repository.
Errors are those of `forge/errors.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from base import limits
from forge.errors import ForgeRefused
from forge.names import refuse_path

Oid: TypeAlias = str
"""A git object's id: 40 lower-case hex digits."""

PullState: TypeAlias = Literal["open", "merged", "closed"]
CheckStatus: TypeAlias = Literal["pass", "fail", "attention"]
ReviewState: TypeAlias = Literal["requested", "approved", "refused"]
Verdict: TypeAlias = Literal["approved", "refused"]

CLASSIFICATION_CHECK = "dd0c/classification"
"""The name of the check that every change of runbooks needs before it is merged."""

SYNC_CHECK = "dd0c/sync"
"""The name of the check that says, on a commit of the synced branch, what of it is in service."""

BRANCH_PREFIX = "dd0c/"
"""Branches under this prefix are the heads of pull requests: `dd0c/<proposal key>`."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Capabilities:
    """What a forge can show beyond the plain pull request."""

    check_runs: bool
    review_comments: bool
    codeowners: bool
    draft: bool
    reviews: bool = False
    """Whether members give their reviews here; elsewhere they are given on the forge, and read."""


@dataclass(frozen=True)
class Actor:
    """Who acts: `id` as in the audit trail (`member:<id>`, `system:<part>`), name and e-mail for git."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class ProposedFile:
    """One file of a proposal; `content` None deletes it."""

    path: str
    content: bytes | None


@dataclass(frozen=True)
class Proposal:
    """A change on its way to a pull request.

    `key` (letters, digits, `-`; at most 100) makes it idempotent: the same key is the same pull request.
    Raises ForgeRefused for a bad key, a bad path, no file, or more than PULL_MAX_FILES.
    """

    key: str
    title: str
    body: str
    files: tuple[ProposedFile, ...]
    author: Actor
    reviewers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_proposal_key(self.key):
            raise ForgeRefused("a proposal key is 1 to 100 characters of a-z, 0-9 and -")
        if not 1 <= len(self.files) <= limits.PULL_MAX_FILES:
            raise ForgeRefused(f"a proposal changes 1 to {limits.PULL_MAX_FILES} files")
        paths = [file.path for file in self.files]
        if len({path.casefold() for path in paths}) != len(paths):
            raise ForgeRefused("a proposal names a path twice")
        for path in paths:
            reason = refuse_path(path.encode("utf-8", "surrogatepass"))
            if reason is not None:
                raise ForgeRefused(f"{path!r} can't be written: {reason}")

    @property
    def branch(self) -> str:
        """The branch that carries it, without `refs/heads/`."""
        return BRANCH_PREFIX + self.key


@dataclass(frozen=True)
class Check:
    """What a check says about a commit; `summary` is Markdown for people.

    `for_owner`: only our own merge, for an owner, lets it in; a forge elsewhere is asked to refuse any other.
    `four_eyes`: what it checked needs the approval of another; kept by the built-in forge alone.
    `url`: the page of ours that says more; told to a forge elsewhere, and no part of what was found.
    """

    name: str
    status: CheckStatus
    title: str
    summary: str
    for_owner: bool = False
    four_eyes: bool = False
    url: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class LineRef:
    """A place in a pull request's files, for a comment."""

    path: str
    line: int


@dataclass(frozen=True)
class Annotation:
    """A comment of ours on a line: the same key replaces it. `body` is Markdown."""

    key: str
    at: LineRef
    body: str


@dataclass(frozen=True)
class Comment:
    """A comment as stored: the same key replaces it.

    `login`: the account that wrote it on a forge elsewhere, where that has to do with the repository at all.
    """

    key: str
    body: str
    at: LineRef | None
    created_at: datetime
    login: str | None = None


@dataclass(frozen=True)
class Review:
    """Who was asked for, or gave, a review: the newest word of each. `commit` is the head that was looked at:
    once the branch has another, an approval of it is worth nothing. `body` is what they said, untrusted.
    """

    reviewer: str
    state: ReviewState
    at: datetime
    commit: Oid | None = None
    body: str = ""

    def is_of(self, head: Oid) -> bool:
        """Whether it was given, and about this very commit."""
        return self.state != "requested" and self.commit == head


@dataclass(frozen=True)
class PullRequest:
    """A pull request as it is now. `head` and `base_head` are the tips of its branch and of its base.

    `from_outside`: its branch lies in another repository, to which others may push what they like.
    `repository`: the name of the repository here; whoever knows several writes it, a forge does not.
    `mergeable` is None once it is merged or closed; `reason` says why it is False.
    """

    number: int
    key: str
    title: str
    body: str
    state: PullState
    branch: str
    head: Oid
    base: str
    base_head: Oid | None
    author: str
    mergeable: bool | None
    reason: str | None
    created_at: datetime
    updated_at: datetime
    merge_commit: Oid | None = None
    merged_at: datetime | None = None
    merged_by: str | None = None
    reviews: tuple[Review, ...] = ()
    checks: tuple[Check, ...] = ()
    comments: tuple[Comment, ...] = ()
    url: str | None = None
    from_outside: bool = False
    repository: str = ""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; `cursor` None means that it was the last."""

    items: tuple[Item, ...]
    cursor: str | None


@dataclass(frozen=True)
class FileDiff:
    """One changed file: a unified diff in `patch`, or None where it is binary or beyond the bound."""

    path: str
    status: Literal["added", "modified", "deleted"]
    old_blob: Oid | None
    new_blob: Oid | None
    additions: int
    deletions: int
    patch: str | None
    note: str | None = None


@dataclass(frozen=True)
class Merged:
    """The commit that a merge put on the base branch."""

    number: int
    commit: Oid
    base: str
    before: Oid | None


@dataclass(frozen=True)
class Protection:
    """What guards a branch."""

    branch: str
    protected: bool
    direct_push: bool
    required_checks: tuple[str, ...]


@dataclass(frozen=True)
class Hint:
    """What a webhook says: look at this repository. Nothing in it is trusted further."""

    repository: str
    delivery_id: str
    ref: str | None = None


@dataclass(frozen=True)
class RefUpdate:
    """One branch that moved: `old` None is a new branch, `new` None a deleted one."""

    ref: str
    old: Oid | None
    new: Oid | None
    forced: bool = field(default=False)


class Forge(Protocol):
    """One repository's pull requests (CONTRACTS.md §6)."""

    capabilities: Capabilities

    def publish(self, proposal: Proposal) -> PullRequest:
        """Open the pull request of a proposal, or bring the open one of the same key up to date."""
        ...

    def get(self, number: int) -> PullRequest:
        """The pull request as it is now. Raises NoSuchPull."""
        ...

    def list(self, state: PullState, cursor: str | None, limit: int) -> Page[PullRequest]:
        """Newest first. Raises ForgeRefused for a cursor that this forge never gave."""
        ...

    def diff(self, number: int) -> Sequence[FileDiff]:
        """What it changes, file by file in order of path, bounded by DIFF_MAX_BYTES in all."""
        ...

    def set_check(self, commit: Oid, check: Check) -> None:
        """Say what a check found; idempotent by (commit, check.name)."""
        ...

    def checks(self, commit: Oid) -> Sequence[Check]:
        """What our checks last said about a commit, whether it heads a pull request or not."""
        ...

    def comment(self, number: int, key: str, body: str, at: LineRef | None = None) -> None:
        """Write a comment, or replace the one of the same key."""
        ...

    def request_review(self, number: int, reviewers: Sequence[str]) -> None:
        """Ask for reviews; asking twice is asking once."""
        ...

    def review(self, number: int, *, head: Oid, verdict: Verdict, body: str, actor: Actor) -> None:
        """Say what a member thinks of its head; their newest word counts. Raises HeadMoved, NotMergeable
        where it is not open, ForgeRefused for who wrote it or where the forge takes reviews itself.
        """
        ...

    def merge(
        self,
        number: int,
        *,
        expected_head: Oid,
        method: Literal["squash", "merge"],
        actor: Actor,
        reviews: Sequence[Review] | None = None,
    ) -> Merged:
        """Put it on its base branch by compare-and-swap. `reviews`: those that were judged; whoever keeps
        them itself holds them against what is said now. Raises HeadMoved, NotMergeable, ReviewsMoved.
        """
        ...

    def close(self, number: int) -> None:
        """Close it without merging; closing a closed one changes nothing. Raises NotMergeable if merged."""
        ...

    def protection(self, branch: str) -> Protection:
        """What guards a branch."""
        ...

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> Hint:
        """Check a delivery in constant time before parsing it. Raises ForgeRefused."""
        ...


def is_proposal_key(key: str) -> bool:
    """Whether a text can be a proposal's key, and so the tail of a branch name."""
    return (
        1 <= len(key) <= 100
        and key.isascii()
        and all(character.islower() or character.isdigit() or character == "-" for character in key)
        and not key.startswith("-")
    )
