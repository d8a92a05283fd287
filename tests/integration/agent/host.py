"""A host to run commands on in tests: journal, spool, a real spawner process, real bash."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from agent import processes, records
from agent.attempts import Attempts
from agent.journal import Journal
from agent.orders import Orders
from agent.outbox import Outbox
from agent.policy import LocalPolicy
from agent.records import Attempt
from agent.runner import Runner, Settings
from agent.shim import own_user
from agent.spawner_client import Spawner
from agent.spool import Spool
from agent.verify import Myself
from base.ids import new_id
from proto.agent.v1 import agent_pb2
from proto.convert import AttemptReport, report_from_message
from schemas.grant import Grant
from schemas.risk import Risk
from schemas.verdict import Finding
from tests.unit.agent.grants import Controller

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must come; only a fault, or a machine that stands still, takes it all."""
_SERVE = (
    "import socket, sys; from agent import spawner; spawner._serve(socket.socket(fileno=int(sys.argv[1])))"
)


def start_spawner() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A spawner in a process of its own, as small as the agent's."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(theirs.fileno())], pass_fds=[theirs.fileno()], cwd=ROOT
    )
    theirs.close()
    return ours, process


async def until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait until the condition holds; its value. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)
    return value


@dataclass
class Host:
    """One agent without a stream: what it says is collected in `reports` and `diagnostics`."""

    folder: Path
    controller: Controller = field(default_factory=Controller)
    policy: LocalPolicy = field(default_factory=LocalPolicy)
    settings: Settings = field(default_factory=lambda: Settings(min_free_bytes=0))
    risk: Risk = Risk.SAFE
    reports: list[AttemptReport] = field(default_factory=list)
    diagnostics: list[str] = field(default_factory=list)
    panics: list[agent_pb2.PanicReport] = field(default_factory=list)

    async def start(self) -> None:
        """Open everything and take up what ran."""
        channel, self.spawner_process = start_spawner()
        self.journal = Journal.open(self.folder / "journal", new_id())
        self.controller.instance = self.journal.instance
        self.outbox = Outbox()
        self.outbox.open()
        spool = Spool(self.folder / "spool")
        self.attempts = Attempts(self.journal, spool, self.outbox, self.settings.secrets_file)
        myself = Myself(self.controller.tenant, self.controller.agent, self.journal.instance, {}, own_user())
        self.orders = Orders(self.attempts, self.outbox, myself, self.controller.trusted, lambda keys: None)
        self.spawner = Spawner(channel)
        self.runner = Runner(
            self.attempts,
            self.spawner,
            myself,
            lambda: self.orders.keys,
            self.policy,
            lambda text: Finding(risk=self.risk, why="", scanner_version="1", knowledge_version="1"),
            self.settings,
        )
        self.output: dict[UUID, list[agent_pb2.OutputChunk]] = {}
        self._listener = asyncio.create_task(self._listen())
        self._worker = asyncio.create_task(self.runner.work())
        self.attempts.recover()

    async def _listen(self) -> None:
        while True:
            message = await self.outbox.next()
            body = message.WhichOneof("body")
            if body == "report":
                self.reports.append(report_from_message(message.report))
            elif body == "diagnostic":
                self.diagnostics.append(message.diagnostic.code + ": " + message.diagnostic.text)
            elif body == "panic":
                self.panics.append(message.panic)
            elif body == "output":
                chunk = message.output
                identity = UUID(bytes=chunk.step_execution_id)
                self.output.setdefault(identity, []).append(chunk)
                self.attempts.acknowledge_output(identity, chunk.offset + len(chunk.data))

    async def stop(self) -> None:
        """Go away; what runs goes on."""
        for task in (self._listener, self._worker):
            task.cancel()
        await asyncio.gather(self._listener, self._worker, return_exceptions=True)
        await self.attempts.settle()
        self.spawner.close()
        await asyncio.to_thread(self.spawner_process.wait, 10)
        self.journal.close()

    def offer(self, grant: Grant) -> UUID:
        """Send a signed run; the step execution's id."""
        self.runner.offer(self.controller.envelope(grant), "")
        return grant.step_execution

    async def run(self, command: str, **changes: Any) -> Attempt:
        """Run a command to its end; what the journal knows then."""
        identity = self.offer(self.controller.grant(command, **changes))
        return await self.ended(identity)

    async def ended(self, identity: UUID, seconds: float = PATIENCE_SECONDS) -> Attempt:
        """Wait for a result or a refusal."""

        def done() -> Attempt | None:
            attempt = self.journal.state.attempts.get(identity)
            return (
                attempt if attempt and not attempt.is_open and identity not in self.attempts.running else None
            )

        found = await until(done, seconds)
        assert isinstance(found, Attempt)
        return found

    async def usual_seconds(self) -> float:
        """What the shortest command costs on this machine as busy as it is now: the dearer of two."""
        took = []
        for _ in range(2):
            began = time.monotonic()
            await self.run("true")
            took.append(time.monotonic() - began)
        return max(took)

    async def started(self, identity: UUID) -> Attempt:
        """Wait until its process is known and told to go."""
        await until(lambda: identity in self.attempts.running)
        return self.journal.state.attempts[identity]

    async def text(self, identity: UUID, stream: int | None = None) -> bytes:
        """All of its output, as the controller got it."""
        await until(lambda: self.output.get(identity) and self.output[identity][-1].last)
        chunks = self.output[identity]
        return b"".join(chunk.data for chunk in chunks if stream is None or chunk.stream == stream)

    def runs(self, name: str = "ran") -> int:
        """How often a command appended to the run counter: the oracle outside of the product."""
        with suppress(FileNotFoundError):
            return len((self.folder / name).read_text().splitlines())
        return 0

    def counting(self, rest: str = "true", name: str = "ran") -> str:
        """A command that appends to the run counter before anything else."""
        return f"echo $$ >> {self.folder / name}; {rest}"


def alive_with(mark: str) -> list[int]:
    """Living processes whose command line holds a mark."""
    found = []
    for pid in all_pids():
        with suppress(OSError):
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
            if pid != os.getpid() and mark.encode() in raw and processes.start_time(pid) is not None:
                found.append(pid)
    return found


def all_pids() -> list[int]:
    """Every process of this machine."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def parent_of(pid: int) -> int:
    """The parent of a process; 0 where it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def sockets_of(pid: int) -> set[str]:
    """The inodes of the sockets that a process holds."""
    found = set()
    with suppress(OSError):
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                link = str(path.readlink())
                if link.startswith("socket:["):
                    found.add(link[8:-1])
    return found


def listening_sockets() -> set[str]:
    """The inodes of every TCP socket of this machine that listens, and of every bound UDP socket."""
    found = set()
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        with suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == state:
                    found.add(fields[9])
    return found


def fill_disk(folder: Path) -> Path:
    """Write a file until the disk takes nothing more."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    return path


def mount_small_disk(folder: Path) -> str | None:
    """A file system of 1 MiB; the reason where there can be none."""
    if os.geteuid() != 0:
        return "a small file system can only be mounted by root"
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode == 0 else f"no tmpfs here: {done.stderr.decode().strip()}"


def unmount(folder: Path) -> None:
    """The other end of `mount_small_disk`."""
    subprocess.run(["umount", str(folder)], check=True)


FINISHED = records.FINISHED
LOST = records.LOST
REFUSED = records.REFUSED
