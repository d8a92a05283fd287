"""Everything between git and the rows, as `controller/main/assembly.py` joins it, and runbooks to sync."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

from base.clock import SystemClock
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.governance.judging import File, Judging
from controller.governance.packed import Packed
from controller.governance.repositories import RepositoryRow, find_repository
from controller.review.bridge import ForgeRunner, LoopBridge
from controller.review.describing import Describing
from controller.review.forges import Forges
from controller.review.git_access import GitAccess
from controller.review.proposals import Proposals
from controller.review.reviewer import Reviewer
from controller.sync.forge_sources import forge_sources
from controller.sync.results import SyncResult, Trigger
from controller.sync.service import SyncService
from forge.commit import commit_files, compare_and_swap
from forge.pull_requests import Actor, ProposedFile, RefUpdate
from forge.storage import BareRepository, RepositoryFolder, move_refs
from schemas.ids import member_actor

AUTHOR = Actor("system:test", "Ada", "ada@example.com")


async def in_a_thread(
    function: Callable[[Sequence[File]], list[Packed]], files: Sequence[File]
) -> list[Packed]:
    """Stands for the pool of parsing processes where its limits are not what is tested."""
    return await asyncio.to_thread(function, files)


def runbook(
    name: str, *, title: str = "A title", command: str = "df -h", extra: str = "", top: str = ""
) -> str:
    """A small sound runbook."""
    return (
        "apiVersion: dd0c.run/v1\nkind: Runbook\n"
        f"metadata: {{name: {name}, title: {title}}}\n"
        f"spec:\n{top}  target: {{labels: {{role: host}}}}\n  steps:\n"
        f"    - id: look\n      title: Look\n      command: {command}\n{extra}"
    )


@dataclass
class World:
    """One tenant with one repository."""

    database: Database
    bus: MemoryBus
    tenant_id: UUID
    row: RepositoryRow
    folder: RepositoryFolder
    forges: Forges
    sync_service: SyncService
    proposals: Proposals
    access: GitAccess

    @property
    def repository(self) -> BareRepository:
        return self.folder.open(self.tenant_id, self.row.id)

    async def sync(self, trigger: Trigger = "manual") -> SyncResult:
        return await self.sync_service.sync(self.tenant_id, self.row.id, trigger)

    async def reload(self) -> RepositoryRow:
        async with self.database.work(self.tenant_id) as uow:
            self.row = await find_repository(uow, self.row.id)
        return self.row

    def commit(self, files: Mapping[str, str | bytes | None], *, parent: str | None = "tip") -> str:
        """A commit on main behind everybody's back; `parent` None begins a new history."""
        proposed = [
            ProposedFile(path, content.encode() if isinstance(content, str) else content)
            for path, content in files.items()
        ]
        repository = self.repository
        with repository.writing() as git:
            before = repository.ref("refs/heads/main")
            base = before if parent == "tip" else parent
            new = commit_files(
                git, base=base, files=proposed, message="change\n", author=AUTHOR, at=datetime.now(UTC)
            )
            compare_and_swap(git, "refs/heads/main", before, new)
        return new

    def move(self, files: Mapping[str, str | None], member_id: UUID) -> None:
        """What a merge by a member leaves on main, where its check found nothing to say."""
        proposed = [
            ProposedFile(path, None if text is None else text.encode()) for path, text in files.items()
        ]
        actor = Actor(member_actor(member_id), "Mia", "mia@example.com")
        repository = self.repository
        with repository.writing() as git:
            before = repository.ref("refs/heads/main")
            new = commit_files(
                git, base=before, files=proposed, message="merge\n", author=actor, at=datetime.now(UTC)
            )
            move_refs(git, [RefUpdate("refs/heads/main", before, new)], by=actor, how="merge 7")

    async def rows(self, query: LiteralString, **params: Any) -> list[dict[str, Any]]:
        """Ad-hoc rows for assertions, as the application's role sees them."""
        from psycopg.rows import dict_row

        async with (
            self.database.work(self.tenant_id) as uow,
            uow.connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(query, params)
            return await cursor.fetchall()

    async def files(self) -> dict[str, dict[str, Any]]:
        return {row["path"]: row for row in await self.rows("SELECT * FROM dd0c.files")}

    async def runbooks(self) -> dict[str, dict[str, Any]]:
        found = await self.rows(
            "SELECT r.*, v.content, v.document, v.commit_oid, v.content_sha256 FROM dd0c.runbooks r "
            "LEFT JOIN dd0c.runbook_versions v ON v.id = r.current_version_id"
        )
        return {row["name"]: row for row in found}

    async def events(self, *kinds: str) -> list[tuple[str, dict[str, Any], str]]:
        """(event type, data, actor) of the audit trail, in order."""
        found = await self.rows(
            "SELECT event_type, event_data::jsonb AS data, actor_id FROM dd0c.audit_events ORDER BY id"
        )
        return [(r["event_type"], r["data"], r["actor_id"]) for r in found if r["event_type"] in kinds]


async def make_world(
    database: Database,
    tenant_id: UUID,
    state: Path,
    *,
    judging: Judging | None = None,
    name: str = "runbooks",
) -> World:
    """A world whose repository holds a README only."""
    bus = MemoryBus()
    folder = RepositoryFolder(state / "repositories")
    runner = ForgeRunner()
    bridge = LoopBridge(asyncio.get_running_loop())
    judging = judging or Judging(in_a_thread)
    forges = Forges(database, folder, runner, bridge, SystemClock(), "http://localhost:8080")
    service = SyncService(
        database,
        bus,
        judging,
        open_source=forge_sources(folder),
        run_blocking=runner,
        clock=SystemClock(),
    )
    reviewer = Reviewer(database, judging)
    describing = Describing(database, judging, approval_minutes=30)
    row = await forges.set_up(tenant_id, name=name, direct_push=True)
    return World(
        database,
        bus,
        tenant_id,
        row,
        folder,
        forges,
        service,
        Proposals(forges, reviewer, service.sync, describe=describing.body),
        GitAccess(forges, reviewer, service.sync, describing.text),
    )
