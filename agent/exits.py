"""The program's exit codes and its version; small, so that everything may import it."""

from __future__ import annotations

from typing import Final

OK: Final = 0
"""Stopped as asked."""
FAULT: Final = 1
"""A fault; starting again is right."""
USAGE: Final = 2
"""Wrong usage or settings."""
NOT_ENROLLED: Final = 3
"""Not enrolled, or enrolment was refused."""
JOURNAL: Final = 4
"""The journal is damaged, or another process uses it."""
INTERRUPTED: Final = 130
"""A Ctrl-C came before there was anything to stop in order."""


def version() -> str:
    """The version of the installed distribution."""
    from importlib import metadata

    try:
        return metadata.version("dd0c-run")
    except metadata.PackageNotFoundError:
        return "0+source"
