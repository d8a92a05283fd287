"""What owners let in by merging it here: the exact contents, until a sync has put them into service.

In memory and of one process on purpose: what a crash forgets is held back, and the sync says so. Anything
written where the credential of a forge reaches (a commit, a trailer, a comment) would let its holder speak
for an owner.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, TypeAlias
from uuid import UUID

Content: TypeAlias = tuple[str, str]
"""(path, the digest of its content); the digest is empty where the file goes away."""

KEPT_MAX: Final = 1_000
"""More than one merge holds; the oldest is forgotten, and so held back."""


class OwnersWord:
    """One a process, on its event loop."""

    def __init__(self) -> None:
        self._kept: dict[tuple[UUID, UUID, Content], None] = {}

    def give(self, tenant_id: UUID, repository_id: UUID, contents: Collection[Content]) -> None:
        """An owner lets these contents in, once."""
        for content in sorted(contents):
            self._kept.pop((tenant_id, repository_id, content), None)
            self._kept[tenant_id, repository_id, content] = None
        while len(self._kept) > KEPT_MAX:
            del self._kept[next(iter(self._kept))]

    def take(self, tenant_id: UUID, repository_id: UUID, contents: Collection[Content]) -> None:
        """They are in service now, or the merge was refused: the word holds no more."""
        for content in contents:
            self._kept.pop((tenant_id, repository_id, content), None)

    def of(self, tenant_id: UUID, repository_id: UUID) -> frozenset[Content]:
        """What owners let in and no sync has served yet."""
        return frozenset(
            content
            for tenant, repository, content in self._kept
            if (tenant, repository) == (tenant_id, repository_id)
        )
