"""Unified diffs between two commits, bounded in all, for people to read."""

from __future__ import annotations

from typing import Final, Literal

import pygit2

from base import limits
from forge.errors import BadPack
from forge.names import printable
from forge.pull_requests import FileDiff, Oid
from forge.tree import commit_tree

_ZERO: Final = "0" * 40


def diff_commits(git: pygit2.Repository, old: Oid, new: Oid) -> list[FileDiff]:
    """Every changed file in order of path. Content beyond DIFF_MAX_BYTES in all is left out with a note.

    Renames show as a deletion and an addition: the identity of a runbook is its name, not its path.
    """
    diff = git.diff(commit_tree(git, old), commit_tree(git, new))
    room = limits.DIFF_MAX_BYTES
    found = []
    for delta in sorted(diff.deltas, key=lambda each: str(each.new_file.path)):
        entry = _entry(git, delta, room)
        room -= len((entry.patch or "").encode("utf-8"))
        found.append(entry)
        if len(found) >= limits.GIT_MAX_FILES:
            break
    return found


def _entry(git: pygit2.Repository, delta: pygit2.DiffDelta, room: int) -> FileDiff:
    old_blob, new_blob = _blob(delta.old_file), _blob(delta.new_file)
    status = _status(old_blob, new_blob)
    path = printable(delta.new_file.raw_path)
    link = pygit2.enums.FileMode.LINK in (delta.old_file.mode, delta.new_file.mode)
    module = pygit2.enums.FileMode.COMMIT in (delta.old_file.mode, delta.new_file.mode)
    if module or link:
        note = "a submodule" if module else "a symbolic link"
        return FileDiff(path, status, old_blob, new_blob, 0, 0, None, f"{note}: it is not read")
    if _bytes(git, old_blob) + _bytes(git, new_blob) > room:
        return FileDiff(path, status, old_blob, new_blob, 0, 0, None, "too large to show")
    return _patch(git, path, status, old_blob, new_blob)


def _patch(
    git: pygit2.Repository,
    path: str,
    status: Literal["added", "modified", "deleted"],
    old_blob: Oid | None,
    new_blob: Oid | None,
) -> FileDiff:
    return diff_contents(path, status, _content(git, old_blob), _content(git, new_blob), (old_blob, new_blob))


def diff_contents(
    path: str,
    status: Literal["added", "modified", "deleted"],
    old: bytes,
    new: bytes,
    blobs: tuple[Oid | None, Oid | None] = (None, None),
) -> FileDiff:
    """A unified diff of two contents of a file."""
    # libgit2 keeps pointers into both buffers: they must outlive the patch (a patch of garbage was seen).
    patch = pygit2.Patch.create_from(old, new, path, path)
    if patch.delta.is_binary:
        return FileDiff(path, status, *blobs, 0, 0, None, "binary")
    _, additions, deletions = patch.line_stats
    text = patch.data.decode("utf-8", "replace")
    del patch
    return FileDiff(path, status, *blobs, additions, deletions, text)


def _blob(file: pygit2.DiffFile) -> Oid | None:
    oid = str(file.id)
    return None if oid == _ZERO else oid


def _status(old: Oid | None, new: Oid | None) -> Literal["added", "modified", "deleted"]:
    if old is None:
        return "added"
    return "deleted" if new is None else "modified"


def _bytes(git: pygit2.Repository, blob: Oid | None) -> int:
    if blob is None:
        return 0
    try:
        return int(git.odb.read_header(blob)[1])
    except (KeyError, pygit2.GitError):
        raise BadPack(f"object {blob[:12]} is missing") from None


def _content(git: pygit2.Repository, blob: Oid | None) -> bytes:
    return b"" if blob is None else bytes(git.odb.read(blob)[1])
