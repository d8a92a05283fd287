"""Runbooks and their versions as the API shows them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from schemas.model import CommitOid, Digest, Instant, Model
from schemas.risk import EffectiveRisk
from schemas.verdict import Span

RiskWord = Literal["safe", "caution", "dangerous", "unknown"]
ShownRisk = Literal["safe", "caution", "dangerous", "unknown", "manual"]


class FileError(Model):
    """Why the newest content of a file is not in service."""

    line: int | None = None
    column: int | None = None
    reason: str
    commit: CommitOid | None = Field(None, description="The commit that brought it.")


class RepositoryRef(Model):
    """Which repository a runbook is in."""

    id: str
    name: str


class LastRun(Model):
    """The newest execution of a runbook."""

    id: str
    state: str
    at: Instant = Field(description="When it ended; when it was asked for, while it is not over.")


class LastReview(Model):
    """Who last read the whole document, as it says itself."""

    by: str
    at: Instant


StaleCode = Literal[
    "sync_broken", "last_run_failed", "declared_too_low", "reference_unknown", "verdict_waits",
    "verdict_outdated", "owner_missing", "owner_unknown", "never_run", "run_long_ago", "never_reviewed",
    "reviewed_long_ago",
]  # fmt: skip


class StaleReason(Model):
    """Why a runbook may no longer be what it was. None of them keeps it from running."""

    code: StaleCode
    message: str = Field(description="What is so.")
    hint: str = Field(description="What to do about it.")
    steps: tuple[str, ...] = Field((), description="The steps that it is about.")


class RunbookItem(Model):
    """A runbook in a list."""

    id: str = Field(examples=["rbk_01jd3q6x0000000000000000aa"])
    name: str = Field(description="The identity: `metadata.name`.")
    title: str
    service: str | None = None
    repository: RepositoryRef
    path: str
    state: Literal["ok", "stale_invalid", "skipped", "retired"] = Field(
        description="stale_invalid: the newest content is broken, the last good version serves."
    )
    error: FileError | None = None
    version_id: str | None = None
    content_sha256: Digest | None = None
    commit: CommitOid | None = Field(None, description="The commit of what is in service.")
    steps: int
    risks: dict[RiskWord, int] = Field(
        description="How many steps of each shown risk; manual ones are not counted."
    )
    profile: list[ShownRisk] = Field(description="The mark of each step, in order.")
    trust_level: int
    governance: Literal["strict"] | None = Field(None, description="What the document itself demands.")
    owners: list[str]
    last_run: LastRun | None = None
    review: LastReview | None = None
    stale: tuple[StaleReason, ...] = Field((), description="The most pressing first.")
    updated_at: Instant


class StepVerdict(Model):
    """Who said what about a command."""

    classification: str = Field(description="`GET /classifications/{id}` has all of it.")
    scanner: RiskWord
    advisor: RiskWord | None = Field(None, description="The second key, where it was asked.")
    rule: int = Field(description="Which of the five merge rules decided.")
    keys: int = Field(description="How many of the two keys looked at it.")
    one_key: str | None = Field(None, description="Why the advisor that is there said nothing, in words.")
    spans: list[Span] = Field(description="Characters of the command that decided.")


class RunbookStep(Model):
    """A step of the version in service, with its verdict."""

    id: str
    title: str
    command: str | None = None
    manual: str | None = None
    answers: tuple[str, ...] = ()
    risk: EffectiveRisk = Field(description="max(declared, verdict).")
    unknown: bool = Field(False, description="Nobody could tell: the risk is caution for that reason.")
    why: str | None = None
    rule_ids: tuple[str, ...] = ()
    found: StepVerdict | None = Field(None, description="Absent for a manual step.")
    declared: EffectiveRisk | None = Field(None, description="What the document declares.")
    when: str | None = Field(None, description="The condition, in words.")
    target: dict[str, str] = Field(default_factory=dict, description="Labels that its agent must carry.")
    needs: tuple[str, ...] = ()
    confirm: str | None = None
    rollback: dict[str, str] | None = None
    irreversible: bool = Field(False, description="Behind it lies the point of no return.")
    timeout_ms: int
    idempotent: bool = False


class RunbookShape(RunbookItem):
    """One runbook, whole."""

    step_list: list[RunbookStep]
    document: dict[str, Any] = Field(description="The parsed document of the version in service.")


class VersionItem(Model):
    """One content that a runbook had: immutable."""

    id: str
    content_sha256: Digest
    path: str
    commit: CommitOid = Field(description="The first commit that brought this content.")
    author: str
    committed_at: Instant | None = None
    created_at: Instant
