"""The shim: one process beside each command, which outlives the agent.

It leads a session of its own, adopts every orphan below it (subreaper), waits for "go" until its pid is in
the journal, runs the command with its output going to files, keeps the deadline, ends the whole tree, and
leaves one `exit` file: written, fsynced, renamed. Nothing here may import gRPC or pydantic: it runs in a
process that was forked from the small spawner.

Signals it understands: TERM = end the command, INT = kill it at once, USR1 = freeze, USR2 = thaw. Its
deadline stands still while it is frozen.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from agent import processes
from agent.whole import write_whole

SHELL: Final = ("/bin/bash", "--noprofile", "--norc", "-eo", "pipefail")
STRAGGLER_TERM_SECONDS: Final = 2.0
"""What is left behind by a command that has ended gets TERM, and KILL this long after."""
KILL_SECONDS: Final = 0.8
"""How long KILL is repeated against a tree that forks while it dies; then it counts as leaked."""
_EXIT_BYTES: Final = 512
_FREEZE_ROUNDS: Final = 20
_SIGNALS: Final = (signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT)
_TICK_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What one shim is to run. Times in milliseconds; `environment` is all that the command gets."""

    attempt: str
    folder: str
    command: str
    environment: dict[str, str]
    cwd: str
    user: str | None
    timeout_ms: int
    grace_ms: int
    drain_ms: int

    @staticmethod
    def of(document: dict[str, Any]) -> Spec:
        """From the spawner's message, whose keys are these fields; raises KeyError, TypeError."""
        return Spec(**{name: document[name] for name in Spec.__slots__})


@dataclass(slots=True)
class Outcome:
    """What goes into the `exit` file. `exit_code` and `signal` are None where it never started."""

    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    cancelled: bool = False
    leaked: bool = False
    never_started: bool = False
    reason: str = ""
    started_us: int = 0
    ended_us: int = 0

    def to_bytes(self) -> bytes:
        """The file's content, one line of JSON."""
        document = {name: getattr(self, name) for name in Outcome.__slots__}
        return json.dumps(document, separators=(",", ":")).encode() + b"\n"

    @staticmethod
    def read(folder: Path) -> Outcome | None:
        """The outcome in a spool folder; None while there is none. Raises ValueError for a damaged one."""
        try:
            raw = (folder / "exit").read_bytes()
        except FileNotFoundError:
            return None
        document = json.loads(raw)
        return Outcome(**{name: document[name] for name in Outcome.__slots__})


def now_us() -> int:
    """Wall time in microseconds."""
    return time.time_ns() // 1000


class Shim:
    """Runs in its own process; `run` is its whole life and returns when the exit file is on the disk."""

    def __init__(self, spec: Spec, go: int, ready: int) -> None:
        self._spec = spec
        self._go = go
        self._ready = ready
        self._folder = Path(spec.folder)
        self._outcome = Outcome()
        self._child = 0
        self._child_status: int | None = None
        self._remaining = spec.timeout_ms / 1000
        self._frozen = False
        self._stop_asked = self._at_once = False
        self._clock = time.monotonic()

    def run(self) -> None:
        """Prepare, say ready, wait for go, run, end, write."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        processes.become_subreaper()
        self._reserve_exit_file()
        os.write(self._ready, b"r")
        os.close(self._ready)
        if os.read(self._go, 1) != b"g":
            self._outcome.never_started = True
            self._outcome.reason = "the agent went away before it said go"
        else:
            self._start_and_watch()
        os.close(self._go)
        self._write_exit()

    def _reserve_exit_file(self) -> None:
        """The result must fit even on a disk that the command fills: its block is taken beforehand."""
        with (self._folder / "exit.tmp").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, _EXIT_BYTES)

    def _write_exit(self) -> None:
        path = self._folder / "exit.tmp"
        descriptor = os.open(path, os.O_WRONLY)
        content = self._outcome.to_bytes()
        os.write(descriptor, content)
        os.ftruncate(descriptor, len(content))
        os.fsync(descriptor)
        os.close(descriptor)
        path.rename(self._folder / "exit")
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)

    def _start_and_watch(self) -> None:
        self._outcome.started_us = now_us()
        (self._folder / "begun").touch()
        try:
            self._child = start_command(self._spec)
        except OSError as problem:
            self._outcome.never_started = True
            self._outcome.reason = f"could not start: {problem.strerror}"
            return
        self._clock = time.monotonic()
        self._watch_command()
        self._watch_stragglers()

    def _watch_command(self) -> None:
        """Until the command itself has ended, by itself or at its deadline or because it was told."""
        while (status := self._status_after_wait()) is None:
            if self._remaining <= 0 and not self._frozen:
                self._outcome.timed_out = True
                self._end_tree(self._spec.grace_ms / 1000)
            elif self._stop_asked:
                self._outcome.cancelled = True
                self._end_tree(self._spec.grace_ms / 1000)
        self._outcome.ended_us = now_us()
        if os.WIFSIGNALED(status):
            self._outcome.signal = os.WTERMSIG(status)
        else:
            self._outcome.exit_code = os.WEXITSTATUS(status)

    def _status_after_wait(self) -> int | None:
        """The command's wait status, or None where it lives on after the next signal or deadline."""
        if self._child_status is None:
            self._wait(_TICK_SECONDS if self._frozen else self._remaining)
        return self._child_status

    def _watch_stragglers(self) -> None:
        """What the command left running may end by itself for a while, then it is ended."""
        left = 0.0 if self._outcome.timed_out or self._outcome.cancelled else self._spec.drain_ms / 1000
        while left > 0 and processes.descendants(os.getpid()):
            before = time.monotonic()
            self._wait(min(left, 0.2))
            if not self._frozen:
                left -= time.monotonic() - before
            if self._stop_asked or (self._remaining <= 0 and not self._frozen):
                break
        if processes.descendants(os.getpid()):
            self._end_tree(STRAGGLER_TERM_SECONDS)

    def _wait(self, seconds: float) -> None:
        """Sleep until a signal or for at most `seconds`, and do what the signal asks."""
        info = signal.sigtimedwait(_SIGNALS, max(0.0, seconds))
        self._charge_clock()
        if info is not None:
            if info.si_signo == signal.SIGUSR1:
                self._freeze()
            elif info.si_signo == signal.SIGUSR2:
                self._thaw()
            elif info.si_signo in (signal.SIGTERM, signal.SIGINT):
                self._stop_asked = True
                self._at_once |= info.si_signo == signal.SIGINT
        self._reap()

    def _charge_clock(self) -> None:
        now = time.monotonic()
        if not self._frozen:
            self._remaining -= now - self._clock
        self._clock = now

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._child:
                self._child_status = status

    def _freeze(self) -> None:
        """Stop the tree until nothing in it runs; what could not be stopped is named in `frozen`."""
        self._frozen = True
        stubborn: list[int] = []
        for _ in range(_FREEZE_ROUNDS):
            tree = processes.descendants(os.getpid())
            moving = [pid for pid in tree if not processes.is_stopped(pid)]
            stubborn = processes.send_all(moving, signal.SIGSTOP)
            if len(stubborn) == len(moving):
                break
            signal.sigtimedwait((), 0.001)  # a stop is delivered, not done, when kill() returns
        _publish(self._folder / "frozen", json.dumps(stubborn))

    def _thaw(self) -> None:
        self._frozen = False
        self._clock = time.monotonic()
        (self._folder / "frozen").unlink(missing_ok=True)
        processes.send_all(processes.descendants(os.getpid()), signal.SIGCONT)

    def _end_tree(self, grace_seconds: float) -> None:
        """TERM to all below, KILL after the grace. While frozen nothing may run again, so KILL at once."""
        grace = 0.0 if self._frozen or self._at_once else grace_seconds
        if grace > 0:
            processes.send_all(processes.descendants(os.getpid()), signal.SIGTERM)
        end = time.monotonic() + grace
        while time.monotonic() < end and processes.descendants(os.getpid()):
            info = signal.sigtimedwait(
                (signal.SIGCHLD, signal.SIGINT), min(0.05, end - time.monotonic() + 0.001)
            )
            self._reap()
            if info is not None and info.si_signo == signal.SIGINT:
                self._at_once = True
                break
        end = time.monotonic() + KILL_SECONDS
        while left := processes.descendants(os.getpid()):
            if time.monotonic() > end:
                self._outcome.leaked = True
                break
            processes.send_all(left, signal.SIGKILL)
            signal.sigtimedwait((signal.SIGCHLD,), 0.01)
            self._reap()
        self._reap()
        if self._child_status is None:
            self._child_status = signal.SIGKILL


def _publish(path: Path, text: str) -> None:
    """A small file that readers see whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.rename(path)


def start_command(spec: Spec) -> int:
    """Fork bash on the command's text; the child's pid. Raises OSError where it can't be prepared."""
    folder = Path(spec.folder)
    account = pwd.getpwnam(spec.user) if spec.user and spec.user != own_user() else None
    script = os.memfd_create("command", 0)
    write_whole(script, spec.command.encode() + b"\n")  # the half of a command is another command
    os.fchmod(script, 0o555)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    stdout = os.open(folder / "stdout", flags, 0o600)
    stderr = os.open(folder / "stderr", flags, 0o600)
    nothing = os.open("/dev/null", os.O_RDONLY)
    parent = os.getpid()
    pid = os.fork()
    if pid:
        for descriptor in (script, stdout, stderr, nothing):
            os.close(descriptor)
        return pid
    try:
        _become_command(spec, account, (nothing, stdout, stderr, script), parent)
    except (OSError, ValueError) as problem:
        os.write(2, f"dd0c-agent: could not start the command: {problem}\n".encode())
    os._exit(126)


def _become_command(
    spec: Spec, account: pwd.struct_passwd | None, descriptors: tuple[int, int, int, int], parent: int
) -> NoReturn:
    """In the child: a group of its own, descriptors 0-3, the user, the folder, then bash."""
    os.setpgid(0, 0)
    kept = [fcntl.fcntl(source, fcntl.F_DUPFD, 64) for source in descriptors]
    for target, source in enumerate(kept):
        os.dup2(source, target)
    os.closerange(4, 4096)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the secrets
    if account is not None:
        os.initgroups(account.pw_name, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    os.chdir(spec.cwd)
    processes.die_with_parent()
    if os.getppid() != parent:
        os._exit(126)
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execve(SHELL[0], [*SHELL, "/dev/fd/3"], spec.environment)  # the one program that we run


def own_user() -> str:
    """The name of the account that the agent runs as; its number where it has no name."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())


def shim_main(spec: Spec, go: int, ready: int) -> NoReturn:
    """Be the shim, then leave without the interpreter's goodbyes: this is a fork of the spawner."""
    code = 0
    try:
        Shim(spec, go, ready).run()
    except Exception as problem:  # noqa: BLE001 # reason: last border of a forked process; it must not return
        with contextlib.suppress(OSError):
            (Path(spec.folder) / "shim-error").write_text(f"{type(problem).__name__}: {problem}\n")
            sys.stderr.flush()
        code = 1
    os._exit(code)
