"""Where a mirror may fetch from: https, and nothing that git would hand to a program (R41)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from forge.errors import ForgeRefused

SCHEMES: Final = frozenset({"https", "http"})
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Remote:
    """A repository elsewhere. Raises ForgeRefused for an address that is not on the allow-list.

    `ref` is the full name of what is fetched where that is not the branch: the head of a pull request.

    The credential is a field of its own, so that an address can be stored, logged and shown.
    """

    url: str
    branch: str
    username: str = "x-access-token"
    password: str | None = field(default=None, repr=False)
    ref: str | None = None

    def __post_init__(self) -> None:
        check_url(self.url)

    @property
    def full_ref(self) -> str:
        """The full name of the ref that is fetched; it has the same name in the mirror."""
        return self.ref or f"refs/heads/{self.branch}"


def check_url(url: str) -> None:
    """Refuse every address but `https://host/path` (and http on loopback, for tests and local servers)."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2_000:
        raise ForgeRefused("a repository's address is printable ASCII without blanks")
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SCHEMES or "::" in scheme:
        raise ForgeRefused(
            "this kind of repository address is not allowed", hint="use https://host/owner/repository.git"
        )
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ForgeRefused("the repository's address is malformed") from None
    if not host or host.startswith("-") or parts.path.startswith("/-"):
        raise ForgeRefused("the repository's address is malformed")
    if parts.username is not None or parts.password is not None:
        raise ForgeRefused("the repository's address holds a credential", hint="give it as a setting instead")
    if parts.query or parts.fragment:
        raise ForgeRefused("the repository's address holds a query or a fragment")
    if scheme == "http" and host not in LOOPBACK:
        raise ForgeRefused("plain http is allowed on this machine only", hint="use https")
