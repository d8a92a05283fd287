"""Looks in the background whether what serves is to be classified again: at the start, and now and then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Self, TypeAlias
from uuid import UUID

from base import log
from controller.db.database import Database
from controller.db.errors import DatabaseError
from controller.governance.judging import Judging
from controller.upkeep.reclassifying import Reclassifying
from schemas.errors import Dd0cError

Repositories: TypeAlias = Callable[[], Iterable[tuple[UUID, UUID]]]
"""(tenant, repository) of everything to look at."""

_log = log.get(__name__)


class UpkeepLoop:
    """Runs until `stop` is set. `interval_seconds` is DD0C_POLL_GIT_SECONDS."""

    def __init__(
        self, reclassifying: Reclassifying, repositories: Repositories, interval_seconds: float
    ) -> None:
        self._reclassifying = reclassifying
        self._repositories = repositories
        self._interval_seconds = interval_seconds
        self.failed = False
        """Whether something could not be looked at in the last round."""

    @classmethod
    def of(
        cls, database: Database, judging: Judging, repositories: Repositories, interval_seconds: float
    ) -> Self:
        """With the scanner of this process."""
        return cls(Reclassifying(database, judging), repositories, interval_seconds)

    def health(self) -> str:
        """`ok`, or what is wrong with the rounds."""
        return "the last round failed" if self.failed else "ok"

    async def run(self, stop: asyncio.Event) -> None:
        """A round at once, then one each interval."""
        while not stop.is_set():
            await self.round()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._interval_seconds)

    async def round(self) -> None:
        """One look at everything; what fails for one repository is tried again in the next round."""
        try:
            found = list(self._repositories())
        except OSError as fault:
            _log.warning("repositories can't be listed: %s", fault, extra={"action": "upkeep.unlisted"})
            self.failed = True
            return
        looked = [await self._look(*item) for item in found]
        self.failed = not all(looked)

    async def _look(self, tenant_id: UUID, repository_id: UUID) -> bool:
        try:
            await self._reclassifying.repository(tenant_id, repository_id)
        except (Dd0cError, DatabaseError) as fault:
            _log.warning(str(fault), extra={"action": "upkeep.postponed", "fault": type(fault).__name__})
            return False
        except Exception:  # noqa: BLE001 # reason: the border of the loop; one bad repository ends no other
            _log.exception("a runbook could not be classified again", extra={"action": "upkeep.broken"})
            return False
        return True
