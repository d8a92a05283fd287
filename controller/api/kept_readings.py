"""What an LLM said of a tenant's texts: kept sealed, under the digest of all that was asked, for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from base import limits, log
from controller.db import queries
from controller.db.database import Database
from controller.db.errors import DatabaseError
from controller.pki.sealer import Sealer, SealError

_QUERIES: Final = queries.load("readings")
_SUBJECT: Final = "answers"
_LOG: Final = log.get(__name__)


@dataclass(frozen=True)
class _Row:
    key: str
    sealed: bytes


@dataclass(frozen=True)
class TenantReadings:
    """The record of one tenant (`ingest.extract.llm.Kept`). A reading that does not open counts as none, and
    so do all where the database fails: the rules have read the text, and an import does not need more.
    """

    database: Database
    sealer: Sealer
    tenant_id: UUID

    async def get(self, keys: Sequence[str]) -> Mapping[str, str]:
        """The answers that are there, by key."""
        try:
            return await self._get(keys)
        except DatabaseError:
            _LOG.warning("kept readings can't be read", extra={"action": "readings.unread"}, exc_info=True)
            return {}

    async def put(self, answers: Mapping[str, str]) -> None:
        """Keep them, the oldest forgotten first."""
        try:
            await self._put(answers)
        except DatabaseError:
            _LOG.warning("readings can't be kept", extra={"action": "readings.not_kept"}, exc_info=True)

    async def _get(self, keys: Sequence[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        async with self.database.work(self.tenant_id) as uow:
            rows = await uow.all(
                _QUERIES["kept_readings"], _Row, keys=[*keys], days=limits.READINGS_KEPT_DAYS
            )
            for row in rows:
                try:
                    opened = await self.sealer.open(uow, bytes(row.sealed), bytes.fromhex(row.key))
                except SealError:
                    _LOG.warning("a kept reading does not open", extra={"action": "readings.sealed"})
                    continue
                found[row.key] = opened.decode()
        return found

    async def _put(self, answers: Mapping[str, str]) -> None:
        async with self.database.work(self.tenant_id) as uow:
            # Two imports of the same text write the same rows: in one order, neither waits for the other.
            for key, text in sorted(answers.items()):
                try:
                    sealed = await self.sealer.seal(
                        uow, "reading", _SUBJECT, text.encode(), bytes.fromhex(key)
                    )
                except SealError:
                    _LOG.warning("a reading can't be kept", extra={"action": "readings.not_kept"})
                    return
                await uow.run(_QUERIES["keep_reading"], key=key, sealed=sealed)
            await uow.run(
                _QUERIES["forget_readings"], most=limits.READINGS_KEPT, days=limits.READINGS_KEPT_DAYS
            )
