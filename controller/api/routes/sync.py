"""How git and what is in service agree: the state, the files, what differs, the history, and syncing now."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from base.ids import new_token, show_id, token_sha256
from controller.api import sync_files, sync_state
from controller.api.auth import Caller, ServicesDep, requires
from controller.api.idempotency import IdempotentRoute
from controller.api.paging import Cursor, Limit, decode_cursor
from controller.api.routing import id_or_404
from controller.api.services import Services
from controller.api.shapes.sync import (
    Badge,
    Drift,
    FileContent,
    NewRepository,
    PolicySource,
    RejectedFile,
    RepositoryAdded,
    RepositoryRemoval,
    State,
    SyncAsk,
    SyncFiles,
    SyncNow,
    SyncNowItem,
    SyncRuns,
    SyncStatus,
)
from controller.db.unit_of_work import UnitOfWork
from controller.governance.repositories import (
    RepositoryRow,
    find_repository,
    name_policy_source,
    repositories_in_use,
    repository_by_name,
    set_badge,
)
from controller.review.repositories import Addition
from controller.sync.results import SyncResult
from schemas.audit import AuditRecord, PolicySourceNamed, SyncBadgeChanged
from schemas.errors import NotFound

router = APIRouter(prefix="/sync", tags=["sync"], route_class=IdempotentRoute)

RepositoryId = Annotated[str, Path(max_length=64, examples=["rpo_01jd3q6x0000000000000000aa"])]
OneRepository = Annotated[str | None, Query(max_length=63, description="Of one repository, by its name.")]
FilePath = Annotated[str, Query(max_length=4_096, description="As git has it.")]

_TOO_MANY: Final = 200
_NO_REPOSITORY: Final = "There is no such repository."


@router.get("", summary="Sync state of every repository", dependencies=[Depends(requires("read"))])
async def show(principal: Caller, services: ServicesDep) -> SyncStatus:
    """Synced at which commit, when and by what; what is broken where and why; and the last syncs.

    `synced` is said only where git was looked at within three intervals of the poll.
    """
    async with services.database.work(principal.tenant_id) as uow:
        return await sync_state.sync_status(uow, _view(services))


@router.post("", summary="Sync now", dependencies=[Depends(requires("propose"))])
async def sync_now(principal: Caller, services: ServicesDep, body: SyncAsk | None = None) -> SyncNow:
    """Fetch at once instead of at the next poll, and wait until it can be told what came of it.

    One entry a repository; what fails is told there. `running` where the time to wait was over first, or
    another replica is syncing it.
    """
    ask = body or SyncAsk()
    async with services.database.work(principal.tenant_id) as uow:
        rows = (
            await repositories_in_use(uow)
            if ask.repository is None
            else [await repository_by_name(uow, ask.repository)]
        )
    asked = [row.id for row in rows[:_TOO_MANY]]
    done = await services.sync.ask(principal.tenant_id, asked, ask.wait_seconds)
    async with services.database.work(principal.tenant_id) as uow:
        states = await sync_state.repository_states(uow, ids=asked)
    poll_seconds = services.settings.poll_git_seconds
    return SyncNow(
        items=[_item(row.name, sync_state.state_of(row, poll_seconds)[0], done.get(row.id)) for row in states]
    )


def _item(name: str, state: State, done: SyncResult | str | None) -> SyncNowItem:
    if done is None:
        return SyncNowItem(name=name, outcome="running", state=state)
    if isinstance(done, str):
        return SyncNowItem(name=name, outcome="failed", state=state, error=done)
    return SyncNowItem(
        name=name,
        outcome=done.outcome,
        state=state,
        commit=done.to_commit,
        counts=dict(done.counts),
        rejected=[RejectedFile(path=path, line=line, reason=why) for path, line, why in done.rejected[:200]],
        error=done.error,
    )


@router.get("/history", summary="What syncs did", dependencies=[Depends(requires("read"))])
async def history(
    principal: Caller,
    services: ServicesDep,
    repository: OneRepository = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SyncRuns:
    """Newest first: what began each, from which commit to which, what came of it; 200 a repository."""
    before = decode_cursor(cursor)
    async with services.database.work(principal.tenant_id) as uow:
        one = None if repository is None else (await repository_by_name(uow, repository)).id
        return await sync_state.sync_history(uow, one, before, limit)


@router.post(
    "/repositories",
    status_code=201,
    summary="Add a repository",
    dependencies=[Depends(requires("raise_trust"))],
)
async def add_repository(
    principal: Caller, services: ServicesDep, response: Response, body: NewRepository
) -> RepositoryAdded:
    """For an owner: a repository at the forge that this server works with, or a branch or folder of one that
    is there. Its policy only asks for more, and what in it widens what runs by itself waits for an owner.
    """
    row = await services.repositories.add(principal, Addition(**body.model_dump()))
    await services.sync.ask(principal.tenant_id, [row.id], 0.0)
    response.headers["Location"] = f"/api/v1/sync/{show_id('rpo', row.id)}/files"
    return RepositoryAdded(
        id=show_id("rpo", row.id), name=row.name, forge=row.forge, branch=row.branch, prefix=row.prefix,
        environment=row.environment,
    )  # fmt: skip


@router.get(
    "/{repository_id}/removal",
    summary="What removing a repository does",
    dependencies=[Depends(requires("raise_trust"))],
)
async def show_removal(
    principal: Caller, services: ServicesDep, repository_id: RepositoryId
) -> RepositoryRemoval:
    """Which runbooks go out of service, which rules no longer hold because of it, which runs go on."""
    found = await services.repositories.removal(principal, id_or_404("rpo", repository_id, _NO_REPOSITORY))
    return sync_files.removal_shape(found)


@router.delete(
    "/{repository_id}",
    summary="Remove a repository",
    dependencies=[Depends(requires("raise_trust"))],
)
async def remove_repository(
    principal: Caller,
    services: ServicesDep,
    repository_id: RepositoryId,
    name: Annotated[str, Query(max_length=63, description="Its name, typed by who asks.")] = "",
) -> RepositoryRemoval:
    """For an owner: it is looked at no more, and its runbooks go out of service. Its history stays, and the
    same address brings it back.
    """
    place = id_or_404("rpo", repository_id, _NO_REPOSITORY)
    return sync_files.removal_shape(await services.repositories.remove(principal, place, name))


@router.put(
    "/policy-source",
    summary="Name the policy source",
    dependencies=[Depends(requires("raise_trust"))],
)
async def put_policy_source(principal: Caller, services: ServicesDep, body: PolicySource) -> PolicySource:
    """The repository whose `policy.json` may allow something; those of the others only ask for more.

    For an owner: it can let more run by itself. Without one named it is the tenant's first repository.
    """
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_by_name(uow, body.repository)
        await name_policy_source(uow, row.id)
        uow.audit(AuditRecord(PolicySourceNamed(repository=row.id), principal.actor))
    return body


@router.get(
    "/{repository_id}/files",
    summary="The files of a repository",
    dependencies=[Depends(requires("read"))],
)
async def files(
    principal: Caller,
    services: ServicesDep,
    repository_id: RepositoryId,
    broken: Annotated[bool, Query(description="Only those that are not in service.")] = False,
    limit: Limit = 100,
    after: Annotated[
        str | None, Query(max_length=4_096, description="`nextAfter` of the page before.")
    ] = None,
) -> SyncFiles:
    """By path: in service at which commit, or broken at which commit, line and why."""
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_of(uow, repository_id)
        return await sync_files.files_page(uow, row, _view(services), broken=broken, after=after, limit=limit)


@router.get(
    "/{repository_id}/content",
    summary="The newest content of a file",
    dependencies=[Depends(requires("read"))],
)
async def content(
    principal: Caller, services: ServicesDep, repository_id: RepositoryId, path: FilePath = ""
) -> FileContent:
    """As git has it, in service or not, with what is wrong in it. Untrusted text."""
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_of(uow, repository_id)
        file, blob = await sync_files.one_file(uow, row, path)
    data = await services.reviews.drifts.content(principal.tenant_id, row, blob)
    return sync_files.content_shape(file, data)


@router.get(
    "/{repository_id}/diff",
    summary="What git declares against what is in service",
    dependencies=[Depends(requires("read"))],
)
async def diff(principal: Caller, services: ServicesDep, repository_id: RepositoryId) -> Drift:
    """Runbooks that came, changed or went and are not in service yet, and those kept at their last good
    version, step by step where both sides can be read. Nothing is fetched: git as it was last looked at.
    """
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_of(uow, repository_id)
        (state,) = await sync_state.repository_states(uow, row.name)
    found = await services.reviews.drifts.of(principal.tenant_id, row)
    return sync_files.drift_shape(state, found, _view(services))


@router.post(
    "/{repository_id}/badge",
    status_code=201,
    summary="Make a badge",
    dependencies=[Depends(requires("repositories"))],
)
async def make_badge(
    principal: Caller, services: ServicesDep, response: Response, repository_id: RepositoryId
) -> Badge:
    """The address of an image that says the state in a word, for whoever has it; shown once. One that was
    made before shows nothing any more.
    """
    token = new_token("ddb", principal.tenant_id)
    await _set_badge(principal, services, repository_id, token_sha256(token))
    base = f"{services.settings.url}/api/v1/badges/{token}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/api/v1/sync/{repository_id}/badge"
    markdown = f"[![runbooks]({base}.svg)]({services.settings.url}/sync)"
    return Badge(svg=f"{base}.svg", json_url=f"{base}.json", markdown=markdown)


@router.delete(
    "/{repository_id}/badge",
    status_code=204,
    summary="Take the badge away",
    dependencies=[Depends(requires("repositories"))],
)
async def drop_badge(principal: Caller, services: ServicesDep, repository_id: RepositoryId) -> None:
    """Its address shows nothing any more."""
    await _set_badge(principal, services, repository_id, None)


async def _set_badge(principal: Caller, services: Services, repository_id: str, sha256: bytes | None) -> UUID:
    async with services.database.work(principal.tenant_id) as uow:
        row = await repository_of(uow, repository_id)
        await set_badge(uow, row.id, sha256)
        payload = SyncBadgeChanged(repository=row.id, shown=sha256 is not None)
        uow.audit(AuditRecord(payload, principal.actor))
    return row.id


async def repository_of(uow: UnitOfWork, text: str) -> RepositoryRow:
    """The one of this id. Raises NotFound."""
    row = await find_repository(uow, id_or_404("rpo", text, _NO_REPOSITORY))
    if row.retired_at is not None:
        raise NotFound(_NO_REPOSITORY)
    return row


def _view(services: Services) -> sync_state.View:
    return sync_state.View(services.settings.poll_git_seconds, services.settings.url)
