"""The application for a test, with two tenants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from controller.api.parse_pool import ParsePool
from controller.db.database import Database
from tests.conftest import TestTenant
from tests.integration.api.kit import Api, running_api


@pytest.fixture(scope="session")
def parse_pool() -> Iterator[ParsePool]:
    """Real parsing processes, shared by the tests."""
    pool = ParsePool(1)
    yield pool
    asyncio.run(pool.close())


@pytest_asyncio.fixture
async def api(
    database: Database, tenant: TestTenant, second_tenant: TestTenant, tmp_path: Path, parse_pool: ParsePool
) -> AsyncIterator[Api]:
    """Everything, freshly built."""
    async with running_api(database, tenant, second_tenant, tmp_path, parse_pool) as running:
        yield running
