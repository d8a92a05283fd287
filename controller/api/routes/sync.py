"""How git and the rows agree, and syncing now."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from controller.api import sync_state
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.idempotency import IdempotentRoute
from controller.api.shapes.runbooks import SyncNow, SyncNowItem, SyncStatus

router = APIRouter(prefix="/sync", tags=["sync"], route_class=IdempotentRoute)


@router.get("", summary="Sync state of every repository", dependencies=[Depends(requires("read"))])
async def show(principal: Caller, services: ServicesDep) -> SyncStatus:
    """Synced at which commit, what is broken where and why, and the last syncs."""
    async with services.database.work(principal.tenant_id) as uow:
        return await sync_state.sync_status(uow)


@router.post("", summary="Sync now", dependencies=[Depends(requires("propose"))])
async def sync_now(principal: Caller, services: ServicesDep) -> SyncNow:
    """Fetch and sync every repository now instead of at the next poll."""
    async with services.database.work(principal.tenant_id) as uow:
        repositories = await sync_state.repository_ids(uow)
    items = []
    for repository_id, name in repositories:
        report = await services.sync.sync(principal.tenant_id, repository_id, "manual")
        items.append(SyncNowItem(name=name, outcome=report.outcome, commit=report.to_commit))
    return SyncNow(items=items)
