"""A bare mirror of a repository on GitHub: fetched by git over HTTPS with the credential, read without it."""

from __future__ import annotations

from collections.abc import Collection

from forge.errors import ForgeDown
from forge.github.address import GitHubAddress
from forge.github.credential import Credential
from forge.mirror import BareMirror, FetchLimits
from forge.pull_refs import pull_ref
from forge.pull_requests import Oid
from forge.remote import Remote
from forge.storage import BareRepository


class GitHubMirror(BareMirror):
    """The mirror of one repository. The credential is asked for its token at each fetch, never kept."""

    def __init__(
        self, repository: BareRepository, address: GitHubAddress, credential: Credential, base: str
    ) -> None:
        super().__init__(repository)
        self._address = address
        self._credential = credential
        self._base = base

    def remote(self, ref: str | None = None) -> Remote:
        """Where to fetch from: the base branch, or another full ref. Raises what the credential raises."""
        return Remote(self._address.git_url, self._base, password=self._credential.bearer(), ref=ref)

    def bring(self, number: int, commits: Collection[Oid]) -> None:
        """Fetch a pull request and its base, unless the mirror holds these commits already.

        Synchronous. Raises the errors of a fetch, ForgeDown where a commit is not served yet.
        """
        if commits and all(self.holds(commit) for commit in commits):
            return
        self.fetch(self.remote(pull_ref(number)), limits=FetchLimits())
        if commits and all(self.holds(commit) for commit in commits):
            return  # its history holds the base that it was made on
        self.fetch(self.remote(), limits=FetchLimits())
        if not all(
            self.holds(commit) for commit in commits
        ):  # GitHub moves the ref a little after the branch
            raise ForgeDown(f"GitHub does not serve the newest commit of pull request {number} yet")
