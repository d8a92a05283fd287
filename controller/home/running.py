"""Which commands the home agent runs now: by its journal, with the step as the controller names it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from agent.journal import JournalDamaged, read_records
from agent.main import JOURNAL_FILE
from agent.processes import boot_id, is_alive
from agent.records import JournalState
from base.ids import show_id
from controller.config import Settings
from controller.settings.places import CLIENT_FILE

_ASK_SECONDS: Final = 1.0


@dataclass
class RunningCommand:
    """One step execution whose command runs; `pid` is its shim's."""

    execution: str
    step_execution: str
    pid: int
    step: str = ""

    def __str__(self) -> str:
        name = f"step {self.step}, " if self.step else ""
        return f"{self.execution}: {name}{self.step_execution}, process {self.pid}"


def running_commands(agent_folder: Path) -> list[RunningCommand]:
    """By the journal and the kernel; none where there is no journal that can be read."""
    path = agent_folder / JOURNAL_FILE
    state = JournalState()
    try:
        for record in read_records(path.read_bytes(), str(path))[0]:
            state.apply(record)
    except (OSError, JournalDamaged, KeyError, ValueError, TypeError):
        return []
    boot = boot_id()
    return [
        RunningCommand(show_id("exe", attempt.execution), show_id("stx", attempt.id), attempt.started.pid)
        for attempt in state.attempts.values()
        if attempt.is_open
        and attempt.execution is not None
        and attempt.started is not None
        and attempt.started.boot == boot
        and is_alive(attempt.started.pid, attempt.started.start_time)
    ]


async def name_steps(settings: Settings, commands: list[RunningCommand]) -> None:
    """Fill in the steps' names, as the controller tells them within a second; else they stay empty."""
    try:
        token = json.loads((settings.state_dir / CLIENT_FILE).read_text(encoding="utf-8"))["token"]
        async with httpx.AsyncClient(
            base_url=settings.local_url,
            headers={"Authorization": f"Bearer {token}", "Host": min(settings.hosts)},
            timeout=_ASK_SECONDS,
            trust_env=False,
        ) as client:
            for command in commands:
                answer = await client.get(f"/api/v1/executions/{command.execution}")
                command.step = str(answer.raise_for_status().json().get("cursor") or "")
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError):
        return  # the ids alone name them too
