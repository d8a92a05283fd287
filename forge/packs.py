"""Bounds on a pack before anything unpacks it: sizes are read from its headers, content is thrown away.

dulwich inflates a whole object into memory and only `receive.maxInputSize` bounds it, so 64 KiB of zeros
on the wire can be 64 MiB in memory. This walk inflates in pieces and keeps none. Format: git's
`gitformat-pack(5)`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from base import limits
from forge.errors import BadPack, TooLarge

_OFFSET_DELTA: Final = 6
_REFERENCE_DELTA: Final = 7
_TYPES: Final = frozenset({1, 2, 3, 4, _OFFSET_DELTA, _REFERENCE_DELTA})
_READ_BYTES: Final = 64 * 1024
_DELTA_HEAD_BYTES: Final = 24
_TRAILER_BYTES: Final = 20


@dataclass(frozen=True)
class PackBounds:
    """What a pack may hold at most; sizes in bytes after inflating."""

    objects: int = limits.GIT_PACK_MAX_OBJECTS
    object_bytes: int = limits.GIT_OBJECT_MAX_BYTES
    inflated_bytes: int = limits.GIT_INFLATED_MAX_BYTES


@dataclass(frozen=True)
class PackSummary:
    """What a pack holds; `inflated_bytes` counts the results of its deltas too."""

    objects: int
    inflated_bytes: int


class _Source:
    """The file as a stream with a little to give back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = b""

    def chunk(self) -> bytes:
        """The next bytes, or BadPack at the end of the file."""
        data, self._rest = self._rest, b""
        data = data or self._file.read(_READ_BYTES)
        if not data:
            raise BadPack("the pack ends too early")
        return data

    def give_back(self, data: bytes) -> None:
        self._rest = data + self._rest

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        data = b""
        while len(data) < count:
            data += self.chunk()
        self.give_back(data[count:])
        return data[:count]

    def byte(self) -> int:
        return self.take(1)[0]


def inspect_pack(file: BinaryIO, bounds: PackBounds) -> PackSummary:
    """Walk a pack from its beginning and hold it against the bounds.

    Raises TooLarge at the first size that is beyond them, before inflating it; BadPack for a damaged one.
    Checksums are left to the indexer.
    """
    source = _Source(file)
    head = source.take(12)
    if head[:4] != b"PACK" or int.from_bytes(head[4:8], "big") != 2:
        raise BadPack("this is no git pack of version 2")
    count = int.from_bytes(head[8:12], "big")
    if count > bounds.objects:
        raise TooLarge(f"the pack holds {count} objects, more than {bounds.objects}")
    inflated = 0
    for _ in range(count):
        inflated += _object(source, bounds)
        if inflated > bounds.inflated_bytes:
            raise TooLarge(f"the pack unfolds to more than {bounds.inflated_bytes} bytes")
    source.take(_TRAILER_BYTES)
    return PackSummary(count, inflated)


def _object(source: _Source, bounds: PackBounds) -> int:
    kind, size = _object_header(source)
    if kind not in _TYPES:
        raise BadPack(f"the pack holds an object of unknown kind {kind}")
    _allow(size, bounds)
    if kind == _OFFSET_DELTA:
        _skip_varint(source)
    elif kind == _REFERENCE_DELTA:
        source.take(20)
    head = _inflate(source, size)
    if kind in {_OFFSET_DELTA, _REFERENCE_DELTA}:
        target = _delta_target_bytes(head)
        _allow(target, bounds)
        size += target
    return size


def _allow(size: int, bounds: PackBounds) -> None:
    if size > bounds.object_bytes:
        raise TooLarge(
            f"an object of {size} bytes is larger than {bounds.object_bytes}",
            hint="keep large files elsewhere; where the forge can leave them out of a fetch, let it "
            "(uploadpack.allowFilter)",
        )


def _object_header(source: _Source) -> tuple[int, int]:
    byte = source.byte()
    kind, size, shift = (byte >> 4) & 7, byte & 15, 4
    while byte & 0x80:
        if shift > 60:
            raise BadPack("an object's size is damaged")
        byte = source.byte()
        size |= (byte & 0x7F) << shift
        shift += 7
    return kind, size


def _skip_varint(source: _Source) -> None:
    for _ in range(10):
        if not source.byte() & 0x80:
            return
    raise BadPack("a delta's offset is damaged")


def _inflate(source: _Source, size: int) -> bytes:
    """Inflate one object in pieces, keep its first bytes, and hold its length against the header."""
    machine = zlib.decompressobj()
    head, total = b"", 0
    try:
        while not machine.eof:
            data = machine.unconsumed_tail or source.chunk()
            piece = machine.decompress(data, _READ_BYTES)
            total += len(piece)
            if total > size:
                raise BadPack("an object is longer than its header says")
            if len(head) < _DELTA_HEAD_BYTES:
                head += piece[:_DELTA_HEAD_BYTES]
    except zlib.error:
        raise BadPack("an object does not inflate") from None
    if total != size:
        raise BadPack("an object is shorter than its header says")
    source.give_back(machine.unused_data)
    return head


def _delta_target_bytes(head: bytes) -> int:
    """The second of the two sizes with which a delta begins: that of its result."""
    position = 0
    value = 0
    for _ in range(2):
        value, shift = 0, 0
        while True:
            if position >= len(head) or shift > 60:
                raise BadPack("a delta's sizes are damaged")
            byte = head[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
    return value
