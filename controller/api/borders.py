"""What every request passes before a route sees it: Host, Origin, size, and headers on the way out.

A page in any other tab must not be able to act here (CONTRACTS.md §8): the Host allow-list stops DNS
rebinding, the Origin rule and the CSRF header stop cross-site requests that carry our cookie.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from base import limits
from controller.api.problems import problem

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "x-dd0c-csrf"
SESSION_COOKIE: Final = "dd0c_session"


def content_security_policy(nonce: str | None = None) -> str:
    """Nothing from elsewhere, nothing inline; `nonce` lets in the style elements that carry it."""
    styles = "'self'" if nonce is None else f"'self' 'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


SECURITY_HEADERS: Final = {
    "content-security-policy": content_security_policy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def host_name(header: str) -> str:
    """The host of a Host header without its port, lower case; empty where it is malformed."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


class Borders:
    """Pure ASGI middleware, so that streams pass through unbuffered."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        origin: str,
        max_body_bytes: int,
        exempt_body_prefix: str,
        small_bodies: frozenset[str] = frozenset(),
        small_body_bytes: int = limits.OPEN_REQUEST_MAX_BYTES,
    ) -> None:
        """`exempt_body_prefix`: below it (git over HTTP) another bound holds, of its own.

        `small_bodies`: paths (and, where they end in `/`, all below) that nobody signs in for.
        """
        self._app = app
        self._hosts = hosts
        self._origin = origin
        self._max_body_bytes = max_body_bytes
        self._exempt = exempt_body_prefix
        self._small = small_bodies
        self._small_bytes = small_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(headers, self._most(scope["path"]))
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            status, code, title, hint = refusal
            answer = problem(status, code, title, hint=hint or None)
            await answer(scope, receive, _with_headers(send, body))
        elif scope["path"].startswith(self._exempt):
            await self._app(scope, receive, _with_headers(send, None))
        else:
            await self._app(scope, body.counted(receive), _with_headers(send, body))

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str, str] | None:
        if host_name(headers.get("host", "")) not in self._hosts:
            return (
                421,
                "unknown_host",
                "This server does not answer under that host name",
                "Add the name to DD0C_ALLOWED_HOSTS if it is yours.",
            )
        if scope["method"] not in SAFE_METHODS:
            origin = headers.get("origin")
            cookie = SESSION_COOKIE in headers.get("cookie", "")
            if origin is not None and origin != self._origin:
                return 403, "foreign_origin", "A page of another origin may not do this", _origin_hint(self)
            if cookie and (origin is None or CSRF_HEADER not in headers):
                return (
                    403,
                    "csrf",
                    "A signed-in page sends Origin and the header X-Dd0c-Csrf with every change",
                    "Use an API token outside the browser.",
                )
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            return 400, "bad_request", "An address may not hold NUL", ""
        return self._length_refusal(scope["path"], headers.get("content-length", "0"))

    def _length_refusal(self, path: str, length: str) -> tuple[int, str, str, str] | None:
        """By what the header announces, before a byte of the body is read."""
        if not (length.isascii() and length.isdigit()):
            return 400, "bad_request", "Content-Length is not a number", ""
        most = self._most(path)
        if int(length[:20]) > most and not path.startswith(self._exempt):
            return 413, "too_large", _too_large(most), _SPLIT
        return None

    def _most(self, path: str) -> int:
        small = any(path == item or (item.endswith("/") and path.startswith(item)) for item in self._small)
        return self._small_bytes if small else self._max_body_bytes

    @property
    def origin(self) -> str:
        """The only origin whose pages may change something."""
        return self._origin


class _Body:
    """The body of one request: how much of it came, and whether the rest is worth waiting for."""

    def __init__(self, headers: Headers, most: int) -> None:
        length = headers.get("content-length", "")
        self._announced = int(length[:20]) if length.isascii() and length.isdigit() else None
        self._most = most
        self._received = 0
        self._complete = self._announced == 0 or (
            self._announced is None and "transfer-encoding" not in headers
        )

    def counted(self, receive: Receive) -> Receive:
        """Raises HTTPException in place of the message that goes beyond the bound."""

        async def counted_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._received += len(message.get("body", b""))
                self._complete = not message.get("more_body", False)
                if self._received > self._most:
                    raise HTTPException(413, _too_large(self._most))
            return message

        return counted_receive

    @property
    def endless(self) -> bool:
        """Whether so much may follow that the connection is closed after the answer.

        What was announced and is not much is read to its end instead: a client that sends first and
        listens then would find a broken connection in place of its answer.
        """
        return not self._complete and (self._announced is None or self._announced > _LINGER_BYTES)


_LINGER_BYTES: Final = 8 * limits.MIB
_SPLIT: Final = "Split the text, or import the file in parts."


def _too_large(most: int) -> str:
    return f"A request may have {most:,} bytes at most here"


def _origin_hint(borders: Borders) -> str:
    return f"Open the product at {borders.origin} and repeat it there."


def _with_headers(send: Send, body: _Body | None) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
            if body is not None and body.endless:
                headers["connection"] = "close"
        await send(message)

    return wrapped
