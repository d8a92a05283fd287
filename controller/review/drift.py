"""What git's synced branch declares against what is in service: file by file, and step by step where it can
be read. Nothing here changes anything; what another replica fetched and this one lacks is fetched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from uuid import UUID

from base import limits
from controller.db import queries
from controller.governance.documents import JudgedFile, kind_of
from controller.governance.judging import File, Judging
from controller.governance.pinning import InForce, load_in_force
from controller.governance.repositories import RepositoryRow
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.review.sides import SHOWN_RUNBOOKS, compare_files
from controller.review.stored import as_stored, load_stored
from controller.review.views import RunbookChange
from forge.errors import BadPack, ForgeDown, TooLarge
from forge.mirror import BareMirror, FetchLimits
from forge.remote import Remote

DRIFT_MAX_FILES: Final = 200
"""That are listed; of them compared as many as a review shows."""

DRIFT_MAX_BYTES: Final = 16 * limits.MIB
"""Of the declared contents that are compared."""

DriftKind = Literal["added", "changed", "retired", "kept", "broken"]

OpenRemote: TypeAlias = Callable[[], Remote]

_QUERIES: Final = queries.load("drift")


@dataclass(frozen=True)
class Served:
    """A runbook in service, or policy or flags that are good: its file, the blob and commit of that."""

    name: str
    path: str
    blob_oid: str
    commit_oid: str


@dataclass(frozen=True)
class KeptOut:
    """A file whose content was read and is not in service, and why; or whose name is refused. Of policy and
    flags holds what held before.
    """

    path: str
    kind: str
    state: str
    blob_oid: str | None
    commit_oid: str | None
    error_line: int | None
    error_reason: str | None


@dataclass(frozen=True)
class Drifted:
    """One file about which both sides do not agree. `blob` is what git declares."""

    kind: DriftKind
    path: str
    name: str | None = None
    blob: str | None = None
    declared_commit: str | None = None
    service_commit: str | None = None
    line: int | None = None
    reason: str | None = None
    change: RunbookChange | None = None


@dataclass(frozen=True)
class Drift:
    """All of a repository, bounded. `head` is what the last fetch saw."""

    head: str | None
    items: tuple[Drifted, ...]
    left_out: int


@dataclass(frozen=True)
class _Served:
    path: str
    content: bytes


class Drifts:
    """One a process."""

    def __init__(self, forges: Forges, judging: Judging, approval_minutes: int) -> None:
        self._forges = forges
        self._judging = judging
        self._minutes = approval_minutes
        self._turn = asyncio.Semaphore(1)
        """Comparing holds all contents of both sides in memory: one at a time."""

    async def of(self, tenant_id: UUID, row: RepositoryRow) -> Drift:
        """Raises the refusals of a forge that can't be read, Unavailable where too much is being judged."""
        with forge_border():
            mirror, remote = self._forges.source(tenant_id, row)
            head, declared = await self._forges.runner(lambda: read_declared(mirror, row, remote))
        async with self._forges.database.work(tenant_id) as uow:
            served = await uow.all(_QUERIES["served_files"], Served, repository_id=row.id)
            kept_out = await uow.all(_QUERIES["kept_out_files"], KeptOut, repository_id=row.id)
            rules = await load_in_force(uow, row.id)
        found = compare_paths(declared, served, kept_out, head)
        shown = found[:DRIFT_MAX_FILES]
        async with self._turn:
            changes = await self._changes(tenant_id, row, mirror, shown, rules)
        items = tuple(_with_change(item, changes) for item in shown)
        return Drift(head, items, len(found) - len(shown))

    async def content(self, tenant_id: UUID, row: RepositoryRow, blob: str) -> bytes:
        """A file's content by its blob, in service or not. Raises the refusals of a forge, TooLarge."""
        with forge_border():
            mirror, remote = self._forges.source(tenant_id, row)
            return await self._forges.runner(lambda: _content(mirror, row, remote, blob))

    async def _changes(
        self,
        tenant_id: UUID,
        row: RepositoryRow,
        mirror: BareMirror,
        items: Sequence[Drifted],
        rules: InForce,
    ) -> Mapping[str, RunbookChange]:
        """By path of either side, what differs between two documents that can be read."""
        runbooks = [item for item in items if kind_of(item.path, row.prefix) == "runbook"][:SHOWN_RUNBOOKS]
        files = await self._forges.runner(lambda: _read(mirror, runbooks))
        async with self._forges.database.work(tenant_id) as uow:
            paths = [item.path for item in runbooks]
            contents = await uow.all(_QUERIES["served_contents"], _Served, repository_id=row.id, paths=paths)
            names = [item.name for item in runbooks if item.name is not None]
            stored = await load_stored(uow, row.id, [], names)
        before: list[File] = [(each.path, "runbook", bytes(each.content)) for each in contents]
        olds = as_stored(await self._judging.judge(tenant_id, before), stored)
        news = await self._judging.judge(tenant_id, files)
        changes, _ = compare_files(_sound(olds), news, (rules, rules), self._minutes)
        return {path: change for change in changes for path in (change.path, change.old_path) if path}


def read_declared(
    mirror: BareMirror, row: RepositoryRow, remote: OpenRemote | None
) -> tuple[str | None, dict[str, str]]:
    """The head of the synced branch as last fetched, by whichever replica, and the blobs of our files in it.
    Synchronous. Raises ForgeDown where this replica can't get it.
    """
    head = mirror.head(row.branch) if remote is None else _shared_head(mirror, row, remote)
    if head is None:
        return None, {}
    changes = mirror.changes(None, head, row.prefix)
    return head, {
        change.path: change.blob
        for change in changes
        if change.blob is not None and change.skipped is None and kind_of(change.path, row.prefix) != "other"
    }


def _shared_head(mirror: BareMirror, row: RepositoryRow, remote: OpenRemote) -> str | None:
    head = row.head_commit
    if head is None or mirror.holds(head):
        return head
    mirror.fetch(remote(), limits=FetchLimits())
    if not mirror.holds(head):
        raise ForgeDown(
            f"this replica has not seen the commit {head[:12]} yet, and the forge does not serve it"
        )
    return head


def _content(mirror: BareMirror, row: RepositoryRow, remote: OpenRemote | None, blob: str) -> bytes:
    if remote is not None and not mirror.holds(blob):
        _shared_head(mirror, row, remote)
    return mirror.read(blob, max_bytes=limits.DOCUMENT_MAX_BYTES)


def compare_paths(
    declared: Mapping[str, str],
    served: Collection[Served],
    kept_out: Collection[KeptOut],
    head: str | None,
) -> list[Drifted]:
    """Every path about which both sides do not agree, those with a reason first. Pure."""
    by_path = {item.path: item for item in served}
    out = {item.path: item for item in kept_out}
    found = []
    for path, blob in declared.items():
        running, broken = by_path.get(path), out.get(path)
        if broken is not None and broken.blob_oid == blob:
            found.append(_kept(broken, running))
        elif running is None:
            found.append(Drifted("added", path, blob=blob, declared_commit=head))
        elif running.blob_oid != blob:
            found.append(
                Drifted("changed", path, running.name, blob, head, service_commit=running.commit_oid)
            )
    for path, running in by_path.items():
        if path not in declared and path not in out:
            found.append(
                Drifted("retired", path, running.name, None, head, service_commit=running.commit_oid)
            )
    found += [_kept(item, by_path.get(item.path)) for item in kept_out if item.blob_oid is None]
    return sorted(found, key=lambda item: (item.reason is None, item.path))


def _kept(broken: KeptOut, running: Served | None) -> Drifted:
    return Drifted(
        "kept" if running is not None or broken.kind in {"policy", "flags"} else "broken",
        broken.path,
        None if running is None else running.name,
        broken.blob_oid,
        broken.commit_oid,
        None if running is None else running.commit_oid,
        broken.error_line,
        broken.error_reason,
    )


def _read(mirror: BareMirror, items: Sequence[Drifted]) -> list[File]:
    """The declared contents, up to DRIFT_MAX_BYTES; one that can't be read is left without a comparison.
    Synchronous."""
    files: list[File] = []
    room = DRIFT_MAX_BYTES
    for item in items:
        if item.blob is None:
            continue
        try:
            content = mirror.read(item.blob, max_bytes=min(room, limits.DOCUMENT_MAX_BYTES))
        except (TooLarge, BadPack):
            continue
        room -= len(content)
        files.append((item.path, "runbook", content))
    return files


def _sound(files: Sequence[JudgedFile]) -> list[JudgedFile]:
    return [file for file in files if file.runbook is not None]


def _with_change(item: Drifted, changes: Mapping[str, RunbookChange]) -> Drifted:
    change = changes.get(item.path)
    if change is None:
        return item
    name = item.name or (change.name if change.change != "broken" else None)  # a broken one's is its path's
    return Drifted(**{**item.__dict__, "change": change, "name": name})
