"""How long ago each repository was last seen as it is: the figure that an alarm on a stuck sync watches."""

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

    def tried(self, place: Place) -> None:
        """A look begins."""
        self._since.setdefault(place, self._seconds())

    def succeeded(self, place: Place) -> None:
        """The rows show what the branch holds, now."""
        self._since[place] = self._seconds()

    def keep(self, places: Collection[Place]) -> None:
        """Forget repositories that are looked at no more: they would age for ever."""
        self._since = {place: since for place, since in self._since.items() if place in places}

    def oldest(self) -> float:
        """Seconds since the repository that waits longest was seen; 0 where there is none."""
        now = self._seconds()
        return max((now - since for since in self._since.values()), default=0.0)
