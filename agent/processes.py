"""What the kernel says about processes: identity, descendants, signals. Linux, /proc, standard library only.

A process id alone names nobody: it is reused. (boot id, pid, start time) does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_MAX_DESCENDANTS: Final = 100_000

_libc: Final = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, argument: int) -> None:
    if _libc.prctl(option, argument, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"prctl {option}")


def become_subreaper() -> None:
    """Orphans below this process become its children, not init's: a double fork can't escape it."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """The kernel kills this process when its parent dies; survives exec, not a change of user."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def boot_id() -> str:
    """The kernel's id of this boot: start times of another boot mean nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _stat(pid: int) -> list[bytes] | None:
    """The fields of /proc/<pid>/stat from the third on (state); None where there is no such process."""
    try:
        raw = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return raw[raw.rfind(b")") + 2 :].split()


def start_time(pid: int) -> int | None:
    """Clock ticks since boot at which the process started; None where there is none, or only a zombie."""
    fields = _stat(pid)
    if fields is None or fields[0] in (b"Z", b"X"):
        return None
    return int(fields[19])


def is_alive(pid: int, started: int) -> bool:
    """Whether that very process still runs (or is stopped)."""
    return start_time(pid) == started


def is_stopped(pid: int) -> bool:
    """Whether every thread that matters is stopped, or the process is gone."""
    fields = _stat(pid)
    return fields is None or fields[0] in (b"T", b"t", b"Z", b"X")


def _numbers(folder: str) -> list[int]:
    """The entries of a folder of /proc that are numbers; none where it is gone."""
    try:
        with os.scandir(folder) as entries:
            return [int(entry.name) for entry in entries if entry.name.isdigit()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for thread in _numbers(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            text = Path(f"/proc/{pid}/task/{thread}/children").read_text(encoding="ascii")
            found += [int(word) for word in text.split()]
    return found


def _parents() -> dict[int, list[int]]:
    """Children of every process by one pass over /proc, for kernels without the `children` file."""
    tree: dict[int, list[int]] = {}
    for pid in _numbers("/proc"):
        fields = _stat(pid)
        if fields is not None:
            tree.setdefault(int(fields[1]), []).append(pid)
    return tree


_HAS_CHILDREN_FILE: Final = Path(f"/proc/self/task/{os.getpid()}/children").exists()


def tree(pid: int) -> list[tuple[int, bool]]:
    """Every living process below `pid`, nearest first, and whether it is stopped; zombies left out."""
    parents = None if _HAS_CHILDREN_FILE else _parents()
    found: list[tuple[int, bool]] = []
    seen = {pid}
    queue = [pid]
    while queue and len(found) < _MAX_DESCENDANTS:
        current = queue.pop(0)
        for child in _children(current) if parents is None else parents.get(current, []):
            if child not in seen:
                seen.add(child)
                queue.append(child)
                fields = _stat(child)
                if fields is not None and fields[0] not in (b"Z", b"X"):
                    found.append((child, fields[0] in (b"T", b"t")))
    return found


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    return _children(pid) if _HAS_CHILDREN_FILE else _parents().get(pid, [])


def descendants(pid: int) -> list[int]:
    """Every living process below `pid`, nearest first, zombies left out."""
    return [child for child, _ in tree(pid)]


def session_members(session: int) -> list[int]:
    """Every living process of a session; for what is left after its leader is gone."""
    members = []
    for pid in _numbers("/proc"):
        fields = _stat(pid)
        if fields is not None and int(fields[3]) == session and fields[0] not in (b"Z", b"X"):
            members.append(pid)
    return members


def send(pid: int, number: int) -> bool:
    """Signal one process; False where it is gone or not ours to signal."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def send_group(group: int, number: int) -> bool:
    """Signal a process group; False where it is gone or none of it is ours to signal."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def send_all(pids: Iterable[int], number: int) -> list[int]:
    """Signal each; those that live on and could not be signalled."""
    return [pid for pid in pids if not send(pid, number) and start_time(pid) is not None]
