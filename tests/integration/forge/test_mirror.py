"""The mirror: what changed, bounded reads, and fetching from a real `git http-backend`."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pygit2
import pytest

from base import limits
from forge.errors import BadPack, ForgeDown, ForgeRefused, TooLarge
from forge.mirror import BareMirror, FetchLimits
from forge.packs import PackBounds
from forge.remote import Remote
from forge.storage import BareRepository, RepositoryFolder
from tests.integration.forge.conftest import REPOSITORY, TENANT, commit_on
from tests.integration.forge.git_client import commit, git


def seen(mirror: BareMirror, old: str | None, new: str, prefix: str = "") -> list[tuple[str, str]]:
    return [(change.kind, change.path) for change in mirror.changes(old, new, prefix)]


def test_changes_are_sorted_and_bounded_by_a_prefix(repository: BareRepository) -> None:
    mirror = BareMirror(repository)
    first = mirror.head("main") or ""
    second = commit_on(
        repository, {"runbooks/a.yaml": b"a: 2\n", "runbooks/x/b.yaml": b"b\n", "a.b": b"", "README.md": None}
    )
    assert seen(mirror, None, first) == [("added", "README.md"), ("added", "runbooks/a.yaml")]
    assert seen(mirror, first, second) == [
        ("deleted", "README.md"),
        ("added", "a.b"),
        ("modified", "runbooks/a.yaml"),
        ("added", "runbooks/x/b.yaml"),
    ]
    assert seen(mirror, first, second, "runbooks/x") == [("added", "runbooks/x/b.yaml")]
    assert seen(mirror, first, second, "nowhere") == []
    assert seen(mirror, second, second) == []
    assert (mirror.is_ancestor(first, second), mirror.is_ancestor(second, first)) == (True, False)
    assert not mirror.is_ancestor("12" * 20, second)


def test_a_file_and_a_folder_change_places(repository: BareRepository) -> None:
    mirror = BareMirror(repository)
    first = commit_on(repository, {"x": b"file\n"})
    second = commit_on(repository, {"x": None})
    third = commit_on(repository, {"x/y": b"inside\n"})
    assert seen(mirror, first, second) == [("deleted", "x")]
    assert seen(mirror, first, third) == [("deleted", "x"), ("added", "x/y")]


def hostile_tree(repository: BareRepository, entries: list[tuple[str, bytes, str]], parent: str) -> str:
    raw = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    store = repository.git()
    tree = store.odb.write(pygit2.enums.ObjectType.TREE, raw)
    who = pygit2.Signature("a", "a@example.com")
    return str(store.create_commit(None, who, who, "hostile", tree, [pygit2.Oid(hex=parent)]))


def test_r40_hostile_entries_come_as_skipped_and_nothing_is_opened(repository: BareRepository) -> None:
    mirror = BareMirror(repository)
    head = mirror.head("main") or ""
    blob = next(change.blob for change in mirror.changes(None, head, "") if change.blob) or ""
    folder = str(repository.git()[head].peel(pygit2.Tree)["runbooks"].id)
    hostile = hostile_tree(
        repository,
        [
            ("100644", b"..", blob),
            ("100644", b"/etc/passwd", blob),
            ("120000", b"link.yaml", blob),
            ("160000", b"module", blob),
            ("40000", b".GIT", folder),
            ("100644", b"\xff.yaml", blob),
            ("40000", b"Folder", folder),
            ("40000", b"folder", folder),
            ("100644", b"good.yaml", blob),
        ],
        head,
    )
    found = {change.path: change for change in mirror.changes(None, hostile, "")}
    assert {path for path, change in found.items() if change.skipped is None} == {"good.yaml"}
    assert all(change.blob is None for change in found.values() if change.skipped is not None)
    assert "can be taken for" in (found["Folder/a.yaml"].skipped or found["good.yaml"].skipped).reason  # type: ignore[union-attr]  # skipped is set
    assert set(found) > {"..", "/etc/passwd", "link.yaml", "module", ".GIT", "\\xff.yaml", "folder/a.yaml"}


def test_r42_reads_are_bounded_before_they_are_read(repository: BareRepository) -> None:
    mirror = BareMirror(repository)
    head = commit_on(repository, {"big": b"0" * 5_000_000})
    blob = next(change.blob for change in mirror.changes(None, head, "") if change.path == "big")
    assert blob is not None
    with pytest.raises(TooLarge):
        mirror.read(blob, max_bytes=1_000_000)
    assert len(mirror.read(blob, max_bytes=5_000_000)) == 5_000_000
    with pytest.raises(BadPack):
        mirror.read("12" * 20, max_bytes=10)
    with pytest.raises(BadPack):
        mirror.read(head, max_bytes=10_000)


def test_r42_a_tree_that_contains_itself_many_times_is_refused(repository: BareRepository) -> None:
    store = repository.git()
    tree = store.odb.write(
        pygit2.enums.ObjectType.TREE, b"100644 f\0" + bytes.fromhex(str(store.create_blob(b"x")))
    )
    for _ in range(10):
        raw = b"".join(f"40000 {n}".encode() + b"\0" + tree.raw for n in range(10))
        tree = store.odb.write(pygit2.enums.ObjectType.TREE, raw)
    who = pygit2.Signature("a", "a@example.com")
    bomb = str(store.create_commit(None, who, who, "bomb", tree, []))
    with pytest.raises(TooLarge):
        list(BareMirror(repository).changes(None, bomb, ""))


@dataclass
class Upstream:
    """A repository behind `git http-backend`, the server that everybody else runs."""

    path: Path
    work: Path
    url: str
    cut_after_bytes: int | None = None
    requests: int = 0

    def remote(self, branch: str = "main") -> Remote:
        return Remote(self.url, branch, password="token")

    def push(self, files: dict[str, str | bytes | None], *, force: bool = False) -> str:
        head = commit(self.work, files)
        git(self.work, "push", "-q", *(["--force"] if force else []), "origin", "HEAD:main")
        return head


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Upstream]:
    path, work = tmp_path / "upstream.git", tmp_path / "upstream-work"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(path))
    git(tmp_path, "clone", "-q", str(path), str(work))
    made = Upstream(path, work, "")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(made))
    made.url = f"http://127.0.0.1:{server.server_address[1]}/upstream.git"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)


def handler_for(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    """The few lines of CGI that `git http-backend` needs."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            upstream.requests += 1
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            environment = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(upstream.path.parent),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_NOSYSTEM": "1",
                "PATH_INFO": parts.path,
                "QUERY_STRING": parts.query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                "CONTENT_LENGTH": str(length),
            }
            done = subprocess.run(
                ["git", "http-backend"],
                input=self.rfile.read(length),
                env=environment,
                capture_output=True,
                check=False,
            )
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(fields.pop("Status", "200").split(" ")[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            cut = upstream.cut_after_bytes if self.command == "POST" else None
            self.wfile.write(body if cut is None else body[:cut])

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def log_message(self, *_: object) -> None:
            return

    return Handler


@pytest.fixture
def copy(folder: RepositoryFolder) -> BareRepository:
    return folder.create(TENANT, REPOSITORY)


def test_fetch_brings_the_branch_and_only_what_is_new(upstream: Upstream, copy: BareRepository) -> None:
    mirror = BareMirror(copy)
    first = upstream.push({"runbooks/a.yaml": "a: 1\n"})
    result = mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert (result.head, result.before, result.forced) == (first, None, False)
    second = upstream.push({"runbooks/b.yaml": "b: 1\n"})
    result = mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert (result.head, result.before, result.forced) == (second, first, False)
    assert seen(mirror, first, second) == [("added", "runbooks/b.yaml")]
    again = mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert (again.head, again.before, again.received_bytes) == (second, second, 0)


def test_r44_a_force_push_is_followed_and_named(upstream: Upstream, copy: BareRepository) -> None:
    mirror = BareMirror(copy)
    first = upstream.push({"a": "1\n"})
    mirror.fetch(upstream.remote(), limits=FetchLimits())
    git(upstream.work, "checkout", "-q", "--orphan", "other")
    second = upstream.push({"a": "2\n"}, force=True)
    result = mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert (result.head, result.before, result.forced) == (second, first, True)


def test_r44_an_empty_remote_or_a_missing_branch_moves_nothing(
    upstream: Upstream, copy: BareRepository
) -> None:
    mirror = BareMirror(copy)
    assert mirror.fetch(upstream.remote(), limits=FetchLimits()).head is None
    head = upstream.push({"a": "1\n"})
    mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert mirror.fetch(upstream.remote("gone"), limits=FetchLimits()).head is None
    assert mirror.head("main") == head


@pytest.mark.parametrize("cut", [0, 20, 200, 2_000])
def test_r44_a_pack_that_breaks_off_is_never_visible(
    upstream: Upstream, copy: BareRepository, cut: int
) -> None:
    mirror = BareMirror(copy)
    head = upstream.push({"a": os.urandom(50_000)})
    upstream.cut_after_bytes = cut
    with pytest.raises((ForgeDown, BadPack)):
        mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert mirror.head("main") is None
    assert head not in copy.git().odb
    assert list(copy.quarantine_folder.iterdir()) == []
    upstream.cut_after_bytes = None
    assert mirror.fetch(upstream.remote(), limits=FetchLimits()).head == head


def test_r42_a_fetch_is_bounded(upstream: Upstream, copy: BareRepository) -> None:
    mirror = BareMirror(copy)
    upstream.push({"a": os.urandom(500_000)})
    with pytest.raises(TooLarge):
        mirror.fetch(upstream.remote(), limits=FetchLimits(pack_bytes=100_000))
    with pytest.raises(TooLarge):
        mirror.fetch(upstream.remote(), limits=FetchLimits(pack=PackBounds(object_bytes=1000)))
    assert mirror.head("main") is None


def test_r42_a_history_written_anew_again_and_again_does_not_fill_the_disk(
    upstream: Upstream, copy: BareRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GIT_REPOSITORY_MAX_BYTES", 300_000)
    mirror = BareMirror(copy)
    head = upstream.push({"a": os.urandom(200_000)})
    mirror.fetch(upstream.remote(), limits=FetchLimits())
    git(upstream.work, "commit", "-q", "--amend", "-m", "anew", "--allow-empty")
    upstream.push({"a": os.urandom(200_000)}, force=True)
    with pytest.raises(TooLarge, match="all packs of this repository would be") as caught:
        mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert caught.value.hint == "begin a repository with a shorter history"
    assert mirror.head("main") == head
    kept = sum(pack.stat().st_size for pack in (copy.path / "objects" / "pack").glob("*.pack"))
    assert kept < 300_000 and list(copy.quarantine_folder.glob("*")) == []


def test_r42_what_the_next_commit_took_back_stops_no_fetch(upstream: Upstream, copy: BareRepository) -> None:
    git(upstream.path, "config", "uploadpack.allowFilter", "true")
    mirror = BareMirror(copy)
    upstream.push({"runbooks/a.yaml": "a: 1\n"})
    deep = "/".join(str(level) for level in range(limits.GIT_TREE_MAX_DEPTH + 2))
    for path, content in (("docs/film.bin", os.urandom(limits.GIT_OBJECT_MAX_BYTES + 1)), (deep, b"deep")):
        mirror.fetch(upstream.remote(), limits=FetchLimits())
        upstream.push({path: content})
        upstream.push({path: None})
        head = upstream.push({"runbooks/a.yaml": f"a: {path}\n"})
        assert mirror.fetch(upstream.remote(), limits=FetchLimits()).head == head
    film = os.urandom(limits.GIT_OBJECT_MAX_BYTES + 1)
    upstream.push({"runbooks/film.yaml": film, "docs/other.bin": film[1:] + b"x"})
    mirror.fetch(upstream.remote(), limits=FetchLimits())
    # the next version of a file that was left out comes whole, and history goes on
    head = upstream.push({"runbooks/film.yaml": film[:1000], "docs/other.bin": film[2:2000]})
    before = mirror.head("main") or ""
    assert mirror.fetch(upstream.remote(), limits=FetchLimits()).head == head
    found = {change.path: change for change in mirror.changes(before, head, "")}
    assert mirror.read(found["runbooks/film.yaml"].blob or "", max_bytes=1_000) == film[:1000]
    with pytest.raises(BadPack, match="is not fetched"):
        mirror.read(found["runbooks/film.yaml"].old_blob or "", max_bytes=10**9)
    git(upstream.path, "config", "uploadpack.allowFilter", "false")
    upstream.push({"docs/film.bin": film})
    with pytest.raises(TooLarge, match="an object of") as caught:
        mirror.fetch(upstream.remote(), limits=FetchLimits())
    assert "uploadpack.allowFilter" in (caught.value.hint or "")


def test_small_packs_are_gathered_and_nothing_is_lost(
    upstream: Upstream, copy: BareRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.gather.PACKS_MAX", 3)
    mirror = BareMirror(copy)
    heads, opened = [], mirror.opened()
    for number in range(9):
        heads.append(upstream.push({f"{number}.txt": f"{number}\n"}))
        mirror.fetch(upstream.remote(), limits=FetchLimits())
        assert len(list((copy.path / "objects" / "pack").glob("*.pack"))) <= 4
    for reader in (opened, mirror):
        for number, head in enumerate(heads):
            change = next(each for each in reader.changes(None, head, "") if each.path == f"{number}.txt")
            assert reader.read(change.blob or "", max_bytes=9) == f"{number}\n".encode()
    names = {part.suffix for part in (copy.path / "objects" / "pack").iterdir()}
    assert names == {".pack", ".idx"} and list(copy.quarantine_folder.iterdir()) == []


def test_no_repository_and_no_server(upstream: Upstream, copy: BareRepository) -> None:
    mirror = BareMirror(copy)
    with pytest.raises(ForgeRefused):
        mirror.fetch(Remote(upstream.url.replace("upstream", "nothing"), "main"), limits=FetchLimits())
    with pytest.raises(ForgeDown):
        mirror.fetch(Remote("http://127.0.0.1:9/x.git", "main"), limits=FetchLimits(seconds=2))
