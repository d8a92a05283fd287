"""Who brought a file to the branch of the built-in forge, from its reflog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forge.storage import Movement


class Files(Protocol):
    """Commits whose files are found by path."""

    def holds(self, commit: str) -> bool:
        """Whether the commit is in the store."""
        ...

    def blob_at(self, commit: str, path: str) -> str | None:
        """The blob of a usable file, or None. Raises BadPack, TooLarge."""
        ...


def brought(
    files: Files, before: str | None, commit: str, paths: Sequence[str], movements: Sequence[Movement]
) -> dict[str, str]:
    """Path → the actor who moved the branch when the file became what it is, or went. Empty: nobody who is
    known, somebody on this machine. A path that is as it was at `before` is left out. Synchronous.
    """
    found = {}
    for path in paths:
        now = files.blob_at(commit, path)
        actor = next((each.actor_id for each in reversed(movements) if _brings(files, each, path, now)), None)
        if actor is not None:
            found[path] = actor
        elif before is None or not files.holds(before) or files.blob_at(before, path) != now:
            found[path] = ""
    return found


def _brings(files: Files, movement: Movement, path: str, blob: str | None) -> bool:
    if not files.holds(movement.new) or files.blob_at(movement.new, path) != blob:
        return False
    old = movement.old
    return (files.blob_at(old, path) if old is not None and files.holds(old) else None) != blob
