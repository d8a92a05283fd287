"""What an owner says of a repository: who may push past pull requests, and that held runbooks may go."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from controller.api.auth import Caller, ServicesDep, requires
from controller.api.idempotency import IdempotentRoute
from controller.api.routes.sync import RepositoryId, repository_of
from controller.api.shapes.sync import DirectPush, LetGo
from controller.governance.repositories import allow_direct_push
from schemas.audit import AuditRecord, RepositoryPushChanged
from schemas.errors import Unprocessable

router = APIRouter(prefix="/sync", tags=["sync"], route_class=IdempotentRoute)


@router.put(
    "/{repository_id}/direct-push",
    status_code=204,
    summary="Let maintainers push past pull requests, or not",
    dependencies=[Depends(requires("raise_trust"))],
)
async def set_direct_push(
    principal: Caller, services: ServicesDep, repository_id: RepositoryId, body: DirectPush
) -> None:
    """Of the built-in forge. The policy's `directPush` is asked as well, and four eyes hold a push anyway."""
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_of(uow, repository_id)
        if row.forge != "builtin":
            raise Unprocessable(
                "Who may push to this branch is for its forge to say.",
                hint="Protect the branch on GitHub.",
                code="forge_refused",
            )
        await allow_direct_push(uow, row.id, allowed=body.allowed)
        if row.direct_push != body.allowed:
            payload = RepositoryPushChanged(repository=row.id, direct=body.allowed)
            uow.audit(AuditRecord(payload, principal.actor))


@router.post(
    "/{repository_id}/let-go",
    summary="Let held runbooks go",
    dependencies=[Depends(requires("raise_trust"))],
)
async def let_go(principal: Caller, services: ServicesDep, repository_id: RepositoryId) -> LetGo:
    """Runbooks whose files are gone from git serve on where most would go at once: after a force-push, say.
    An owner lets all of them go; what git has again meanwhile stays.
    """
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_of(uow, repository_id)
    count, result = await services.sync.let_go(principal.tenant_id, row.id, principal.actor)
    return LetGo(runbooks=count, outcome=result.outcome, commit=result.to_commit)
