"""What can be learnt about a PostgreSQL server from outside: postmaster.pid, process, port, log."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final

from controller.db.embedded_account import EmbeddedPostgresError

_POLL_SECONDS: Final = 0.01
_NEVER_SET: Final = threading.Event()  # its wait() is the pause between two looks

_REASONS: Final = (
    ("could not bind|address already in use", "its port {port} is taken by another program"),
    ("shared memory|shmget|shm_open", "the machine gives it no shared memory (/dev/shm)"),
    ("no space left on device", "the disk that holds {data} is full"),
    ("read-only file system|permission denied", "the folder {data} can't be written"),
    ("incompatible with server", "{data} was made by another major version of PostgreSQL"),
    ("lock file .* already exists", "another server already uses {data}"),
)
_OLD_BACKENDS: Final = re.compile(r"pre-existing shared memory block .* is still in use")


class PortTaken(EmbeddedPostgresError):
    """The port that was asked for is in use."""


class OldBackends(EmbeddedPostgresError):
    """Processes of a server that was killed are still ending; a moment later it will start."""


def failure(program: str, said: str, *, data: Path, log: Path, port: int) -> EmbeddedPostgresError:
    """One sentence for what a program wrote to its log before it gave up. Pure."""
    if _OLD_BACKENDS.search(said):
        return OldBackends(
            f"{program} does not start: processes of a server that was killed still use {data}."
        )
    for pattern, reason in _REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            kind = PortTaken if "{port}" in reason else EmbeddedPostgresError
            return kind(f"{program} does not start: {reason.format(port=port, data=data)}.")
    return EmbeddedPostgresError(f"{program} does not start; its log is {log}.")


def is_free(port: int) -> bool:
    """Whether nothing listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that the system says is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def pid_file(data: Path) -> list[str]:
    """The lines of postmaster.pid: process, folder, start, port, socket folder, address, memory, status."""
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def is_ready(data: Path, pid: int) -> bool:
    """Whether the server with this process id accepts connections, as pg_ctl judges it."""
    lines = pid_file(data)
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists and has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        return state != "Z"
    return True


def running_pid(data: Path) -> int | None:
    """The server of this data folder; None where the file's process is gone or is another program now."""
    lines = pid_file(data)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if is_alive(pid) and not _is_another_program(pid, data) else None


def remove_misleading_pid_file(data: Path) -> None:
    """Delete postmaster.pid where its process id now belongs to another program, which PostgreSQL can't tell.

    Where the process is gone the file stays: PostgreSQL reads it to see whether old backends still run.
    """
    lines = pid_file(data)
    if lines and lines[0].strip().isdigit() and _is_another_program(int(lines[0]), data):
        with suppress(OSError):
            (data / "postmaster.pid").unlink()


def _is_another_program(pid: int, data: Path) -> bool:
    try:
        return str(data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look every 10 ms until the condition holds or the time is over; whether it held."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        _NEVER_SET.wait(_POLL_SECONDS)
    return True
