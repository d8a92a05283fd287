"""What a reviewer looks at: a pull request's change as it would run, its history, and versions compared."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from controller.api import resolving
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.authors import actor_emails
from controller.api.idempotency import IdempotentRoute
from controller.api.pull_view import Pull
from controller.api.routes.runbooks import RunbookKey, VersionId
from controller.api.routing import id_or_404
from controller.api.shapes.reviews import (
    ChangeReviewShape,
    Decisions,
    PullEvents,
    SourceShape,
    VersionChangeShape,
    decision_shape,
    event_actor,
    event_shape,
    review_shape,
    source_shape,
    version_change_shape,
)
from controller.api.source_view import source_document

router = APIRouter(tags=["pulls"], route_class=IdempotentRoute)
versions_router = APIRouter(prefix="/runbooks", tags=["runbooks"], route_class=IdempotentRoute)


@router.get("/pulls/{number}/review", summary="What a pull request changes at 3 a.m.")
async def show_review(at: Pull) -> ChangeReviewShape:
    """Every runbook of the change, step by step, before and after: what would run by itself, what is new,
    and who said what about each command. Simulated with the policy and flags in force, or with those of the
    change where it brings them.
    """
    found = await at.services.reviews.review(at.principal, at.number, repository=at.repository)
    proposed = await at.services.records.proposed(at.principal, at.number, repository=at.repository)
    return review_shape(found, proposed)


@router.get("/pulls/{number}/events", summary="What happened to a pull request")
async def show_events(at: Pull) -> PullEvents:
    """Opened, pushed, checked, commented, merged or closed, oldest first; at most 1,000."""
    found = await at.services.records.events(at.principal, at.number, repository=at.repository)
    emails = await actor_emails(at.services, at.principal.tenant_id, (event_actor(event) for event in found))
    return PullEvents(items=[event_shape(event, emails) for event in found])


@router.get("/pulls/{number}/decisions", summary="Why it came out so")
async def show_decisions(at: Pull) -> Decisions:
    """The decision logs that the pull request brings, read; their content is untrusted."""
    found = await at.services.records.decisions(at.principal, at.number, repository=at.repository)
    authors = (file.log.author for file in found if file.log is not None)
    emails = await actor_emails(at.services, at.principal.tenant_id, authors)
    return Decisions(items=[decision_shape(file, emails) for file in found])


@router.get(
    "/pulls/{number}/source",
    summary="The text that it was made from",
    dependencies=[Depends(requires("propose"))],
)
async def show_source(at: Pull) -> SourceShape:
    """The pasted text, opened from its seal, secrets masked, with what became of each sentence.

    404 `no_source` where it was not made from a paste, 409 `erased` where the text was erased on request.
    """
    source = await at.services.records.source(at.principal, at.number, repository=at.repository)
    read = await at.services.parse_pool.run(source_document, source.text, source.format)
    emails = await actor_emails(at.services, at.principal.tenant_id, [source.created_by])
    return source_shape(source, read, emails)


@versions_router.get("/{runbook}/versions/{version}/changes", summary="What a version changed")
async def show_version_changes(
    principal: Caller,
    services: ServicesDep,
    runbook: RunbookKey,
    version: VersionId,
    against: Annotated[
        str | None, Query(max_length=64, description="Another version; the one before where left out.")
    ] = None,
) -> VersionChangeShape:
    """Steps added, removed, moved and changed with their risks, and the text. Both are judged anew."""
    principal.require("read")
    version_id = id_or_404("ver", version, "The runbook has no such version.")
    other = None if against is None else id_or_404("ver", against, "The runbook has no such version.")
    async with services.database.work(principal.tenant_id) as uow:
        runbook_id = await resolving.resolve_runbook(uow, runbook)
    return version_change_shape(
        await services.reviews.compare_versions(principal, runbook_id, version_id, other)
    )
