"""Fixtures: a host that runs commands, one a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.integration.agent.agent_process import AgentProcess
from tests.integration.agent.controller_double import ControllerDouble
from tests.integration.agent.host import Host


@pytest_asyncio.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    """A started host; stopped at the end."""
    made = Host(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(autouse=True)
async def no_agent_is_left() -> AsyncIterator[None]:
    """Whatever a test started, or a failing test left behind, ends with it."""
    yield
    await AgentProcess.end_all()


@pytest_asyncio.fixture
async def double() -> AsyncIterator[ControllerDouble]:
    made = ControllerDouble()
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def agent(tmp_path: Path, double: ControllerDouble) -> AsyncIterator[AgentProcess]:
    """A connected agent."""
    made = await AgentProcess(tmp_path, double).start()
    await double.connected()
    yield made
    await made.kill()
