"""The one HTTP route that an agent needs before it dials: `POST /api/v1/agents/enroll`, without the API."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from controller.link.enroll import EnrollRequest
from schemas.errors import Dd0cError
from tests.integration.link.kit import Link


@dataclass
class Door:
    """Where an agent enrols, and the token that it uses."""

    url: str
    token: str


@asynccontextmanager
async def open_door(link: Link, token: str) -> AsyncIterator[Door]:
    """Serve enrolment on a free loopback port, over the link's own `Enroller`."""
    loop = asyncio.get_running_loop()

    async def enroll(body: bytes) -> tuple[int, bytes]:
        try:
            answer = await link.enroller.enroll(EnrollRequest.model_validate_json(body))
        except Dd0cError as error:
            return error.status, json.dumps(error.problem()).encode()
        return 201, answer.model_dump_json(by_alias=True).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = asyncio.run_coroutine_threadsafe(enroll(body), loop).result(10)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Door(f"http://127.0.0.1:{server.server_address[1]}", token)
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
