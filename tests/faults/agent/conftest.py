"""Nothing is left behind by a test that kills agents."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.agent.agent_process import AgentProcess


@pytest_asyncio.fixture(autouse=True)
async def no_agent_is_left() -> AsyncIterator[None]:
    """Whatever a test started, or a failing test left behind, ends with it."""
    yield
    await AgentProcess.end_all()
