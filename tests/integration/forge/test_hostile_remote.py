"""A remote that answers whatever it likes: a fetch ends soon, in words, and the mirror is as it was."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from base import limits
from forge.errors import ForgeDown, ForgeError, ForgeRefused, TooLarge
from forge.mirror import BareMirror, FetchLimits
from forge.remote import Remote
from forge.storage import BareRepository, RepositoryFolder
from tests.integration.forge.conftest import REPOSITORY, TENANT

HEAD = "ab" * 20
REFS = "application/x-git-upload-pack-advertisement"
PACK = "application/x-git-upload-pack-result"


def line(text: bytes) -> bytes:
    return f"{len(text) + 4:04x}".encode() + text


SERVICE = line(b"# service=git-upload-pack\n") + b"0000"
MAIN = HEAD.encode() + b" refs/heads/main"
ADVERTISED = SERVICE + line(MAIN + b"\0side-band-64k ofs-delta\n") + b"0000"
ONE_REF = line(HEAD.encode() + b" refs/tags/" + b"x" * 500 + b"\n")


class Answer:
    """What one request gets; `endless` is sent again and again until the client has gone."""

    def __init__(
        self, body: bytes = b"", kind: str = REFS, status: int = 200, endless: bytes = b"", **fields: str
    ) -> None:
        self.body, self.kind, self.status, self.endless, self.fields = body, kind, status, endless, fields


@contextmanager
def serving(refs: Answer, pack: Answer | None = None) -> Iterator[str]:
    """A server with one answer for the refs and one for the pack; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self, given: Answer) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(given.status)
            self.send_header("Content-Type", given.kind)
            for name, value in given.fields.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(given.body)
                while given.endless:
                    self.wfile.write(given.endless * 100)

        def do_GET(self) -> None:
            self.answer(refs)

        def do_POST(self) -> None:
            self.answer(pack or Answer(kind=PACK))

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/acme/runbooks.git"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def copy(folder: RepositoryFolder, monkeypatch: pytest.MonkeyPatch) -> BareRepository:
    monkeypatch.setattr(limits, "GIT_REFS_MAX_BYTES", 300_000)
    return folder.create(TENANT, REPOSITORY)


LISTS = {
    "nothing": Answer(),
    "no git": Answer(b"<html>hello", "text/html"),
    "an old protocol": Answer(b"", "text/plain"),
    "no length": Answer(b"zzzz"),
    "a negative length": Answer(b"-001"),
    "a length of three": Answer(b"0003"),
    "cut off": Answer(ADVERTISED[:-30]),
    "another service": Answer(line(b"# service=git-receive-pack\n") + b"0000"),
    "two first lines": Answer(line(b"# service=git-upload-pack\n") * 2 + b"0000"),
    "no id": Answer(SERVICE + line(b"x" * 40 + b" refs/heads/main\0\n") + b"0000"),
    "a short id": Answer(SERVICE + line(b"ab refs/heads/main\0\n") + b"0000"),
    "no blank": Answer(SERVICE + line(b"refs/heads/main\n") + b"0000"),
    "an error with an escape": Answer(SERVICE + line(b"ERR \x1b[31mno\n") + b"0000"),
    "an unknown version": Answer(line(b"version 9\n") + b"0000"),
    "version 2": Answer(line(b"version 2\n") + b"0000"),
    "no gzip": Answer(b"\x1f\x8bno", Content_Encoding="gzip"),
    "a redirect to a file": Answer(status=302, Location="file:///etc/passwd"),
    "a redirect inside": Answer(status=302, Location="http://169.254.169.254/info/refs"),
    "a fault": Answer(status=500),
    "too many": Answer(status=429),
    "a hidden repository": Answer(status=404),
    "a wrong credential": Answer(status=401),
}
PACKS = {
    "nothing": Answer(kind=PACK),
    "no length": Answer(b"zzzz", PACK),
    "no acknowledgement": Answer(line(b"what\n"), PACK),
    "a fatal message": Answer(line(b"NAK\n") + line(b"\x03\x1b[31mno\n") + b"0000", PACK),
    "an unknown channel": Answer(line(b"NAK\n") + line(b"\x09no\n") + b"0000", PACK),
    "no pack": Answer(line(b"NAK\n") + line(b"\x01what is this\n") + b"0000", PACK),
    "an empty pack": Answer(line(b"NAK\n") + line(b"\x01PACK\0\0\0\2\0\0\0\0" + b"\0" * 20) + b"0000", PACK),
    "half a pack": Answer(line(b"NAK\n") + line(b"\x01PACK\0\0\0\2\0\0\0\7\x95"), PACK),
    "a fault": Answer(kind=PACK, status=500),
}


def refused(copy: BareRepository, refs: Answer, pack: Answer | None = None) -> ForgeError:
    """The error of a fetch; the mirror must be as it was."""
    with serving(refs, pack) as address, pytest.raises(ForgeError) as caught:
        BareMirror(copy).fetch(Remote(address, "main"), limits=FetchLimits(pack_bytes=300_000, seconds=30))
    assert BareMirror(copy).head("main") is None
    assert list(copy.quarantine_folder.glob("*")) == []
    assert list((copy.path / "objects" / "pack").glob("*")) == []
    assert caught.value.reason.isprintable()
    return caught.value


def test_r42_r44_whatever_the_list_of_refs_is_a_fetch_ends_in_words(copy: BareRepository) -> None:
    found = {name: refused(copy, answer) for name, answer in LISTS.items()}
    assert isinstance(found["a wrong credential"], ForgeRefused)
    assert isinstance(found["a hidden repository"], ForgeRefused)
    assert "git's protocol" in found["no git"].reason
    assert all(isinstance(found[name], ForgeDown) for name in ("a fault", "too many", "a redirect to a file"))


def test_r42_r44_whatever_the_pack_is_nothing_is_kept(copy: BareRepository) -> None:
    for answer in PACKS.values():
        refused(copy, Answer(ADVERTISED), answer)


@pytest.mark.parametrize(
    ("refs", "pack"),
    [
        (Answer(SERVICE + line(MAIN + b"\0\n"), endless=ONE_REF), None),
        (Answer(gzip.compress(SERVICE + ONE_REF * 4_000), Content_Encoding="gzip"), None),
        (Answer(ADVERTISED), Answer(line(b"NAK\n"), PACK, endless=line(b"\x02still counting\r"))),
        (Answer(ADVERTISED), Answer(line(b"NAK\n"), PACK, endless=line(b"\x01" + b"PACK" * 1_000))),
    ],
    ids=["endless refs", "refs that unfold", "endless progress", "an endless pack"],
)
def test_r42_what_has_no_end_is_cut_off(copy: BareRepository, refs: Answer, pack: Answer | None) -> None:
    assert isinstance(refused(copy, refs, pack), TooLarge)
