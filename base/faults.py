"""Named fault points: places where a test may kill the process. Inert unless armed.

`DD0C_FAULTPOINT=name:kill` sends SIGKILL to this process the first time that the point is reached,
`name:kill@3` the third time. The registry lets a test enumerate every point that exists.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Final

_registry: Final[dict[str, str]] = {}
_lock: Final = threading.Lock()
_armed: tuple[str, int] | None = None
_hits = 0


def register(name: str, meaning: str) -> str:
    """Declare a fault point at import time; the name is returned so that it can be a constant."""
    if name in _registry and _registry[name] != meaning:
        raise ValueError(f"fault point {name!r} is declared twice")
    _registry[name] = meaning
    return name


def registered() -> dict[str, str]:
    """All declared points and what each means."""
    return dict(_registry)


def arm(setting: str | None) -> None:
    """Arm from the text of DD0C_FAULTPOINT; None or empty disarms. Raises ValueError for a bad form."""
    global _armed, _hits
    if not setting:
        _armed = None
        return
    name, separator, action = setting.partition(":")
    verb, _, count = action.partition("@")
    if not separator or verb != "kill" or not name or (count and not count.isdigit()):
        raise ValueError(f"DD0C_FAULTPOINT must be name:kill or name:kill@N, got {setting!r}")
    _hits = 0
    _armed = (name, int(count or "1"))


def reach(name: str) -> None:
    """Mark that the running code is at the point; kills the process where a test armed it."""
    if _armed is None:
        return
    _reach_armed(name)


def _reach_armed(name: str) -> None:
    global _hits
    if name not in _registry:
        raise ValueError(f"fault point {name!r} was never registered")
    assert _armed is not None
    target, count = _armed
    if name != target:
        return
    with _lock:
        _hits += 1
        reached = _hits >= count
    if reached:
        os.kill(os.getpid(), signal.SIGKILL)
