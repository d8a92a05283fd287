"""Runbooks: what is in service, what a text would become, and pull requests that change them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from base import limits
from controller.api import batches, catalog, proposing, rates, reimporting, resolving, staleness
from controller.api.advice import Patience, asked_about, member_of
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.checking import check_text
from controller.api.idempotency import IdempotentRoute
from controller.api.importing import parse_document, preview_document
from controller.api.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from controller.api.pull_view import shown
from controller.api.routing import PreviewRoute, id_or_404
from controller.api.services import Services
from controller.api.shapes.batches import BatchRequest, BatchShape
from controller.api.shapes.checking import CheckedDocument, CheckRequest
from controller.api.shapes.imports import (
    EditRequest,
    ImportedShape,
    PasteRequest,
    PreviewRequest,
    ProposedShape,
)
from controller.api.shapes.parsed import ParsedShape
from controller.api.shapes.preview import PreviewShape
from controller.api.shapes.reimports import ReimportRequest, ReimportShape
from controller.api.shapes.runbooks import RunbookItem, RunbookShape, VersionItem
from controller.tenants.principal import Principal
from forge.pull_requests import PullRequest

router = APIRouter(prefix="/runbooks", tags=["runbooks"], route_class=IdempotentRoute)
open_router = APIRouter(prefix="/runbooks", tags=["runbooks"], route_class=PreviewRoute)
"""Without sign-in: limited by address, keeps nothing."""

RunbookKey = Annotated[str, Path(max_length=64, description="Id or name.", examples=["payments-replica-lag"])]
VersionId = Annotated[str, Path(max_length=64, examples=["ver_01jd3q6x0000000000000000aa"])]
IfMatch = Annotated[
    str | None,
    Header(max_length=100, description="`contentSha256` of the content that was changed, in quotes."),
]


@open_router.post("/parse-preview", summary="What would this text become?", response_model=PreviewShape)
async def parse_preview(request: Request, services: ServicesDep, body: PreviewRequest) -> dict[str, Any]:
    """Steps in order with their risks, variables, prerequisites, open questions, and the document.

    Saves nothing and needs no sign-in. 422 with places where the text has no command and no instruction.
    Where the second key is an LLM, it is asked for members only, and waited for at most 3.8 s. Where an LLM
    reads the text, too, it is asked for who may propose runbooks, and cut off after 3.5 s.
    """
    proposing.check_size(services, body.text)
    wait = Patience(
        limits.ADVICE_PREVIEW_MS / 1000 if body.advice == "wait" else 0,
        limits.EXTRACTION_MS / 1000 if body.reading == "wait" else 0,
    )
    principal = await member_of(services, request)
    paste = await asked_about(services, principal, body.to_paste(services.advising), wait)
    return await services.parse_pool.run(preview_document, paste, body.yaml)


@open_router.post("/parse", summary="Read a text for a script", response_model=ParsedShape)
async def parse(request: Request, services: ServicesDep, body: PasteRequest) -> dict[str, Any]:
    """The same as `parse-preview` in the plain form that `dd0c parse --json` prints: it stays as it is.

    Saves nothing and needs no sign-in. 422 with places where the text has no command and no instruction.
    """
    proposing.check_size(services, body.text)
    principal = await member_of(services, request)
    wait = Patience(limits.ADVICE_PREVIEW_MS / 1000)
    paste = await asked_about(services, principal, body.to_paste(services.advising), wait)
    return await services.parse_pool.run(parse_document, paste)


@router.post(
    "",
    status_code=201,
    summary="Propose a runbook from a text",
    response_model=ImportedShape,
    dependencies=[Depends(requires("propose"))],
)
async def import_runbook(
    principal: Caller, services: ServicesDep, response: Response, body: PasteRequest
) -> dict[str, Any]:
    """Opens a pull request with the document, its decision log and a table of risks.

    The same text under the same name is the same pull request. The text is kept, sealed under a key of
    its own. Nothing is in service before somebody merges.
    """
    pull, preview = await proposing.propose_paste(services, principal, body)
    return {"pull": (await _opened(services, principal, response, pull)).pull.to_json(), "preview": preview}


@router.post(
    "/batch",
    status_code=201,
    summary="Propose runbooks from many texts",
    dependencies=[Depends(requires("propose"))],
)
async def import_batch(
    principal: Caller, services: ServicesDep, response: Response, body: BatchRequest
) -> BatchShape:
    """Reads up to 48 texts and opens one pull request with those that are runbooks; says what became of each.

    A text that can't be read stops no other one. A text that was imported before and is in service, or in an
    open pull request, is not imported again. `dryRun` keeps nothing. Where nothing is left to propose there
    is no pull request.
    """
    pull, documents = await batches.propose_batch(services, principal, body)
    opened = None if pull is None else (await _opened(services, principal, response, pull)).pull
    return BatchShape(pull=opened, documents=documents)


@router.post("/check", summary="Check a document", dependencies=[Depends(requires("propose"))])
async def check_document(principal: Caller, services: ServicesDep, body: CheckRequest) -> CheckedDocument:
    """What keeps it out, and the verdict of each command at its line; for editors. Keeps nothing.

    As the check of a push would find it; an LLM is not asked. 120 a minute and member.
    """
    await services.rates.take(rates.CHECKS, "check", principal.actor)
    return await services.parse_pool.run(check_text, body.yaml, services.advising)


@router.get("", summary="List runbooks")
async def list_runbooks(
    principal: Caller,
    services: ServicesDep,
    name: Annotated[str | None, Query(max_length=64, description="Only the one of this name.")] = None,
    retired: Annotated[bool, Query(description="Those out of service, too.")] = False,
    limit: Limit = limits.PAGE_DEFAULT_ITEMS,
    cursor: Cursor = None,
) -> Page[RunbookItem]:
    """Newest first, each at the commit that it was synced from."""
    principal.require("read")
    async with services.database.work(principal.tenant_id) as uow:
        found = await catalog.runbook_page(
            uow, before=decode_cursor(cursor), count=limit, name=name, retired=retired
        )
        found = await staleness.with_reasons(uow, services, found)
    next_cursor = encode_cursor(found[-1][0]) if len(found) == limit else None
    return Page(items=[item for _, item in found], next_cursor=next_cursor)


@router.get("/{runbook}", summary="Show a runbook")
async def show_runbook(
    principal: Caller, services: ServicesDep, response: Response, runbook: RunbookKey
) -> RunbookShape:
    """The version in service, step by step with its verdicts. The ETag is its `contentSha256`."""
    principal.require("read")
    async with services.database.work(principal.tenant_id) as uow:
        runbook_id = await resolving.resolve_runbook(uow, runbook)
        shape = await catalog.runbook_shape(uow, runbook_id)
        ((_, shape),) = await staleness.with_reasons(uow, services, [(runbook_id, shape)])
    if shape.content_sha256 is not None:
        response.headers["ETag"] = f'"{shape.content_sha256}"'
    return shape


@router.put(
    "/{runbook}",
    status_code=201,
    summary="Propose another content",
    dependencies=[Depends(requires("propose"))],
)
async def edit_runbook(
    principal: Caller,
    services: ServicesDep,
    response: Response,
    runbook: RunbookKey,
    body: EditRequest,
    if_match: IfMatch = None,
) -> ProposedShape:
    """Opens a pull request with the change; what is in service stays until somebody merges.

    422 with line and column for a document that does not load.
    """
    runbook_id = await _id(services, principal, runbook)
    pull = await proposing.propose_edit(services, principal, runbook_id, body.yaml, if_match)
    return await _opened(services, principal, response, pull)


@router.delete(
    "/{runbook}",
    status_code=201,
    summary="Propose to retire a runbook",
    dependencies=[Depends(requires("propose"))],
)
async def retire_runbook(
    principal: Caller, services: ServicesDep, response: Response, runbook: RunbookKey
) -> ProposedShape:
    """Opens a pull request that takes it out of service when it is merged. Versions and runs stay."""
    runbook_id = await _id(services, principal, runbook)
    pull = await proposing.propose_retirement(services, principal, runbook_id)
    return await _opened(services, principal, response, pull)


@router.post(
    "/{runbook}/newer-text",
    status_code=201,
    summary="Propose a newer text of a runbook",
    dependencies=[Depends(requires("propose"))],
)
async def propose_newer_text(
    principal: Caller, services: ServicesDep, response: Response, runbook: RunbookKey, body: ReimportRequest
) -> ReimportShape:
    """What the newer text adds, changes and takes away goes into the present document; people's edits stay.

    Where both changed the same, what is here stands, the conflict is told, and a question keeps the step from
    running by itself. Steps keep their ids. `dryRun` keeps nothing. 409 `no_change`, `cannot_join`.
    """
    runbook_id = await _id(services, principal, runbook)
    pull, found = await reimporting.propose_newer_text(services, principal, runbook_id, body)
    opened = None if pull is None else (await _opened(services, principal, response, pull)).pull
    return ReimportShape.of(found, opened)


@router.get("/{runbook}/versions", summary="List a runbook's versions")
async def list_versions(
    principal: Caller,
    services: ServicesDep,
    runbook: RunbookKey,
    limit: Limit = limits.PAGE_DEFAULT_ITEMS,
    cursor: Cursor = None,
) -> Page[VersionItem]:
    """Every content that was ever in service, newest first."""
    principal.require("read")
    async with services.database.work(principal.tenant_id) as uow:
        runbook_id = await resolving.resolve_runbook(uow, runbook)
        found = await catalog.version_page(uow, runbook_id, before=decode_cursor(cursor), count=limit)
    next_cursor = encode_cursor(found[-1][0]) if len(found) == limit else None
    return Page(items=[item for _, item in found], next_cursor=next_cursor)


@router.get(
    "/{runbook}/versions/{version}",
    summary="The document of a version",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {}}, "description": "The YAML, byte for byte."}},
)
async def show_version(
    principal: Caller, services: ServicesDep, runbook: RunbookKey, version: VersionId
) -> Response:
    """As it was in git, as plain text that no browser interprets."""
    principal.require("read")
    version_id = id_or_404("ver", version, "The runbook has no such version.")
    async with services.database.work(principal.tenant_id) as uow:
        runbook_id = await resolving.resolve_runbook(uow, runbook)
        found = await catalog.version_content(uow, runbook_id, version_id)
    headers = {"X-Content-Type-Options": "nosniff", "ETag": f'"{found.content_sha256}"'}
    return Response(bytes(found.content), media_type="text/plain; charset=utf-8", headers=headers)


async def _id(services: Services, principal: Principal, runbook: str) -> UUID:
    async with services.database.work(principal.tenant_id) as uow:
        return await resolving.resolve_runbook(uow, runbook)


async def _opened(
    services: Services, principal: Principal, response: Response, pull: PullRequest
) -> ProposedShape:
    response.headers["Location"] = f"/api/v1/pulls/{pull.number}"
    return ProposedShape(pull=await shown(services, principal, pull))
