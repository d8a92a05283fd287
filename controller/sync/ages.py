"""How true what is in service is, by repository: the figures that an alarm on a stuck sync watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from uuid import UUID

Place = tuple[UUID, UUID]
"""(tenant, repository)."""


class SyncAges:
    """Of one process. `seconds` is monotonic. A repository that never succeeded ages from the first try."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._since: dict[Place, float] = {}
        self._behind: dict[Place, float] = {}
        self._broken: dict[Place, int] = {}

    def tried(self, place: Place) -> None:
        """A look begins."""
        self._since.setdefault(place, self._seconds())

    def is_behind(self, place: Place) -> None:
        """A fetch saw a head that is not in service."""
        self._behind.setdefault(place, self._seconds())

    def broken(self, place: Place, files: int) -> None:
        """So many of its files are not in service."""
        self._broken[place] = files

    def succeeded(self, place: Place) -> None:
        """The rows show what the branch holds, now."""
        self._since[place] = self._seconds()
        self._behind.pop(place, None)

    def keep(self, places: Collection[Place]) -> None:
        """Forget repositories that are looked at no more: they would age for ever."""
        self._since = {place: since for place, since in self._since.items() if place in places}
        self._behind = {place: since for place, since in self._behind.items() if place in places}
        self._broken = {place: files for place, files in self._broken.items() if place in places}

    def oldest(self) -> float:
        """Seconds since the repository that waits longest was seen; 0 where there is none."""
        return self._longest(self._since)

    def lag(self) -> float:
        """Seconds for which a head is known that is not in service, of the repository where it is longest."""
        return self._longest(self._behind)

    def broken_files(self) -> int:
        """Files of all repositories whose newest content is not in service."""
        return sum(self._broken.values())

    def _longest(self, since: dict[Place, float]) -> float:
        now = self._seconds()
        return max((now - at for at in since.values()), default=0.0)
