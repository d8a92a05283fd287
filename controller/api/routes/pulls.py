"""Pull requests: the only way in which a runbook changes."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query

from base import limits
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.authors import author_emails
from controller.api.idempotency import IdempotentRoute
from controller.api.paging import Limit, Page
from controller.api.services import Services
from controller.api.shapes.pulls import (
    CommentRequest,
    DiffShape,
    MergedShape,
    MergeRequest,
    PullItem,
    PullShape,
    SyncOutcome,
    diff_shape,
    pull_item,
    pull_shape,
)
from controller.tenants.principal import Principal
from forge.pull_requests import LineRef, PullRequest

router = APIRouter(prefix="/pulls", tags=["pulls"], route_class=IdempotentRoute)

CURSOR: Final = r"^[0-9]{1,9}(-[0-9]{1,9})?$"
"""Of the built-in forge the last number of the page; of GitHub its page and that number."""

Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[7])]
Repository = Annotated[
    str | None, Query(max_length=100, description="A repository's name; the first one where left out.")
]


async def _shape(services: Services, principal: Principal, pull: PullRequest) -> PullShape:
    emails = await author_emails(services, principal.tenant_id, [pull])
    return pull_shape(pull, services.settings.url, emails)


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
    return await _shape(services, principal, pull)


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

    409 where somebody pushed meanwhile (`head_moved`), or where the check fails (`not_mergeable`).
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
    return await _shape(services, principal, pull)


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
    return await _shape(services, principal, pull)


@router.post("/{number}/check", summary="Run the check again", dependencies=[Depends(requires("propose"))])
async def check(
    principal: Caller, services: ServicesDep, number: Number, repository: Repository = None
) -> PullShape:
    """Every step is classified again; the result is on the pull request."""
    await services.proposals.check(principal, number, repository=repository)
    pull = await services.proposals.get(principal, number, repository=repository)
    return await _shape(services, principal, pull)
