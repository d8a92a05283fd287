"""The command line against the running application: what it asks for is what is answered."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.ids import parse_id
from tests.integration.api.kit import PASTE, ROOT, Api
from tests.integration.api.test_floods import serving
from tests.integration.engine.texts import STORY


@dataclass
class Terminal:
    """Calls `dd0c` as a script does: without a terminal."""

    url: str
    token: str
    folder: Path

    async def call(self, *arguments: str, code: int = 0, state: str | None = None) -> str:
        """Its output; the exit code must be this one."""
        out, err = await self.run(*arguments, code=code, state=state)
        return out.decode() + err.decode()

    async def run(self, *arguments: str, code: int = 0, state: str | None = None) -> tuple[bytes, bytes]:
        """What it wrote to standard output and to standard error, with this exit code."""
        environment = {
            "PATH": os.environ["PATH"],
            "DD0C_URL": self.url,
            "DD0C_TOKEN": self.token,
            "DD0C_STATE_DIR": state or str(self.folder),
            "PYTHONPATH": str(ROOT),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "controller.cli",
            *arguments,
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == code, (
            f"{arguments}: {process.returncode}\n{out.decode(errors='replace')}\n{err.decode()}"
        )
        return out, err

    async def json(self, *arguments: str) -> Any:
        """Its output as a document."""
        return json.loads(await self.call(*arguments, "-o", "json"))


async def test_the_story_by_command_line(api: Api, tmp_path: Path) -> None:
    (tmp_path / "disk.md").write_text(PASTE)
    (tmp_path / "prose.md").write_text("Nothing is to be done here.\n")
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        assert "df -h" in await dd0c.call("import", "disk.md", "--dry-run")
        assert "There is no command and no instruction" in await dd0c.call("import", "prose.md", code=1)
        assert "Next: dd0c pr open" in await dd0c.call("import", "disk.md", "--name", "disk-full")
        opened = await dd0c.json("pr", "open")
        number = str(opened["pull"]["number"])
        assert "mergeable" in await dd0c.call("pr", "show", number)
        assert "disk-full.yaml" in await dd0c.call("pr", "diff", number)
        assert "disk-full" in await dd0c.call("pr", "list")
        checked = await dd0c.json("pr", "check", number)
        assert [check["status"] for check in checked["checks"]] == ["pass"]
        assert "pass" in await dd0c.call("pr", "check", number)
        assert "New runbook disk-full: 2 steps" in await dd0c.call("pr", "comment", number, "/dd0c plan")
        said = await dd0c.json("pr", "comment", number, "Looks \x1b[31mgood")
        assert said["comments"][-1]["body"] == "Looks \x1b[31mgood"
        await dd0c.call("pr", "merge", number, code=5)
        merged = await dd0c.json("pr", "merge", number, "--yes")
        assert "merged" in await dd0c.call("pr", "show", number)
        [runbook] = (await dd0c.json("runbooks"))["items"]
        assert runbook["commit"] == merged["commit"]
        assert "df -h" in await dd0c.call("runbooks", "show", "disk-full")
        assert len((await dd0c.json("runbooks", "versions", "disk-full"))["items"]) == 1
        assert "✓ Synced  runbooks" in await dd0c.call("sync")
        assert "unchanged" in await dd0c.call("sync", "now", "-r", "runbooks")
        assert "dangerous" in await dd0c.call("classify", "rm -rf /")
        for listing in ("agents", "members", "tokens", "panic"):
            assert await dd0c.json(listing)
        assert "No token" in await dd0c.call("agents", "tokens")
        await dd0c.call("agents", "token", "--name", "web-1")
        assert "web-1" in await dd0c.call("agents", "tokens")
        assert "yes" in await dd0c.call("audit", "verify")
        assert "runbook.synced" in await dd0c.call("audit", "list")


async def test_a_run_without_a_terminal_stops_at_its_gate_and_goes_on_by_commands(
    api: Api, tmp_path: Path
) -> None:
    await api.house.runbook(STORY)
    async with serving(api) as port:
        dd0c = Terminal(f"http://127.0.0.1:{port}", api.tokens["owner"], tmp_path)
        said = await dd0c.call("run", "story", "--var", "host=web-1", code=5)
        assert "a prerequisite must be ticked" in said
        [item] = (await dd0c.json("executions"))["items"]
        await dd0c.call("executions", "tick", item["id"], "vpn")
        await api.house.work_off()
        assert "an approval" in await dd0c.call("run", item["id"], "--attach", code=5)
        shown = await dd0c.json("executions", "show", item["id"])
        assert "uname -a" in await dd0c.call("executions", "show", item["id"])
        await dd0c.call("executions", "approve", item["id"], "--intent", shown["gate"]["intentSha256"])
        attempt = (await dd0c.json("executions", "show", item["id"]))["running"]["id"]
        await api.house.finish(parse_id("exe", item["id"]), output=b"Linux\n")
        assert await dd0c.call("executions", "output", item["id"], attempt) == "Linux\n"
        await dd0c.call("executions", "report", item["id"], "--ok", "--answer", "no")
        assert "completed" in await dd0c.call("executions", "show", item["id"])
        history = (await dd0c.json("executions", "history", item["id"]))["items"]
        assert history[-1]["toState"] == "completed"
        await dd0c.call("executions", "show", "exe_00000000000000000000000000", code=4)
        stranger = Terminal(dd0c.url, "ddt_wrong", tmp_path)
        await stranger.call("runbooks", code=3)
    nobody = Terminal("http://127.0.0.1:1", "", tmp_path)
    await nobody.call("runbooks", code=7)
