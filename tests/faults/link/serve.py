"""A link in a process of its own, to be killed: `python -m tests.faults.link.serve URL STATE`.

Prints its port, serves until killed; what the engine heard goes to STATE/heard, one synced line each.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from base import faults
from controller.db.database import Database
from tests.integration.link.doubles import RecordingEvents
from tests.integration.link.kit import running_link


class WritingEvents(RecordingEvents):
    """An engine whose transactions are lines of a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("ab", buffering=0)

    async def _note(self, kind: str, agent_id: UUID, value: Any) -> None:
        if kind == "report":
            self._file.write(f"{value.step_execution_id} {value.report_seq} {value.state}\n".encode())
            os.fsync(self._file.fileno())


async def serve(url: str, state: Path) -> None:
    """Serve until killed; a panic is taken where a line `panic <tenant>` comes in."""
    database = await Database.open(url, 5)
    events = WritingEvents(state / "heard")
    async with running_link(database, state, events=events) as link:
        faults.arm(os.environ.get("DD0C_FAULTPOINT"))
        sys.stdout.write(f"{link.server.port}\n")
        sys.stdout.flush()
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            tenant_id = UUID(line.removeprefix("panic").strip())
            await link.panic.trigger(tenant_id, "system:test", "api", "fire")


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2])))
