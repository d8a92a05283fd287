"""Drives `make run` from outside, as its users do: its own processes, its URL, the command line."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import psutil

ROOT: Final = Path(__file__).resolve().parents[2]
CLI: Final = ROOT / ".venv" / "bin" / "dd0c"
_URL: Final = re.compile(r"https?://\S*/sign-in\S*")
_PORTS: Final = range(20_000, 32_000)
Value = TypeVar("Value")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on, of those that no outgoing connection is given.

    The kernel takes those of its own range (from 32768 on Linux) for any client between this look and
    the product's start some seconds later.
    """
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("none of a hundred ports of the loopback is free")


def wait_for(what: str, condition: Callable[[], Value | None], seconds: float = 60.0) -> Value:
    """The first true value of `condition`; fails with `what` when the time is over."""
    deadline = time.monotonic() + seconds
    pause = _Pause()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}")
        pause.wait()


class _Pause:
    """Waits on a socket that nobody writes to: a poll interval, not a synchronisation."""

    def __init__(self) -> None:
        self._ours, self._other = socket.socketpair()
        self._ours.settimeout(0.05)

    def wait(self) -> None:
        try:
            self._ours.recv(1)
        except TimeoutError:
            return


@dataclass
class Result:
    """What a command line call gave."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


@dataclass
class Product:
    """One `make run` in a state folder of its own."""

    state: Path
    http_port: int = field(default_factory=free_port)
    grpc_port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    printed: str = ""
    ready_seconds: float = 0.0

    @property
    def url(self) -> str:
        """The address that people open."""
        return f"http://localhost:{self.http_port}"

    def environment(self) -> dict[str, str]:
        """What `make run` and the command line see."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DD0C_")}
        return kept | {
            "DD0C_STATE_DIR": str(self.state),
            "DD0C_HTTP_PORT": str(self.http_port),
            "DD0C_GRPC_PORT": str(self.grpc_port),
            **self.extra,
        }

    def start(self, seconds: float = 240.0) -> None:
        """Run `make run` and wait until it prints the sign-in URL."""
        begun = time.monotonic()
        log = self._log()
        self.process = subprocess.Popen(
            ["make", "--no-print-directory", "run"],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

        def ready() -> bool:
            self.printed = log.read_text()
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"make run ended with {self.process.returncode}:\n{self.printed}")
            return "Ctrl-C" in self.printed and _URL.search(self.printed) is not None

        wait_for("make run to be ready", ready, seconds)
        self.ready_seconds = time.monotonic() - begun

    def _log(self) -> Path:
        return self.state.parent / f"{self.state.name}.out"

    def log(self) -> str:
        """What `make run` has printed until now."""
        return self._log().read_text()

    @property
    def sign_in_url(self) -> str:
        """The one-time URL that `make run` printed."""
        found = _URL.search(self.printed)
        assert found is not None, self.printed
        return found.group(0)

    def interrupt(self, seconds: float = 60.0) -> int:
        """Ctrl-C in the terminal: SIGINT to the foreground group. Gives the exit code."""
        assert self.process is not None
        if self.process.poll() is not None:
            return self.process.returncode
        before = psutil.Process(self.process.pid).children(recursive=True)
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(seconds)
        _, alive = psutil.wait_procs(before, timeout=15)
        left = [" ".join(process.cmdline()) for process in alive]
        assert left == [], "Ctrl-C leaves no process, not even what a step runs"
        return code

    def processes(self) -> list[psutil.Process]:
        """Every living process that was started for this state folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                    with Path(f"/proc/{process.pid}/environ").open("rb") as environ:
                        text = environ.read().decode("utf-8", "replace")
                    if str(self.state) in text or str(self.state) in " ".join(process.cmdline()):
                        found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def find(self, *words: str) -> psutil.Process:
        """The process whose command line has all the words; of several the oldest: the others are its forks.

        Their numbers say nothing: they begin again where the kernel has none left.
        """

        def one() -> psutil.Process | None:
            matches = []
            for process in self.processes():
                try:
                    line = " ".join(process.cmdline())
                except psutil.Error:
                    continue
                if all(word in line for word in words):
                    matches.append(process)
            return min(matches, key=lambda process: process.create_time()) if matches else None

        return wait_for(f"a process with {words}", one)

    def cli(self, *arguments: str, stdin: str | None = None, seconds: float = 120.0) -> Result:
        """Call `dd0c` without a terminal."""
        done = subprocess.run(
            [str(CLI), *arguments],
            cwd=self.state,
            env=self.environment(),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, seconds: float = 120.0) -> Any:
        """Call `dd0c … -o json`; it must succeed."""
        result = self.cli(*arguments, "-o", "json", seconds=seconds)
        assert result.code == 0, f"dd0c {' '.join(arguments)}: {result.code}\n{result.out}\n{result.err}"
        return result.json()

    def token(self) -> str:
        """The token that `make run` left for the command line."""
        return str(json.loads((self.state / "client.json").read_text())["token"])

    def http(self, token: str | None = None) -> httpx.Client:
        """A client of the REST API with the owner's token, or another."""
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {token or self.token()}"},
            timeout=60.0,
        )

    def bring(self, execution: str, event: str, **body: object) -> None:
        """One event of a person, by the REST API, on the execution as it is now."""
        with self.http() as client:
            seen = client.get(f"/executions/{execution}").headers["ETag"]
            answer = client.post(f"/executions/{execution}/{event}", json=body, headers={"If-Match": seen})
            assert answer.status_code < 400, answer.text

    def stop_hard(self) -> None:
        """Leave nothing behind, whatever state the test left it in; the logs' ends go to standard error."""
        for log in sorted((self.state / "logs").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-80:]
            sys.stderr.write(f"--- {log.name}\n" + "\n".join(lines) + "\n")
        if self.process is not None and self.process.poll() is None:
            try:
                self.interrupt()
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        for process in self.processes():
            sys.stderr.write(f"left over: {process.pid} {process.name()}\n")
            try:
                process.kill()
            except psutil.Error:
                continue
