"""Where `make run` keeps its state, and what it leaves there for the command line, which has no settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

CLIENT_FILE: Final = "client.json"
"""Written by `make run` into the state folder for the command line: `{"url": …, "token": …}`, mode 0600."""


def default_state_dir() -> Path:
    """`$XDG_STATE_HOME/dd0c`, or `~/.local/state/dd0c`."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "dd0c"
