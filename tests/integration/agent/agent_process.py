"""The real program in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Protocol

from agent import processes
from agent.journal import JournalDamaged, read_records
from tests.integration.agent.host import PATIENCE_SECONDS, ROOT


class Doorway(Protocol):
    """Where an agent enrols."""

    @property
    def url(self) -> str: ...

    @property
    def token(self) -> str: ...


class AgentProcess:
    """The real program in a process of its own."""

    started: ClassVar[list[AgentProcess]] = []

    def __init__(self, folder: Path, double: Doorway) -> None:
        self.state = folder / "state"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DD0C_AGENT_URL": double.url,
            "DD0C_AGENT_TOKEN": double.token,
            "DD0C_AGENT_STATE_DIR": str(self.state),
            "DD0C_AGENT_NAME": "agent-one",
            "DD0C_AGENT_LABELS": "role=db,env=test",
            "DD0C_AGENT_MIN_FREE_MIB": "0",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        self.process: asyncio.subprocess.Process | None = None
        self.log = folder / "agent.log"

    async def start(self, *arguments: str, **environment: str) -> AgentProcess:
        """Start `dd0c-agent run`; `environment` adds to the settings."""
        self.started.append(self)
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "agent.main",
                "run",
                *arguments,
                cwd=ROOT,
                env=self.environment | environment,
                stderr=log,
                stdout=log,
            )
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.wait()

    @classmethod
    async def end_all(cls) -> None:
        """Kill every agent of the test, and whatever their commands left running or frozen."""
        for agent in cls.started:
            await agent.kill()
            with suppress(OSError, JournalDamaged):
                for record in read_records((agent.state / "journal").read_bytes(), "journal")[0]:
                    if record["kind"] == "started" and processes.is_alive(record["pid"], record["startTime"]):
                        left = [*processes.descendants(record["pid"]), record["pid"]]
                        processes.send_all(left, signal.SIGKILL)
        cls.started.clear()

    async def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit code."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), seconds)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return await self.wait()

    def text(self) -> str:
        """What it logged so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
