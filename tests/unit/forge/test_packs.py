"""Bounds of a pack, read from its headers before anything is unpacked."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.errors import BadPack, TooLarge
from forge.packs import PackBounds, inspect_pack

BLOB, OFFSET_DELTA, REFERENCE_DELTA = 3, 6, 7


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def entry(kind: int, content: bytes, *, size: int | None = None, base: bytes = b"") -> bytes:
    size = len(content) if size is None else size
    first, rest = size & 15, size >> 4
    head = bytes([kind << 4 | first | (0x80 if rest else 0)]) + (varint(rest) if rest else b"")
    return head + base + zlib.compress(content)


def pack(*entries: bytes, count: int | None = None) -> io.BytesIO:
    body = b"PACK" + (2).to_bytes(4, "big") + (len(entries) if count is None else count).to_bytes(4, "big")
    body += b"".join(entries)
    return io.BytesIO(body + hashlib.sha1(body).digest())


def test_a_sound_pack_is_summed_up() -> None:
    delta = varint(5) + varint(100) + b"\x05hello"
    found = inspect_pack(pack(entry(BLOB, b"hello"), entry(OFFSET_DELTA, delta, base=b"\x0a")), PackBounds())
    assert (found.objects, found.inflated_bytes) == (2, 5 + len(delta) + 100)


def test_r42_a_large_object_is_refused_by_its_header() -> None:
    with pytest.raises(TooLarge):
        inspect_pack(pack(entry(BLOB, b"", size=100_000_000)), PackBounds())


def test_r42_a_delta_that_unfolds_is_refused_by_its_target() -> None:
    bomb = varint(5) + varint(2**33) + b"\x90\x05"
    with pytest.raises(TooLarge):
        inspect_pack(pack(entry(REFERENCE_DELTA, bomb, base=b"\x11" * 20)), PackBounds())


def test_r42_many_objects_together_are_refused() -> None:
    bounds = PackBounds(objects=10, object_bytes=1000, inflated_bytes=1500)
    with pytest.raises(TooLarge):
        inspect_pack(pack(entry(BLOB, b"x" * 900), entry(BLOB, b"y" * 900)), bounds)
    with pytest.raises(TooLarge):
        inspect_pack(pack(count=11), bounds)


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(b""),
        io.BytesIO(b"PACK"),
        io.BytesIO(b"NOPE" + bytes(28)),
        pack(count=1),
        pack(entry(BLOB, b"hello", size=4)),
        pack(entry(BLOB, b"hello", size=6)),
        pack(entry(5, b"hello")),
        pack(bytes([BLOB << 4 | 5]) + b"not zlib"),
        pack(entry(OFFSET_DELTA, b"\xff" * 24, base=b"\x0a")),
    ],
)
def test_r44_damage_is_refused(file: io.BytesIO) -> None:
    with pytest.raises(BadPack):
        inspect_pack(file, PackBounds())


@given(st.binary(max_size=400))
def test_any_bytes_give_an_answer(tail: bytes) -> None:
    with contextlib.suppress(BadPack, TooLarge):
        inspect_pack(io.BytesIO(b"PACK\0\0\0\2\0\0\0\3" + tail), PackBounds())
