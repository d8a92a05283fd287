"""Looks at every repository of this machine once in a while: the poll that finds what no hint told of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

from base import log
from controller import telemetry
from controller.db.errors import Retryable
from controller.sync.ages import Place
from controller.sync.results import Trigger
from controller.sync.service import SyncService
from controller.sync.turns import Turns
from schemas.errors import Dd0cError

_log = log.get(__name__)

Repositories = Callable[[], Iterable[tuple[UUID, UUID]]]
"""(tenant, repository) of everything to look at. For the built-in forge: what lies in its folder."""

After = Callable[[UUID, UUID], object]
"""What else to begin for a repository after it was looked at, without waiting for it: for GitHub, the checks
of its pull requests."""

LATE_SECONDS: Final = 15.0
"""The least age of a round that counts as late, however short the interval: a round takes its time."""
AGAIN_SECONDS: Final = 5.0
"""After a round that failed outright, where the interval is longer."""
TENANTS_AT_ONCE: Final = 4
"""Whose repositories are looked at at the same time: as many as the sync's threads."""
HINT_SECONDS: Final = 5.0
"""How long the next hint waits at most for what this one is about."""


class SyncLoop:
    """Runs until it is cancelled. `interval_seconds` is DD0C_POLL_GIT_SECONDS."""

    def __init__(
        self,
        service: SyncService,
        repositories: Repositories,
        interval_seconds: float,
        after: After | None = None,
        hinted: Repositories | None = None,
    ) -> None:
        """`hinted`: what a hint can be about; without it everything."""
        self._hinted = hinted or repositories
        self._service = service
        self._after = after
        self._repositories = repositories
        self._interval_seconds = interval_seconds
        self._turns = Turns("sync", at_once=TENANTS_AT_ONCE)
        self.last_round_at = monotonic()
        """Monotonic seconds of the end of the last round; of the start before the first."""
        self.failed = False
        """Whether the last round failed outright: no repository could be looked at."""

    def health(self) -> str:
        """`ok`, or what is wrong with the rounds."""
        if self.failed:
            return "the last round failed"
        age = monotonic() - self.last_round_at
        late = age > max(3 * self._interval_seconds, LATE_SECONDS)
        return f"no round for {age:.0f} s" if late else "ok"

    async def run(self, stop: asyncio.Event) -> None:
        """Sync everything once as `start`, then again each interval, until `stop` is set."""
        trigger: Trigger = "start"
        self._service.polling = True
        telemetry.SYNC_FIGURES.state = self._service.ages
        try:
            while not stop.is_set():
                await self.round(trigger)
                trigger = "poll"
                pause = min(self._interval_seconds, AGAIN_SECONDS) if self.failed else self._interval_seconds
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
        finally:
            await self._turns.close()
            self._service.polling = False
            telemetry.SYNC_FIGURES.state = None

    async def round(self, trigger: Trigger) -> None:
        """One look at everything. What fails for one repository does not keep the others waiting; a tenant
        whose looks take longer than the interval is looked at on, and its next turn comes after them.
        """
        found = _listed(self._repositories)
        if found is None:
            self.failed = True
            return
        self._service.ages.keep(found)
        looked: list[bool] = []
        await self._look_at(found, trigger, self._interval_seconds, looked)
        self.failed = bool(looked) and not any(looked)
        self.last_round_at = monotonic()

    async def hinted(self) -> None:
        """One look, out of turn, at what a hint can be about; a round finds what it missed."""
        await self._look_at(_listed(self._hinted) or (), "webhook", HINT_SECONDS, [])

    async def _look_at(
        self, found: Collection[Place], trigger: Trigger, seconds: float, looked: list[bool]
    ) -> None:
        """Each tenant in its own turn; `looked` is whether each repository was looked at within the time."""

        async def look(place: Place) -> None:
            looked.append(await self._look(*place, trigger))

        for place in found:
            self._turns.begin(*place, partial(look, place))
        await self._turns.wait({tenant_id for tenant_id, _ in found}, seconds)

    async def _look(self, tenant_id: UUID, repository_id: UUID, trigger: Trigger) -> bool:
        """Whether the repository was looked at: a refusal is an answer, too, and so is a fault over what it
        holds, which its state tells. No commit of anybody makes the whole server not ready.
        """
        try:
            await self._service.sync(tenant_id, repository_id, trigger)
            if self._after is not None:
                self._after(tenant_id, repository_id)
        except Dd0cError as refusal:
            _log.warning(str(refusal), extra={"action": "sync.postponed", "fault": type(refusal).__name__})
        except Retryable as fault:
            _log.warning(str(fault), extra={"action": "sync.postponed", "fault": type(fault).__name__})
            return False
        except Exception:  # noqa: BLE001 # reason: the border of the loop; one bad repository ends no other
            _log.exception("a sync went wrong", extra={"action": "sync.broken"})
        return True


def _listed(repositories: Repositories) -> list[tuple[UUID, UUID]] | None:
    """None where they can't be listed now."""
    try:
        return list(repositories())
    except OSError as fault:
        _log.warning("repositories can't be listed: %s", fault, extra={"action": "sync.unlisted"})
        return None
