"""Bytes that are too big for rows: the output of steps. At home a folder, in production S3.

A key is `<tenant uuid>/<word>/<more>`: it begins with the tenant, so that one tenant's key read for another
finds nothing, and holds only lower-case letters, digits, `.`, `_` and `-` between its slashes.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

_NAME: Final = r"[a-z0-9_-][a-z0-9._-]{0,99}"
_KEY: Final = re.compile(rf"[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}(?:/{_NAME}){{1,6}}")


class InvalidKey(ValueError):
    """A key that does not begin with its tenant, or could leave its place."""


class ObjectConflict(Exception):
    """An append that would leave bytes out; `size` is what is there."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the object has {size} bytes")
        self.size = size


class ObjectStore(Protocol):
    """What a room may do with objects. Keys come from `object_key`; others raise InvalidKey."""

    async def append(self, key: str, offset: int, data: bytes) -> int:
        """Write at `offset`, which is the object's size or lies before it: a repeat writes only what is new.

        Durable when it returns; the new size. Raises ObjectConflict where bytes would be left out.
        """
        ...

    async def extend(self, key: str, keep: int, seen: int, data: bytes) -> None:
        """Cut an object of `seen` bytes to `keep`, and append; durable when it returns.

        What lies between is an append that broke off. Raises ObjectConflict, and changes nothing, where the
        object has another size than was seen: somebody else writes to it.
        """
        ...

    async def put(self, key: str, data: bytes) -> None:
        """Store a whole object, replacing what is there, all or nothing."""
        ...

    async def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes from `start`; empty where the object ends before it or is not there."""
        ...

    async def size(self, key: str) -> int | None:
        """Bytes stored; None where there is no such object."""
        ...


def object_key(tenant_id: UUID, *names: str) -> str:
    """The one way to a key: the caller's tenant, then names such as `output` and an id. Raises InvalidKey."""
    return check_key("/".join((str(tenant_id), *names)))


def check_key(key: str) -> str:
    """The key, where it is well formed. Raises InvalidKey. Pure."""
    if _KEY.fullmatch(key) is None or ".." in key:
        raise InvalidKey(f"not an object key: {key[:80]!r}")
    return key


class FileObjectStore:
    """Objects as files below one folder; each call runs in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def append(self, key: str, offset: int, data: bytes) -> int:
        path = self._path(key)
        return await asyncio.to_thread(_append, path, offset, data)

    async def extend(self, key: str, keep: int, seen: int, data: bytes) -> None:
        path = self._path(key)
        await asyncio.to_thread(_extend, path, keep, seen, data)

    async def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        await asyncio.to_thread(_put, path, data)

    async def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        path = self._path(key)
        return await asyncio.to_thread(_read, path, start, length)

    async def size(self, key: str) -> int | None:
        path = self._path(key)
        try:
            return (await asyncio.to_thread(path.stat)).st_size
        except FileNotFoundError:
            return None

    def _path(self, key: str) -> Path:
        return self._folder / check_key(key)


def _make_parent(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _append(path: Path, offset: int, data: bytes) -> int:
    _make_parent(path)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        size = os.fstat(stream.fileno()).st_size
        if offset < 0 or offset > size:
            raise ObjectConflict(size)
        fresh = data[size - offset :]
        if fresh:
            stream.seek(size)
            stream.write(fresh)
            stream.flush()
            os.fsync(stream.fileno())
    if is_new:
        _sync_folder(path.parent)
    return size + len(fresh)


def _extend(path: Path, keep: int, seen: int, data: bytes) -> None:
    _make_parent(path)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # goes with the descriptor; another process waits
        size = os.fstat(stream.fileno()).st_size
        if size != seen or not 0 <= keep <= seen:
            raise ObjectConflict(size)
        stream.truncate(keep)
        stream.seek(keep)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    if is_new:
        _sync_folder(path.parent)


def _put(path: Path, data: bytes) -> None:
    _make_parent(path)
    scratch = path.with_name(f".{path.name}.new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    scratch.replace(path)
    _sync_folder(path.parent)


def _read(path: Path, start: int, length: int | None) -> bytes:
    try:
        with path.open("rb") as stream:
            stream.seek(start)
            return stream.read() if length is None else stream.read(length)
    except FileNotFoundError:
        return b""
