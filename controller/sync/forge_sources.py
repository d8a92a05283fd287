"""Where repositories are read: the built-in forge's own, with nothing to fetch, or a mirror of GitHub's."""

from __future__ import annotations

from uuid import UUID

from controller.governance.repositories import RepositoryRow
from controller.sync.service import OpenSource
from controller.sync.source import Source
from forge.errors import ForgeRefused
from forge.github.repositories import GitHubRepositories
from forge.mirror import BareMirror
from forge.storage import RepositoryFolder


def forge_sources(folder: RepositoryFolder, github: GitHubRepositories | None = None) -> OpenSource:
    """`open_source` of a SyncService: what lies in this folder, and what GitHub has where it is set up."""

    def open_source(tenant_id: UUID, row: RepositoryRow) -> Source:
        if row.forge == "github" and github is not None:
            return Source(*github.source(tenant_id, row.id, row.remote, row.branch))
        if row.forge != "builtin":
            raise ForgeRefused(f"this server is not set up for the forge {row.forge}")
        return Source(BareMirror(folder.open(tenant_id, row.id)), None)

    return open_source
