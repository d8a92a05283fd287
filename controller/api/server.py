"""The HTTP server of the process: uvicorn, started and stopped with everything else."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import AppStatus

from controller.api.services import Services

_GRACEFUL_SECONDS: Final = 3


class CannotServe(Exception):
    """The address can't be listened on; the text is one sentence for the operator."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process has one place that stops everything."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """A socket that holds the address. Raises CannotServe, where uvicorn would end the process."""
    with contextlib.ExitStack() as undo:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            listener = undo.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError as error:
            raise CannotServe(
                f"HTTP can't listen on {host} port {port} ({error.strerror}); "
                "set DD0C_HOST and DD0C_HTTP_PORT to an address of this machine that is free"
            ) from error
        undo.pop_all()
    return listener


def make_routes(app: FastAPI) -> None:
    """Make every route now. FastAPI does it when a request first looks through them, on the loop: some 80 ms,
    for which the first panic would wait.
    """
    for route in app.routes:
        route.matches({"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []})


@asynccontextmanager
async def serving(app: FastAPI, services: Services) -> AsyncIterator[None]:
    """Serve the application while the block runs, on the address of the settings. Raises CannotServe."""
    settings = services.settings
    listener = bind(settings.host, settings.http_port)
    server = _Server(
        uvicorn.Config(
            app,
            loop="none",
            lifespan="off",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            log_config=None,
            timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        )
    )
    make_routes(app)
    gc.collect()
    gc.freeze()  # what was loaded stays: looking through it again takes 0.1 s, in which nobody is served
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    services.background.tasks["http"] = task
    try:
        yield
    finally:
        server.should_exit = True
        AppStatus.should_exit = True  # ends the event streams, which would otherwise hold the server open
        await task
