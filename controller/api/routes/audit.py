"""The audit trail: read it, or take all of it away to verify it offline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from base import limits
from base.ids import show_id
from controller.api.actors import actor_names
from controller.api.auth import Caller, ServicesDep
from controller.api.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from controller.api.routing import SignedInRoute, id_or_404
from controller.api.shapes.audit import AuditChain, AuditItem, CheckpointShape
from controller.audit import service
from controller.audit.checking import ChainState
from controller.audit.export import export_lines

_TYPE_TEXT: Final = "A whole name, or the word before its dot: `step`."

router = APIRouter(prefix="/audit", tags=["audit"], route_class=SignedInRoute)


@router.get("", summary="List audit events")
async def list_events(
    principal: Caller,
    services: ServicesDep,
    event_type: Annotated[
        str | None,
        Query(alias="type", max_length=64, examples=["step.approved"], description=_TYPE_TEXT),
    ] = None,
    execution: Annotated[str | None, Query(max_length=64, description="Only those of this one.")] = None,
    actor: Annotated[
        str | None, Query(max_length=200, examples=["system:sync"], description="Only what it did.")
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="From this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this instant.")] = None,
    limit: Limit = limits.PAGE_DEFAULT_ITEMS,
    cursor: Cursor = None,
) -> Page[AuditItem]:
    """Newest first. What a person may have to erase one day is sealed and not shown."""
    principal.require("read")
    filters = service.Filters(
        event_type=event_type,
        execution_id=_execution(execution),
        actor_id=actor,
        since=since,
        until=until,
    )
    async with services.database.work(principal.tenant_id) as uow:
        page = await service.list_events(uow, decode_cursor(cursor), filters, limit=limit)
        names = await actor_names(uow, (event.actor_id for event in page.events))
    next_cursor = encode_cursor(page.next_cursor) if page.next_cursor is not None else None
    return Page(items=[_item(event, names) for event in page.events], next_cursor=next_cursor)


@router.get("/chain", summary="How the chain stands")
async def chain(principal: Caller, services: ServicesDep) -> AuditChain:
    """Recomputes the next stretch of the chain, and says how far it is right.

    This is the server's word about itself; `dd0c audit verify` takes nobody's.
    """
    principal.require("read")
    return chain_shape(await services.chain.check(services.database, principal.tenant_id))


@router.get(
    "/export",
    summary="Export the whole trail",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/plain": {}}, "description": "One JSON document a line."}},
)
async def export(principal: Caller, services: ServicesDep) -> StreamingResponse:
    """What `dd0c audit verify` and the offline verifier read: every link of the chain and its checkpoints.

    What is sealed stays encrypted. The export itself is recorded.
    """
    principal.require("read")
    return StreamingResponse(
        export_lines(services.database, principal.tenant_id, actor=principal.actor),
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
    )


def _execution(text: str | None) -> UUID | None:
    return None if text is None else id_or_404("exe", text, "There is no such execution.")


def chain_shape(found: ChainState) -> AuditChain:
    """The check's findings in words. Pure."""
    checkpoint = found.checkpoint
    return AuditChain(
        state="broken"
        if found.bad_seq
        else "verified"
        if found.verified_seq == found.head_seq
        else "checking",
        head_seq=found.head_seq,
        head_hash=bytes(found.head_hash).hex(),
        verified_seq=found.verified_seq,
        verified_at=found.verified_at,
        bad_seq=found.bad_seq,
        reason=found.reason or None,
        checkpoint=None
        if checkpoint is None
        else CheckpointShape(seq=checkpoint.seq, at=checkpoint.created_at, witness=checkpoint.witness),
    )


def _item(event: service.AuditEvent, names: Mapping[str, str]) -> AuditItem:
    return AuditItem(
        id=show_id("evt", event.id),
        seq=event.seq,
        event_type=event.event_type,
        execution_id=None if event.execution_id is None else show_id("exe", event.execution_id),
        actor=event.actor_id,
        actor_name=names.get(event.actor_id),
        data=event.data,
        sealed=event.has_sealed,
        created_at=event.created_at,
        hash=bytes(event.hash).hex(),
    )
