"""What a commit holds for us, read from a mirror: which files changed, and the bytes of those that matter.

Synchronous: called in a thread. Nothing here parses content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final, Protocol

from base import limits
from controller.governance.documents import RUNBOOK_FOLDER, FileKind, JudgedFile, kind_of, unreadable
from controller.governance.repositories import RepositoryRow
from controller.sync.alike import same_files
from controller.sync.brought import brought
from controller.sync.state import FileRow
from forge.commit_facts import CommitFacts
from forge.errors import BadPack, TooLarge
from forge.mirror import Change, FetchLimits, FetchResult, Mirror
from forge.remote import Remote
from forge.storage import Movement

SYNC_MAX_BYTES: Final = 256 * limits.MIB
"""All files of one sync together: they are in memory at once until they are stored."""

SKIPPED_MAX: Final = 1_000
"""Refused names of other files that a sync reports: a repository of nothing else must not fill the table."""


class SourceMirror(Mirror, Protocol):
    """A mirror that knows whether it still has an old commit, and who made one."""

    def opened(self) -> SourceMirror:
        """The same, for many reads in the thread that asks."""
        ...

    def holds(self, commit: str) -> bool:
        """Whether the commit is in the store."""
        ...

    def blob_at(self, commit: str, path: str) -> str | None:
        """The blob of a usable file of a commit, or None."""
        ...

    def obstacles(self, commit: str, folders: Iterable[str]) -> set[tuple[str, str]]:
        """The first part of each path that is something else than a folder, and what it is."""
        ...

    def facts(self, commit: str) -> CommitFacts:
        """Who made it, and when."""
        ...

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `new` is `old` or comes after it; False where either is unknown."""
        ...

    def movements(self, branch: str, since: str | None) -> Sequence[Movement]:
        """Who moved the branch since a commit, oldest first; empty where nobody here did."""
        ...


@dataclass(frozen=True)
class Source:
    """Where a repository is read: its mirror, and what to fetch into it first (None: it is the original).

    A remote may be asked for in the thread of the fetch: its credential may have to be fetched, too.
    """

    mirror: SourceMirror
    remote: Remote | Callable[[], Remote] | None


@dataclass(frozen=True)
class Read:
    """A commit's difference from what the rows show, not judged yet.

    `full` says that `changes` list the whole tree, so that rows of other paths are of deleted files.
    """

    commit: str
    full: bool
    changes: tuple[Change, ...]
    blobs: dict[str, str]
    contents: tuple[tuple[str, FileKind, bytes], ...]
    refused: tuple[JudgedFile, ...]
    facts: CommitFacts
    movements: tuple[Movement, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    """Folders that are none any more (a link, a submodule, a file), and why nothing below them is read."""
    came_from: Mapping[str, str] = field(default_factory=dict)
    brought_by: Mapping[str, str] = field(default_factory=dict)
    """On the built-in forge: who brought its policy and flags (`own_forge.brought`)."""
    """New runbooks, and the deleted one that each is like most (`alike.same_files`)."""
    rewritten: bool = False
    """Whether the commit of the last sync is not in this one's history: a force-push."""
    before: str | None = None
    """The commit of the last sync."""


def fetch_head(source: Source, branch: str) -> FetchResult:
    """The head of the synced branch, after a fetch where there is something to fetch from."""
    if source.remote is None:
        head = source.mirror.head(branch)
        return FetchResult(head, head, False, 0)
    remote = source.remote if isinstance(source.remote, Remote) else source.remote()
    return source.mirror.fetch(remote, limits=FetchLimits())


def read_commit_files(
    mirror: SourceMirror, row: RepositoryRow, commit: str, stale: Sequence[FileRow]
) -> Read:
    """All that a plan needs to know about `commit`. Raises BadPack, TooLarge: then nothing is synced."""
    before, prefix, mirror = row.synced_commit, row.prefix, mirror.opened()
    full = before is None or not mirror.holds(before)
    changes = tuple(mirror.changes(None if full else before, commit, prefix))
    hidden = _hidden(mirror, commit, prefix, changes, full=full)
    changes = _without_noise(changes, prefix)
    if not full:
        touched = {change.path for change in changes}
        changes += _skipped_again(mirror, row, commit, stale, touched)
        awaited = (file.path for file in stale if file.is_awaited and file.path not in touched)
        changes += tuple(Change(path, "deleted", None, None) for path in awaited)
    blobs = {
        change.path: change.blob
        for change in changes
        if change.blob is not None and kind_of(change.path, prefix) != "other"
    }
    touched = {change.path for change in changes}
    if not full:
        again = {row.path: row.blob_oid for row in stale if row.path not in touched}
        blobs |= {path: blob for path, blob in again.items() if blob is not None}
    contents, refused, total = [], [], 0
    for path, blob in sorted(blobs.items()):
        kind = kind_of(path, prefix)
        try:
            data = mirror.read(blob, max_bytes=limits.DOCUMENT_MAX_BYTES)
        except TooLarge as refusal:
            refused.append(unreadable(path, kind, refusal.reason, "document_size"))
            continue
        except BadPack as refusal:
            refused.append(unreadable(path, kind, refusal.reason, "missing"))
            continue
        total += len(data)
        if total > SYNC_MAX_BYTES:
            raise TooLarge(f"the files of this commit are more than {SYNC_MAX_BYTES} bytes together")
        contents.append((path, kind, data))
    movements = tuple(mirror.movements(row.branch, before))
    settings = [each.path for each in changes if kind_of(each.path, prefix) in {"policy", "flags"}]
    return Read(
        commit,
        full,
        changes,
        blobs,
        tuple(contents),
        tuple(refused),
        mirror.facts(commit),
        movements,
        hidden,
        same_files(mirror, prefix, changes, contents),
        brought(mirror, before, commit, settings, movements) if row.forge == "builtin" else {},
        rewritten=before is not None and not mirror.is_ancestor(before, commit),
        before=before,
    )


def _hidden(
    mirror: SourceMirror, commit: str, prefix: str, changes: Sequence[Change], *, full: bool
) -> tuple[tuple[str, str], ...]:
    """The folders above our files that this commit, or one before, made something else: git then says that
    all below is gone, and nobody deleted it.
    """
    root = "/".join(segment for segment in prefix.split("/") if segment)
    ours = f"{root}/{RUNBOOK_FOLDER}" if root else RUNBOOK_FOLDER
    folders = {ours, *([root] if root else [])}
    for change in changes:
        if full and change.kind != "deleted" and change.path.startswith(f"{ours}/"):
            folders.add(change.path)
        elif not full and change.kind == "deleted" and kind_of(change.path, prefix) != "other":
            folders.add(change.path.rpartition("/")[0])
    return tuple(sorted(mirror.obstacles(commit, folders)))


def _skipped_again(
    mirror: SourceMirror, row: RepositoryRow, commit: str, stale: Sequence[FileRow], touched: Set[str]
) -> tuple[Change, ...]:
    """Files of ours that are not read: what git has there, though no commit touched it since. One that is
    gone was held back, and an owner may have let it go by now; or its folder was none, and may be gone.
    """
    paths = {file.path for file in stale if file.state == "skipped" and file.kind != "other"}
    if not paths - touched and not row.rules_unread:
        return ()
    there = {
        change.path: change
        for change in mirror.changes(None, commit, row.prefix)
        if change.path in paths
        or (row.rules_unread and kind_of(change.path, row.prefix) in {"policy", "flags"})
    }
    gone = (Change(path, "deleted", None, None) for path in sorted(paths - touched) if path not in there)
    return (*(change for path, change in there.items() if path not in touched), *gone)


def _without_noise(changes: tuple[Change, ...], prefix: str) -> tuple[Change, ...]:
    """Changes that concern us: our files, refused names (only so many of those that are none), and what may
    have been one before. A refused path of ours that was left out would count as deleted.
    """
    kept, skipped = [], 0
    for change in changes:
        if kind_of(change.path, prefix) != "other":
            kept.append(change)
        elif change.skipped is not None:
            skipped += 1
            if skipped <= SKIPPED_MAX:
                kept.append(change)
        elif change.kind in {"added", "deleted"}:
            kept.append(change)
    return tuple(kept)
