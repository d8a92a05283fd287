"""What a review asks of a sync, and what it is told: the two rooms do not import each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol
from uuid import UUID


class SyncReport(Protocol):
    """What a sync says about itself; `controller.sync.service.SyncResult` is one."""

    @property
    def outcome(self) -> str:
        """synced, unchanged, partial, failed."""
        ...

    @property
    def to_commit(self) -> str | None:
        """The commit that the rows show now."""
        ...

    @property
    def error(self) -> str | None:
        """Why it failed."""
        ...

    @property
    def rejected(self) -> Sequence[tuple[str, int, str]]:
        """(path, line, reason) of files that did not get into service."""
        ...


SyncNow = Callable[[UUID, UUID, Literal["push", "merge"]], Awaitable[SyncReport]]
"""Sync a repository of a tenant: (tenant, repository, trigger). `SyncService.sync` is one."""
