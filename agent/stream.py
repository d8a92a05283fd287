"""Output: from the raw files of a command to what is sent, masked, capped and counted.

`Collector.pump` reads a bounded piece of the raw files, masks it and appends it to the spool's `output`.
Up to the limit everything is kept. Beyond it: the head, a marked gap, the last 64 KiB; the true count and
hash go on over all of it. Raw bytes that are past the cap are given back to the disk as they are read, so
that `yes` can't fill it.

After a restart the collector goes on where `segments` ends. What lies behind the head is read again; where
it was given back to the disk by then, the hash of the whole is not known any more and stays empty.
"""

from __future__ import annotations

import bisect
import contextlib
import ctypes
import hashlib
import json
import os
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.masking import Masker
from base.limits import MIB, OUTPUT_CHUNK_MAX_BYTES, OUTPUT_TAIL_BYTES

READ_BYTES: Final = 1 * MIB
PUNCH_BYTES: Final = 16 * MIB
KEEP_BYTES: Final = 1 * MIB
"""The end of a raw file is never given back: after a restart the tail is read from it again."""
NAMES: Final = ("stdout", "stderr")
SEGMENTS_MAX: Final = 50_000
"""A segment ends where the other stream begins; a command that alternates more often keeps only its tail."""
_SEGMENT: Final = struct.Struct(">BBxxIQ")
_PUNCH_HOLE_KEEP_SIZE: Final = 3

_libc: Final = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the sequence that is sent: `stream` 0 is standard output, 1 standard error."""

    offset: int
    data: bytes
    stream: int


@dataclass(slots=True)
class _Raw:
    """One raw file: how far it was read and how far it was given back to the disk."""

    path: Path
    offset: int = 0
    punched: int = 0
    descriptor: int = -1

    def size(self) -> int:
        if self.descriptor < 0:
            with contextlib.suppress(FileNotFoundError):
                self.descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        return os.fstat(self.descriptor).st_size if self.descriptor >= 0 else 0

    def punch(self) -> None:
        """Give back what was read. Best effort: a file system without holes keeps it."""
        length = self.offset - self.punched - KEEP_BYTES
        if length >= PUNCH_BYTES and self.descriptor >= 0:
            _libc.fallocate(
                self.descriptor,
                _PUNCH_HOLE_KEEP_SIZE,
                ctypes.c_int64(self.punched),
                ctypes.c_int64(length),
            )
            self.punched += length


class Collector:
    """The output of one attempt. Synchronous; each call does a bounded piece of work."""

    def __init__(self, folder: Path, limit: int, masker: Masker) -> None:
        """`limit`: bytes to keep; the folder is the attempt's spool folder."""
        self._folder = folder
        self._masker = masker
        self._tail_limit = min(OUTPUT_TAIL_BYTES, limit // 2)
        self._head_limit = limit - self._tail_limit
        self._raw = tuple(_Raw(folder / name) for name in NAMES)
        self._streams: list[int] = []
        self._ends: list[int] = []
        self._tail: deque[tuple[int, bytes]] = deque()
        self._tail_bytes = 0
        self._hash = hashlib.sha256()
        self._hash_known = True
        self._final_sha256 = b""
        self.total_bytes = 0
        self.stored_bytes = 0
        self.is_complete = False
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._output = os.open(folder / "output", flags, 0o600)
        self._index = os.open(folder / "segments", flags, 0o600)
        self._recover()

    def _recover(self) -> None:
        """Take up what an earlier process of this agent left: all of it, or the head."""
        summary = self._read_summary()
        raw = os.pread(self._index, os.fstat(self._index).st_size, 0)
        size = os.fstat(self._output).st_size
        for at in range(0, len(raw) - _SEGMENT.size + 1, _SEGMENT.size):
            stream, is_tail, length, raw_end = _SEGMENT.unpack_from(raw, at)
            if stream > 1 or self.stored_bytes + length > size or (is_tail and summary is None):
                break
            self.stored_bytes += length
            self._streams.append(stream)
            self._ends.append(self.stored_bytes)
            self._raw[stream].offset = raw_end
        os.ftruncate(self._index, len(self._streams) * _SEGMENT.size)
        os.ftruncate(self._output, self.stored_bytes)
        if summary is not None:
            self.total_bytes, self._final_sha256 = summary
            self.is_complete = True
            return
        for start in range(0, self.stored_bytes, READ_BYTES):
            self._hash.update(os.pread(self._output, min(READ_BYTES, self.stored_bytes - start), start))
        self.total_bytes = self.stored_bytes
        self._hash_known = not (self._folder / "punched").exists()

    def _read_summary(self) -> tuple[int, bytes] | None:
        try:
            document = json.loads((self._folder / "summary").read_bytes())
            return int(document["bytes"]), bytes.fromhex(document["sha256"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def pump(self, *, is_end: bool) -> bool:
        """Take in at most 1 MiB of each stream; True where there is more to take in at once.

        `is_end`: the command and all that wrote for it are gone; when nothing is left, the tail is stored.
        """
        more = False
        for stream, raw in enumerate(self._raw):
            size = raw.size()
            available = min(READ_BYTES, size - raw.offset)
            if available <= 0:
                continue
            data = os.pread(raw.descriptor, available, raw.offset)
            at_end = is_end and raw.offset + len(data) == size
            masked, used = self._masker.mask(data, is_end=at_end)
            raw.offset += used
            self._take(stream, masked, raw)
            more = more or (raw.offset < size and used > 0)
        if is_end and not more and not self.is_complete:
            self._finish()
        return more

    def _take(self, stream: int, data: bytes, raw: _Raw) -> None:
        self._hash.update(data)
        self.total_bytes += len(data)
        room = self._head_limit - self.stored_bytes if not self._tail else 0
        if len(data) <= room and len(self._ends) < SEGMENTS_MAX:
            self._store(stream, data, raw.offset)
            return
        # The head's last segment would end inside this piece, whose raw end is not known: the piece goes
        # to the tail as a whole, and the head ends where the last whole piece ended.
        self._tail.append((stream, data))
        self._tail_bytes += len(data)
        self._trim_tail()
        if self._is_cut:
            if raw.offset - raw.punched >= PUNCH_BYTES + KEEP_BYTES:
                (self._folder / "punched").touch()
            raw.punch()

    @property
    def _is_cut(self) -> bool:
        return self.total_bytes > self._head_limit + self._tail_limit

    def _trim_tail(self) -> None:
        """Keep what may still be stored: all of it while it fits under the limit, else the last part."""
        room = self._head_limit + self._tail_limit - self.stored_bytes
        keep = room if not self._is_cut else self._tail_limit
        while self._tail_bytes > keep:
            stream, data = self._tail.popleft()
            excess = self._tail_bytes - keep
            self._tail_bytes -= min(excess, len(data))
            if excess < len(data):
                self._tail.appendleft((stream, data[excess:]))

    def _store(self, stream: int, data: bytes, raw_end: int, *, is_tail: bool = False) -> None:
        """Append to `output`, then say so in `segments`; the last segment grows while its stream stays."""
        if not data:
            return
        os.pwrite(self._output, data, self.stored_bytes)
        self.stored_bytes += len(data)
        if self._streams and self._streams[-1] == stream and not is_tail:
            self._ends[-1] = self.stored_bytes
        else:
            self._streams.append(stream)
            self._ends.append(self.stored_bytes)
        start = self._ends[-2] if len(self._ends) > 1 else 0
        record = _SEGMENT.pack(stream, is_tail, self.stored_bytes - start, raw_end)
        os.pwrite(self._index, record, (len(self._ends) - 1) * _SEGMENT.size)

    def _finish(self) -> None:
        ends = [raw.offset for raw in self._raw]
        if self._is_cut:
            left_out = self.total_bytes - self.stored_bytes - self._tail_bytes
            marker = f"\n[dd0c: {left_out} bytes left out]\n".encode()
            first = self._tail[0][0] if self._tail else 0
            self._store(first, marker, ends[first], is_tail=True)
        for stream, data in self._tail:
            self._store(stream, data, ends[stream], is_tail=True)
        self._tail.clear()
        self._final_sha256 = self._hash.digest() if self._hash_known else b""
        summary = {"bytes": self.total_bytes, "sha256": self._final_sha256.hex()}
        temporary = self._folder / "summary.tmp"
        temporary.write_text(json.dumps(summary), encoding="ascii")
        temporary.rename(self._folder / "summary")
        self.is_complete = True

    @property
    def sha256(self) -> bytes:
        """Once complete: of all that was taken in, the part left out included; empty where not known."""
        return self._final_sha256

    def chunks(self, start: int) -> Iterator[Chunk]:
        """What is stored from an offset on, in pieces of at most 64 KiB and one stream each."""
        place = bisect.bisect_right(self._ends, start)
        while place < len(self._ends):
            count = min(OUTPUT_CHUNK_MAX_BYTES, self._ends[place] - start)
            yield Chunk(start, os.pread(self._output, count, start), self._streams[place])
            start += count
            if start >= self._ends[place]:
                place += 1

    def close(self) -> None:
        """Close the files; they stay on the disk."""
        for descriptor in (self._output, self._index, *(raw.descriptor for raw in self._raw)):
            if descriptor >= 0:
                os.close(descriptor)
