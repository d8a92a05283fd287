"""Pull requests: the only way in which a runbook changes."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from base import limits
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.authors import author_emails
from controller.api.idempotency import IdempotentRoute
from controller.api.paging import Limit, Page
from controller.api.pull_view import Pull, Repository
from controller.api.shapes.pulls import (
    CommentRequest,
    DiffShape,
    MergedShape,
    MergeRequest,
    PullItem,
    PullShape,
    ReviewRequest,
    SyncOutcome,
    diff_shape,
    pull_item,
)
from forge.pull_requests import LineRef, Verdict

router = APIRouter(prefix="/pulls", tags=["pulls"], route_class=IdempotentRoute)

CURSOR: Final = r"^[0-9]{1,9}(-[0-9]{1,9})?$"
"""Of the built-in forge the last number of the page; of GitHub its page and that number."""


@router.get("", summary="List pull requests")
async def list_pulls(
    principal: Caller,
    services: ServicesDep,
    state: Literal["open", "merged", "closed"] = "open",
    repository: Repository = None,
    limit: Limit = limits.PAGE_DEFAULT_ITEMS,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR, description="`nextCursor` of the page before.")
    ] = None,
) -> Page[PullItem]:
    """Newest first; those that are open unless `state` says otherwise."""
    page = await services.proposals.list(principal, state, cursor, limit, repository=repository)
    emails = await author_emails(services, principal.tenant_id, page.items)
    items = [pull_item(pull, services.settings.url, emails) for pull in page.items]
    return Page(items=items, next_cursor=page.cursor)


@router.get("/{number}", summary="Show a pull request")
async def show_pull(at: Pull) -> PullShape:
    """What it says, its checks, its comments, and whether it can be merged; if not, why."""
    pull = await at.services.proposals.get(at.principal, at.number, repository=at.repository)
    return await at.shown(pull)


@router.get("/{number}/diff", summary="What a pull request changes")
async def show_diff(at: Pull) -> DiffShape:
    """Unified diffs, file by file, bounded. Their content is untrusted."""
    return diff_shape(
        list(await at.services.proposals.diff(at.principal, at.number, repository=at.repository))
    )


@router.post("/{number}/merge", summary="Merge a pull request", dependencies=[Depends(requires("merge"))])
async def merge(at: Pull, body: MergeRequest) -> MergedShape:
    """Exactly the head that you saw, checked once more, squashed onto the branch, and synced at once.

    409 where somebody pushed meanwhile (`head_moved`), where the check fails (`not_mergeable`), or where
    somebody's approval of this head is missing (`not_approved`).
    """
    outcome = await at.services.proposals.merge(
        at.principal, at.number, body.expected_head, repository=at.repository
    )
    sync = SyncOutcome(outcome=outcome.sync.outcome, commit=outcome.sync.to_commit)
    return MergedShape(number=at.number, commit=outcome.merged.commit, sync=sync)


@router.post("/{number}/close", summary="Close without merging", dependencies=[Depends(requires("propose"))])
async def close(at: Pull) -> PullShape:
    """Its branch stays; proposing the same again opens it again."""
    pull = await at.services.proposals.close(at.principal, at.number, repository=at.repository)
    return await at.shown(pull)


@router.post(
    "/{number}/comments",
    status_code=201,
    summary="Comment on a pull request",
    dependencies=[Depends(requires("propose"))],
)
async def comment(at: Pull, body: CommentRequest) -> PullShape:
    """On the whole, or on a line of one of its files. `/dd0c explain STEP`, `/dd0c reclassify` and
    `/dd0c plan` on its first line are answered in a comment.
    """
    line = LineRef(body.path, body.line) if body.path is not None and body.line is not None else None
    pull = await at.services.talking.comment(
        at.principal, at.number, body.body, at=line, repository=at.repository
    )
    return await at.shown(pull)


@router.post(
    "/{number}/reviews",
    status_code=201,
    summary="Approve a pull request, or ask for changes",
    dependencies=[Depends(requires("propose"))],
)
async def review(at: Pull, body: ReviewRequest) -> PullShape:
    """Of exactly the head that you saw; your newest word counts, and a push makes approvals stale. Whoever
    opened it or pushed to it can't review it. On GitHub each person reviews there: 422 `forge_refused`.
    """
    verdict: Verdict = "approved" if body.verdict == "approve" else "refused"
    pull = await at.services.proposals.approvals.give(
        at.principal,
        at.number,
        head=body.head,
        verdict=verdict,
        body=body.body.strip(),
        repository=at.repository,
    )
    return await at.shown(pull)


@router.post("/{number}/check", summary="Run the check again", dependencies=[Depends(requires("propose"))])
async def check(at: Pull) -> PullShape:
    """Every step is classified again; the result is on the pull request."""
    await at.services.proposals.check(at.principal, at.number, repository=at.repository)
    pull = await at.services.proposals.get(at.principal, at.number, repository=at.repository)
    return await at.shown(pull)
