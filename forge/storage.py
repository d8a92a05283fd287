"""Bare repositories in a folder: one a repository of a tenant, one writer at a time.

Readers need no lock: git's objects never change, and a ref moves by a rename. Writers hold a lock of the
process and a lock of the file, so that a second process on the same folder waits its turn or is told.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import pygit2

from base import limits
from forge.errors import ForgeBusy, HeadMoved, NoSuchRepository
from forge.pull_requests import Actor, Oid, RefUpdate

DEFAULT_BRANCH: Final = "main"
MOVEMENTS_MAX: Final = 200

_locks: dict[Path, threading.Lock] = {}
_locks_guard: Final = threading.Lock()


def _harden() -> None:
    """Make libgit2 durable, and deaf to the configuration of whoever runs the process."""
    pygit2.settings.enable_fsync_gitdir(True)
    for level in ("SYSTEM", "XDG", "GLOBAL", "PROGRAMDATA"):
        pygit2.settings.search_path[getattr(pygit2.enums.ConfigLevel, level)] = ""


_harden()


class BareRepository:
    """One bare repository on this machine's disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self) -> pygit2.Repository:
        """A fresh handle; cheap, and not to be shared between threads. Raises NoSuchRepository."""
        try:
            return pygit2.Repository(str(self.path), pygit2.enums.RepositoryOpenFlag.BARE)
        except pygit2.GitError:
            raise NoSuchRepository("there is no repository here") from None

    def ref(self, name: str) -> Oid | None:
        """Where a full ref name (`refs/heads/main`) points, or None."""
        return read_ref(self.git(), name)

    def refs(self, prefix: str) -> dict[str, Oid]:
        """All refs under a prefix with what they point at."""
        git = self.git()
        names = [name for name in git.references if name.startswith(prefix)]
        found = {name: read_ref(git, name) for name in sorted(names)}
        return {name: oid for name, oid in found.items() if oid is not None}

    @contextmanager
    def writing(self) -> Iterator[pygit2.Repository]:
        """Hold the repository's one writer lock. Raises ForgeBusy when it can't be had in time."""
        lock = _lock_of(self.path)
        if not lock.acquire(timeout=limits.GIT_LOCK_SECONDS):
            raise ForgeBusy("another change of this repository is being written", 2.0)
        try:
            with self._file_lock():
                yield self.git()
        finally:
            lock.release()

    @contextmanager
    def _file_lock(self) -> Iterator[None]:
        if not self.path.is_dir():
            raise NoSuchRepository("there is no repository here")
        with (self.path / "dd0c.lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ForgeBusy("another process writes this repository", 2.0) from None
            yield

    def clear_leftovers(self) -> None:
        """Remove what a killed process left half received. Call at start, before anyone writes."""
        shutil.rmtree(self.quarantine_folder, ignore_errors=True)

    @property
    def quarantine_folder(self) -> Path:
        """Where received objects wait until they are checked."""
        return self.path / "quarantine"


class RepositoryFolder:
    """The storage of the built-in forge: `<root>/<tenant>/<repository>.git`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, tenant_id: UUID, repository_id: UUID) -> Path:
        """Where a repository lies, whether or not it exists. Ids, never names: nothing to escape."""
        return self.root / str(tenant_id) / f"{repository_id}.git"

    def open(self, tenant_id: UUID, repository_id: UUID) -> BareRepository:
        """An existing repository. Raises NoSuchRepository."""
        repository = BareRepository(self.path(tenant_id, repository_id))
        repository.git()
        return repository

    def create(self, tenant_id: UUID, repository_id: UUID, branch: str = DEFAULT_BRANCH) -> BareRepository:
        """The repository, made empty with HEAD on `branch` if it is not there yet."""
        path = self.path(tenant_id, repository_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        git = pygit2.init_repository(str(path), bare=True, initial_head=branch)
        git.config["core.fsyncObjectFiles"] = True
        git.config["core.logAllRefUpdates"] = True
        git.config["receive.maxInputSize"] = limits.GIT_PACK_MAX_BYTES
        shutil.rmtree(path / "hooks", ignore_errors=True)
        path.chmod(0o700)
        return BareRepository(path)

    def remove(self, tenant_id: UUID, repository_id: UUID) -> None:
        """Take a repository off the disk, once nobody writes it; nothing where it is not there.

        Raises ForgeBusy while somebody does. What a killed process left of it goes the next time.
        """
        path = self.path(tenant_id, repository_id)
        gone = path.with_suffix(".removed")
        if path.is_dir():
            with BareRepository(path).writing():
                path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def all(self) -> list[tuple[UUID, UUID]]:
        """(tenant, repository) of everything that lies here."""
        found = []
        for path in sorted(self.root.glob("*/*.git")):
            try:
                found.append((UUID(path.parent.name), UUID(path.stem)))
            except ValueError:
                continue
        return found


def _lock_of(path: Path) -> threading.Lock:
    with _locks_guard:
        return _locks.setdefault(path.resolve(), threading.Lock())


def read_ref(git: pygit2.Repository, name: str) -> Oid | None:
    """Where a ref points, peeled of symbolic refs; None if there is none."""
    found = git.references.get(name)
    return None if found is None else str(found.resolve().target)


def move_refs(
    git: pygit2.Repository, updates: Sequence[RefUpdate], *, by: Actor | None = None, how: str = "system"
) -> None:
    """Move refs by compare-and-swap, all or none; the caller holds the writer lock.

    Who did it and how (`push`, `merge 7`) goes to the reflog, written with the ref: a crash right after
    does not lose it. Raises HeadMoved where a ref is not at its `old`.
    """
    git.set_ident(_reflog_word(by.id if by else "system:forge"), _reflog_word(by.email if by else "none"))
    with git.transaction() as transaction:
        for update in updates:
            transaction.lock_ref(update.ref)
            found = read_ref(git, update.ref)
            if found != update.old:
                raise HeadMoved(update.old, found)
        for update in updates:
            if update.new is None:
                transaction.remove(update.ref)
            else:
                transaction.set_target(update.ref, pygit2.Oid(hex=update.new), message=how)


def _reflog_word(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c not in "<> ")[:200] or "unknown"


@dataclass(frozen=True)
class Movement:
    """One entry of a branch's reflog: who moved it from where to where, and how."""

    old: Oid | None
    new: Oid
    actor_id: str
    how: str


def read_movements(git: pygit2.Repository, ref: str, since: Oid | None) -> list[Movement]:
    """How a branch came from `since` to where it is, oldest first; at most MOVEMENTS_MAX.

    Only the last one where `since` is not in the reflog; nothing where there is no reflog.
    """
    reference = git.references.get(ref)
    if reference is None:
        return []
    found: list[Movement] = []
    for entry in reference.log():
        old = str(entry.oid_old)
        found.append(
            Movement(
                None if set(old) == {"0"} else old,
                str(entry.oid_new),
                entry.committer.name,
                entry.message or "",  # `git update-ref` on this machine writes none
            )
        )
        if found[-1].old == since or len(found) >= MOVEMENTS_MAX:
            return found[::-1]
    return found[:1]


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
