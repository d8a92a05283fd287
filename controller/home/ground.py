"""What `make run` checks before it starts anything: the state folder, a single owner of it, free ports."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path
from typing import Final, TextIO

from controller.config import Settings
from controller.home.stages import HomeError

_BASH: Final = "/bin/bash"


def prepare_state(settings: Settings) -> TextIO:
    """Make the state folder (0700) and lock it; the lock lives as long as the returned file.

    Raises HomeError where it can't be written or another one runs on it.
    """
    folder = settings.state_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
        lock = (folder / "home.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise HomeError(
            f"The state folder {folder} can't be written: {error.strerror}.",
            "Set DD0C_STATE_DIR to a folder of yours.",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        raise HomeError(
            f"dd0c/run already runs on {folder} (process {owner}).",
            "Use that one, stop it with Ctrl-C, or set DD0C_STATE_DIR to another folder.",
        ) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def check_tools() -> None:
    """Programs of the machine that the product calls. Raises HomeError that names the one that is missing."""
    if shutil.which("git") is None:
        raise HomeError(
            "The program git is needed and is not on PATH.", "Install git, or add its folder to PATH."
        )
    if not os.access(_BASH, os.X_OK):
        raise HomeError(f"{_BASH} is needed, steps run in it.", "Install bash.")


def check_ports(settings: Settings) -> None:
    """Both ports must be free. Raises HomeError that names the setting to change."""
    if settings.http_port == settings.grpc_port:
        raise HomeError(
            f"DD0C_HTTP_PORT and DD0C_GRPC_PORT are both {settings.http_port}.", "Give them different ports."
        )
    for name, port in (("DD0C_HTTP_PORT", settings.http_port), ("DD0C_GRPC_PORT", settings.grpc_port)):
        problem = _bind_problem(settings.host, port)
        if problem == errno.EADDRINUSE:
            raise HomeError(f"Port {port} is taken by another program.", f"Set {name} to a free port.")
        if problem == errno.EACCES:
            raise HomeError(f"Port {port} needs root.", f"Set {name} to a port above 1023.")
        if problem is not None:
            raise HomeError(
                f"DD0C_HOST is {settings.host!r}, which is not an address of this machine.",
                "Set it to 127.0.0.1, to 0.0.0.0, or to an address that `ip addr` lists.",
            )


def _bind_problem(host: str, port: int) -> int | None:
    """The errno of binding the port, None where it is free."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.errno or errno.EADDRNOTAVAIL
    return None


def traversable(path: Path) -> bool:
    """Whether a user without any right of ours can reach and read a file."""
    resolved = path.resolve()
    others = [parent.stat().st_mode & 0o005 for parent in resolved.parents]
    return all(mode & 0o001 for mode in others) and bool(resolved.stat().st_mode & 0o004)
