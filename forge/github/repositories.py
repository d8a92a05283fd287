"""The repositories on GitHub that this server works with: a client and a mirror on disk for each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from base.clock import Clock
from forge.errors import ForgeRefused
from forge.github.address import GitHubAddress, parse_address
from forge.github.app import KEY_MAX_BYTES, AppCredential
from forge.github.client import GitHubClient
from forge.github.credential import Credential, TokenCredential
from forge.github.forge import GitHubForge, GitHubSettings, see_repository
from forge.github.mirrored import GitHubMirror
from forge.remote import Remote
from forge.storage import RepositoryFolder


@dataclass(frozen=True)
class GitHubLogin:
    """How this server signs in: a token, or a GitHub App with its key file. `api_url` None: by the host."""

    token: str | None = field(default=None, repr=False)
    app_id: int | None = None
    app_key_file: Path | None = None
    api_url: str | None = None

    def credential(self, address: GitHubAddress, clock: Clock) -> Credential:
        """The credential for a repository. Raises ForgeRefused where none is complete."""
        if self.token is not None:
            return TokenCredential(self.token)
        if self.app_id is None or self.app_key_file is None:
            raise ForgeRefused(
                "this server has no credential for GitHub",
                hint="Set DD0C_GITHUB_TOKEN, or an app and its key.",
            )
        try:
            with self.app_key_file.open("rb") as file:
                key = file.read(KEY_MAX_BYTES + 1)
        except OSError as fault:
            raise ForgeRefused(
                f"the key of the GitHub App can't be read: {fault.strerror or 'no access'}",
                hint="DD0C_GITHUB_APP_KEY_FILE names it.",
            ) from None
        return AppCredential(self.app_id, key, address, clock)


class GitHubRepositories:
    """Opens them by tenant and id. Thread-safe; one a process, because limits are counted in its clients."""

    def __init__(self, mirrors: RepositoryFolder, login: GitHubLogin, clock: Clock) -> None:
        self.mirrors = mirrors
        self._login = login
        self._clock = clock
        self._lock = threading.Lock()
        self._clients: dict[str, GitHubClient] = {}

    def connect(self, tenant_id: UUID, repository_id: UUID, remote: str, base: str) -> None:
        """Make the mirror, and look whether the credential may see the repository.

        Synchronous. Raises ForgeRefused with what is missing, ForgeBusy, ForgeDown.
        """
        self.mirrors.create(tenant_id, repository_id, base)
        self.open(tenant_id, repository_id, remote, base).look()

    def look(self, remote: str, base: str) -> None:
        """Whether the credential may see a repository and its branch, before there is a mirror of it.

        Synchronous. Raises ForgeRefused with what is missing, ForgeBusy, ForgeDown.
        """
        address = parse_address(remote, self._login.api_url)
        see_repository(self._client(address), address, self._clock, base)

    def open(self, tenant_id: UUID, repository_id: UUID, remote: str, base: str) -> GitHubForge:
        """The forge of a repository; asks GitHub nothing. Raises ForgeRefused, NoSuchRepository."""
        address = parse_address(remote, self._login.api_url)
        client = self._client(address)
        mirror = GitHubMirror(self.mirrors.open(tenant_id, repository_id), address, client.credential, base)
        return GitHubForge(client, address, self._clock, GitHubSettings(base=base), mirror)

    def source(
        self, tenant_id: UUID, repository_id: UUID, remote: str, base: str
    ) -> tuple[GitHubMirror, Callable[[], Remote]]:
        """Where its merged state is read, and what is fetched first; the latter asks for a token."""
        mirror = self.open(tenant_id, repository_id, remote, base).mirror
        return mirror, mirror.remote

    def _client(self, address: GitHubAddress) -> GitHubClient:
        key = f"{address.api_url} {address.full_name.casefold()}"
        with self._lock:
            if key not in self._clients:
                credential = self._login.credential(address, self._clock)
                self._clients[key] = GitHubClient(address.api_url, credential, self._clock)
            return self._clients[key]
