"""A GitHub App as a credential: a signed word of its key buys a token of an hour for one repository.

Neither the key nor a token is ever part of a text; a token is kept in memory and renewed before it ends.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import jwt

from base.clock import Clock
from forge.errors import ForgeRefused
from forge.github.address import GitHubAddress
from forge.github.answers import Document, Missing, instant_at, number_at, text_at
from forge.github.client import GitHubClient

RENEW_BEFORE: Final = timedelta(minutes=5)
"""A token with less than this left is not used for a new request: an operation must not outlive it."""
JWT_SECONDS: Final = 540
"""GitHub takes ten minutes at most, by its own clock."""
JWT_BACK_SECONDS: Final = 60
"""GitHub refuses what was signed in its future, and recommends a minute for clocks that differ."""
KEY_MAX_BYTES: Final = 16_384

_BAD_KEY: Final = "the key of the GitHub App can't be read as a private RSA key"


@dataclass(frozen=True)
class _Signed:
    """The credential of the App itself: it may only look at itself and ask for tokens."""

    id: int
    key: bytes = field(repr=False)
    clock: Clock

    @property
    def app_id(self) -> int | None:
        return self.id

    def bearer(self) -> str:
        # Not github3's own: it signs with the present second, which a clock that is behind ours refuses.
        now = int(self.clock.now().timestamp())
        claims = {"iat": now - JWT_BACK_SECONDS, "exp": now + JWT_SECONDS, "iss": str(self.id)}
        try:
            return jwt.encode(claims, self.key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ForgeRefused(
                _BAD_KEY, hint="Set DD0C_GITHUB_APP_KEY_FILE to the PEM file of the app."
            ) from None

    def login(self) -> str | None:
        return None

    def forget(self, token: str) -> bool:
        return False


class AppCredential:
    """One App, installed where one repository is. Thread-safe."""

    def __init__(self, app_id: int, key: bytes, address: GitHubAddress, clock: Clock) -> None:
        """`key`: the App's private key as PEM. Raises ForgeRefused for one that is too long."""
        if len(key) > KEY_MAX_BYTES:
            raise ForgeRefused(_BAD_KEY)
        self._app_id = app_id
        self._address = address
        self._clock = clock
        self._client = GitHubClient(address.api_url, _Signed(app_id, key, clock), clock)
        self._lock = threading.Lock()
        self._token = ""
        self._expires_at: datetime | None = None
        self._login: str | None = None

    def __repr__(self) -> str:
        return f"AppCredential({self._app_id})"

    @property
    def app_id(self) -> int | None:
        """The App's id."""
        return self._app_id

    def bearer(self) -> str:
        """An installation token with more than RENEW_BEFORE left, asked for where there is none."""
        with self._lock:
            if self._expires_at is None or self._expires_at - self._clock.now() <= RENEW_BEFORE:
                self._renew()
            return self._token

    def forget(self, token: str) -> bool:
        """Drop a token that GitHub refused; True: another one may be had."""
        with self._lock:
            if token == self._token:
                self._expires_at = None
            return True

    def login(self) -> str | None:
        """The account that GitHub shows the App's changes under: `<slug>[bot]`."""
        with self._lock:
            if self._login is None:
                document = self._client.get("/app", "say which app this is")
                self._login = f"{text_at(document, 'slug')}[bot]"
            return self._login

    def _renew(self) -> None:
        with self._client.operation():
            try:
                found = self._client.get(
                    f"{self._address.path}/installation", "find where the app is installed"
                )
            except Missing:
                raise ForgeRefused(
                    f"the GitHub App {self._app_id} is not installed on {self._address.full_name}",
                    hint="Install it there, with access to this repository.",
                ) from None
            path = f"/app/installations/{number_at(found, 'id')}/access_tokens"
            body: Document = {"repositories": [self._address.name]}
            document = self._client.call("POST", path, "give the app a token", body=body).document
            self._token, self._expires_at = text_at(document, "token"), instant_at(document, "expires_at")
