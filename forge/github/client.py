"""Calls of GitHub's REST API: bounded in bytes, in time and in repeats; no redirect; no token in any text.

github3's session carries the calls. Its models are not used: they raise where an answer lacks a field that
nobody reads, and they follow addresses that stand in answers, wherever those lead.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from base import limits, log
from base.clock import Clock
from forge.errors import ForgeDown, TooLarge
from forge.github.answers import Answer, Document, items, limited, limited_for, refusal_of
from forge.github.credential import Credential
from forge.github.gate import Gate

if TYPE_CHECKING:
    from requests import Response
    from requests.auth import AuthBase

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

API_VERSION: Final = "2022-11-28"
PAGE: Final = 100
"""The most that GitHub puts on one page."""

_FIRST_PAUSE_SECONDS: Final = 0.5
_SLACK_SECONDS: Final = 0.05
"""A wait may end a little early."""
_CHUNK_BYTES: Final = 64 * 1024
_log = log.get(__name__)


class Unsure(ForgeDown):
    """The connection broke, or GitHub failed: whether the request took effect is not known."""


class GitHubClient:
    """One for each API and credential; used from several threads."""

    def __init__(
        self,
        api_url: str,
        credential: Credential,
        clock: Clock,
        *,
        seconds: float = limits.GITHUB_CALL_SECONDS,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """`seconds` bounds one operation: all requests, pauses and repeats within one `operation()`; `wait`
        waits for that many seconds.
        """
        self.wait = wait or threading.Event().wait
        self.credential = credential
        self._api_url = api_url
        self._clock = clock
        self._seconds = seconds
        self._gate = Gate(clock.monotonic)
        self._thread = threading.local()
        self._login: str | None = None

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Everything inside shares one deadline. An operation inside another keeps the outer one's."""
        if getattr(self._thread, "deadline", None) is not None:
            yield
            return
        self._thread.deadline = self._clock.monotonic() + self._seconds
        try:
            yield
        finally:
            self._thread.deadline = None

    def call(
        self,
        method: Method,
        path: str,
        what: str,
        *,
        body: Document | None = None,
        params: Mapping[str, str | int] | None = None,
        allow: Collection[int] = (),
        repeat: bool = True,
    ) -> Answer:
        """One request, repeated where GitHub asks to wait or fails, until the deadline.

        `what` completes "GitHub … to <what>". A status in `allow` is returned, not raised. `repeat` False is
        for what must not happen twice: a request of unknown fate raises Unsure. Raises the errors of
        `answers.refusal_of`, ForgeBusy, ForgeDown.
        """
        with self.operation():
            answer = self._settled(method, path, body, params, what, repeat=repeat)
        if answer.status < 300 or answer.status in allow:
            return answer
        raise refusal_of(answer, what)

    def _settled(
        self,
        method: Method,
        path: str,
        body: Document | None,
        params: Mapping[str, str | int] | None,
        what: str,
        *,
        repeat: bool,
    ) -> Answer:
        """The first answer that is neither a limit nor a failure."""
        pause = _FIRST_PAUSE_SECONDS
        for attempt in range(1, limits.GITHUB_ATTEMPTS + 1):
            last = attempt == limits.GITHUB_ATTEMPTS
            try:
                answer = self._once(method, path, body, params, what)
            except Unsure:
                if last or not repeat or not self._pause(pause):
                    raise
                pause *= 2
                continue
            if answer.status == 401 and not last and self.credential.forget(self._thread.token):
                continue
            wait = limited_for(answer, self._clock.now())
            if wait is None:
                return answer
            self._note_limit(wait, what)
            if last or not self._pause(wait + _SLACK_SECONDS):
                raise limited(wait)
        raise AssertionError("the last attempt returns or raises")

    def get(self, path: str, what: str, **params: str | int) -> Any:
        """The JSON at a path."""
        return self.call("GET", path, what, params=params).document

    def pages(self, path: str, what: str, *, first: int = 1, **params: str | int) -> Iterator[list[Document]]:
        """The pages of a list, each of PAGE items but the last; at most GITHUB_PAGES_MAX.

        No address in an answer is followed.
        """
        for number in range(first, first + limits.GITHUB_PAGES_MAX):
            found = items(self.get(path, what, per_page=PAGE, page=number, **params))
            yield found
            if len(found) < PAGE:
                return

    def login(self) -> str:
        """The account that our own changes are shown under."""
        if self._login is None:
            known = self.credential.login()
            document = {"login": known} if known else self.get("/user", "say whose token this is")
            login = document.get("login") if isinstance(document, dict) else None
            if not isinstance(login, str) or not login:
                raise ForgeDown("GitHub did not say whose token this is")
            self._login = login
        return self._login

    def _remaining(self) -> float:
        return float(self._thread.deadline) - self._clock.monotonic()

    def _pause(self, seconds: float) -> bool:
        """Wait, where there is time left for it and for one more request."""
        if seconds + 1.0 > self._remaining():
            return False
        self.wait(seconds)
        return True

    def _note_limit(self, seconds: float, what: str) -> None:
        self._gate.limited(seconds)
        _log.warning(
            "GitHub asks to wait",
            extra={"action": "github.limited", "seconds": round(seconds, 1), "call": what},
        )

    def _once(
        self,
        method: Method,
        path: str,
        body: Document | None,
        params: Mapping[str, str | int] | None,
        what: str,
    ) -> Answer:
        if self._remaining() <= 0:
            raise ForgeDown(f"GitHub took longer than {self._seconds:g} seconds to {what}")
        token = self._thread.token = self.credential.bearer()
        admission = self._gate.enter()
        try:
            answer = self._exchange(method, path, body, params, token)
        except (ForgeDown, TooLarge):
            self._gate.failed(admission)
            raise
        except BaseException:  # a probe that ends so must not stay the only one for ever
            self._gate.abandoned(admission)
            raise
        if answer.status >= 500:
            self._gate.failed(admission)
            raise Unsure(f"GitHub failed with {answer.status} when asked to {what}")
        self._gate.answered(admission)
        return answer

    def _exchange(
        self,
        method: Method,
        path: str,
        body: Document | None,
        params: Mapping[str, str | int] | None,
        token: str,
    ) -> Answer:
        """The border to requests and urllib3: their errors, which may quote addresses, become ours."""
        import requests
        import urllib3

        read = max(0.1, min(limits.GITHUB_READ_SECONDS, self._remaining()))
        try:
            with self._session().request(
                method,
                self._api_url + path,
                params=params,
                data=None if body is None else json.dumps(body).encode(),
                auth=_bearer(token),
                timeout=(limits.GITHUB_CONNECT_SECONDS, read),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = self._read(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, _parsed(content))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as fault:
            self._thread.session = None
            raise Unsure(f"GitHub could not be reached ({type(fault).__name__})") from None

    def _read(self, response: Response) -> bytes:
        """The body, bounded in bytes, and in seconds even where it trickles in."""
        found = bytearray()
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            found += chunk
            if len(found) > limits.GITHUB_ANSWER_MAX_BYTES:
                raise TooLarge(f"an answer of GitHub is larger than {limits.GITHUB_ANSWER_MAX_BYTES} bytes")
            if self._remaining() <= 0:
                raise Unsure(f"GitHub took longer than {self._seconds:g} seconds to answer")
        expected = response.headers.get("Content-Length", "")
        if expected.isdigit() and not response.headers.get("Content-Encoding") and len(found) < int(expected):
            raise Unsure("GitHub's answer was cut off")
        return bytes(found)

    def _session(self) -> Any:
        """This thread's connections. github3 is imported at the first call: it takes a third of a second."""
        session = getattr(self._thread, "session", None)
        if session is None:
            from github3.session import GitHubSession

            session = GitHubSession(limits.GITHUB_CONNECT_SECONDS, limits.GITHUB_READ_SECONDS)
            session.headers.update(
                {
                    "Accept": "application/vnd.github+json",
                    "X-GitHub-Api-Version": API_VERSION,
                    "User-Agent": "dd0c-run",
                }
            )
            self._thread.session = session
        return session


def _bearer(token: str) -> AuthBase:
    # Given with each request: otherwise a .netrc of the machine would take the header's place.
    from github3.session import TokenAuth

    made = TokenAuth(token)
    made.header_format_str = "Bearer {}"  # "token …", github3's own form, is refused for an App's signed word
    auth: AuthBase = made
    return auth


def _parsed(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None
