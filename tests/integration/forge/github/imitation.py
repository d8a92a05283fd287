"""An imitation of GitHub as an HTTP server of its own process: `python -m …imitation`.

It prints its port. `POST /_fault` with {match, status?, headers?, body?, cut?, times} breaks the requests
whose "METHOD path" begins like `match`: answered with that status, cut off `before` or `after` they took
effect, or answered one byte at a time (`trickle`). `GET /_log` lists the requests; `POST /_set` changes
what `State` has; `POST /_reset` with the path of a bare repository forgets everything and stands over that
one. Git is served by git itself.

Every request and every answer is judged by GitHub's published description, and an answer is filled up to a
whole one by it: `GET /_complaints` lists what was wrong.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt

from forge.github.address import ENTERPRISE_PATH
from tests.integration.forge.github import app_routes, git_routes, note_routes, pull_routes
from tests.integration.forge.github.published.judge import completed, judge_answer, judge_request
from tests.integration.forge.github.routes import Call, find
from tests.integration.forge.github.state import APP_ID, BOT, NAME, OWNER, State

TOKEN = "ghp_" + "a1B2" * 9
OTHER_TOKEN = "ghp_" + "z9Y8" * 9
OWNER_TOKEN = "ghp_" + "k5L4" * 9
"""Of a code owner."""
GIT_PATH = f"/{OWNER}/{NAME}.git"


@dataclass
class Fault:
    """What happens to the next requests that match."""

    match: str
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    cut: str = ""


HANDLERS = (app_routes, git_routes, note_routes, pull_routes)
"""Importing them registers their handlers."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, state: State) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reset(state)

    def reset(self, state: State) -> None:
        """Begin anew."""
        self.state = state
        self.faults: list[Fault] = []
        self.log: list[str] = []
        self.complaints: list[str] = []
        self.logins = {TOKEN: BOT, OTHER_TOKEN: "eve", OWNER_TOKEN: "zoe"}

    def login_of(self, token: str) -> str | None:
        """Whose token it is; the App's own signed word is checked with its key."""
        if token.count(".") == 2:
            try:
                claims = jwt.decode(token, self.state.app_key, algorithms=["RS256"])
            except jwt.PyJWTError:
                return None
            early = claims["iat"] > self.state.now()
            return app_routes.APP if claims.get("iss") == str(APP_ID) and not early else None
        return self.logins.get(token) or self.state.issued.get(token)

    def fault_for(self, line: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and line.startswith(fault.match):
                fault.times -= 1
                return fault
        return None


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: standard output says the port and no more."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        url = urlsplit(self.path)
        raw = self._body()
        if url.path.startswith("/_"):
            self._control(url.path, raw)
        elif url.path.startswith(GIT_PATH):
            self._git(url.path, url.query, raw)
        elif self.server.state.enterprise and not url.path.startswith(ENTERPRISE_PATH):
            self._reply(404, {"message": "Not Found"})
        else:
            self._api(url.path.removeprefix(ENTERPRISE_PATH), dict(parse_qsl(url.query)), raw)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    # ---------------------------------------------------------------- control

    def _control(self, path: str, raw: bytes) -> None:
        if path == "/_fault":
            self.server.faults.append(Fault(**json.loads(raw)))
        elif path == "/_set":
            for name, value in json.loads(raw).items():
                setattr(self.server.state, name, value)
        elif path == "/_log":
            self._reply(200, self.server.log)
            return
        elif path == "/_complaints":
            self._reply(200, self.server.complaints)
            return
        elif path == "/_reset":
            self.server.reset(State(Path(json.loads(raw))))
        self._reply(200, {})

    # -------------------------------------------------------------------- API

    def _api(self, path: str, query: dict[str, str], raw: bytes) -> None:
        line = f"{self.command} {path}"
        with self.server.state.lock:
            self.server.log.append(line)
            fault = self.server.fault_for(line)
        if fault is not None and fault.cut != "after":
            if fault.cut == "before":
                self._cut()
            elif fault.cut == "trickle":
                self._trickle()
            else:
                self._reply(fault.status, fault.body, fault.headers)
            return
        with self.server.state.lock:
            status, document = self._answer(path, query, raw)
        if fault is not None:
            self._cut()
            return
        self._reply(status, document)

    def _answer(self, path: str, query: dict[str, str], raw: bytes) -> tuple[int, Any]:
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        taken = {"bearer"} if token.count(".") == 2 else {"token", "bearer"}
        login = self.server.login_of(token) if scheme.lower() in taken else None
        if login is None:
            return 401, {"message": "Bad credentials"}
        found = find(self.command, path)
        if found is None:
            return 404, {"message": "Not Found"}
        handler, parts = found
        body = json.loads(raw) if raw else None
        complaints = self.server.complaints
        complaints += judge_request(self.command, path, query, body)
        try:
            status, document = handler(Call(self.server.state, login, parts, query, body))
        except KeyError as missing:
            return 404, {"message": "Not Found", "key": str(missing)}
        document = completed(self.command, path, status, document)
        complaints += judge_answer(self.command, path, status, document)
        return status, document

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _trickle(self) -> None:
        """A long answer, a byte at a time, until the client has enough of it."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" ")
                self.wfile.flush()
                threading.Event().wait(0.02)
        except OSError:
            self.close_connection = True

    def _reply(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        content = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    # -------------------------------------------------------------------- git

    def _git(self, path: str, query: str, raw: bytes) -> None:
        """Git's own server over CGI, behind the basic authentication of a token."""
        scheme, _, value = (self.headers.get("Authorization") or "").partition(" ")
        name, _, token = (
            base64.b64decode(value).decode().partition(":") if scheme == "Basic" else ("", "", "")
        )
        with self.server.state.lock:
            self.server.log.append(f"GIT {self.command} {path.removeprefix(GIT_PATH)}")
        if name != "x-access-token" or self.server.login_of(token) is None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.state.git_dir),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": path.removeprefix(GIT_PATH),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(raw)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
        }
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=raw, capture_output=True, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")]
        named = {name: text for name, _, text in lines}
        self.send_response(int(named.pop("Status", "200 OK").split()[0]))
        for name, text in named.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    server = Server(State(Path()))
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
