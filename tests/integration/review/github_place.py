"""A place between an imitation of GitHub and the rows. Its fixtures are imported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from base.clock import SystemClock
from controller.api.parse_pool import ParsePool
from controller.api.shapes.sync import RepositorySync
from controller.api.sync_state import View, sync_status
from controller.db.bus import MemoryBus
from controller.db.database import Database
from controller.governance.judging import Judging
from controller.governance.owners_word import OwnersWord
from controller.governance.pinning import load_in_force
from controller.governance.repositories import RepositoryRow
from controller.review.about import About
from controller.review.bridge import ForgeRunner, LoopBridge
from controller.review.commit_status import CommitStatuses
from controller.review.describing import Describing
from controller.review.forges import Forges
from controller.review.hearing import Hearing
from controller.review.proposals import Proposals
from controller.review.pull_checks import PullChecks
from controller.review.questions import Questions
from controller.review.reviewer import Reviewer
from controller.review.reviews import Reviews
from controller.review.talking import Talking
from controller.sync.forge_sources import forge_sources
from controller.sync.loop import SyncLoop
from controller.sync.results import Trigger
from controller.sync.service import SyncService
from controller.sync.turns import Turns
from controller.tenants.principal import Principal
from forge.commit import commit_files, compare_and_swap
from forge.github.repositories import GitHubLogin, GitHubRepositories
from forge.pull_requests import Actor, Proposal, ProposedFile
from forge.storage import BareRepository, RepositoryFolder
from tests.conftest import TestTenant
from tests.integration.forge.github.imitation import GIT_PATH, TOKEN
from tests.integration.forge.github.server import GitHub, github_url
from tests.integration.forge.github.state import APP_ID

__all__ = ["app_place", "github_url", "place"]

AUTHOR = Actor("system:test", "Ada", "ada@example.com")


def commit(repository: BareRepository, files: Mapping[str, str | None], branch: str = "main") -> str:
    """A commit on a branch at GitHub, by somebody who asked nobody."""
    ref = f"refs/heads/{branch}"
    with repository.writing() as git:
        before = repository.ref(ref)
        proposed = [
            ProposedFile(path, None if content is None else content.encode())
            for path, content in files.items()
        ]
        new = commit_files(
            git, base=before, files=proposed, message="change\n", author=AUTHOR, at=datetime.now(UTC)
        )
        compare_and_swap(git, ref, before, new)
    return new


def begin(
    turns: Turns, look: Callable[[UUID, UUID], Awaitable[object]], tenant: UUID, repository: UUID
) -> None:
    """Have a repository looked at in its tenant's turn."""
    turns.begin(tenant, repository, partial(look, tenant, repository))


class Loop(SyncLoop):
    """Whose rounds end when what follows them has ended."""

    turns: Sequence[Turns] = ()

    async def round(self, trigger: Trigger) -> None:
        await super().round(trigger)
        for each in self.turns:
            await each.idle()


@dataclass
class Place:
    """Everything between GitHub and the rows, joined as `controller/main/assembly.py` joins it."""

    github: GitHub
    origin: BareRepository
    principal: Principal
    row: RepositoryRow
    forges: Forges
    sync: SyncService
    proposals: Proposals
    reviews: Reviews
    loop: SyncLoop
    owners: OwnersWord
    talking: Talking
    hearing: Hearing

    async def heard(self) -> None:
        """One look, with all that follows from it."""
        await self.loop.round("poll")
        await self.hearing.idle()

    async def publish(self, content: str, key: str = "k1", path: str = "runbooks/disk.yaml") -> int:
        file = ProposedFile(path, content.encode())
        change = Proposal(key=key, title="Change disk", body="Because.", files=(file,), author=AUTHOR)
        return (await self.proposals.publish(self.principal, change, About("paste", "disk"))).number

    async def reviewed(self) -> list[tuple[int, str, str]]:
        """(pull request, commit, actor) of the audit trail's merges."""
        async with self.forges.database.work(self.principal.tenant_id) as uow:
            found = await uow.connection.execute(
                "SELECT event_data::jsonb AS event_json, actor_id FROM dd0c.audit_events "
                "WHERE event_type = 'runbook.reviewed' ORDER BY id"
            )
            rows = await found.fetchall()
        return [(event["pullNumber"], event["commit"], actor) for event, actor in rows]

    async def states(self) -> dict[str, str]:
        """Proposal key → state."""
        async with self.forges.database.work(self.principal.tenant_id) as uow:
            found = await uow.connection.execute("SELECT key, state FROM dd0c.proposals")
            return dict(await found.fetchall())

    async def serving(self) -> dict[str, int]:
        """Runbook in service → trust level of the document that serves."""
        async with self.forges.database.work(self.principal.tenant_id) as uow:
            found = await uow.connection.execute(
                "SELECT r.name, COALESCE((v.document #>> '{spec,trustLevel}')::int, 1) FROM dd0c.runbooks r "
                "JOIN dd0c.runbook_versions v ON v.id = r.current_version_id WHERE r.retired_at IS NULL"
            )
            return dict(await found.fetchall())

    async def status(self) -> RepositorySync:
        async with self.forges.database.work(self.principal.tenant_id) as uow:
            (found,) = (await sync_status(uow, View(60, "http://localhost:8080"))).items
            return found

    async def in_force(self) -> tuple[str, bool]:
        """(mode of the policy, whether the flag auto-run is on)."""
        async with self.forges.database.work(self.principal.tenant_id) as uow:
            found = await load_in_force(uow)
        return found.policy.governance_mode, found.flags.is_on("auto-run")

    async def files(self) -> dict[str, str]:
        async with self.forges.database.work(self.principal.tenant_id) as uow:
            found = await uow.connection.execute("SELECT path, state FROM dd0c.files")
            return dict(await found.fetchall())


@asynccontextmanager
async def opened(
    ground: tuple[Database, TestTenant, ParsePool], tmp_path: Path, github_url: str, login: GitHubLogin
) -> AsyncIterator[Place]:
    """A place, with the repository on GitHub that it works with."""
    database, tenant, parse_pool = ground
    origin = RepositoryFolder(tmp_path / "github").create(tenant.tenant_id, tenant.tenant_id)
    commit(origin, {"README.md": "hello\n"})
    github = GitHub(github_url, origin)
    github.reset()
    if login.app_key_file is not None:
        github.set(app_key=public_key(login.app_key_file))
    clock, runner = SystemClock(), ForgeRunner()
    folder = RepositoryFolder(tmp_path / "git")
    repositories = GitHubRepositories(RepositoryFolder(tmp_path / "mirrors"), login, clock)
    bridge = LoopBridge(asyncio.get_running_loop())
    forges = Forges(database, folder, runner, bridge, clock, "http://localhost:8080", repositories)
    judging, owners = Judging(parse_pool.run), OwnersWord()
    telling = Turns("status", at_once=2)
    sync = SyncService(
        database,
        MemoryBus(),
        judging,
        open_source=forge_sources(folder, repositories),
        run_blocking=runner,
        clock=clock,
        owners=owners,
        after=partial(begin, telling, CommitStatuses(forges).look),
    )
    reviewer = Reviewer(database, judging)
    describing = Describing(database, judging, approval_minutes=30)
    proposals = Proposals(forges, reviewer, sync.sync, owners, describing.body)
    row = await forges.set_up_github(tenant.tenant_id, remote=github_url + GIT_PATH, branch="main")
    reviews = Reviews(forges, reviewer, judging, approval_minutes=30)
    talking = Talking(forges, proposals, reviews)
    hearing = Hearing(forges, Questions(forges, talking).look)
    checks = PullChecks(forges, proposals.check_head, hearing.begin)
    after = Turns("checks", at_once=2)
    loop = Loop(sync, forges.everything, 60, partial(begin, after, checks.look))
    loop.turns = [telling, after]
    yield Place(
        github,
        origin,
        tenant.principal(),
        row,
        forges,
        sync,
        proposals,
        reviews,
        loop,
        owners,
        talking,
        hearing,
    )
    await hearing.close()
    await runner.close()
    assert github.complaints() == []


def public_key(path: Path) -> str:
    """The public half of an App's key, which GitHub has."""
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, public).decode()


@pytest_asyncio.fixture
async def place(
    database: Database, tenant: TestTenant, tmp_path: Path, parse_pool: ParsePool, github_url: str
) -> AsyncIterator[Place]:
    """With a token of a bot account."""
    login = GitHubLogin(token=TOKEN, api_url=github_url)
    async with opened((database, tenant, parse_pool), tmp_path, github_url, login) as found:
        yield found


@pytest_asyncio.fixture
async def app_place(
    database: Database, tenant: TestTenant, tmp_path: Path, parse_pool: ParsePool, github_url: str
) -> AsyncIterator[Place]:
    """As a GitHub App."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "app.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    login = GitHubLogin(app_id=APP_ID, app_key_file=path, api_url=github_url)
    async with opened((database, tenant, parse_pool), tmp_path, github_url, login) as found:
        yield found
