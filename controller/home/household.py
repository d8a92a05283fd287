"""The order in which `make run` starts everything, and in which Ctrl-C ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from agent.identity import FILE_NAME
from base.ids import new_id
from controller.config import Settings
from controller.db.bootstrap import Urls
from controller.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from controller.db.embedded_account import DataOfAnother, left_behind
from controller.db.errors import DatabaseError
from controller.db.migrate import MigrationRefused, migrate
from controller.home import agent_account
from controller.home.children import NEEDS_A_PERSON, Child, Command
from controller.home.demo import Demo
from controller.home.ground import check_ports, check_tools, prepare_state
from controller.home.running import name_steps, running_commands
from controller.home.stages import HomeError, Stages
from controller.settings.places import CLIENT_FILE

AGENT_NAME: Final = "home"
_READY_SECONDS: Final = 120.0
"""A child that dies is noticed at once; a machine as busy as can be is waited for."""
_POLL_SECONDS: Final = 0.05


@dataclass
class Household:
    """Everything that runs under one `make run`."""

    settings: Settings
    stages: Stages
    postgres: EmbeddedPostgres | None = None
    children: list[Child] = field(default_factory=list)
    stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> bool:
        """Start, wait for Ctrl-C or SIGTERM, stop; whether the start was completed.

        Raises HomeError where it can't start.
        """
        check_tools()
        lock = prepare_state(self.settings)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask_to_stop)
        was_ready = False
        try:
            was_ready = await self._unless_stopped(self._start())
            if was_ready:
                await self.stop_asked.wait()
        finally:
            await self._stop()
            lock.close()
        return was_ready

    def _ask_to_stop(self) -> None:
        """The first time in order, the second at once."""
        (self.hurry if self.stop_asked.is_set() else self.stop_asked).set()

    async def _unless_stopped(self, starting: Coroutine[None, None, None]) -> bool:
        """Run the start; a stop that is asked for meanwhile ends it. Gives whether it was completed."""
        start = asyncio.create_task(starting)
        asked = asyncio.create_task(self.stop_asked.wait())
        await asyncio.wait({start, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if start.done():
            start.result()
            return True
        start.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await start
        return False

    async def _start(self) -> None:
        stages = self.stages
        check_ports(self.settings)
        if self.settings.database_url is None:
            self._say_what_is_left()
        with stages.run("PostgreSQL") as stage:
            urls = await self._database()
            stage.note = "embedded, on 127.0.0.1" if self.postgres is not None else "yours"
        with stages.run("Migrations") as stage:
            applied = await self._migrate(urls)
            stage.note = f"{applied} applied" if applied else "none to apply"
        # A first start makes the repository before anything looks for it; a later one need not wait.
        again = (self.settings.state_dir / CLIENT_FILE).exists()
        controller = await self._spawn_controller(urls) if again else None
        with stages.run("Demo tenant and repository") as stage:
            demo = await Demo.open(self.settings, urls.app)
            try:
                stage.note = await demo.prepare()
            except BaseException:  # whatever it is, the connections do not outlive it
                await demo.close()
                raise
        try:
            with stages.run("Controller") as stage:
                controller = controller or await self._spawn_controller(urls)
                await _within("controller", controller, self._wait_ready(controller))
                stage.note = f"{self.settings.url}, agents on port {self.settings.grpc_port}"
            with stages.run("Agent") as stage:
                stage.note = await self._start_agent(demo)
            with stages.run("Runbooks"):
                await _within("controller", controller, self._runbooks_served(controller, demo))
            self._write_client_file(demo.token)
            self._greet(await demo.sign_in_url())
        finally:
            await demo.close()

    async def _database(self) -> Urls:
        url, migrate_url = self.settings.database_url, self.settings.migrate_database_url
        if url is not None and migrate_url is not None:
            return Urls("", migrate_url.get_secret_value(), url.get_secret_value(), "")
        if url is not None or migrate_url is not None:
            raise HomeError(
                "DD0C_DATABASE_URL and DD0C_MIGRATE_DATABASE_URL are set together or not at all.",
                "Leave both out to use the embedded PostgreSQL.",
            )
        self.postgres = EmbeddedPostgres(self.settings.state_dir)
        try:
            return await asyncio.to_thread(self.postgres.start)
        except DataOfAnother as error:
            self.postgres = None  # it is not ours to stop
            raise HomeError(
                str(error),
                f"Use the original, or delete {self.settings.state_dir / 'postgres'} for an empty database.",
            ) from error
        except EmbeddedPostgresError as error:
            raise HomeError(
                str(error), f"Its log is {self.settings.state_dir / 'postgres' / 'log'}."
            ) from error

    def _say_what_is_left(self) -> None:
        """What a deleted state folder has left outside of itself; only root's start leaves anything."""
        state = self.settings.state_dir
        account = agent_account.choose_account(state)
        left = [("database", folder) for folder in left_behind(state)]
        agent_folder = agent_account.set_aside_stranger(account, state)
        if agent_folder is not None:
            left.append(("agent", agent_folder))
        for what, folder in left:
            self.stages.say(f"  An earlier state folder at {state} left its {what} in {folder};")
            self.stages.say(f"  nothing can use it any more. `rm -r {folder}` deletes it.")

    async def _migrate(self, urls: Urls) -> int:
        try:
            return len(await asyncio.to_thread(migrate, urls.migrate))
        except (DatabaseError, MigrationRefused) as error:
            raise HomeError(f"The database can't be migrated: {error}") from error

    async def _spawn_controller(self, urls: Urls) -> Child:
        environment = {
            **_without_agent(os.environ),
            "DD0C_DATABASE_URL": urls.app,
            "DD0C_STATE_DIR": str(self.settings.state_dir),
        }
        return await self._start_child(
            Command("controller", _program("controller.main"), environment, self._log("controller"))
        )

    async def _wait_ready(self, child: Child) -> None:
        url = f"{self.settings.local_url}/readyz"
        headers = {"Host": min(self.settings.hosts)}
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(url, headers=headers)).status_code == 200:
                        return
                await _alive(child)

    async def _start_agent(self, demo: Demo) -> str:
        account = agent_account.choose_account(self.settings.state_dir)
        agent_account.prepare_folder(account)
        agent_account.redirect(account, self.settings.local_link)
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(account.folder),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "DD0C_AGENT_URL": f"http://localhost:{self.settings.http_port}",
            "DD0C_AGENT_STATE_DIR": str(account.folder),
            "DD0C_AGENT_NAME": AGENT_NAME,
            "DD0C_AGENT_LABELS": "role=home",
            "DD0C_LOG_LEVEL": self.settings.log_level,
            "DD0C_LOG_FORMAT": self.settings.log_format,
            **{key: value for key, value in os.environ.items() if key.startswith("DD0C_AGENT_")},
        }
        if not (account.folder / FILE_NAME).exists():
            environment["DD0C_AGENT_TOKEN"] = await demo.enrollment_token()
        command = Command(
            "agent",
            _program("agent.main", "run"),
            environment,
            self._log("agent"),
            user=account.user,
            stop_signal=signal.SIGINT,  # ends what runs, too: Ctrl-C leaves no process
            stop_seconds=20.0,
        )
        child = await self._start_child(command)
        await _within("agent", child, self._agent_online(child, demo))
        return account.note

    async def _agent_online(self, child: Child, demo: Demo) -> None:
        while not await demo.agent_is_online(AGENT_NAME):
            await _alive(child)

    async def _runbooks_served(self, child: Child, demo: Demo) -> None:
        while not await demo.runbooks_are_served():
            await _alive(child)

    async def _start_child(self, command: Command) -> Child:
        child = Child(command)
        self.children.append(child)
        await child.start()
        return child

    def _log(self, name: str) -> Path:
        return self.settings.state_dir / "logs" / f"{name}.log"

    def _write_client_file(self, token: str) -> None:
        target = self.settings.state_dir / CLIENT_FILE
        scratch = target.with_suffix(f".{new_id().hex}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump({"url": self.settings.url, "token": token}, out)
        scratch.replace(target)

    def _greet(self, sign_in_url: str) -> None:
        say = self.stages.say
        say()
        say(f"  dd0c/run is ready after {self.stages.seconds:.1f} s. Open it (the link signs you in once):")
        say()
        say(f"    {sign_in_url}")
        say()
        say("  or stay in a terminal:")
        say()
        say("    .venv/bin/dd0c import docs/examples/disk-full.md --dry-run")
        say("    .venv/bin/dd0c run host-health")
        say("    .venv/bin/dd0c audit verify")
        say()
        say("  Ctrl-C stops everything.")

    async def _stop(self) -> None:
        if self.children or self.postgres is not None:
            self.stages.say()
        await self._say_what_runs()
        for child in reversed(self.children):
            with self.stages.run(f"Stopping the {child.command.name}"):
                await child.stop(self.hurry)
        if self.postgres is not None:
            with self.stages.run("Stopping PostgreSQL"):
                await asyncio.to_thread(self.postgres.stop)

    async def _say_what_runs(self) -> None:
        """The commands that the agent's end will end, one a line, before it does."""
        commands = await asyncio.to_thread(
            running_commands, agent_account.choose_account(self.settings.state_dir).folder
        )
        if not commands:
            return
        await name_steps(self.settings, commands)
        self.stages.say(
            "  A command runs. It gets SIGTERM, SIGKILL after its grace, and its step ends as killed:"
        )
        for command in commands:
            self.stages.say(f"    {command}")
        self.stages.say("  Ctrl-C again kills it at once.")


async def _within(name: str, child: Child, waiting: Awaitable[None]) -> None:
    """Wait for a child to be ready; one that takes too long becomes a sentence with the end of its log."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await waiting
    except TimeoutError as error:
        raise HomeError(
            f"The {name} is not ready after {_READY_SECONDS:.0f} s.", child.last_lines()
        ) from error


async def _alive(child: Child) -> None:
    """One poll interval; raises HomeError where the child keeps dying."""
    await asyncio.sleep(_POLL_SECONDS)
    if child.code in NEEDS_A_PERSON:
        said = child.last_lines(1).partition(": ")[2] or f"it ended with {child.code}"
        raise HomeError(f"The {child.command.name} does not start: {said}")
    if child.restarts >= 2:
        raise HomeError(f"The {child.command.name} does not start.", child.last_lines())


def _program(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _without_agent(environment: os._Environ[str]) -> dict[str, str]:
    return {
        key: value
        for key, value in environment.items()
        if not key.startswith("DD0C_AGENT_") and key not in ("DD0C_URL", "DD0C_TOKEN", "DD0C_OUTPUT")
    }
