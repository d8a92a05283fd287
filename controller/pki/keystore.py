"""Secrets on disk: a root key that wraps everything else, one small file a secret.

The folder is 0700, its files 0600; a file is written beside its place, synced, renamed, and its
folder synced, so that a crash leaves either no secret or a whole one. Everything but the root keys
is stored wrapped: root key id (16 bytes) ‖ nonce (12) ‖ AES-256-GCM, with the secret's name as
additional data, so that a file moved to another name does not open.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from base.ids import new_id

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_ID_BYTES: Final = 16
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")
_ROOT: Final = "root"


class KeyStoreError(Exception):
    """The store can't be used as it is: wrong address, foreign permissions, a damaged file."""


class KeyStore:
    """Named secrets under one folder. Names are lower-case words joined by slashes.

    Safe for several processes of one machine: writers hold a file lock, readers need none.
    """

    def __init__(self, folder: Path) -> None:
        """Opens the folder and makes it with a first root key where it does not exist.

        Raises KeyStoreError where the folder can be read by others or can't be made.
        """
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = folder.stat().st_mode
        except OSError as error:
            raise KeyStoreError(f"the key store {folder} can't be used: {error.strerror}") from error
        if mode & 0o077:
            raise KeyStoreError(f"the key store {folder} is open to other users; run: chmod 700 {folder}")
        with self._locked():
            if not self._names(_ROOT):
                self._place(f"{_ROOT}/{new_id().hex}", secrets.token_bytes(KEY_BYTES))

    @classmethod
    def open(cls, url: str) -> KeyStore:
        """The store at a `file://` address; raises KeyStoreError for any other scheme."""
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc or not parts.path:
            raise KeyStoreError(f"DD0C_KEY_STORE_URL must be file:///folder, got {parts.scheme}://…")
        return cls(Path(unquote(parts.path)))

    def read(self, name: str) -> bytes | None:
        """The secret under a name, or None. Raises KeyStoreError for a damaged or moved file."""
        stored = self._load(_checked(name))
        return None if stored is None else self._unwrap(name, stored)

    def write(self, name: str, secret: bytes) -> None:
        """Store a secret; what was there is replaced in one step."""
        root_id, root = self._current_root()
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = AESGCM(root).encrypt(nonce, secret, _checked(name).encode())
        with self._locked():
            self._place(name, root_id.bytes + nonce + body)

    def write_first(self, name: str, secret: bytes) -> bytes:
        """Store a secret unless the name is taken; gives what the name holds afterwards."""
        with self._locked():
            present = self.read(name)
            if present is None:
                root_id, root = self._current_root()
                nonce = secrets.token_bytes(NONCE_BYTES)
                body = AESGCM(root).encrypt(nonce, secret, name.encode())
                self._place(_checked(name), root_id.bytes + nonce + body)
                present = secret
        return present

    def delete(self, name: str) -> bool:
        """Remove a secret for good; false where there was none."""
        path = self._path(_checked(name))
        with self._locked():
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            _sync_folder(path.parent)
        return True

    def names(self, prefix: str) -> list[str]:
        """The names directly under a prefix, sorted: ids of ours sort by age."""
        return self._names(_checked(prefix))

    def rotate_root(self) -> None:
        """Make a new root key; secrets written from now on are wrapped by it, older ones still open."""
        with self._locked():
            self._place(f"{_ROOT}/{new_id().hex}", secrets.token_bytes(KEY_BYTES))

    def _current_root(self) -> tuple[UUID, bytes]:
        name = self._names(_ROOT)[-1]
        key = self._load(name)
        if key is None or len(key) != KEY_BYTES:
            raise KeyStoreError(f"the root key {name} is damaged")
        return UUID(hex=name.rpartition("/")[2]), key

    def _unwrap(self, name: str, stored: bytes) -> bytes:
        root_id = UUID(bytes=stored[:_ID_BYTES]) if len(stored) > _ID_BYTES + NONCE_BYTES else None
        root = None if root_id is None else self._load(f"{_ROOT}/{root_id.hex}")
        if root is None:
            raise KeyStoreError(f"the secret {name} was wrapped by a root key that is not here")
        nonce = stored[_ID_BYTES : _ID_BYTES + NONCE_BYTES]
        try:
            return AESGCM(root).decrypt(nonce, stored[_ID_BYTES + NONCE_BYTES :], name.encode())
        except InvalidTag as error:
            raise KeyStoreError(f"the secret {name} is damaged") from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"

    def _load(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def _names(self, prefix: str) -> list[str]:
        folder = self._folder / prefix
        return sorted(f"{prefix}/{path.stem}" for path in folder.glob("*.key"))

    def _place(self, name: str, content: bytes) -> None:
        path = self._path(name)
        self._make_folders(path.parent)
        write_synced(path, content)

    def _make_folders(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def write_synced(path: Path, content: bytes) -> None:
    """Put a whole file in its place, durable on return: write aside, fsync, rename, fsync the folder."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.rename(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of the key store: {name!r}")
    return name
