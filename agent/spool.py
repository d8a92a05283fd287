"""The spool: one folder a step execution, kept until the controller has everything of it.

stdout, stderr   raw, appended by the command itself
begun            the shim was told to go
exit             how it ended (shim, atomic)
frozen           while it is frozen: which processes could not be stopped (shim, atomic)
output           what is sent: masked, both streams in one sequence, capped
segments         which bytes of `output` are of which stream, and how far the raw files were read
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final
from uuid import UUID

from base.limits import MIB

MIN_FREE_BYTES: Final = 16 * MIB
"""With less than this left on the spool's disk nothing new is started: its result might not fit."""


class Spool:
    """The folder of all attempts."""

    def __init__(self, root: Path) -> None:
        """`root` is made where it does not exist, for its owner only."""
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def folder(self, attempt: UUID) -> Path:
        """Where an attempt's files are, whether or not they exist."""
        return self._root / attempt.hex

    def create(self, attempt: UUID) -> Path:
        """A new folder. Raises FileExistsError: an id is never used again; OSError of the disk."""
        folder = self.folder(attempt)
        folder.mkdir(mode=0o700)
        return folder

    def remove(self, attempt: UUID) -> None:
        """Everything of an attempt; nothing happens where there is nothing."""
        shutil.rmtree(self.folder(attempt), ignore_errors=True)

    def attempts(self) -> list[UUID]:
        """Every attempt that has a folder."""
        found = []
        for path in self._root.iterdir():
            try:
                found.append(UUID(hex=path.name))
            except ValueError:
                continue
        return found

    def free_bytes(self) -> int:
        """What the disk has left for this user."""
        information = os.statvfs(self._root)
        return information.f_bavail * information.f_frsize
