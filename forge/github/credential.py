"""Who we are to GitHub. A credential is asked for its bearer token at each request and shows it to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Credential(Protocol):
    """What a client needs of a credential."""

    @property
    def app_id(self) -> int | None:
        """The id of the GitHub App that it is, or None for a token of a person or a bot account."""
        ...

    def bearer(self) -> str:
        """A token that is valid now. Raises ForgeRefused, ForgeBusy, ForgeDown."""
        ...

    def forget(self, token: str) -> bool:
        """GitHub refused this token; True where another one may be had."""
        ...

    def login(self) -> str | None:
        """The account that its changes are shown under; None where `GET /user` has to be asked."""
        ...


@dataclass(frozen=True)
class TokenCredential:
    """A personal access token, classic or fine-grained."""

    token: str = field(repr=False)

    @property
    def app_id(self) -> int | None:
        """None: only an App can write check runs."""
        return None

    def bearer(self) -> str:
        """The token itself."""
        return self.token

    def forget(self, token: str) -> bool:
        """False: there is only this one."""
        return False

    def login(self) -> str | None:
        """Not known: `GET /user` says it."""
        return None
