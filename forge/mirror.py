"""A bare mirror of one repository: fetched over the wire by dulwich, read object by object by pygit2.

Never a checkout, no hook, no submodule: content is asked for by its id and comes as bytes in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pygit2
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from base import limits
from forge.changes import Change, Skipped, compare_commits
from forge.commit_facts import CommitFacts, facts_of
from forge.errors import BadPack, ForgeDown, ForgeRefused, TooLarge
from forge.fsck import check_objects
from forge.gather import gather_packs
from forge.packs import PackBounds
from forge.pull_requests import Oid, RefUpdate
from forge.quarantine import quarantined, spool_file
from forge.remote import Remote
from forge.storage import BareRepository, Movement, move_refs, read_movements
from forge.tree import find_file, find_obstacles, read_commit
from forge.wire import open_client, wire_faults

__all__ = [
    "BareMirror",
    "Change",
    "CommitFacts",
    "FetchLimits",
    "FetchResult",
    "Mirror",
    "Oid",
    "Remote",
    "Skipped",
]


@dataclass(frozen=True)
class FetchLimits:
    """How much one fetch may bring, and how long it may take."""

    pack_bytes: int = limits.GIT_PACK_MAX_BYTES
    seconds: float = limits.GIT_FETCH_SECONDS
    pack: PackBounds = field(default_factory=PackBounds)


@dataclass(frozen=True)
class FetchResult:
    """Where the branch is now and was before. `head` None: the remote has no such branch, nothing moved.

    `forced` says that the old head is no ancestor of the new one.
    """

    head: Oid | None
    before: Oid | None
    forced: bool
    received_bytes: int


class Mirror(Protocol):
    """One bare repository with one writer lock (CONTRACTS.md §6)."""

    def fetch(self, remote: Remote, *, limits: FetchLimits) -> FetchResult:
        """Bring the branch up to date; refs move only when the pack is whole and sound.

        Raises ForgeRefused, ForgeDown, TooLarge, BadPack; the mirror is then as it was.
        """
        ...

    def head(self, branch: str) -> Oid | None:
        """The commit of a branch, or None."""
        ...

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        """Whether `new` is `old` or comes after it; False where either is unknown."""
        ...

    def changes(self, old: Oid | None, new: Oid, prefix: str) -> Iterator[Change]:
        """What changed below `prefix`, sorted by path; an old of None lists everything."""
        ...

    def read(self, blob: Oid, *, max_bytes: int) -> bytes:
        """The content of a file. Raises TooLarge before reading it, BadPack if there is none."""
        ...


class BareMirror:
    """The mirror over a bare repository of our own: a fetched copy, or the built-in forge's original."""

    def __init__(
        self, repository: BareRepository, git: Callable[[], pygit2.Repository] | None = None
    ) -> None:
        self._repository = repository
        self._open = git or repository.git

    def opened(self) -> BareMirror:
        """The same with one handle, for many reads in one thread: opening it takes longer than a read."""
        git = self._open()
        return BareMirror(self._repository, lambda: git)

    def fetch(self, remote: Remote, *, limits: FetchLimits) -> FetchResult:
        """See Mirror. One HTTP exchange, no redirects, protocol version 0 (no packfile-uris)."""
        with spool_file(self._repository) as pack:
            receiver = _Receiver(pack.write, limits)
            head = self._receive(remote, receiver, limits)
            ref = remote.full_ref
            before = self._repository.ref(ref)
            if head is None or head == before:
                return FetchResult(head, before, False, receiver.total)
            with quarantined(self._repository) as quarantine:
                if receiver.total:
                    quarantine.unpack(pack, limits.pack)
                check_objects(quarantine.git(), self._repository.git(), [head], fetched=True)
                with self._repository.writing() as git:
                    gather_packs(self._repository)
                    quarantine.keep()
                    before = self._repository.ref(ref)
                    move_refs(git, [RefUpdate(ref, before, head)], how="fetch")
        forced = before is not None and not self.is_ancestor(before, head)
        return FetchResult(head, before, forced, receiver.total)

    def _receive(self, remote: Remote, receiver: _Receiver, limits: FetchLimits) -> Oid | None:
        client = open_client(remote, pack_bytes=limits.pack_bytes, seconds=limits.seconds)
        wanted = Ref(remote.full_ref.encode())
        found: list[ObjectID] = []

        def determine_wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
            if client.dumb:
                raise ForgeRefused("the remote does not speak git's smart protocol")
            oid = refs.get(wanted)
            if oid is None:
                return []
            found.append(oid)
            return [] if oid.decode() in self._open().odb else [oid]

        with wire_faults(), Repo(str(self._repository.path)) as local:
            client.fetch_pack(
                b"", determine_wants, local.get_graph_walker(), receiver.accept, protocol_version=0
            )
        return found[0].decode() if found else None

    def head(self, branch: str) -> Oid | None:
        """See Mirror."""
        return self._repository.ref(f"refs/heads/{branch}")

    def holds(self, commit: Oid) -> bool:
        """Whether a commit is in the store; after a rewritten history an old one may be gone."""
        return commit in self._open().odb

    def facts(self, commit: Oid) -> CommitFacts:
        """Who made a commit, when, and what they say about it. Raises BadPack."""
        return facts_of(read_commit(self._open(), commit))

    def movements(self, branch: str, since: Oid | None) -> list[Movement]:
        """How a branch came from `since` to where it is, with who moved it; empty for a fetched copy."""
        return read_movements(self._open(), f"refs/heads/{branch}", since)

    def fork(self, base: Oid, head: Oid) -> Oid | None:
        """The commit where a branch left its base; None where they share no history."""
        found = self._open().merge_base(pygit2.Oid(hex=base), pygit2.Oid(hex=head))
        return None if found is None else str(found)

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        """See Mirror."""
        if old == new:
            return True
        try:
            return bool(self._open().descendant_of(new, old))
        except (KeyError, ValueError, pygit2.GitError):
            return False

    def changes(self, old: Oid | None, new: Oid, prefix: str) -> Iterator[Change]:
        """See Mirror. An `old` that is gone from the store counts as None."""
        git = self._open()
        known = old if old is not None and old in git.odb else None
        return compare_commits(git, known, new, prefix)

    def blob_at(self, commit: Oid, path: str) -> Oid | None:
        """The blob of a usable file of a commit, or None. Raises BadPack, TooLarge."""
        return find_file(self._open(), commit, path)

    def obstacles(self, commit: Oid, folders: Iterable[str]) -> set[tuple[str, str]]:
        """The first part of each path that is something else than a folder, and what it is; nothing of a path
        where all of it is a folder or is not there. Raises BadPack, TooLarge.
        """
        return find_obstacles(self._open(), commit, folders)

    def read(self, blob: Oid, *, max_bytes: int) -> bytes:
        """See Mirror."""
        odb = self._open().odb
        try:
            kind, size = odb.read_header(blob)
            if kind != pygit2.enums.ObjectType.BLOB:
                raise BadPack(f"object {blob[:12]} is no file")
            if size > max_bytes:
                raise TooLarge(f"the file has {size} bytes, more than {max_bytes}")
            return bytes(odb.read(blob)[1])
        except (KeyError, ValueError, pygit2.GitError):
            raise BadPack(
                f"object {blob[:12]} is missing or damaged (a file of {limits.GIT_OBJECT_MAX_BYTES} bytes or "
                "more is not fetched)"
            ) from None


class _Receiver:
    """Takes the pack as it comes, and cuts it off at its bounds."""

    def __init__(self, write: Callable[[bytes], int], limits: FetchLimits) -> None:
        self._write = write
        self._limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self.total = 0

    def accept(self, data: bytes) -> int:
        self.total += len(data)
        if self.total > self._limits.pack_bytes:
            raise TooLarge(f"the fetch is larger than {self._limits.pack_bytes} bytes")
        if time.monotonic() > self._deadline:
            raise ForgeDown(f"the fetch took longer than {self._limits.seconds:g} seconds")
        return self._write(data)
