"""The journal: what this agent was told and did, on the disk before anything follows from it.

One append-only file. A record is `length(4) crc32(length)(4) digest(16) payload`, the digest chained over
the record before, so that a flipped bit, a lost record or two swapped ones are seen. Each append is one
write and one fsync. The agent's instance id is born with the file and bound to this file and this machine:
a lost, restored or copied journal is another instance (CONTRACTS.md §3).

A torn tail, which a crash in the middle of an append leaves behind, is cut off: nothing had followed from
it yet. Anything else that does not verify is `JournalDamaged`, and the agent does not start: forgetting
that a command ran is the one thing that must not happen.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Final
from uuid import UUID

from agent import records
from agent.records import JournalState, Record, birth_record, snapshot
from base import faults
from base.limits import KIB, MIB

RECORD_MAX_BYTES: Final = 8 * KIB
COMPACT_BYTES: Final = 1 * MIB
"""Rewrite when the file has grown to this, and at least to twice what was left the last time."""

_MAGIC: Final = b"dd0c-journal-1\n"
_HEAD: Final = struct.Struct(">II16s")
_SEED: Final = hashlib.blake2b(_MAGIC, digest_size=16).digest()

AFTER_WRITE: Final = faults.register(
    "agent.journal.after_write", "a journal record is written and not yet synced"
)


class JournalDamaged(Exception):
    """The journal can't be trusted; the text names the place and what to do."""


class JournalFailed(Exception):
    """A record could not be made durable; nothing may follow from it."""


def machine_id() -> str:
    """A digest of this machine's id; the host name where there is none."""
    for candidate in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            text = Path(candidate).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text:
            return hashlib.sha256(b"dd0c.machine\n" + text.encode()).hexdigest()[:32]
    return hashlib.sha256(b"dd0c.host\n" + os.uname().nodename.encode()).hexdigest()[:32]


def _frame(previous: bytes, record: Record) -> tuple[bytes, bytes]:
    """(bytes to write, the new chain value)."""
    payload = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
    if len(payload) > RECORD_MAX_BYTES:
        raise JournalFailed(f"a record of {len(payload)} bytes, at most {RECORD_MAX_BYTES}")
    digest = hashlib.blake2b(previous + payload, digest_size=16).digest()
    length = len(payload).to_bytes(4, "big")
    return _HEAD.pack(len(payload), zlib.crc32(length), digest) + payload, digest


def read_records(raw: bytes, name: str) -> tuple[list[Record], int, bytes]:
    """Records of a journal's bytes, the offset after the last whole one, and the chain value there.

    Raises JournalDamaged for anything that a torn append can't have left behind.
    """
    if not raw.startswith(_MAGIC):
        if _MAGIC.startswith(raw):
            return [], 0, _SEED
        raise JournalDamaged(f"{name} is not a journal of this program")
    found: list[Record] = []
    offset, chain = len(_MAGIC), _SEED
    while offset < len(raw):
        rest = raw[offset : offset + _HEAD.size + RECORD_MAX_BYTES]
        if len(rest) < _HEAD.size:
            return found, offset, chain
        length, crc, digest = _HEAD.unpack_from(rest)
        is_last = len(raw) - offset <= _HEAD.size + RECORD_MAX_BYTES
        if is_last and not any(raw[offset:]):
            return found, offset, chain  # a size that was made durable before the data
        if zlib.crc32(length.to_bytes(4, "big")) != crc or length > RECORD_MAX_BYTES:
            raise JournalDamaged(_sentence(name, offset))
        if len(rest) < _HEAD.size + length:
            return found, offset, chain
        payload = rest[_HEAD.size : _HEAD.size + length]
        if hashlib.blake2b(chain + payload, digest_size=16).digest() != digest:
            raise JournalDamaged(_sentence(name, offset))
        found.append(json.loads(payload))
        offset += _HEAD.size + length
        chain = digest
    return found, offset, chain


def _sentence(name: str, offset: int) -> str:
    return (
        f"{name} is damaged at byte {offset}, so it is not known what ran here; nothing will be run. "
        "Start once with --new-journal to set it aside: this agent is then another instance, and steps "
        "that were open wait for a person"
    )


class Journal:
    """The open journal of one agent. One process at a time: the file is locked."""

    def __init__(self, path: Path, descriptor: int, state: JournalState, size: int, chain: bytes) -> None:
        self.path = path
        self.state = state
        self._descriptor = descriptor
        self._size = size
        self._chain = chain
        self._compact_at = max(COMPACT_BYTES, 2 * size)
        self._is_broken = False

    @staticmethod
    def open(path: Path, new_instance: UUID) -> Journal:
        """Open or begin the journal; `new_instance` is used where one is born.

        Raises JournalDamaged, BlockingIOError where another process holds it, OSError of the disk.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            journal = _load(path, descriptor)
        except BaseException:  # whatever ends it, the lock must not outlive the try
            os.close(descriptor)
            raise
        if journal is None:
            os.close(descriptor)
            set_aside(path)
            return Journal.open(path, new_instance)
        if journal.state.instance is None:
            journal._begin(new_instance)
        return journal

    def _begin(self, instance: UUID) -> None:
        self._write_all(_MAGIC)
        self.append(birth_record(instance, os.fstat(self._descriptor).st_ino, machine_id()))
        _sync_folder(self.path.parent)

    @property
    def instance(self) -> UUID:
        """The instance id that was born with this journal."""
        assert self.state.instance is not None
        return self.state.instance

    def append(self, record: Record) -> None:
        """Make a record durable and fold it in. Raises JournalFailed, and then nothing was recorded."""
        if self._is_broken:
            raise JournalFailed("an earlier write to the journal failed")
        data, chain = _frame(self._chain, record)
        self._write_all(data)
        faults.reach(AFTER_WRITE)
        try:
            os.fdatasync(self._descriptor)
        except OSError as problem:
            # After a failed sync the kernel may have dropped the pages: nobody knows what the disk holds.
            self._is_broken = True
            raise JournalFailed(f"the journal can't be synced: {problem.strerror}") from problem
        self._chain = chain
        self.state.apply(record)

    def _write_all(self, data: bytes) -> None:
        try:
            written = os.pwrite(self._descriptor, data, self._size)
            if written != len(data):
                raise OSError(errno.ENOSPC, "the disk is full")
        except OSError as problem:
            self._cut_back()
            raise JournalFailed(f"the journal can't be written: {problem.strerror}") from problem
        self._size += len(data)

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            self._is_broken = True

    def compact(self, now_us: int) -> bool:
        """Where the file has grown: rewrite what is still needed. True where it was rewritten.

        The new file is complete and synced before it takes the old one's name; the old one keeps its lock
        until then, and a crash on the way leaves the old one in force.
        """
        if self._size < self._compact_at:
            return False
        self.state.forget(now_us)
        temporary = self.path.with_suffix(".compact")
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        chain, data = _SEED, bytearray(_MAGIC)
        birth = birth_record(self.instance, os.fstat(descriptor).st_ino, machine_id())
        for record in [birth, *snapshot(self.state)]:
            framed, chain = _frame(chain, record)
            data += framed
        try:
            if os.write(descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, "the disk is full")
            os.fsync(descriptor)
        except OSError as problem:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
            raise JournalFailed(f"the journal can't be rewritten: {problem.strerror}") from problem
        temporary.rename(self.path)
        _sync_folder(self.path.parent)
        os.close(self._descriptor)
        self._descriptor, self._size, self._chain = descriptor, len(data), chain
        self._compact_at = max(COMPACT_BYTES, 2 * self._size)
        return True

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


def _load(path: Path, descriptor: int) -> Journal | None:
    """The journal in an open file; None where it was born somewhere else (a copy, a restored backup)."""
    information = os.fstat(descriptor)
    raw = os.pread(descriptor, information.st_size, 0)
    found, size, chain = read_records(raw, str(path))
    state = JournalState()
    for record in found:
        try:
            state.apply(record)
        except (KeyError, ValueError, TypeError) as problem:
            raise JournalDamaged(f"{path} holds a record that is none: {problem}") from problem
    if found:
        birth = found[0]
        if birth["kind"] != records.INSTANCE:
            raise JournalDamaged(f"{path} does not begin with an instance")
        if birth["inode"] != information.st_ino or birth["machine"] != machine_id():
            return None
    else:
        size = 0
    if size < len(raw):
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
    return Journal(path, descriptor, state, size, chain)


def set_aside(path: Path) -> Path | None:
    """Move a journal out of the way, keeping it for people; the next one is another instance."""
    if not path.exists():
        return None
    for number in range(1, 10_000):
        target = path.with_name(f"{path.name}.set-aside-{number}")
        if not target.exists():
            path.rename(target)
            _sync_folder(path.parent)
            return target
    raise JournalFailed(f"too many set-aside journals in {path.parent}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
