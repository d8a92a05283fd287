"""A world for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from controller.db.database import Database
from tests.conftest import TestTenant
from tests.integration.sync.world import World, make_world


@pytest_asyncio.fixture
async def world(database: Database, tenant: TestTenant, tmp_path: Path) -> AsyncIterator[World]:
    made = await make_world(database, tenant.tenant_id, tmp_path)
    yield made
    await made.forges.runner.close()
