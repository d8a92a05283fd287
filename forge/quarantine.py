"""Received objects wait in a store of their own until they are checked; then the pack moves, then the ref.

A half-received or refused pack is never visible to a reader (R44), and leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

import pygit2
from dulwich.errors import ApplyDeltaError, ChecksumMismatch, NotGitRepository, ObjectFormatException
from dulwich.object_store import DiskObjectStore

from base import limits
from forge.errors import BadPack, TooLarge
from forge.packs import PackBounds, PackSummary, inspect_pack
from forge.storage import BareRepository, sync_folder

_UNPACK_FAULTS: Final = (
    ApplyDeltaError,
    AssertionError,
    ChecksumMismatch,
    EOFError,
    IndexError,
    KeyError,
    NotGitRepository,
    ObjectFormatException,
    ValueError,
    zlib.error,
)
"""What dulwich raises for a pack that is damaged or refers to what nobody has."""

_CHUNK_BYTES: Final = 256 * 1024


class Quarantine:
    """A temporary object store that sees the repository's objects, while the repository does not see it."""

    def __init__(self, repository: BareRepository, path: Path) -> None:
        self._repository = repository
        self.path = path
        pygit2.init_repository(str(path), bare=True)
        alternates = path / "objects" / "info" / "alternates"
        alternates.parent.mkdir(exist_ok=True)
        alternates.write_text(f"{repository.path.resolve() / 'objects'}\n")

    def git(self) -> pygit2.Repository:
        """A handle that reads both the received objects and the repository's."""
        return pygit2.Repository(str(self.path), pygit2.enums.RepositoryOpenFlag.BARE)

    def unpack(self, pack: BinaryIO, bounds: PackBounds) -> PackSummary:
        """Check the bounds of a spooled pack, then index it here. Raises BadPack, TooLarge."""
        pack.seek(0)
        summary = inspect_pack(pack, bounds)
        if summary.objects == 0:
            return summary
        pack.seek(0)
        store = DiskObjectStore(str(self.path / "objects"))
        try:
            store.add_thin_pack(pack.read, pack.read)
        except _UNPACK_FAULTS as fault:
            raise BadPack(f"the pack can't be unpacked ({type(fault).__name__})") from fault
        finally:
            store.close()
        return summary

    def keep(self) -> None:
        """Move what was received into the repository, durably. Objects only: no ref moves here.

        Raises TooLarge where the repository would outgrow its bound; the caller holds the writer lock.
        """
        source = self.path / "objects" / "pack"
        target = self._repository.path / "objects" / "pack"
        target.mkdir(exist_ok=True)
        packs = sorted(source.glob("*.pack"))
        total = sum(pack.stat().st_size for pack in (*packs, *target.glob("*.pack")))
        if packs and total > limits.GIT_REPOSITORY_MAX_BYTES:
            raise TooLarge(
                f"all packs of this repository would be {total} bytes, more than "
                f"{limits.GIT_REPOSITORY_MAX_BYTES}",
                hint="begin a repository with a shorter history",
            )
        for pack in packs:
            for part in (pack, pack.with_suffix(".idx")):
                with part.open("rb") as handle:
                    _sync_file(handle)
        for suffix in (".pack", ".idx"):
            for pack in packs:
                part = pack.with_suffix(suffix)
                part.replace(target / part.name)
        if packs:
            sync_folder(target)


@contextmanager
def quarantined(repository: BareRepository) -> Iterator[Quarantine]:
    """A fresh quarantine, removed at the end whatever happened."""
    repository.quarantine_folder.mkdir(exist_ok=True, mode=0o700)
    path = Path(tempfile.mkdtemp(dir=repository.quarantine_folder))
    try:
        yield Quarantine(repository, path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def spooled(
    repository: BareRepository, read: Callable[[int], bytes], *, max_bytes: int = limits.GIT_PACK_MAX_BYTES
) -> Iterator[BinaryIO]:
    """What `read` gives until it gives nothing, in a temporary file. Raises TooLarge beyond `max_bytes`."""
    with spool_file(repository) as file:
        total = 0
        while chunk := read(_CHUNK_BYTES):
            total += len(chunk)
            if total > max_bytes:
                raise TooLarge(f"the push is larger than {max_bytes} bytes")
            file.write(chunk)
        file.seek(0)
        yield file


@contextmanager
def spool_file(repository: BareRepository) -> Iterator[BinaryIO]:
    """A temporary file beside the repository, without a name, in memory while it is small."""
    repository.quarantine_folder.mkdir(exist_ok=True, mode=0o700)
    with tempfile.SpooledTemporaryFile(_CHUNK_BYTES, dir=str(repository.quarantine_folder)) as file:
        yield cast("BinaryIO", file)


def _sync_file(handle: IO[bytes]) -> None:
    os.fsync(handle.fileno())
