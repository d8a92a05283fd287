"""Where the built-in forge's repositories are read: the bare repository itself, with nothing to fetch."""

from __future__ import annotations

from uuid import UUID

from controller.governance.repositories import RepositoryRow
from controller.sync.service import OpenSource
from controller.sync.source import Source
from forge.errors import ForgeRefused
from forge.mirror import BareMirror
from forge.storage import RepositoryFolder


def builtin_sources(folder: RepositoryFolder) -> OpenSource:
    """`open_source` of a SyncService whose repositories all lie in this folder."""

    def open_source(tenant_id: UUID, row: RepositoryRow) -> Source:
        if row.forge != "builtin":
            raise ForgeRefused(f"this server has no adapter for the forge {row.forge}")
        return Source(BareMirror(folder.open(tenant_id, row.id)), None)

    return open_source
