"""Git over HTTP for the built-in forge: a WSGI application of three addresses, nothing of the dumb protocol.

`GET /<tenant>/<repository>.git/info/refs?service=…`, `POST …/git-upload-pack`, `POST …/git-receive-pack`.
Who asks is HTTP Basic, any user name and an API token as the password; what they may do is injected.
"""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from urllib.parse import parse_qs

from dulwich.errors import GitProtocolError, HangupException, MissingCommitError, NotGitRepository
from dulwich.protocol import ReceivableProtocol
from dulwich.repo import Repo
from dulwich.server import BackendRepo, DictBackend, UploadPackHandler

from base import limits, log
from forge.errors import ForgeBusy, ForgeError, ForgeRefused, NoSuchRepository, TooLarge
from forge.receive import QuarantineHandler, Served

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_log = log.get(__name__)
log.get("dulwich").setLevel("WARNING")  # it tells every request and every capability at info

_PATH: Final = re.compile(
    r"/([a-z0-9][a-z0-9._-]{0,62})/([a-z0-9][a-z0-9._-]{0,62})\.git/(info/refs|git-upload-pack|git-receive-pack)"
)
_UPLOAD: Final = "git-upload-pack"
_RECEIVE: Final = "git-receive-pack"
_CHUNK_BYTES: Final = 256 * 1024
_COMMANDS_MAX_BYTES: Final = 4 * limits.MIB
_PUSHES_AT_ONCE: Final = 2
_NO_CACHE: Final = [("Cache-Control", "no-cache, max-age=0, must-revalidate"), ("Pragma", "no-cache")]


@dataclass(frozen=True)
class GitRequest:
    """Who asks for which repository, as sent: nothing in it is verified yet."""

    tenant: str
    repository: str
    service: str
    username: str | None
    password: str | None = field(repr=False)


class Unauthenticated(ForgeRefused):
    """Nobody is known by this credential, or none was sent."""


OpenRepository = Callable[[GitRequest], Served]
"""Authenticate and open. Raises Unauthenticated (401), NoSuchRepository (404, also for what the member
may not know of), ForgeRefused (403), ForgeBusy (503)."""


@dataclass(frozen=True)
class _Answer:
    status: str
    content_type: str
    body: Iterable[bytes]
    headers: tuple[tuple[str, str], ...] = ()


def git_app(open_repository: OpenRepository) -> WSGIApplication:
    """The WSGI application; mount it so that PATH_INFO begins with the tenant."""
    pushes = threading.BoundedSemaphore(_PUSHES_AT_ONCE)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = _answer(environ, open_repository, pushes)
        except Unauthenticated as refusal:
            answer = _text("401 Unauthorized", refusal.reason, ("WWW-Authenticate", 'Basic realm="dd0c"'))
        except NoSuchRepository:
            answer = _text("404 Not Found", "no such repository")
        except TooLarge as refusal:
            answer = _text("413 Content Too Large", refusal.reason)
        except ForgeRefused as refusal:
            answer = _text("403 Forbidden", refusal.reason)
        except ForgeBusy as busy:
            answer = _text(
                "503 Service Unavailable",
                busy.reason,
                ("Retry-After", str(int(busy.retry_after_seconds) or 1)),
            )
        except (GitProtocolError, HangupException, MissingCommitError, NotGitRepository, ForgeError) as fault:
            _log.info(
                "a git request was malformed", extra={"action": "forge.bad_request", "fault": str(fault)}
            )
            answer = _text("400 Bad Request", "this is not what git says")
        start_response(answer.status, [("Content-Type", answer.content_type), *answer.headers, *_NO_CACHE])
        return answer.body

    return application


def _text(status: str, reason: str, *headers: tuple[str, str]) -> _Answer:
    return _Answer(status, "text/plain; charset=utf-8", [reason.encode() + b"\n"], headers)


def _answer(
    environ: WSGIEnvironment, open_repository: OpenRepository, pushes: threading.BoundedSemaphore
) -> _Answer:
    match = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if match is None:
        raise NoSuchRepository("no such address")
    tenant, repository, action = match.groups()
    method = environ["REQUEST_METHOD"]
    service = action
    if action == "info/refs":
        service = parse_qs(environ.get("QUERY_STRING", "")).get("service", [""])[0]
    if service not in {_UPLOAD, _RECEIVE} or method != ("GET" if action == "info/refs" else "POST"):
        raise ForgeRefused("only git's smart protocol is served here")
    username, password = _credentials(environ)
    served = open_repository(GitRequest(tenant, repository, service, username, password))
    if not served.rights.read or (service == _RECEIVE and not served.rights.push):
        raise ForgeRefused(
            "your role may not push here" if served.rights.read else "your role may not read here"
        )
    if action == "info/refs":
        return _advertise(served, service)
    if environ.get("CONTENT_TYPE") != f"application/x-{service}-request":
        raise ForgeRefused("only git's smart protocol is served here")
    if service == _UPLOAD:
        return _upload(environ, served)
    return _receive(environ, served, pushes)


def _credentials(environ: WSGIEnvironment) -> tuple[str | None, str | None]:
    kind, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.casefold() != "basic":
        return None, None
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    username, _, password = text.partition(":")
    return username, password


class _Output:
    """Everything that a handler writes, in memory while it is small, on disk beyond."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_CHUNK_BYTES * 4)  # noqa: SIM115 # reason: chunks() closes it

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning; the file is closed at the end, or when the client goes away."""
        with self._file as file:
            file.seek(0)
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _no_input(_: int) -> bytes:
    return b""


def _backend(repo: Repo) -> DictBackend:
    """One repository under the empty path: the address was resolved before."""
    repositories: dict[str, BackendRepo] = {"": repo}
    return DictBackend(repositories)


def _advertise(served: Served, service: str) -> _Answer:
    output = _Output()
    proto = ReceivableProtocol(_no_input, output.write)
    with Repo(str(served.forge.repository.path)) as repo:
        proto.write_pkt_line(b"# service=" + service.encode() + b"\n")
        proto.write_pkt_line(None)
        backend = _backend(repo)
        if service == _UPLOAD:
            UploadPackHandler(backend, [""], proto, stateless_rpc=True, advertise_refs=True).handle()
        else:
            QuarantineHandler(served, backend, proto, _no_input).advertise()
    return _Answer("200 OK", f"application/x-{service}-advertisement", output.chunks())


def _upload(environ: WSGIEnvironment, served: Served) -> _Answer:
    output = _Output()
    read = _body(environ, _COMMANDS_MAX_BYTES)
    with Repo(str(served.forge.repository.path)) as repo:
        proto = ReceivableProtocol(read, output.write)
        UploadPackHandler(_backend(repo), [""], proto, stateless_rpc=True).handle()
    return _Answer("200 OK", f"application/x-{_UPLOAD}-result", output.chunks())


def _receive(environ: WSGIEnvironment, served: Served, pushes: threading.BoundedSemaphore) -> _Answer:
    output = _Output()
    read = _body(environ, limits.GIT_PACK_MAX_BYTES + _COMMANDS_MAX_BYTES)
    if not pushes.acquire(timeout=limits.GIT_LOCK_SECONDS):
        raise ForgeBusy("too many pushes at once", 5.0)
    try:
        with Repo(str(served.forge.repository.path)) as repo:
            proto = ReceivableProtocol(read, output.write)
            QuarantineHandler(served, _backend(repo), proto, proto.recv).handle()
    finally:
        pushes.release()
    return _Answer("200 OK", f"application/x-{_RECEIVE}-result", output.chunks())


def _body(environ: WSGIEnvironment, max_bytes: int) -> Callable[[int], bytes]:
    """A reader of the request's body: never past its length, never past `max_bytes` after inflating."""
    source = cast("BinaryIO", environ["wsgi.input"])
    length = environ.get("CONTENT_LENGTH", "")
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").casefold()
    left = int(length) if length.isdigit() else (None if chunked else 0)
    if left is not None and left > max_bytes:
        raise TooLarge(f"the request is larger than {max_bytes} bytes")
    encoding = environ.get("HTTP_CONTENT_ENCODING", "")
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise ForgeRefused("this content encoding is not understood")
    raw = _Limited(source.read, left, max_bytes)
    return _Gunzip(raw.read, max_bytes).read if encoding.endswith("gzip") else raw.read


class _Limited:
    """Reads at most `left` bytes (None: to the end), and refuses beyond `max_bytes`."""

    def __init__(self, read: Callable[[int], bytes], left: int | None, max_bytes: int) -> None:
        self._read = read
        self._left = left
        self._room = max_bytes

    def read(self, size: int) -> bytes:
        if self._left is not None:
            size = min(size, self._left)
        if size <= 0:
            return b""
        data = self._read(size)
        self._room -= len(data)
        if self._room < 0:
            raise TooLarge("the request is too large")
        if self._left is not None:
            self._left -= len(data)
        return data


class _Gunzip:
    """Inflates a gzip body in pieces, so that a small body can't become a large one in memory."""

    def __init__(self, read: Callable[[int], bytes], max_bytes: int) -> None:
        self._read = read
        self._machine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._room = max_bytes

    def read(self, size: int) -> bytes:
        while size > 0 and not self._machine.eof:
            data = self._machine.unconsumed_tail or self._read(_CHUNK_BYTES)
            if not data:
                raise HangupException
            try:
                piece = self._machine.decompress(data, size)
            except zlib.error:
                raise GitProtocolError("the body does not inflate") from None
            self._room -= len(piece)
            if self._room < 0:
                raise TooLarge("the request is too large")
            if piece:
                return piece
        return b""
