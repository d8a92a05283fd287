"""A world whose repository real git clients reach over HTTP, judged in real parsing processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from controller.api.parse_pool import ParsePool
from controller.db.database import Database
from controller.governance.judging import Judging
from controller.tenants.members import add_member
from controller.tenants.principal import Principal
from controller.tenants.roles import Role
from controller.tenants.service import authenticate_token, create_token
from tests.conftest import TestTenant
from tests.integration.forge.git_client import Result, address, git, serve
from tests.integration.sync.world import World, make_world


@dataclass
class Desk:
    """A place to work at: the world, its address, and tokens of members by role."""

    world: World
    url: str
    tokens: dict[str, str]
    folder: Path

    def address(self, role: str = "maintainer") -> str:
        return address(self.url, self.tokens[role])

    async def git(self, *arguments: str, cwd: str = "work", check: bool = True) -> Result:
        """Run git without holding up the event loop that serves it."""
        return await asyncio.to_thread(git, self.folder / cwd, *arguments, check=check)

    async def clone(self, role: str = "maintainer", into: str = "work") -> Path:
        await asyncio.to_thread(git, self.folder, "clone", "-q", self.address(role), into)
        return self.folder / into

    async def principal(self, role: str) -> Principal:
        return await authenticate_token(self.world.database, self.tokens[role])


@pytest.fixture(scope="session")
def parse_pool() -> Iterator[ParsePool]:
    pool = ParsePool(2)
    yield pool
    asyncio.run(pool.close())


@pytest_asyncio.fixture
async def desk(
    database: Database, tenant: TestTenant, tmp_path: Path, parse_pool: ParsePool
) -> AsyncIterator[Desk]:
    world = await make_world(database, tenant.tenant_id, tmp_path, judging=Judging(parse_pool.run))
    tokens = {}
    async with database.work(tenant.tenant_id) as uow:
        for role in ("viewer", "author", "maintainer"):
            member_id = await add_member(uow, f"{role}@acme.example", Role(role), actor=tenant.actor)
            tokens[role] = (await create_token(uow, member_id, role, actor=tenant.actor)).text
        tokens["owner"] = (await create_token(uow, tenant.member_id, "owner", actor=tenant.actor)).text
    with serve(world.access.open) as url:
        yield Desk(world, url, tokens, tmp_path)
    await world.forges.runner.close()
