"""Where a repository lies on GitHub: its owner and name, the API's address, and the address of git. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from forge.errors import ForgeRefused
from forge.remote import check_url

PUBLIC_HOSTS: Final = frozenset({"github.com", "www.github.com"})
PUBLIC_API: Final = "https://api.github.com"
ENTERPRISE_PATH: Final = "/api/v3"
"""Where GitHub Enterprise Server has its REST API, below the host that people open."""

_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(_[A-Za-z0-9]{1,20})?")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True)
class GitHubAddress:
    """One repository. `api_url` and `git_url` have no slash at the end; neither holds a credential."""

    api_url: str
    git_url: str
    owner: str
    name: str

    @property
    def full_name(self) -> str:
        """`owner/name`, as GitHub spells it."""
        return f"{self.owner}/{self.name}"

    @property
    def path(self) -> str:
        """The start of every path of the API that is about this repository."""
        return f"/repos/{quote(self.owner, safe='')}/{quote(self.name, safe='')}"

    def is_this(self, full_name: object) -> bool:
        """Whether a full name is this repository's; GitHub ignores case."""
        return isinstance(full_name, str) and full_name.casefold() == self.full_name.casefold()


def parse_address(remote: str, api_url: str | None = None) -> GitHubAddress:
    """The repository of `https://host/owner/name[.git]`. Raises ForgeRefused.

    `api_url` None: GitHub's own API for github.com, `https://host/api/v3` for any other host.
    """
    check_url(remote)
    parts = urlsplit(remote)
    segments = parts.path.strip("/").split("/")
    if len(segments) != 2:
        raise ForgeRefused(
            "this is not the address of a repository on GitHub", hint="use https://github.com/owner/name"
        )
    owner, name = segments[0], segments[1].removesuffix(".git")
    if not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name) or name in {".", ".."}:
        raise ForgeRefused(
            "the owner or the name of this repository is not one of GitHub's",
            hint="use https://github.com/owner/name",
        )
    origin = f"{parts.scheme}://{parts.netloc}"
    if api_url is None:
        api_url = PUBLIC_API if parts.hostname in PUBLIC_HOSTS else origin + ENTERPRISE_PATH
    check_url(api_url)
    return GitHubAddress(api_url.rstrip("/"), f"{origin}/{owner}/{name}.git", owner, name)
