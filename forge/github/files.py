"""The changed files of a pull request as GitHub lists them, as diffs for people to read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from base import limits
from forge.github.answers import Document, text_at
from forge.pull_requests import FileDiff, Oid

Status = Literal["added", "modified", "deleted"]


def show_files(found: Iterable[Document]) -> list[FileDiff]:
    """In order of path, bounded by DIFF_MAX_BYTES in all. A rename is a deletion and an addition."""
    shown: list[FileDiff] = []
    room = limits.DIFF_MAX_BYTES
    for item in sorted(found, key=lambda each: text_at(each, "filename")):
        for diff in _diffs(item, room):
            room -= len((diff.patch or "").encode())
            shown.append(diff)
    return sorted(shown, key=lambda diff: diff.path)


def _diffs(item: Document, room: int) -> list[FileDiff]:
    path, word = text_at(item, "filename"), str(item.get("status"))
    blob = item.get("sha") if isinstance(item.get("sha"), str) else None
    if word == "renamed":
        old = str(item.get("previous_filename") or "")
        added = FileDiff(path, "added", None, blob, _count(item, "additions"), 0, None, f"renamed from {old}")
        return [FileDiff(old, "deleted", None, None, 0, 0, None, f"renamed to {path}"), added]
    status: Status = "added" if word in {"added", "copied"} else "modified"
    if word == "removed":
        status = "deleted"
    return [_diff(item, path, status, blob, room)]


def _diff(item: Document, path: str, status: Status, blob: Oid | None, room: int) -> FileDiff:
    old, new = (blob, None) if status == "deleted" else (None, blob)
    counts = _count(item, "additions"), _count(item, "deletions")
    patch = item.get("patch")
    if not isinstance(patch, str):
        return FileDiff(path, status, old, new, *counts, None, "binary or too large to show")
    text = f"--- {'/dev/null' if status == 'added' else 'a/' + path}\n"
    text += f"+++ {'/dev/null' if status == 'deleted' else 'b/' + path}\n{patch}"
    text = text if text.endswith("\n") else text + "\n"
    if len(text.encode()) > room:
        return FileDiff(path, status, old, new, *counts, None, "too large to show")
    return FileDiff(path, status, old, new, *counts, text)


def _count(item: Document, key: str) -> int:
    found = item.get(key)
    return found if isinstance(found, int) else 0
