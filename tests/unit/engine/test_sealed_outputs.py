"""Frames of sealed outputs: what was kept reads back from anywhere, and nothing else ever does."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.ids import new_id
from controller.db.objects import FileObjectStore, ObjectConflict, object_key
from controller.engine.sealed_outputs import FRAME_OVERHEAD_BYTES, OutputSeal, SealedOutputs, scan
from controller.pki.sealer import SealError

TENANT = new_id()
KEY = object_key(TENANT, "sealed-output", "stx-1")
SEAL = OutputSeal(b"k" * 32, b"stx-1")
PARTS = [b"first line\n", b"second", b" and third line\n"]
TEXT = b"".join(PARTS)


def outputs(folder: Path) -> SealedOutputs:
    """As a process that was just started."""
    return SealedOutputs(FileObjectStore(folder))


async def kept(folder: Path) -> Path:
    """The parts, appended; the object's file."""
    store, size = outputs(folder), 0
    for part in PARTS:
        size = await store.append(KEY, SEAL, size, part, told=size)
    assert size == len(TEXT)
    return folder / KEY


async def test_every_range_reads_back_warm_and_cold(tmp_path: Path) -> None:
    path = await kept(tmp_path)
    assert path.stat().st_size == len(TEXT) + len(PARTS) * FRAME_OVERHEAD_BYTES
    assert b"line" not in path.read_bytes()
    warm = outputs(tmp_path)
    for start in range(len(TEXT) + 2):
        for length in range(len(TEXT) + 2 - start):
            found = await warm.read(KEY, SEAL, start, length, told=len(TEXT))
            assert found == TEXT[start : start + length]
    assert await outputs(tmp_path).read(KEY, SEAL, 15, 5, told=0) == TEXT[15:20]


async def test_a_repeat_adds_only_what_is_new_and_a_gap_is_a_conflict(tmp_path: Path) -> None:
    await kept(tmp_path)
    store = outputs(tmp_path)
    assert await store.append(KEY, SEAL, 0, TEXT, told=0) == len(TEXT)
    assert await store.append(KEY, SEAL, 5, TEXT[5:] + b"more", told=0) == len(TEXT) + 4
    with pytest.raises(ObjectConflict) as gap:
        await store.append(KEY, SEAL, len(TEXT) + 5, b"x", told=0)
    assert gap.value.size == len(TEXT) + 4
    assert await store.read(KEY, SEAL, 0, 99, told=0) == TEXT + b"more"


async def test_r71_an_append_that_broke_off_anywhere_loses_nothing_that_was_told(tmp_path: Path) -> None:
    path = await kept(tmp_path)
    told = len(PARTS[0]) + len(PARTS[1])
    whole, sound = path.read_bytes(), told + 2 * FRAME_OVERHEAD_BYTES
    for cut in range(sound, len(whole)):
        for rest in (b"", b"\0" * (len(whole) - cut)):  # the bytes are missing, or never reached the disk
            path.write_bytes(whole[:cut] + rest)
            store = outputs(tmp_path)
            assert await store.read(KEY, SEAL, 0, 99, told=told) == TEXT[:told]
            assert await store.append(KEY, SEAL, told, b"again\n", told=told) == told + 6
            assert await outputs(tmp_path).read(KEY, SEAL, 0, 99, told=told + 6) == TEXT[:told] + b"again\n"


async def test_r71_no_changed_byte_gives_wrong_bytes(tmp_path: Path) -> None:
    path = await kept(tmp_path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(SealError):
            await outputs(tmp_path).read(KEY, SEAL, 0, 99, told=len(TEXT))
        with pytest.raises(SealError):  # and what was told is not cut off
            await outputs(tmp_path).append(KEY, SEAL, len(TEXT), b"x", told=len(TEXT))
        assert path.stat().st_size == len(whole)


async def test_damage_that_comes_later_is_seen_by_a_warm_reader(tmp_path: Path) -> None:
    path = await kept(tmp_path)
    store = outputs(tmp_path)
    assert await store.read(KEY, SEAL, 0, 99, told=len(TEXT)) == TEXT
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(SealError):
        await store.read(KEY, SEAL, 0, 99, told=len(TEXT))


def test_r71_a_frame_opens_only_in_its_place_and_for_its_attempt() -> None:
    frame = SEAL.frame(7, b"text")
    assert SEAL.open(7, frame) == b"text"
    for seal, start in [
        (SEAL, 8),
        (OutputSeal(b"k" * 32, b"stx-2"), 7),
        (OutputSeal(b"l" * 32, b"stx-1"), 7),
    ]:
        with pytest.raises(SealError):
            seal.open(start, frame)
    swapped = SEAL.frame(4, b"bbbb") + SEAL.frame(0, b"aaaa")
    assert scan(SEAL, swapped).size == 0
    assert scan(SEAL, SEAL.frame(0, b"aaaa") * 2).size == 4


async def test_the_same_text_at_the_same_place_is_never_sealed_alike() -> None:
    assert SEAL.frame(0, b"text") != SEAL.frame(0, b"text")


async def test_two_replicas_lose_nothing_of_each_other(tmp_path: Path) -> None:
    first, second = outputs(tmp_path), outputs(tmp_path)
    assert await first.append(KEY, SEAL, 0, b"one", told=0) == 3
    assert await second.append(KEY, SEAL, 3, b"two", told=3) == 6
    assert await first.append(KEY, SEAL, 3, b"two", told=3) == 6  # what it knew was behind
    assert await first.append(KEY, SEAL, 6, b"three", told=6) == 11
    assert await second.read(KEY, SEAL, 2, 9, told=11) == b"etwothree"
    texts = [TEXT[:size] for size in range(1, len(TEXT))]
    name = object_key(TENANT, "sealed-output", "stx-2")
    found = await asyncio.gather(
        *(store.append(name, SEAL, 0, text, told=0) for text in texts for store in (first, second)),
        return_exceptions=True,
    )
    assert all(isinstance(item, int | ObjectConflict) for item in found)
    size = max(item for item in found if isinstance(item, int))
    assert await outputs(tmp_path).read(name, SEAL, 0, 99, told=size) == TEXT[:size]


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.binary(min_size=1, max_size=9), st.booleans()), max_size=12),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_it_holds_what_a_plain_object_would(
    appends: list[tuple[int, bytes, bool]], part: tuple[int, int]
) -> None:
    async def run(folder: Path) -> None:
        store, plain = outputs(folder), b""
        for shift, data, restarted in appends:
            if restarted:
                store = outputs(folder)
            start = max(0, len(plain) + shift)
            if start > len(plain):
                with pytest.raises(ObjectConflict):
                    await store.append(KEY, SEAL, start, data, told=len(plain))
                continue
            plain += data[len(plain) - start :]
            assert await store.append(KEY, SEAL, start, data, told=0) == len(plain)
        start, length = part
        assert await store.read(KEY, SEAL, start, length, told=len(plain)) == plain[start : start + length]

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
