"""Child processes of `make run`: in sessions of their own, restarted when they die, ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from base import log

logger = log.get(__name__)

_PR_SET_PDEATHSIG: Final = 1
_BACKOFF_SECONDS: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
_HURRY_SECONDS: Final = 2.0
_STEADY_SECONDS: Final = 30.0
"""A child that lived this long starts again without a delay."""

NEEDS_A_PERSON: Final = frozenset({2, 3, 4})
"""Exit codes of our programs that no further start changes: settings, enrolment, a damaged journal."""

LOG_MAX_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True)
class Command:
    """What to start. `user` is a numeric user and group id, None for our own."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    log_path: Path
    user: int | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 15.0


@dataclass
class Child:
    """One watched process."""

    command: Command
    process: asyncio.subprocess.Process | None = None
    stopping: bool = False
    restarts: int = 0
    code: int | None = None
    """How it ended the last time, if it has."""
    on_restart: Callable[[Child], None] = field(default=lambda child: None)
    _watcher: asyncio.Task[None] | None = None
    _log_from: int = 0

    async def start(self) -> None:
        """Start the process and watch it. Raises OSError where it can't be started."""
        await self._spawn()
        self._watcher = asyncio.create_task(self._watch(), name=f"watch {self.command.name}")

    async def _spawn(self) -> None:
        _rotate(self.command.log_path)
        with self.command.log_path.open("ab") as output:
            self._log_from = output.tell()
            self.process = await asyncio.create_subprocess_exec(
                *self.command.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self.command.environment),
                start_new_session=True,
                preexec_fn=_end_with_parent(os.getpid()),
                user=self.command.user,
                group=self.command.user,
                extra_groups=None if self.command.user is None else [],
            )

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            assert self.process is not None
            begun = loop.time()
            code = await self.process.wait()
            if self.stopping:
                return
            self.code = code
            failures = 0 if loop.time() - begun > _STEADY_SECONDS else failures + 1
            delay = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)]
            logger.warning(
                "a child process ended; starting it again",
                extra={"action": "home.child_ended", "child": self.command.name, "code": code},
            )
            await asyncio.sleep(delay)
            await self._spawn()
            self.restarts += 1
            self.on_restart(self)

    async def stop(self, hurry: asyncio.Event) -> None:
        """Its stop signal, then SIGKILL for its whole session after `stop_seconds`.

        When `hurry` is set, the stop signal again, and SIGKILL after two seconds.
        """
        self.stopping = True
        process = self.process
        if process is not None and process.returncode is None:
            self._signal(process)
            hurried = asyncio.create_task(hurry.wait())
            ended = asyncio.create_task(process.wait())
            await asyncio.wait(
                {hurried, ended}, timeout=self.command.stop_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if hurried.done() and not ended.done():
                self._signal(process)
                await asyncio.wait({ended}, timeout=_HURRY_SECONDS)
            hurried.cancel()
            if not ended.done():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            await ended
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher

    def _signal(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.command.stop_signal)

    def last_lines(self, count: int = 8) -> str:
        """The end of what this start of it logged, for the sentence that says why it did not start."""
        try:
            data = self.command.log_path.read_bytes()[self._log_from :][-8192:]
        except OSError:
            return ""
        return "\n".join(data.decode("utf-8", "replace").splitlines()[-count:])


def _end_with_parent(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _rotate(path: Path) -> None:
    """One older log is kept."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))
