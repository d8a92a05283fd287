"""Outputs: sealed bytes to the object store, their count to a row, a word to whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base import faults, log
from base.limits import OUTPUT_HEAD_BYTES, OUTPUT_TAIL_BYTES
from controller.db.objects import ObjectConflict, object_key
from controller.db.queries import load
from controller.engine.parts import EngineParts
from controller.engine.reading import OutputRow
from controller.engine.sealed_outputs import seal_of
from controller.link.events import AttemptReport, OutputChunk
from controller.pki.sealer import Erased, SealError

STORED: Final = faults.register("engine.output_stored", "output is in the store, its row does not know")

MARKER_MAX_BYTES: Final = 1024
"""Room for the line that marks what an agent left out between head and tail."""
_QUERIES: Final = load("outputs")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """The first 64 KiB of an output, as text; `complete` once all of it that will ever come is here."""

    text: str
    complete: bool


class Outputs:
    """Keeps the outputs of attempts."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts

    async def keep(self, tenant_id: UUID, execution_id: UUID, chunk: OutputChunk) -> int:
        """Store a chunk, sealed; the offset up to which there is no gap. A repeated chunk changes nothing.

        What an agent sends beyond its own bound, and what nobody will ever read, is acknowledged and dropped.
        """
        upto = chunk.offset + len(chunk.data)
        bound = self._parts.output_max_bytes + OUTPUT_TAIL_BYTES + MARKER_MAX_BYTES
        if upto > bound:
            return upto
        key = output_key(tenant_id, chunk.step_execution_id)
        try:
            stored = await self._append(tenant_id, execution_id, key, chunk)
        except ObjectConflict as gap:
            return gap.size
        except Erased:
            return upto
        except SealError as error:
            _log.error("an output is kept no further: %s", error, extra=_damaged(chunk.step_execution_id))
            return upto
        faults.reach(STORED)
        async with self._parts.database.work(tenant_id) as uow:
            await uow.run(
                _QUERIES["keep_output"],
                step_execution_id=chunk.step_execution_id,
                object_key=key,
                stored_bytes=stored,
                complete=chunk.last,
            )
            name, message = f"out:{tenant_id}:{chunk.step_execution_id}", str(stored).encode()
            uow.after_commit(lambda: self._parts.bus.publish(name, message))
        return stored

    async def _append(self, tenant_id: UUID, execution_id: UUID, key: str, chunk: OutputChunk) -> int:
        attempt = chunk.step_execution_id
        async with self._parts.database.work(tenant_id) as uow:
            row = await uow.one(_QUERIES["output_of"], OutputRow, step_execution_id=attempt)
            seal = await seal_of(uow, self._parts.sealer, execution_id, attempt)
        told = row.stored_bytes if row is not None else 0
        return await self._parts.outputs.append(key, seal, chunk.offset, chunk.data, told=told)

    async def end(self, tenant_id: UUID, attempt: UUID, report: AttemptReport) -> None:
        """The attempt ended: how much it wrote in all, and the hash."""
        async with self._parts.database.work(tenant_id) as uow:
            await uow.run(
                _QUERIES["end_output"],
                step_execution_id=attempt,
                object_key=output_key(tenant_id, attempt),
                total_bytes=report.output_bytes,
                sha256=report.output_sha256 or None,
            )
            name = f"out:{tenant_id}:{attempt}"
            uow.after_commit(lambda: self._parts.bus.publish(name, b"end"))

    async def head(self, tenant_id: UUID, execution_id: UUID, attempt: UUID) -> Head:
        """The head as it is here now. Bytes that are no UTF-8 are shown as replacement characters.

        What was erased reads as empty, and nothing more will come; what is damaged as not all here.
        """
        try:
            async with self._parts.database.work(tenant_id) as uow:
                row = await uow.one(_QUERIES["output_of"], OutputRow, step_execution_id=attempt)
                if row is None:
                    return Head("", complete=False)
                seal = await seal_of(uow, self._parts.sealer, execution_id, attempt)
            data = await self._parts.outputs.read(
                row.object_key, seal, 0, OUTPUT_HEAD_BYTES, told=row.stored_bytes
            )
        except Erased:
            return Head("", complete=True)
        except SealError as error:
            _log.error("the head of an output can't be read: %s", error, extra=_damaged(attempt))
            return Head("", complete=False)
        enough = row.stored_bytes >= min(row.total_bytes, OUTPUT_HEAD_BYTES)
        ended = row.sha256 is not None or row.total_bytes == 0
        return Head(data.decode("utf-8", "replace"), complete=row.complete or (ended and enough))


def output_key(tenant_id: UUID, attempt: UUID) -> str:
    """Where the sealed output of an attempt lies."""
    return object_key(tenant_id, "sealed-output", str(attempt))


def _damaged(attempt: UUID) -> dict[str, str]:
    return {"action": "engine.output_damaged", "step_execution": str(attempt)}
