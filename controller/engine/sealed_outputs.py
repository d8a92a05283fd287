"""Outputs at rest: frames that are sealed, appended, and read from the middle (PROMISES.md 71).

An object is a row of frames, one an append: length of the text (4 bytes) ‖ nonce (12) ‖ AES-256-GCM of the
text. The key is derived from the execution's data key for one attempt; the additional data is tenant ‖
execution ‖ attempt ‖ offset of the text ‖ its length, so that a frame opens nowhere else and no length can be
changed. Nonces are random: an append that broke off and is repeated with other bytes never reuses one.
Frames cost the same, so the place of the n-th frame follows from where its text begins, and the list of these
is all that is kept in memory; where it is not known, the object is read and every frame of it is opened.
"""

from __future__ import annotations

import asyncio
import secrets
from array import array
from bisect import bisect_right
from collections import OrderedDict
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from controller.db.objects import ObjectConflict, ObjectStore
from controller.db.unit_of_work import UnitOfWork
from controller.pki.keystore import NONCE_BYTES
from controller.pki.sealer import Sealer, SealError

FRAME_OVERHEAD_BYTES: Final = 4 + NONCE_BYTES + 16
"""How much longer a frame is than its text."""

_INDEXES_KEPT: Final = 1024
"""Eight bytes a frame each. More outputs than this at once are written correctly, but are read again."""

_TRIES: Final = 5
"""Another replica may append between our look and our write; each try looks again."""

_INFO: Final = b"dd0c.output.v1"


class OutputSeal:
    """Seals and opens the frames of one attempt's output. Kept for one call only: keys get erased."""

    def __init__(self, key: bytes, binding: bytes) -> None:
        self._cipher = AESGCM(key)
        self._binding = binding

    def frame(self, start: int, text: bytes) -> bytes:
        """The frame of a text that begins at this offset of the output."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        size = len(text).to_bytes(4, "big")
        return size + nonce + self._cipher.encrypt(nonce, text, self._aad(start, size))

    def open(self, start: int, frame: bytes | memoryview) -> bytes:
        """The text of a whole frame. Raises SealError where it is damaged or not the one of this offset."""
        size, nonce = bytes(frame[:4]), bytes(frame[4 : 4 + NONCE_BYTES])
        try:
            return self._cipher.decrypt(nonce, bytes(frame[4 + NONCE_BYTES :]), self._aad(start, size))
        except (InvalidTag, ValueError) as error:
            raise SealError("a part of an output is damaged or was moved") from error

    def _aad(self, start: int, size: bytes) -> bytes:
        return self._binding + start.to_bytes(8, "big") + size


async def seal_of(uow: UnitOfWork, sealer: Sealer, execution_id: UUID, attempt: UUID) -> OutputSeal:
    """The seal of one attempt's output. Raises Erased, SealError."""
    binding = _INFO + uow.tenant_id.bytes + execution_id.bytes + attempt.bytes
    return OutputSeal(await sealer.derive(uow, "execution", execution_id, binding), binding)


class FrameIndex:
    """Where the frames of one object begin. `size`: bytes of text; `end`: bytes of whole, sound frames."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self.size = 0

    @property
    def end(self) -> int:
        """Where the next frame goes."""
        return self.size + FRAME_OVERHEAD_BYTES * len(self._starts)

    def add(self, size: int) -> None:
        """One more frame, of a text of this many bytes."""
        self._starts.append(self.size)
        self.size += size

    def around(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """The frames that hold this part of the text: (offset of the text, place, length of the frame)."""
        first = bisect_right(self._starts, start) - 1
        found = []
        for number in range(max(first, 0), len(self._starts)):
            begin = self._starts[number]
            if begin >= stop:
                break
            follows = self._starts[number + 1] if number + 1 < len(self._starts) else self.size
            found.append(
                (begin, begin + FRAME_OVERHEAD_BYTES * number, follows - begin + FRAME_OVERHEAD_BYTES)
            )
        return found


def scan(seal: OutputSeal, raw: bytes) -> FrameIndex:
    """The whole, sound frames that an object begins with; an append that broke off leaves none. Pure."""
    index, view = FrameIndex(), memoryview(raw)
    while len(view) - index.end > FRAME_OVERHEAD_BYTES:
        size = int.from_bytes(view[index.end : index.end + 4], "big")
        stop = index.end + size + FRAME_OVERHEAD_BYTES
        if size == 0 or stop > len(view):
            break
        try:
            seal.open(index.size, view[index.end : stop])
        except SealError:
            break
        index.add(size)
    return index


class SealedOutputs:
    """Appends to outputs and reads parts of them; one a process. Holds places, never keys or texts."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._indexes: OrderedDict[str, FrameIndex] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def append(self, key: str, seal: OutputSeal, start: int, text: bytes, *, told: int) -> int:
        """Seal and append what is new of a text; how much text there is then, durably.

        `told`: how much the row says is there; it was acknowledged, so it is never cut off as broken.
        Raises ObjectConflict (its size is one of text) where bytes would be left out, or others write all the
        time; SealError for a damaged object.
        """
        lock = self._locks.setdefault(key, asyncio.Lock())
        known = 0
        async with lock:
            for _ in range(_TRIES):
                index, seen = await self._index(key, seal, told)
                known = index.size
                if start > index.size:
                    raise ObjectConflict(index.size)
                fresh = text[index.size - start :]
                if not fresh:
                    return index.size
                frame = seal.frame(index.size, fresh)
                try:
                    await self._objects.extend(key, index.end, seen, frame)
                except ObjectConflict:
                    self._indexes.pop(key, None)
                    continue
                index.add(len(fresh))
                return index.size
        raise ObjectConflict(known)

    async def read(self, key: str, seal: OutputSeal, start: int, length: int, *, told: int) -> bytes:
        """Text from `start`, as far as there is any. Raises SealError before it gives a wrong byte."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            index, _ = await self._index(key, seal, told)
        stop = min(start + length, index.size)
        frames = index.around(start, stop) if start < stop else []
        if not frames:
            return b""
        base, last = frames[0][1], frames[-1]
        raw = memoryview(await self._objects.read(key, base, last[1] + last[2] - base))
        texts = [seal.open(begin, raw[place - base : place - base + size]) for begin, place, size in frames]
        return b"".join(texts)[start - frames[0][0] : stop - frames[0][0]]

    async def _index(self, key: str, seal: OutputSeal, told: int) -> tuple[FrameIndex, int]:
        """What is known of an object, and its size in bytes as far as known, a broken end included."""
        index = self._indexes.get(key)
        if index is not None and index.size >= told:
            self._indexes.move_to_end(key)
            return index, index.end
        raw = await self._objects.read(key)
        index = await asyncio.to_thread(scan, seal, raw)
        if index.size < told:
            raise SealError(f"an output of {told} bytes is damaged behind byte {index.size}")
        self._indexes[key] = index
        while len(self._indexes) > _INDEXES_KEPT:
            self._indexes.popitem(last=False)
        return index, len(raw)
