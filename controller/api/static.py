"""The web app: its page for every address that a browser asks for, and its hashed assets.

The page is the same for all addresses and all people: it holds no data, so it needs no sign-in. Each
answer has a nonce of its own for the style elements that libraries add; scripts need none, they are files.
"""

from __future__ import annotations

import asyncio
import gzip
import secrets
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from controller.api.borders import content_security_policy

PAGES: Final = (
    "/",
    "/import",
    "/import/many",
    "/runbooks",
    "/runbooks/{rest:path}",
    "/executions",
    "/executions/{rest:path}",
    "/pulls",
    "/pulls/{rest:path}",
    "/sync",
    "/upgrade",
    "/agents",
    "/audit",
    "/settings",
    "/signed-out",
)
"""The addresses of `web/src/router.tsx`. Anything else is not found: as the app's own page where a browser
asks for a page, as JSON otherwise, a mistyped API path too."""

_NO_PAGE: Final = ("/api/", "/git/", "/assets/")

_FRESH: Final = {"Cache-Control": "no-cache"}
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_TEXTS: Final = (".js", ".css", ".svg", ".json", ".map")
_NONCE: Final = "__CSP_NONCE__"
_NOT_BUILT: Final = "The web app is not built. Run `make setup`, or use the command line: dd0c runbooks\n"


class _Hashed(StaticFiles):
    """Files whose names change with their content; texts are sent packed to who reads that."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._packed: dict[str, bytes] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers.update(_FOREVER)
            if isinstance(response, FileResponse) and _packs(path, scope):
                return await self._pack(path, response)
        return response

    async def _pack(self, path: str, response: FileResponse) -> Response:
        """The file, packed once a process: each name stands for one content, and the folder is ours."""
        if path not in self._packed:
            plain = await asyncio.to_thread(Path(response.path).read_bytes)
            self._packed[path] = await asyncio.to_thread(gzip.compress, plain, 9)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "ETag": response.headers["etag"]}
        return Response(self._packed[path], headers=headers | _FOREVER, media_type=response.media_type)


def _packs(path: str, scope: Scope) -> bool:
    """Whether a text is asked for whole by a client that unpacks it."""
    headers = Headers(scope=scope)
    accepts = any(
        item.partition(";")[0].strip() == "gzip" for item in headers.get("accept-encoding", "").split(",")
    )
    return accepts and scope["method"] == "GET" and "range" not in headers and path.endswith(_TEXTS)


def mount(app: FastAPI, web_folder: Path) -> None:
    """Serve the built app in `web_folder` at its addresses and `/assets/…`."""
    page = _Page(web_folder / "index.html")

    async def index() -> Response:
        return page.answer()

    async def icon() -> Response:
        return FileResponse(web_folder / "icon.svg", media_type="image/svg+xml", headers=_FRESH)

    for path in PAGES:
        app.add_api_route(path, index, methods=["GET", "HEAD"], include_in_schema=False)
    for path in ("/favicon.ico", "/icon.svg"):
        app.add_api_route(path, icon, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/assets", _Hashed(directory=web_folder / "assets", check_dir=False), name="assets")
    app.router.default = _not_found(page, app.router.default)


def _not_found(page: _Page, otherwise: ASGIApp) -> ASGIApp:
    """A person who mistyped an address gets a page that says so and leads on."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_of_a_person(scope):
            await page.answer(404)(scope, receive, send)
        else:
            await otherwise(scope, receive, send)

    return answer


def _is_of_a_person(scope: Scope) -> bool:
    if scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(_NO_PAGE):
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


class _Page:
    """The page with a fresh nonce in it; read again when a new build has replaced it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, str] | None = None

    def answer(self, status: int = 200) -> Response:
        try:
            text = self._text()
        except FileNotFoundError:
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(
            text.replace(_NONCE, nonce),
            status_code=status,
            headers=_FRESH | {"Content-Security-Policy": content_security_policy(nonce)},
        )

    def _text(self) -> str:
        changed = self._path.stat().st_mtime_ns
        if self._read is None or self._read[0] != changed:
            self._read = (changed, self._path.read_text(encoding="utf-8"))
        return self._read[1]
