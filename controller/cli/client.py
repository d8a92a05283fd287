"""The command line's side of the REST API: one connection, problems turned into sentences."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any, Final, NoReturn
from urllib.parse import quote

import httpx
from httpx_sse import ServerSentEvent, SSEError, connect_sse

from controller.cli.answers import Route, Unfit, check_document, route_of
from controller.cli.connection import Connection
from controller.cli.errors import (
    CliError,
    ExitCode,
    NotUnderstood,
    code_of_status,
    help_hint,
    next_step,
    own_words,
)
from controller.cli.output import inert

_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)
_AWAY: Final = frozenset({502, 503, 504})
"""What a proxy says for a server that is gone, and what ours says while its database is."""
_BUSY: Final = "request_running"
"""The server still works on what was sent before under the same key, or thinks so for a moment."""
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_PAGES_MAX: Final = 500
"""Ten times what the longest list of ours takes (10,000 items, 200 a page)."""
PATIENCE_SECONDS: Final = 60.0
"""How long `dd0c run` tries: a restart of the controller takes a few seconds."""


@dataclass(frozen=True)
class Patience:
    """Try again where the server is away, up to `seconds`; `note` tells the person that it is so."""

    note: Callable[[str], None]
    seconds: float = PATIENCE_SECONDS
    pause_seconds: float = 1.0


def pause(seconds: float) -> None:
    """Between two tries; Ctrl-C ends it."""
    Event().wait(seconds)


def at(*parts: str) -> str:
    """The path of its parts, each quoted: what a person typed stays one part. Raises CliError."""
    for text in parts:
        if not text or text in (".", "..") or not text.isprintable():
            raise CliError(f"{inert(text) or 'An empty text'} can't be asked for.", ExitCode.USAGE)
    return "/".join(quote(text, safe="") for text in parts)


class Client:
    """Sends requests; every answer is JSON, every refusal a CliError with the server's own words."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._patience: Patience | None = None
        self.is_unanswered = False
        """Whether the last change was sent and its answer not heard: it may be done."""
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

    def be_patient(self, patience: Patience) -> None:
        """From now on, try again where the server is away. Every POST has a key, so a repeat acts once."""
        self._patience = patience

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
        response = self._answer("GET", path)
        media = route_of("GET", path).media
        if media is None or not response.headers.get("content-type", "").startswith(media):
            self._refuse(f"it sends {inert(response.headers.get('content-type', 'no type'))}, not {media}")
        return response

    def post(
        self,
        path: str,
        body: object | None = None,
        *,
        version: int | None = None,
        idempotency_key: str | None = None,
        **query: object,
    ) -> Any:
        """POST with an idempotency key, so that a repeat after a broken connection acts once."""
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = {} if body is None else body
        return self._send("POST", path, json=sent, headers=headers, params=_given(query))

    def put(self, path: str, body: object, **query: object) -> Any:
        """PUT a document."""
        return self._send("PUT", path, json=body, params=_given(query))

    def delete(self, path: str, **query: object) -> Any:
        """DELETE what is at a path."""
        return self._send("DELETE", path, params=_given(query))

    def pages(self, path: str, most: int, **query: object) -> list[Any]:
        """The items of a paged list, `most` at the most. Raises NotUnderstood where its pages have no end."""
        items: list[Any] = []
        cursor: str | None = None
        seen: set[str | None] = set()
        while len(items) < most:
            if len(seen) >= _PAGES_MAX:
                self._refuse(f"{inert(path)} has no end after {_PAGES_MAX} pages")
            seen.add(cursor)
            page = self.get(path, cursor=cursor, limit=min(200, most - len(items)), **query)
            items += page["items"]
            cursor = page.get("nextCursor")
            if cursor is None:
                break
            if cursor in seen:
                self._refuse(f"{inert(path)} has no end: after its last page comes one that was there before")
        return items

    def events(self, path: str, after: int) -> Iterator[ServerSentEvent]:
        """The server-sent events of a stream from an id on, until the server ends it or is away."""
        headers = {"Last-Event-ID": str(after)}
        try:
            timeout = httpx.Timeout(60.0, connect=5.0, read=60.0)
            with connect_sse(self._http, "GET", path.lstrip("/"), headers=headers, timeout=timeout) as source:
                if source.response.status_code in _AWAY and self._patience is not None:
                    return
                if source.response.status_code != 200:
                    source.response.read()
                    raise self._refusal(source.response, path)
                yield from source.iter_sse()
        except (SSEError, UnicodeDecodeError, httpx.DecodingError) as error:
            self._refuse("it sends no events", error)
        except (httpx.TimeoutException, httpx.RemoteProtocolError, httpx.ReadError):
            return  # the caller resumes after the last id that it saw
        except httpx.TransportError as error:
            if self._patience is None:
                raise self._unreachable(_why(error)) from error

    def event_data(self, event: ServerSentEvent) -> dict[str, Any]:
        """The document that an event carries, with its number as `id` (0 where it has none)."""
        try:
            data = json.loads(event.data or "{}")
            number = int(event.id or 0)
        except (ValueError, RecursionError) as error:
            self._refuse("an event of its stream can't be read", error)
        if not isinstance(data, dict):
            self._refuse("an event of its stream can't be read")
        return data | {"id": number}

    def _send(self, method: str, path: str, **arguments: Any) -> Any:
        route = route_of(method, path)
        return self._document(route, self._answer(method, path, **arguments))

    def _document(self, route: Route, response: httpx.Response) -> Any:
        """The answer's JSON, once it is what the route gives. Raises NotUnderstood."""
        if route.media is None:
            if response.status_code != 204:
                self._refuse(f"HTTP {response.status_code} where the answer is 204, without content")
            return {}
        try:
            found = response.json()
            check_document(route, found)
        except Unfit as unfit:
            self._refuse(inert(unfit), unfit)
        except (ValueError, RecursionError) as error:
            self._refuse("it is no JSON", error)
        return found

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """A success; tried again while the server is away or busy with it, where that was asked for."""
        tried_from: float | None = None
        told = ""
        while True:
            found = self._try(method, path, arguments)
            waits = _waits_for(found)
            if self._patience is None or not waits:
                if told == _AWAY_NOTE and self._patience is not None:
                    self._patience.note(f"dd0c: {self.url} answers again.")
                if isinstance(found, httpx.Response):
                    return found
                raise found
            assert isinstance(found, CliError), "only a refusal is waited for"
            now = time.monotonic()
            tried_from = now if tried_from is None else tried_from
            if told != waits:
                self._patience.note(waits.format(error=found.message, url=self.url, patience=self._patience))
                told = waits
            if now - tried_from >= self._patience.seconds:
                raise found
            pause(self._patience.pause_seconds)

    def _try(self, method: str, path: str, arguments: dict[str, Any]) -> httpx.Response | CliError:
        """One attempt: the answer, or its error; UNREACHABLE is that of a server that is away."""
        try:
            response = self._http.request(method, path.lstrip("/"), **arguments)
        except httpx.InvalidURL as error:
            raise CliError(f"{inert(path)} can't be asked for: {error}.", ExitCode.USAGE) from error
        except httpx.DecodingError as error:
            self._refuse("it can't be decoded", error)
        except httpx.RequestError as error:
            lost = method != "GET" and not isinstance(error, _NOT_SENT)
            self.is_unanswered = self.is_unanswered or lost
            return self._unreachable(_why(error), lost=lost)
        if response.status_code not in _AWAY:
            self.is_unanswered = False
        if 300 <= response.status_code < 400:
            self._refuse(f"it redirects to {inert(response.headers.get('location', 'nowhere'))}")
        if response.status_code < 400:
            return response
        refusal = self._refusal(response, path)
        self.is_unanswered = self.is_unanswered or refusal.problem.get("code") == _BUSY
        return refusal

    def _unreachable(self, why: str, *, lost: bool = False) -> CliError:
        """`lost`: the request was sent, its answer was not heard."""
        if lost:
            return CliError(
                f"{self.url} took the request and does not answer ({why}): whether it was done is not known.",
                ExitCode.UNREACHABLE,
                "Once it answers, look whether it was done before you send it again.",
            )
        return CliError(
            f"{self.url} does not answer ({why}).",
            ExitCode.UNREACHABLE,
            "Start it with `make run`, or name another server with --url or DD0C_URL.",
        )

    def _refuse(self, why: str, error: Exception | None = None) -> NoReturn:
        raise NotUnderstood(self.url, why) from error

    def _refusal(self, response: httpx.Response, path: str) -> CliError:
        """The server's own words. Raises NotUnderstood where they are not those of this API."""
        problem = _problem(response)
        if problem is None:
            if response.status_code in _AWAY:
                why = f"HTTP {response.status_code} from what stands before it"
                return self._unreachable(why, lost=response.request.method != "GET")
            self._refuse(f"HTTP {response.status_code} without a reason")
        message = f"{problem['title']}: {problem['detail']}" if "detail" in problem else problem["title"]
        for place in problem.get("places", [])[:20]:
            if _place(place) not in message:
                message += f"\n  {_place(place)}"
        hint = problem.get("hint") or next_step(response.status_code, path)
        if problem.get("code") == "invalid_request":
            hint = help_hint()
        if (own := own_words(problem)) is not None and response.request.method != "GET":
            message, hint = own
        error = CliError(inert(message, lines=True), code_of_status(response.status_code), hint)
        error.problem = problem
        return error


_AWAY_NOTE: Final = "dd0c: {error} Trying again for up to {patience.seconds:g} s …"
_BUSY_NOTE: Final = (
    "dd0c: {url} still works on what was sent before. Asking again for up to {patience.seconds:g} s …"
)


def _waits_for(found: httpx.Response | CliError) -> str:
    """The note for what passes by itself; empty where there is nothing to wait for."""
    if not isinstance(found, CliError):
        return ""
    if found.code is ExitCode.UNREACHABLE:
        return _AWAY_NOTE
    return _BUSY_NOTE if found.problem.get("code") == _BUSY else ""


def _problem(response: httpx.Response) -> dict[str, Any] | None:
    """The problem document of a refusal (RFC 9457), None where there is none that this client can tell."""
    try:
        problem = response.json()
    except (ValueError, RecursionError):
        return None
    if not isinstance(problem, dict) or not isinstance(problem.get("places", []), list):
        return None
    texts = {name: problem.get(name, "") for name in ("title", "code", "detail", "hint")}
    if not texts["title"] or not all(isinstance(text, str) for text in texts.values()):
        return None
    return None if not all(isinstance(place, dict) for place in problem.get("places", [])) else problem


def _why(error: httpx.RequestError) -> str:
    """What the system says of it, e.g. `ConnectError: Connection refused`; at least the kind."""
    said = re.sub(r"^\[Errno -?\d+\] ", "", inert(error)).rstrip(".")
    return f"{type(error).__name__}: {said[:200]}" if said else type(error).__name__


def _given(query: dict[str, object]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}


def _place(place: dict[str, Any]) -> str:
    where = place.get("path") or ""
    if place.get("line"):
        where += f":{place['line']}" + (f":{place['column']}" if place.get("column") else "")
    return f"{where}: {place.get('message', '')}".lstrip(": ")
