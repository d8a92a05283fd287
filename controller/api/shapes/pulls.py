"""Pull requests as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from controller.api.shapes.inputs import Input
from controller.review.approvals import Standing
from forge import pull_requests as forge
from schemas.model import CommitOid, Instant, Model


class CheckLine(Model):
    """What a check found on the head, in a line."""

    name: str
    status: Literal["pass", "fail", "attention"]
    title: str


class CheckShape(CheckLine):
    """What a check found on the head, with what it wrote."""

    summary: str = Field(description="Markdown; its content comes from the repository and is untrusted.")


class CommentShape(Model):
    """A comment, on the whole or at a line."""

    key: str
    body: str
    path: str | None = None
    line: int | None = None
    created_at: Instant


class ReviewShape(Model):
    """Who was asked for, or gave, a review: the newest word of each."""

    reviewer: str
    reviewer_email: str | None = Field(None, description="Where the reviewer is a member.")
    state: Literal["requested", "approved", "refused"]
    at: Instant
    commit: CommitOid | None = Field(None, description="The head that was looked at.")
    stale: bool = Field(False, description="Given of an older head: as an approval it is worth nothing now.")
    body: str = Field("", description="What they said; untrusted.")


class PersonShape(Model):
    """Somebody, by actor."""

    actor: str
    email: str | None = Field(None, description="Where they are a member.")


class ApprovalsShape(Model):
    """What the merge of an open pull request needs of other people. Its sentences have no full stop."""

    asks: Literal["nothing", "somebody", "owner"] = Field(
        description="Under four eyes: the approval of another who may merge, or of another owner where more "
        "would run by itself."
    )
    approved: list[PersonShape] = Field(description="Whose approval of this very head counts now.")
    refused: list[PersonShape] = Field(description="Who asks for changes at this very head.")
    missing: str | None = Field(None, description="Why it can't be merged yet, as far as people go.")
    hint: str | None = None
    refusal: str | None = Field(None, description="Why you can't review it; absent where you can.")


class PullItem(Model):
    """A pull request in a list."""

    number: int
    repository: str = Field(description="The name of its repository; numbers are of one repository.")
    title: str
    state: Literal["open", "merged", "closed"]
    branch: str
    base: str
    head: CommitOid
    author: str
    author_email: str | None = Field(None, description="Where the author is a member.")
    check: CheckLine | None = Field(
        None, description="The classification check of its head; absent where it has not run on it."
    )
    created_at: Instant
    updated_at: Instant
    url: str


class PullShape(PullItem):
    """One pull request, whole."""

    body: str = Field(description="Markdown; its content is untrusted.")
    mergeable: bool | None = Field(
        None,
        description="Absent once it is merged or closed; false where it conflicts, where a check fails, or "
        "where somebody's word is missing (`approvals`).",
    )
    reason: str | None = Field(None, description="Why it can't be merged.")
    checks: list[CheckShape]
    comments: list[CommentShape]
    reviews: list[ReviewShape]
    approvals: ApprovalsShape
    merge_commit: CommitOid | None = None
    merged_at: Instant | None = None
    merged_by: str | None = None
    merged_by_email: str | None = Field(None, description="Where a member merged it here.")


class FileDiffShape(Model):
    """One changed file."""

    path: str
    status: Literal["added", "modified", "deleted"]
    additions: int
    deletions: int
    patch: str | None = Field(None, description="A unified diff; absent for a binary or very large file.")
    note: str | None = None


class DiffShape(Model):
    """All changed files, by path."""

    items: list[FileDiffShape]


class MergeRequest(Input):
    """Merge exactly what was reviewed."""

    expected_head: CommitOid = Field(
        description="The head that you saw: a push in between refuses the merge."
    )


class SyncOutcome(Model):
    """What the sync after a merge did."""

    outcome: str
    commit: CommitOid | None = None


class MergedShape(Model):
    """A merge that happened."""

    number: int
    commit: CommitOid
    sync: SyncOutcome


class ReviewRequest(Input):
    """What you think of exactly the head that you saw."""

    head: CommitOid = Field(description="A push in between refuses the review.")
    verdict: Literal["approve", "request_changes"]
    body: Annotated[str, StringConstraints(max_length=8_000)] = Field(
        "", description="Why; asked for where you request changes."
    )

    @model_validator(mode="after")
    def _says_what(self) -> ReviewRequest:
        if self.verdict == "request_changes" and not self.body.strip():
            raise ValueError("say in `body` which changes")
        return self


class CommentRequest(Input):
    """A comment to write."""

    body: Annotated[str, StringConstraints(min_length=1, max_length=8_000)]
    path: str | None = Field(None, max_length=512)
    line: int | None = Field(None, ge=1)


def _check(check: forge.Check) -> CheckShape:
    return CheckShape(name=check.name, status=check.status, title=check.title, summary=check.summary)


def pull_item(pull: forge.PullRequest, public_url: str, emails: Mapping[str, str]) -> PullItem:
    """A pull request for a list; `emails` are those of its actors, as far as they are members."""
    return PullItem(**_common(pull, public_url, emails))


def _common(pull: forge.PullRequest, public_url: str, emails: Mapping[str, str]) -> dict[str, object]:
    found = next((check for check in pull.checks if check.name == forge.CLASSIFICATION_CHECK), None)
    return {
        "number": pull.number,
        "repository": pull.repository,
        "title": pull.title,
        "state": pull.state,
        "branch": pull.branch,
        "base": pull.base,
        "head": pull.head,
        "author": pull.author,
        "author_email": emails.get(pull.author),
        "check": None
        if found is None
        else CheckLine(name=found.name, status=found.status, title=found.title),
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "url": pull.url or f"{public_url}/pulls/{pull.number}",
    }


def pull_shape(
    pull: forge.PullRequest, standing: Standing, public_url: str, emails: Mapping[str, str]
) -> PullShape:
    """A pull request, whole; `emails` as for `pull_item`."""
    waits = pull.mergeable is True and standing.missing is not None
    return PullShape(
        **_common(pull, public_url, emails),
        body=pull.body,
        mergeable=pull.mergeable and not waits,
        reason=standing.missing if waits else pull.reason,
        checks=[_check(check) for check in pull.checks],
        comments=[
            CommentShape(
                key=comment.key,
                body=comment.body,
                path=comment.at.path if comment.at else None,
                line=comment.at.line if comment.at else None,
                created_at=comment.created_at,
            )
            for comment in pull.comments
        ],
        reviews=[
            ReviewShape(
                reviewer=item.reviewer,
                reviewer_email=emails.get(item.reviewer),
                state=item.state,
                at=item.at,
                commit=item.commit,
                stale=item.state != "requested" and not item.is_of(pull.head),
                body=item.body,
            )
            for item in pull.reviews
        ],
        approvals=ApprovalsShape(
            asks=standing.asks,
            approved=[PersonShape(actor=each, email=emails.get(each)) for each in standing.approved],
            refused=[PersonShape(actor=each, email=emails.get(each)) for each in standing.refused],
            missing=standing.missing,
            hint=standing.hint,
            refusal=standing.refusal,
        ),
        merge_commit=pull.merge_commit,
        merged_at=pull.merged_at,
        merged_by=pull.merged_by,
        merged_by_email=emails.get(pull.merged_by or ""),
    )


def diff_shape(files: list[forge.FileDiff]) -> DiffShape:
    """The diff of a pull request."""
    return DiffShape(
        items=[
            FileDiffShape(
                path=file.path,
                status=file.status,
                additions=file.additions,
                deletions=file.deletions,
                patch=file.patch,
                note=file.note,
            )
            for file in files
        ]
    )
