"""One running link a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from controller.db.database import Database
from tests.integration.link.kit import Link, running_link


@pytest_asyncio.fixture
async def link(database: Database, tmp_path: Path) -> AsyncIterator[Link]:
    """A link that serves on a free loopback port."""
    async with running_link(database, tmp_path) as running:
        yield running
