"""What reviewers see of a pull request or a version, as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from base.ids import show_id
from controller.api.shapes.pulls import FileDiffShape
from controller.review.change import Note
from controller.review.records import LogFile, Proposed, SourceText
from controller.review.reviews import PullReview, VersionReview
from controller.review.rule_changes import RuleChange
from controller.review.views import RunbookChange
from forge.pull_rows import PullEvent
from schemas.model import CommitOid, Digest, Instant, Model


class NoteShape(Model):
    """One thing that the check says; an error keeps the change out."""

    level: Literal["error", "attention", "warning"]
    path: str
    line: int | None = None
    column: int | None = None
    field: str | None = None
    message: str
    hint: str | None = None


class ChangeReviewShape(Model):
    """A pull request's change as it would run: every step before and after, with its verdict."""

    number: int
    head: CommitOid = Field(description="The commit that this review is about; merge exactly this one.")
    base: CommitOid = Field(description="Where the change begins.")
    runbooks: list[RunbookChange]
    kind: str | None = Field(
        None, description="paste, edit, retire, divergence; absent for a branch that somebody pushed."
    )
    has_source: bool = Field(
        description="Whether a pasted text is kept of it: `/source`, for who may propose."
    )
    left_out: int = Field(0, description="How many more runbooks it changes than are shown.")
    settings: list[str] = Field(description="Paths of policy and flags that it changes.")
    rule_changes: list[RuleChange] = Field(
        description="What it changes of what policy and flags ask for, as in force of all repositories."
    )
    reached: list[RunbookChange] = Field(
        description="What it does not touch, and of which steps begin or end to run by themselves under it."
    )
    reached_left_out: int = Field(
        0, description="How many more it does not touch and may reach: not looked at step by step."
    )
    other_files: list[str]
    notes: list[NoteShape] = Field(description="Of the check, as it would come out now; while it is open.")
    raises_trust: bool = Field(description="Only an owner may merge it.")


class PullEventShape(Model):
    """One thing that happened to a pull request. Its texts are untrusted."""

    kind: Literal["opened", "pushed", "check", "comment", "review", "merged", "closed"]
    at: Instant
    actor: str
    actor_email: str | None = Field(None, description="Where the actor is a member.")
    commit: CommitOid | None = None
    check: str | None = Field(None, description="The name of the check.")
    status: str | None = Field(None, description="Of a check, or of a review: requested, approved, refused.")
    title: str | None = None
    body: str | None = Field(None, description="The text of a comment or of a review.")
    path: str | None = None
    line: int | None = None
    reviewer: str | None = None


class PullEvents(Model):
    """What happened, oldest first."""

    items: list[PullEventShape]


class AlternativeShape(Model):
    """Something else that was considered."""

    option: str
    why_not: str


class DecisionShape(Model):
    """One file below `decisions/`. Exactly one of a log, verdicts and a problem."""

    path: str
    prompt: str | None = None
    reasoning: str | None = None
    alternatives: list[AlternativeShape] = Field(default_factory=list)
    confidence: float | None = Field(None, description="0 to 1.")
    at: Instant | None = None
    author: str | None = None
    author_email: str | None = None
    verdicts: list[dict[str, Any]] | None = Field(None, description="The verdict of each command, as kept.")
    problem: str | None = None


class Decisions(Model):
    """The decision logs of a pull request, by path."""

    items: list[DecisionShape]


class SourceLine(Model):
    """What became of some lines of the source."""

    line: int
    end_line: int
    fate: str
    detail: str


class SourceStep(Model):
    """The lines that became a step."""

    id: str
    title: str
    line: int
    end_line: int


class SourceShape(Model):
    """The text that was pasted, secrets masked, and what became of each part of it."""

    sha256: Digest
    format: str
    byte_count: int
    created_at: Instant
    created_by: str
    created_by_email: str | None = None
    text: str = Field(description="Untrusted. Lines count from 1.")
    masked: int = Field(description="How many secrets were masked.")
    sentences: int | None = Field(None, description="Absent where the import refuses the text by now.")
    accounted: int | None = None
    by_fate: dict[str, int] = Field(default_factory=dict)
    lines: list[SourceLine] = Field(default_factory=list)
    steps: list[SourceStep] = Field(default_factory=list)
    problem: str | None = None


class VersionChangeShape(Model):
    """A version against another one."""

    version_id: str
    before_id: str | None = Field(None, description="Absent where it is the first.")
    change: RunbookChange
    diff: FileDiffShape


def review_shape(found: PullReview, proposed: Proposed | None) -> ChangeReviewShape:
    """A review for the page of its pull request."""
    return ChangeReviewShape(
        number=found.pull.number,
        head=found.pull.head,
        base=found.base,
        runbooks=list(found.runbooks),
        kind=None if proposed is None else proposed.kind,
        has_source=proposed is not None and proposed.source_sha256 is not None,
        left_out=found.left_out,
        settings=list(found.rules),
        rule_changes=list(found.rule_changes),
        reached=list(found.reached),
        reached_left_out=found.reached_left_out,
        other_files=list(found.other_files),
        notes=[_note(note) for note in found.notes],
        raises_trust=found.raises_trust,
    )


def _note(note: Note) -> NoteShape:
    place = note.place
    return NoteShape(
        level=note.level,
        path=note.path,
        line=place.line or None,
        column=place.column or None,
        field=place.path or None,
        message=place.message,
        hint=place.hint,
    )


def event_actor(event: PullEvent) -> str:
    """Who did it. The forge writes comments for a member: the key begins with whose it is."""
    author, _, _ = (event.key or "").rpartition(":")
    return author if event.kind == "comment" and author.startswith("member:") else event.actor


def event_shape(event: PullEvent, emails: Mapping[str, str]) -> PullEventShape:
    """An event for the conversation."""
    actor = event_actor(event)
    path, line = event.data.get("path"), event.data.get("line")
    status, title = event.data.get("status", event.data.get("state")), event.data.get("title")
    return PullEventShape(
        kind=event.kind,
        at=event.at,
        actor=actor,
        actor_email=emails.get(actor),
        commit=event.commit,
        check=event.key if event.kind == "check" else None,
        status=status if isinstance(status, str) else None,
        title=title if isinstance(title, str) else None,
        body=event.body if event.kind == "comment" or (event.kind == "review" and event.body) else None,
        path=path if isinstance(path, str) else None,
        line=line if isinstance(line, int) else None,
        reviewer=event.key if event.kind == "review" else None,
    )


def decision_shape(file: LogFile, emails: Mapping[str, str]) -> DecisionShape:
    """A file of decisions."""
    if file.log is None:
        kept = None if file.verdicts is None else list(file.verdicts)
        return DecisionShape(path=file.path, verdicts=kept, problem=file.problem)
    log = file.log
    return DecisionShape(
        path=file.path,
        prompt=log.prompt,
        reasoning=log.reasoning,
        alternatives=[
            AlternativeShape(option=item.option, why_not=item.why_not) for item in log.alternatives_considered
        ],
        confidence=log.confidence,
        at=log.timestamp,
        author=log.author,
        author_email=emails.get(log.author),
    )


def source_shape(source: SourceText, read: Mapping[str, Any], emails: Mapping[str, str]) -> SourceShape:
    """A source text; `read` is what `source_view.source_document` made of it."""
    coverage = read.get("coverage") or {}
    return SourceShape(
        sha256=source.sha256,
        format=source.format,
        byte_count=source.byte_count,
        created_at=source.created_at,
        created_by=source.created_by,
        created_by_email=emails.get(source.created_by),
        text=read["text"],
        masked=read["masked"],
        sentences=coverage.get("sentences"),
        accounted=coverage.get("accounted"),
        by_fate=coverage.get("byFate", {}),
        lines=[
            SourceLine(line=item["line"], end_line=item["endLine"], fate=item["fate"], detail=item["detail"])
            for item in coverage.get("items", ())
        ],
        steps=[
            SourceStep(id=item["id"], title=item["title"], line=item["line"], end_line=item["endLine"])
            for item in read.get("steps", ())
        ],
        problem=read.get("problem"),
    )


def version_change_shape(found: VersionReview) -> VersionChangeShape:
    """A comparison of versions."""
    diff = found.diff
    return VersionChangeShape(
        version_id=show_id("ver", found.after),
        before_id=None if found.before is None else show_id("ver", found.before),
        change=found.change,
        diff=FileDiffShape(
            path=diff.path,
            status=diff.status,
            additions=diff.additions,
            deletions=diff.deletions,
            patch=diff.patch,
            note=diff.note,
        ),
    )
