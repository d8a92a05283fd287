"""What a newer scanner found otherwise in what serves, and the word of an owner for what is lower."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from base import limits
from controller.api import resolving
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.idempotency import IdempotentRoute
from controller.api.paging import Cursor, Limit, decode_cursor, encode_cursor
from controller.api.shapes.reclassifications import (
    Accepted,
    AcceptRequest,
    ReclassificationReport,
    report_shape,
)

router = APIRouter(prefix="/reclassifications", tags=["runbooks"], route_class=IdempotentRoute)


@router.get("", summary="What a newer scanner found otherwise", dependencies=[Depends(requires("read"))])
async def show_report(
    principal: Caller,
    services: ServicesDep,
    waiting: Annotated[bool, Query(description="Only what waits for an owner.")] = False,
    runbook: Annotated[str | None, Query(max_length=64, description="Only of this one: id or name.")] = None,
    limit: Limit = limits.PAGE_DEFAULT_ITEMS,
    cursor: Cursor = None,
) -> ReclassificationReport:
    """Commands in service whose verdict moved since this scanner, or its knowledge, is used; newest first.

    A higher verdict holds at once. A lower one waits for an owner; until then the stricter one holds.
    """
    moves = services.moves
    async with services.database.work(principal.tenant_id) as uow:
        runbook_id = None if runbook is None else await resolving.resolve_runbook(uow, runbook)
        found = await moves.page(
            uow, before=decode_cursor(cursor), count=limit, waiting=waiting, runbook_id=runbook_id
        )
        counts, to_look_at = await moves.counts(uow)
    following = encode_cursor(found[-1].id) if len(found) == limit else None
    versions = (moves.classifier.scanner_version, moves.classifier.knowledge_version)
    return report_shape(found, counts, to_look_at, versions, following)


@router.post("/accept", summary="Accept lower verdicts", dependencies=[Depends(requires("accept_lower"))])
async def accept(principal: Caller, services: ServicesDep, body: AcceptRequest) -> Accepted:
    """For owners. All of them or none: 409 `moved_on` where one no longer waits, 404 where one is gone.

    What is accepted holds from now on, also for executions under way, and is recorded with who and when.
    """
    return Accepted(accepted=await services.moves.accept(principal, body.ids))
