"""Fixtures of the engine's integration tests."""

from __future__ import annotations

from pathlib import Path

import pytest_asyncio

from controller.db.database import Database
from tests.conftest import TestTenant
from tests.integration.engine.kit import House, build_house


@pytest_asyncio.fixture
async def house(database: Database, tenant: TestTenant, tmp_path: Path) -> House:
    """An engine with one tenant, its owner and one agent that is online."""
    return await build_house(database, tenant.principal(), tmp_path)
