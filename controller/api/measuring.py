"""Counts and times every HTTP request, by the template of its route."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller import telemetry

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_NO_ANSWER: Final = 0
"""The status of a request whose caller went away before the answer began."""


class Measured:
    """Pure ASGI middleware, outside all others. What no route of ours serves is `other`."""

    def __init__(self, app: ASGIApp, *, prefix: str, mounts: tuple[str, ...] = ()) -> None:
        """`prefix`: what routers are included under. `mounts`: prefixes of applications of their own."""
        self._app = app
        self._prefix = prefix
        self._mounts = mounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), _NO_ANSWER

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        path = scope["path"]
        try:
            await self._app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            labels = (method, self._route(scope, path), str(status))
            telemetry.REQUESTS.labels(*labels).observe(perf_counter() - begun)

    def _route(self, scope: Scope, path: str) -> str:
        template = getattr(scope.get("route"), "path", None)
        if template:  # FastAPI leaves the template in the scope without the prefix of its router
            inside = path.startswith(f"{self._prefix}/") and not template.startswith(self._prefix)
            return f"{self._prefix}{template}" if inside else str(template)
        return next((mount for mount in self._mounts if path.startswith(f"{mount}/")), "other")
