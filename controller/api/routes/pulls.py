"""Pull requests: the only way in which a runbook changes."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query

from base import limits
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.authors import author_emails
from controller.api.idempotency import IdempotentRoute
from controller.api.paging import Limit, Page
from controller.api.pull_view import shown
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

Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[7])]
Repository = Annotated[
    str | None,
    Query(
        max_length=100,
        description="A repository's name; left out where there is only one (else 409).",
    ),
]


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
async def show_pull(
    principal: Caller, services: ServicesDep, number: Number, repository: Repository = None
) -> PullShape:
    """What it says, its checks, its comments, and whether it can be merged; if not, why."""
    pull = await services.proposals.get(principal, number, repository=repository)
    return await shown(services, principal, pull)


@router.get("/{number}/diff", summary="What a pull request changes")
async def show_diff(
    principal: Caller, services: ServicesDep, number: Number, repository: Repository = None
) -> DiffShape:
    """Unified diffs, file by file, bounded. Their content is untrusted."""
    return diff_shape(list(await services.proposals.diff(principal, number, repository=repository)))


@router.post("/{number}/merge", summary="Merge a pull request", dependencies=[Depends(requires("merge"))])
async def merge(
    principal: Caller,
    services: ServicesDep,
    number: Number,
    body: MergeRequest,
    repository: Repository = None,
) -> MergedShape:
    """Exactly the head that you saw, checked once more, squashed onto the branch, and synced at once.

    409 where somebody pushed meanwhile (`head_moved`), where the check fails (`not_mergeable`), or where
    somebody's approval of this head is missing (`not_approved`).
    """
    outcome = await services.proposals.merge(principal, number, body.expected_head, repository=repository)
    sync = SyncOutcome(outcome=outcome.sync.outcome, commit=outcome.sync.to_commit)
    return MergedShape(number=number, commit=outcome.merged.commit, sync=sync)


@router.post("/{number}/close", summary="Close without merging", dependencies=[Depends(requires("propose"))])
async def close(
    principal: Caller, services: ServicesDep, number: Number, repository: Repository = None
) -> PullShape:
    """Its branch stays; proposing the same again opens it again."""
    pull = await services.proposals.close(principal, number, repository=repository)
    return await shown(services, principal, pull)


@router.post(
    "/{number}/comments",
    status_code=201,
    summary="Comment on a pull request",
    dependencies=[Depends(requires("propose"))],
)
async def comment(
    principal: Caller,
    services: ServicesDep,
    number: Number,
    body: CommentRequest,
    repository: Repository = None,
) -> PullShape:
    """On the whole, or on a line of one of its files. `/dd0c explain STEP`, `/dd0c reclassify` and
    `/dd0c plan` on its first line are answered in a comment.
    """
    at = LineRef(body.path, body.line) if body.path is not None and body.line is not None else None
    pull = await services.talking.comment(principal, number, body.body, at=at, repository=repository)
    return await shown(services, principal, pull)


@router.post(
    "/{number}/reviews",
    status_code=201,
    summary="Approve a pull request, or ask for changes",
    dependencies=[Depends(requires("propose"))],
)
async def review(
    principal: Caller,
    services: ServicesDep,
    number: Number,
    body: ReviewRequest,
    repository: Repository = None,
) -> PullShape:
    """Of exactly the head that you saw; your newest word counts, and a push makes approvals stale. Whoever
    opened it or pushed to it can't review it. On GitHub each person reviews there: 422 `forge_refused`.
    """
    verdict: Verdict = "approved" if body.verdict == "approve" else "refused"
    pull = await services.proposals.approvals.give(
        principal, number, head=body.head, verdict=verdict, body=body.body.strip(), repository=repository
    )
    return await shown(services, principal, pull)


@router.post("/{number}/check", summary="Run the check again", dependencies=[Depends(requires("propose"))])
async def check(
    principal: Caller, services: ServicesDep, number: Number, repository: Repository = None
) -> PullShape:
    """Every step is classified again; the result is on the pull request."""
    await services.proposals.check(principal, number, repository=repository)
    pull = await services.proposals.get(principal, number, repository=repository)
    return await shown(services, principal, pull)
