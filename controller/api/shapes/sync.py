"""How git and what is in service agree, as the API shows it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool

from base.limits import SYNC_WAIT_SECONDS, SYNC_WAIT_SECONDS_MAX
from controller.api.paging import Page
from controller.api.shapes.inputs import Input
from controller.review.repositories import ENVIRONMENT, NAME
from controller.review.views import RunbookChange
from schemas.model import CommitOid, Instant, Model

State = Literal["synced", "behind", "broken", "never"]


class BrokenFile(Model):
    """A file whose newest content is not in service."""

    path: str
    state: str
    line: int | None = None
    column: int | None = None
    reason: str
    commit: CommitOid | None = None
    serving_version_id: str | None = None
    runbook_id: str | None = Field(None, description="The runbook whose last good version is in service.")
    since: Instant | None = None
    link: str | None = Field(None, description="The line at this commit: on the forge, or on a page of ours.")


class PolicyPart(Model):
    """What the repository's `policy.json` does for the tenant."""

    role: Literal["source", "other"] = Field(
        description="source: it may allow something. other: it can only ask for more."
    )
    in_force: bool = Field(description="Whether a good `policy.json` of it is in force.")
    asks: list[str] = Field(description="Of another than the source: what is stricter because of it.")


class RepositorySync(Model):
    """How far one repository is synced. Ages are in seconds, by the server's clock."""

    id: str
    name: str
    forge: str
    branch: str
    prefix: str = ""
    environment: str | None = Field(None, description="What the branch is for, in a word.")
    state: State
    says: str = Field(description="The state in a sentence.")
    head: CommitOid | None = None
    synced_commit: CommitOid | None = None
    synced_at: Instant | None = None
    trigger: str | None = Field(None, description="What began the sync that brought what is in service.")
    fetched_at: Instant | None = Field(None, description="The last good look at git.")
    fetch_age_seconds: int | None = None
    behind_since: Instant | None = Field(
        None, description="When a commit that is not in service was first seen."
    )
    lag_seconds: int | None = None
    error: str | None = None
    error_at: Instant | None = None
    runbooks: int = Field(description="In service.")
    broken: int = Field(description="Files whose newest content does not validate.")
    broken_files: list[BrokenFile] = Field(description="Those and the files that are not read; 1,000 in all.")
    policy: PolicyPart
    has_badge: bool = Field(description="Whether a badge token was made.")
    direct_push: bool = Field(
        description="Built-in forge: maintainers may push to the branch, where the policy allows it, too."
    )


class SyncRun(Model):
    """One sync that happened."""

    id: str
    repository: str
    trigger: str
    outcome: str
    from_commit: CommitOid | None = None
    to_commit: CommitOid | None = None
    counts: dict[str, int] = Field(
        description="Runbooks added, changed, retired and unchanged; files broken and skipped after it. "
        "`rewritten` 1: the commit before is not in the new one's history, as after a force-push."
    )
    error: str | None = None
    started_at: Instant
    finished_at: Instant
    duration_ms: int


class SyncRuns(Page[SyncRun]):
    """A page of the history, newest first; the newest 200 of a repository are kept."""


class SyncStatus(Model):
    """All repositories, and the last syncs."""

    items: list[RepositorySync]
    history: list[SyncRun]


class SyncAsk(Model):
    """Which repository to sync, and how long to wait for what comes of it."""

    repository: str | None = Field(None, max_length=63, description="Its name; absent: every one.")
    wait_seconds: int = Field(SYNC_WAIT_SECONDS, ge=1, le=SYNC_WAIT_SECONDS_MAX)


class RejectedFile(Model):
    """A file that this sync kept out of service."""

    path: str
    line: int
    reason: str


class SyncNowItem(Model):
    """What a sync that was asked for did."""

    name: str
    outcome: Literal["synced", "unchanged", "partial", "failed", "running"] = Field(
        description="running: it had not ended when the time to wait was over; it goes on."
    )
    state: State = Field(description="Of the repository now.")
    commit: CommitOid | None = None
    counts: dict[str, int] = Field(default_factory=dict)
    rejected: list[RejectedFile] = Field(default_factory=list)
    error: str | None = None


class SyncNow(Model):
    """One entry a repository."""

    items: list[SyncNowItem]


class SyncFile(Model):
    """One file of the synced branch."""

    path: str
    kind: str
    state: Literal["in_service", "broken", "skipped"]
    runbook_id: str | None = None
    name: str | None = None
    commit: CommitOid | None = Field(None, description="That brought this state.")
    service_commit: CommitOid | None = Field(
        None, description="Of the content that is in service; absent where nothing of the file is."
    )
    line: int | None = None
    column: int | None = None
    reason: str | None = None
    link: str | None = None
    since: Instant


class SyncFiles(Model):
    """A page of files by path."""

    items: list[SyncFile]
    next_after: str | None = Field(None, description="Give it back as `after`; absent on the last page.")


class FileContent(Model):
    """The newest content of a file of ours, whether it is in service or not; untrusted text."""

    path: str
    commit: CommitOid | None = None
    text: str
    line: int | None = None
    column: int | None = None
    reason: str | None = None


class DriftItem(Model):
    """One file about which git and what is in service do not agree."""

    kind: Literal["added", "changed", "retired", "kept", "broken"] = Field(
        description="added, changed, retired: not synced yet. kept: its last good version serves. "
        "broken: nothing of it serves."
    )
    path: str
    name: str | None = None
    declared_commit: CommitOid | None = None
    service_commit: CommitOid | None = None
    line: int | None = None
    reason: str | None = None
    link: str | None = None
    change: RunbookChange | None = Field(
        None, description="Step by step, from what is in service to what git declares, where it can be read."
    )


class Drift(Model):
    """What git's synced branch declares against what is in service. `head` is of the last fetch."""

    repository: str
    branch: str
    head: CommitOid | None = None
    synced_commit: CommitOid | None = None
    fetched_at: Instant | None = None
    in_step: bool = Field(description="Nothing differs.")
    items: list[DriftItem]
    left_out: int = Field(description="How many more files differ than are shown.")


class NewRepository(Model):
    """A repository to be looked at: one at the forge that this server works with."""

    url: str | None = Field(
        None, max_length=2_000, description="https://host/owner/name; none for the built-in forge."
    )
    name: str | None = Field(None, pattern=NAME, description="How it is called here; else by its address.")
    branch: str = Field("main", min_length=1, max_length=200)
    prefix: str = Field("", max_length=400, description="The folder that holds `runbooks/`; empty: the root.")
    environment: str | None = Field(
        None, pattern=ENVIRONMENT, description="What the branch is for, in a word: staging, prod."
    )


class RepositoryAdded(Model):
    """It is looked at from now on; its first sync has begun."""

    id: str
    name: str
    forge: str
    branch: str
    prefix: str
    environment: str | None = None


class RepositoryRemoval(Model):
    """What removing a repository does, or did."""

    repository: str
    refused: str | None = Field(None, description="Why it can't be removed.")
    runbooks: list[str] = Field(description="Out of service; the first 200 by name.")
    runbook_count: int
    under_way: int = Field(description="Runs of them that have not ended; they go on.")
    asks: list[str] = Field(description="Fields of the policy that are no longer stricter because of it.")
    flags: list[str] = Field(description="Flags that it no longer keeps off.")


class PolicySource(Model):
    """The repository whose `policy.json` may allow something."""

    repository: str = Field(max_length=63, description="Its name.")


class Badge(Model):
    """Where the badge of a repository is shown to whoever has the address; it is shown once."""

    svg: str
    json_url: str
    markdown: str


class BadgeEndpoint(Model):
    """The badge as shields.io reads it."""

    schema_version: Literal[1] = 1
    label: str
    message: str
    color: str
    is_error: bool
    cache_seconds: int


class DirectPush(Input):
    """Whether maintainers may push to the synced branch past pull requests."""

    allowed: StrictBool


class LetGo(Model):
    """How many runbooks an owner let go, and what the sync right after it did."""

    runbooks: int
    outcome: str
    commit: CommitOid | None = None
