"""Files of a repository one by one, and what differs from git: rows in, shapes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from base.ids import show_id
from controller.api.shapes.sync import (
    Drift,
    DriftItem,
    FileContent,
    RepositoryRemoval,
    SyncFile,
    SyncFiles,
)
from controller.api.sync_links import Linked, line_link
from controller.api.sync_state import RepositoryState, View
from controller.db import queries
from controller.db.unit_of_work import UnitOfWork
from controller.governance.repositories import RepositoryRow
from controller.review import drift
from controller.review.repositories import Removal
from schemas.errors import NotFound

_QUERIES: Final = queries.load("catalog")
_STATES: Final[dict[str, Literal["in_service", "broken", "skipped"]]] = {
    "ok": "in_service",
    "stale_invalid": "broken",
    "skipped": "skipped",
}


@dataclass(frozen=True)
class FileState:
    """One file of the synced branch as its row tells it."""

    path: str
    kind: str
    state: str
    commit_oid: str | None
    blob_oid: str | None
    error_line: int | None
    error_column: int | None
    error_reason: str | None
    updated_at: datetime
    runbook_id: UUID | None
    name: str | None
    service_commit: str | None


async def files_page(
    uow: UnitOfWork, row: RepositoryRow, view: View, *, broken: bool, after: str | None, limit: int
) -> SyncFiles:
    """A page of files by path."""
    found = await uow.all(
        _QUERIES["files_page"],
        FileState,
        repository_id=row.id,
        broken=broken,
        after=after,
        path=None,
        count=limit + 1,
    )
    linked = Linked(row.id, row.forge, row.remote, view.url)
    return SyncFiles(
        items=[_file(item, linked) for item in found[:limit]],
        next_after=found[limit - 1].path if len(found) > limit else None,
    )


async def one_file(uow: UnitOfWork, row: RepositoryRow, path: str) -> tuple[FileState, str]:
    """A file of the branch, and the blob of its newest content. Raises NotFound."""
    found = await uow.one(
        _QUERIES["files_page"],
        FileState,
        repository_id=row.id,
        broken=False,
        after=None,
        path=path,
        count=1,
    )
    if found is None or found.blob_oid is None:
        raise NotFound("There is no such file on the synced branch.")
    return found, found.blob_oid


def content_shape(file: FileState, content: bytes) -> FileContent:
    """A file's newest content; bytes that are no text are shown as such."""
    return FileContent(
        path=file.path,
        commit=file.commit_oid,
        text=content.decode("utf-8", "replace"),
        line=file.error_line or None,
        column=file.error_column or None,
        reason=file.error_reason,
    )


def drift_shape(state: RepositoryState, found: drift.Drift, view: View) -> Drift:
    """All that differs, with a link to each line."""
    linked = Linked(state.id, state.forge, state.remote, view.url)
    return Drift(
        repository=state.name,
        branch=state.branch,
        head=found.head,
        synced_commit=state.synced_commit,
        fetched_at=state.last_fetch_at,
        in_step=not found.items and found.head == state.synced_commit,
        items=[_drifted(item, linked) for item in found.items],
        left_out=found.left_out,
    )


def removal_shape(found: Removal) -> RepositoryRemoval:
    """What removing a repository does."""
    return RepositoryRemoval(
        repository=found.row.name,
        refused=found.refused,
        runbooks=list(found.runbooks[:200]),
        runbook_count=len(found.runbooks),
        under_way=found.under_way,
        asks=list(found.asks),
        flags=list(found.flags),
    )


def _file(item: FileState, linked: Linked) -> SyncFile:
    return SyncFile(
        path=item.path,
        kind=item.kind,
        state="broken" if item.state == "skipped" and item.kind != "other" else _STATES[item.state],
        runbook_id=None if item.runbook_id is None else show_id("rbk", item.runbook_id),
        name=item.name,
        commit=item.commit_oid,
        service_commit=item.service_commit or (item.commit_oid if item.state == "ok" else None),
        line=item.error_line or None,
        column=item.error_column or None,
        reason=item.error_reason,
        link=line_link(linked, item.path, item.commit_oid, item.error_line),
        since=item.updated_at,
    )


def _drifted(item: drift.Drifted, linked: Linked) -> DriftItem:
    gone = item.kind == "retired"
    return DriftItem(
        kind=item.kind,
        path=item.path,
        name=item.name,
        declared_commit=item.declared_commit,
        service_commit=item.service_commit,
        line=item.line or None,
        reason=item.reason,
        link=None if gone else line_link(linked, item.path, item.declared_commit, item.line),
        change=item.change,
    )
