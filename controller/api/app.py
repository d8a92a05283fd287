"""The HTTP application: routes, borders, errors, documents, the web app, and git."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from wsgiref.types import WSGIApplication

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse

from base import limits
from controller.api import docs_text, openapi, problems, static
from controller.api.borders import Borders
from controller.api.measuring import Measured
from controller.api.routes import (
    agents,
    audit,
    badges,
    classify,
    executions,
    github_webhooks,
    health,
    panic,
    people,
    policy,
    pulls,
    reclassifications,
    reviews,
    runbooks,
    session,
    source_texts,
    streams,
    sync,
    sync_settings,
)
from controller.api.services import Services

PREFIX: Final = "/api/v1"
GIT_PREFIX: Final = "/git"

ROUTERS: Final = (
    session.router,
    runbooks.open_router,
    runbooks.router,
    source_texts.router,
    reviews.versions_router,
    reclassifications.router,
    pulls.router,
    reviews.router,
    executions.router,
    streams.router,
    classify.router,
    agents.open_router,
    agents.router,
    panic.open_router,
    panic.router,
    sync.router,
    sync_settings.router,
    badges.router,
    audit.router,
    people.router,
    policy.router,
)

SMALL_BODIES: Final = frozenset({f"{PREFIX}/session", f"{PREFIX}/agents/enroll", f"{PREFIX}/panic/by-token/"})
"""What is open to strangers and needs no paste."""


def create_app(services: Services, git_app: WSGIApplication) -> FastAPI:
    """The application. `git_app` is `forge.server.git_app` with `GitAccess.open`, served below `/git`."""
    app = FastAPI(
        title="dd0c/run",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    app.include_router(session.page)
    app.include_router(health.router)
    github_webhooks.mount(app, PREFIX, services)
    _documents(app)
    static.mount(app, services.web_folder)
    app.mount(GIT_PREFIX, WSGIMiddleware(git_app))  # type: ignore[arg-type]  # a2wsgi types WSGI its own way
    app.add_middleware(
        Borders,
        hosts=services.settings.hosts,
        origin=services.settings.url,
        max_body_bytes=max(limits.REQUEST_MAX_BYTES, 2 * services.settings.paste_max_bytes),
        exempt_body_prefix=f"{GIT_PREFIX}/",
        small_bodies=SMALL_BODIES,
    )
    app.add_middleware(Measured, prefix=PREFIX, mounts=(GIT_PREFIX,))
    return app


def _documents(app: FastAPI) -> None:
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it

    async def openapi_json() -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(app.openapi))

    async def docs() -> PlainTextResponse:
        return PlainTextResponse(docs_text.render(await asyncio.to_thread(app.openapi)))

    app.add_api_route(f"{PREFIX}/openapi.json", openapi_json, include_in_schema=False)
    app.add_api_route(f"{PREFIX}/docs-text", docs, include_in_schema=False)


def describe() -> dict[str, Any]:
    """The OpenAPI document without a running product; for `docs/openapi.json`."""
    app = FastAPI(title="dd0c/run")
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    app.include_router(health.router)
    return openapi.document(app)
