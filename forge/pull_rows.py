"""The rows that the built-in forge needs, as it needs them. `controller/review/pull_rows.py` implements it.

Rows hold what git can't (who commented, what a check said); what both hold is repaired from git.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from forge.pull_requests import Check, Oid, PullState

EventKind: TypeAlias = Literal["opened", "pushed", "check", "comment", "review", "merged", "closed"]

EVENTS_MAX: Final = 5_000
"""As many events of a pull request are read, and one that has as many is not merged: others are not known."""

COMMENTS_END_AT: Final = 4_000
"""With as many events no more comments are taken, so that words of reviewers and pushes still fit."""

PUSHED_FROM: Final = "from"
"""In the `data` of a push: the commit that its branch was at before; left out where it is a new branch."""


@dataclass(frozen=True)
class PullRow:
    """One pull request as stored."""

    number: int
    key: str
    title: str
    body: str
    branch: str
    base_branch: str
    base_commit: Oid
    head_commit: Oid
    state: PullState
    author: str
    created_at: datetime
    updated_at: datetime
    merge_commit: Oid | None = None
    merged_by: str | None = None
    merged_at: datetime | None = None


@dataclass(frozen=True)
class PullEvent:
    """One thing that happened to it. With a `key`, the same (kind, key, commit) replaces what was there; a
    review then counts as said now, behind all others.
    """

    kind: EventKind
    actor: str
    at: datetime
    key: str | None = None
    commit: Oid | None = None
    body: str = ""
    data: Mapping[str, str | int | bool] = field(default_factory=dict)


class PullRows(Protocol):
    """Rows of one repository. Synchronous; each call is one transaction."""

    def find(self, number: int) -> PullRow | None:
        """The row of a number."""
        ...

    def find_key(self, key: str) -> PullRow | None:
        """The row of a proposal's key."""
        ...

    def page(self, state: PullState, before: int | None, limit: int) -> Sequence[PullRow]:
        """Newest first, below the number `before`."""
        ...

    def unsettled(self) -> Sequence[PullRow]:
        """Every open row, and the merged and closed ones that git may contradict: the newest 1,000."""
        ...

    def headed_by(self, commit: Oid) -> Sequence[int]:
        """The numbers of those whose head is this commit."""
        ...

    def save(self, row: PullRow, event: PullEvent | None) -> None:
        """Insert or replace the row, and append the event."""
        ...

    def put_event(self, number: int, event: PullEvent) -> None:
        """Append an event, or replace the one of the same kind, key and commit."""
        ...

    def put_check(self, commit: Oid, check: Check) -> None:
        """Keep what a check says of a commit that heads no pull request; the newest 200 stay."""
        ...

    def checks_on(self, commit: Oid) -> Sequence[Check]:
        """What was kept of it, by name."""
        ...

    def events(self, number: int) -> Sequence[PullEvent]:
        """The first EVENTS_MAX events in order."""
        ...

    def checks(self, heads: Collection[tuple[int, Oid]]) -> Mapping[int, Sequence[PullEvent]]:
        """By number, what the checks said about these (number, head): one call for a whole page.

        Their `body` is left out: a list has no room for 200 of them.
        """
        ...
