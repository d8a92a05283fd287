"""The paths of a commit, joined with what was judged of them, as the plan of a sync takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from controller.governance.documents import JudgedFile, kind_of
from controller.governance.repositories import RepositoryRow
from controller.sync.claims import Found
from controller.sync.source import Read
from controller.sync.state import FileRow, Known


def found_paths(known: Known, row: RepositoryRow, read: Read, judged: list[JudgedFile]) -> list[Found]:
    """The paths of the commit as the plan takes them; judged content joins its change by path."""
    by_path, hidden = {file.path: file for file in judged}, dict(read.hidden)
    found = []
    for change in read.changes:
        kind = kind_of(change.path, row.prefix)
        reason = change.skipped.reason if change.skipped is not None else None
        if change.blob is None and reason is None and kind != "other":
            reason = _hidden_by(hidden, change.path)
        judged_file, came_from = by_path.get(change.path), read.came_from.get(change.path)
        found.append(Found(change.path, kind, change.blob, judged_file, reason, came_from=came_from))
    listed = {item.path for item in found}
    again = sorted(by_path.keys() - listed)
    found += [Found(path, kind_of(path, row.prefix), read.blobs[path], by_path[path]) for path in again]
    if read.full:
        gone = (file.path for path, file in known.files.items() if path not in listed and _is_there(file))
        for path in gone:
            kind = kind_of(path, row.prefix)
            reason = None if kind == "other" else _hidden_by(hidden, path)
            found.append(Found(path, kind, None, skipped=reason))
    return found


def needs_rules(row: RepositoryRow, read: Read, judged: Sequence[JudgedFile]) -> bool:
    """Whether this sync changes policy or flags, or is compared with those in force."""
    kinds = {kind_of(change.path, row.prefix) for change in read.changes} | {file.kind for file in judged}
    return row.forge != "builtin" or read.full or not kinds.isdisjoint(("policy", "flags"))


def _hidden_by(hidden: Mapping[str, str], path: str) -> str | None:
    """Why a path that git does not have any more was not deleted: a folder above it is none."""
    above = accumulate(path.split("/")[:-1], lambda folder, segment: f"{folder}/{segment}")
    return next((hidden[folder] for folder in above if folder in hidden), None)


def _is_there(file: FileRow) -> bool:
    return file.state != "retired"
