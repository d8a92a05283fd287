"""The command line's side of the REST API: one connection, problems turned into sentences."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from httpx_sse import ServerSentEvent, connect_sse

from controller.cli.errors import CliError, ExitCode, code_of_status
from controller.cli.output import inert
from controller.config import CLIENT_FILE, default_state_dir

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)


@dataclass(frozen=True)
class Connection:
    """Where the server is and with which token."""

    url: str
    token: str | None


def find_connection(url: str | None, token: str | None) -> Connection:
    """Flag, then environment, then the file that `make run` wrote. Raises CliError for what can't be sent.

    The saved token goes to the saved address alone: another server would learn it.
    """
    url = url or os.environ.get("DD0C_URL")
    token = token or os.environ.get("DD0C_TOKEN") or _token_from_file()
    saved = _saved_connection() if url is None or token is None else {}
    home = saved.get("url") or "http://localhost:8080"
    url = _sound_url(url or home)
    if token is None and _is_same_server(url, home):
        token = saved.get("token")
    return Connection(url, _sound_token(token))


def _is_same_server(one: str, other: str) -> bool:
    """The same scheme, host and port; the names of this machine are one host."""

    def place(text: str) -> tuple[str, str, int | None]:
        found = httpx.URL(_sound_url(text))
        port = found.port or {"http": 80, "https": 443}.get(found.scheme)
        return found.scheme, "localhost" if found.host in _HERE else found.host, port

    return place(one) == place(other)


def _sound_url(text: str) -> str:
    try:
        found = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise CliError(f"The server's address {inert(text)} is none: {error}.", ExitCode.USAGE) from error
    if found.scheme not in ("http", "https") or not found.host:
        hint = "Write it like http://localhost:8080 (--url, DD0C_URL, or client.json)."
        raise CliError(f"The server's address {inert(text)} is none.", ExitCode.USAGE, hint)
    return text.rstrip("/")


def _sound_token(token: str | None) -> str | None:
    """A token goes into a header: visible ASCII characters only. It is never shown."""
    if token is None or all("!" <= character <= "~" for character in token):
        return token
    raise CliError(
        "The token holds a blank, a line break or another character that no token has.",
        ExitCode.USAGE,
        "Copy it again, without what stands around it (DD0C_TOKEN, DD0C_TOKEN_FILE, or client.json).",
    )


def _token_from_file() -> str | None:
    path = os.environ.get("DD0C_TOKEN_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"DD0C_TOKEN_FILE: {path} cannot be read: {error}", ExitCode.USAGE) from error


def state_folder() -> Path:
    """Where `make run` keeps its state, and the command line its few notes."""
    state = os.environ.get("DD0C_STATE_DIR")
    return Path(state) if state else default_state_dir()


def saved_url() -> str | None:
    """The address that `make run` wrote into this state folder; None where it did not."""
    return _saved_connection().get("url")


def _saved_connection() -> dict[str, str]:
    path = state_folder() / CLIENT_FILE
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(
            path, error.strerror or "" if isinstance(error, OSError) else "it is no JSON"
        ) from error
    if not isinstance(saved, dict) or not all(
        isinstance(saved.get(name, ""), str) for name in ("url", "token")
    ):
        raise _unreadable(path, "it is no object with texts `url` and `token`")
    return saved


def _unreadable(path: Path, why: str) -> CliError:
    hint = "`make run` writes it anew; or set DD0C_URL and DD0C_TOKEN."
    return CliError(f"{path} can't be read: {why}.", ExitCode.USAGE, hint)


class Client:
    """Sends requests; every answer is JSON, every refusal a CliError with the server's own words."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        headers = {"Accept": "application/json", "User-Agent": "dd0c-cli"}
        if connection.token:
            headers["Authorization"] = f"Bearer {connection.token}"
        self._http = httpx.Client(
            base_url=f"{connection.url}/api/v1", headers=headers, timeout=_TIMEOUT, follow_redirects=False
        )

    @property
    def url(self) -> str:
        """The address of the server, for messages."""
        return self._connection.url

    def signed_in(self, token: str, *, origin: str) -> Client:
        """A client with the session that a one-time sign-in token gives, in place of the API token.

        `origin` is the public URL, which the server wants to see beside a cookie. Raises CliError.
        """
        client = Client(Connection(self._connection.url, None))
        client._http.headers["Origin"] = origin
        client._http.headers["X-Dd0c-Csrf"] = "1"
        client.post("session", {"token": token})
        # By hand: over plain HTTP on the host the jar would keep back a cookie of an HTTPS public URL.
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client._http.cookies.jar)
        client._http.cookies.clear()
        client._http.headers["Cookie"] = cookies
        return client

    def get(self, path: str, **query: object) -> Any:
        """The document at a path; query values that are None are left out."""
        return self._send("GET", path, params=_given(query))

    def raw(self, path: str) -> httpx.Response:
        """What is at a path, byte for byte in `content`."""
        return self._answer("GET", path)

    def post(
        self,
        path: str,
        body: object | None = None,
        *,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """POST with an idempotency key, so that a repeat after a broken connection acts once."""
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._send("POST", path, json={} if body is None else body, headers=headers)

    def put(self, path: str, body: object) -> Any:
        """PUT a document."""
        return self._send("PUT", path, json=body)

    def delete(self, path: str, **query: object) -> Any:
        """DELETE what is at a path."""
        return self._send("DELETE", path, params=_given(query))

    def pages(self, path: str, most: int, **query: object) -> list[Any]:
        """The items of a paged list, `most` at the most."""
        items: list[Any] = []
        cursor = None
        while len(items) < most:
            page = self.get(path, cursor=cursor, limit=min(200, most - len(items)), **query)
            items += page["items"]
            cursor = page.get("nextCursor")
            if cursor is None:
                break
        return items

    def events(self, path: str, after: int) -> Iterator[ServerSentEvent]:
        """The server-sent events of a stream from an id on, until the server ends it."""
        headers = {"Last-Event-ID": str(after)}
        try:
            timeout = httpx.Timeout(60.0, connect=5.0, read=60.0)
            with connect_sse(self._http, "GET", path.lstrip("/"), headers=headers, timeout=timeout) as source:
                if source.response.status_code != 200:
                    source.response.read()
                    raise self._refusal(source.response)
                yield from source.iter_sse()
        except (httpx.TimeoutException, httpx.RemoteProtocolError, httpx.ReadError):
            return  # the caller resumes after the last id that it saw
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _send(self, method: str, path: str, **arguments: Any) -> Any:
        response = self._answer(method, path, **arguments)
        if not response.content:
            return {}
        try:
            return response.json()
        except ValueError as error:
            raise CliError(
                f"{self.url} answers, but not as dd0c/run does.",
                ExitCode.UNREACHABLE,
                "Is the address right?",
            ) from error

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path.lstrip("/"), **arguments)
        except httpx.InvalidURL as error:
            raise CliError(f"{inert(path)} can't be asked for: {error}.", ExitCode.USAGE) from error
        except httpx.RequestError as error:
            raise self._unreachable(error) from error
        if response.status_code >= 400:
            raise self._refusal(response)
        return response

    def _unreachable(self, error: httpx.RequestError) -> CliError:
        return CliError(
            f"{self.url} does not answer ({type(error).__name__}).",
            ExitCode.UNREACHABLE,
            "Start it with `make run`, or name another server with --url or DD0C_URL.",
        )

    def _refusal(self, response: httpx.Response) -> CliError:
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        if not isinstance(problem, dict):
            problem = {}
        message = problem.get("title", f"HTTP {response.status_code}")
        if problem.get("detail"):
            message = f"{message}: {problem['detail']}"
        for place in problem.get("places", [])[:20]:
            message += f"\n  {_place(place)}"
        error = CliError(message, code_of_status(response.status_code), problem.get("hint"))
        error.problem = problem
        return error


def _given(query: dict[str, object]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}


def _place(place: dict[str, Any]) -> str:
    where = place.get("path") or ""
    if place.get("line"):
        where += f":{place['line']}" + (f":{place['column']}" if place.get("column") else "")
    return f"{where}: {place.get('message', '')}".lstrip(": ")
