"""Which new file of a commit is a deleted one at another place, by what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from base import limits
from controller.governance.documents import FileKind, kind_of
from forge.errors import BadPack, TooLarge
from forge.mirror import Change

FILES_MAX: Final = 100
"""On each side; a commit that moves more is followed by the names in its files."""
LEAST_SHARE: Final = 0.5
"""Of the lines of the longer one: what git takes for a rename."""


class Blobs(Protocol):
    """Where contents are read."""

    def read(self, blob: str, *, max_bytes: int) -> bytes:
        """The content of a file. Raises TooLarge, BadPack."""
        ...


def same_files(
    blobs: Blobs, prefix: str, changes: Sequence[Change], contents: Sequence[tuple[str, FileKind, bytes]]
) -> dict[str, str]:
    """New path → deleted path, of runbooks that share most of their lines. Synchronous."""
    gone = [each for each in changes if each.kind == "deleted" and kind_of(each.path, prefix) == "runbook"]
    added = {each.path for each in changes if each.kind == "added"}
    if not gone or not added:
        return {}
    before: dict[str, frozenset[bytes]] = {}
    for each in gone[:FILES_MAX]:
        try:
            data = blobs.read(each.old_blob or "", max_bytes=limits.DOCUMENT_MAX_BYTES)
        except (TooLarge, BadPack):
            continue
        before[each.path] = _lines(data)
    found: dict[str, str] = {}
    for path, kind, content in contents:
        if kind == "runbook" and path in added and len(found) < FILES_MAX:
            now = _lines(content)
            shares = ((_share(now, lines), path_before) for path_before, lines in before.items())
            share, best = max(shares, default=(0.0, ""))
            if share >= LEAST_SHARE:
                found[path] = best
    return found


def _lines(content: bytes) -> frozenset[bytes]:
    return frozenset(line.strip() for line in content.splitlines() if line.strip())


def _share(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    longest = max(len(one), len(other))
    return len(one & other) / longest if longest else 0.0
