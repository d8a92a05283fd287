"""A real git client against the built-in forge's server: clone, fetch, push, and all that is refused."""

from __future__ import annotations

import base64
import os
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from forge.builtin import BuiltinForge
from forge.errors import NoSuchRepository
from forge.pull_requests import CLASSIFICATION_CHECK, Check
from forge.push_rules import PushRights
from forge.receive import PushVerdict, ReceivedPush, Served
from forge.server import GitRequest, Unauthenticated
from forge.storage import BareRepository
from tests.integration.forge.conformance import AUTHOR
from tests.integration.forge.git_client import TOKEN, address, commit, git, serve

MAINTAINER_RIGHTS = PushRights(read=True, push=True, push_base=True)


@dataclass
class RecordingHooks:
    """Refuses a push whose files hold `BAD`, and remembers what was accepted."""

    accepted_pushes: list[tuple[ReceivedPush, tuple[int, ...]]] = field(default_factory=list)
    blow_up: bool = False

    def check(self, push: ReceivedPush) -> PushVerdict:
        refused: dict[str, str] = {}
        checks: dict[str, Check] = {}
        for update in push.updates:
            if update.new is None:
                continue
            blobs = [c.blob for c in push.mirror.changes(update.old, update.new, "runbooks") if c.blob]
            bad = any(b"BAD" in push.mirror.read(blob, max_bytes=1_000_000) for blob in blobs)
            if bad and update.ref == push.base_ref:
                refused[update.ref] = "runbooks/x.yaml:1: this is bad"
            checks[update.new] = Check(CLASSIFICATION_CHECK, "fail" if bad else "pass", "checked", "")
        return PushVerdict(refused, ["dd0c: checked"], checks)

    def accepted(self, push: ReceivedPush, numbers: Sequence[int]) -> Sequence[str]:
        self.accepted_pushes.append((push, tuple(numbers)))
        if self.blow_up:
            raise RuntimeError("the database is away")
        return [f"dd0c: pull request {number}" for number in numbers]


@dataclass
class Site:
    """A running server and what it was asked."""

    url: str
    forge: BuiltinForge
    hooks: RecordingHooks
    rights: PushRights = MAINTAINER_RIGHTS
    requests: list[GitRequest] = field(default_factory=list)

    def open(self, request: GitRequest) -> Served:
        self.requests.append(request)
        if request.password is None or not request.password.startswith("ddt_"):
            raise Unauthenticated("send an API token as the password")
        if (request.tenant, request.repository, request.password) != ("acme", "runbooks", TOKEN):
            raise NoSuchRepository("no such repository")
        return Served(self.forge, AUTHOR, self.rights, self.hooks)


@pytest.fixture
def site(builtin: BuiltinForge) -> Iterator[Site]:
    made = Site("", builtin, RecordingHooks())
    with serve(made.open) as url:
        made.url = url
        yield made


@pytest.fixture
def work(site: Site, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "-q", address(site.url), "work")
    return tmp_path / "work"


def leftovers(repository: BareRepository) -> list[str]:
    folder = repository.quarantine_folder
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_clone_checks_out_main(work: Path) -> None:
    assert (work / "runbooks" / "a.yaml").read_text() == "a: 1\n"
    assert git(work, "branch", "--show-current").out == "main"


def test_push_and_fetch_two_thousand_files(site: Site, work: Path, tmp_path: Path) -> None:
    commit(work, {"big.bin": os.urandom(3_000_000)})
    files: dict[str, str | bytes | None] = {f"docs/{n % 50}/{n}.md": f"text {n}\n" * 20 for n in range(300)}
    head = commit(work, files)
    git(work, "push", "-q", "origin", "main")
    assert site.forge.repository.ref("refs/heads/main") == head
    git(tmp_path, "clone", "-q", address(site.url), "again")
    assert (tmp_path / "again" / "docs" / "1" / "1.md").read_text().startswith("text 1\n")
    commit(work, {"README.md": "newer\n"})
    git(work, "push", "-q")
    git(tmp_path / "again", "pull", "-q")
    assert (tmp_path / "again" / "README.md").read_text() == "newer\n"
    git(tmp_path, "fsck", "--strict", str(site.forge.repository.path), check=False)
    assert git(site.forge.repository.path, "fsck", "--strict").code == 0


def test_shallow_clone(site: Site, work: Path, tmp_path: Path) -> None:
    commit(work, {"README.md": "newer\n"})
    git(work, "push", "-q", "origin", "main")
    git(tmp_path, "clone", "-q", "--depth", "1", address(site.url), "shallow")
    assert git(tmp_path / "shallow", "rev-list", "--count", "HEAD").out == "1"


def test_a_wrong_token_and_another_tenant_see_nothing(site: Site, tmp_path: Path) -> None:
    for token, tenant, repository in [
        ("wrong", "acme", "runbooks"),
        ("ddt_other", "acme", "runbooks"),
        (TOKEN, "umbrella", "runbooks"),
        (TOKEN, "acme", "secrets"),
    ]:
        result = git(
            tmp_path, "clone", address(site.url, token, repository, tenant), f"{tenant}-{token}", check=False
        )
        assert result.code != 0
        assert "not found" in result.err or "Authentication failed" in result.err


def test_only_the_smart_protocol_is_served(site: Site) -> None:
    for path in ["/HEAD", "/objects/info/packs", "/info/refs", "/config", "/../../etc/passwd", "/info/refs/"]:
        request = urllib.request.Request(f"{site.url}/acme/runbooks.git{path}")
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        assert caught.value.code in {401, 403, 404}


def test_without_the_right_main_is_protected(site: Site, work: Path) -> None:
    site.rights = replace(MAINTAINER_RIGHTS, push_base=False)
    before = site.forge.repository.ref("refs/heads/main")
    commit(work, {"README.md": "newer\n"})
    result = git(work, "push", "origin", "main", check=False)
    assert result.code != 0
    assert "it is protected: push a branch dd0c/<name>" in result.err
    assert site.forge.repository.ref("refs/heads/main") == before
    assert leftovers(site.forge.repository) == []


def test_a_viewer_can_read_but_not_push(site: Site, work: Path) -> None:
    site.rights = PushRights(read=True, push=False, push_base=False)
    git(work, "fetch", "-q")
    commit(work, {"README.md": "newer\n"})
    result = git(work, "push", "origin", "HEAD:refs/heads/mine", check=False)
    assert result.code != 0
    assert "your role may not push here" in result.err


def test_a_bad_file_is_refused_with_its_reason_and_nothing_stays(site: Site, work: Path) -> None:
    before = sorted(path.name for path in (site.forge.repository.path / "objects" / "pack").glob("*"))
    head = commit(work, {"runbooks/x.yaml": "BAD\n"})
    result = git(work, "push", "origin", "main", check=False)
    assert result.code != 0
    assert "runbooks/x.yaml:1: this is bad" in result.err
    assert "dd0c: checked" in result.err
    assert head not in site.forge.repository.git().odb
    assert sorted(p.name for p in (site.forge.repository.path / "objects" / "pack").glob("*")) == before
    assert leftovers(site.forge.repository) == []
    assert site.hooks.accepted_pushes == []


def test_an_accepted_push_to_main_is_told(site: Site, work: Path) -> None:
    head = commit(work, {"runbooks/x.yaml": "good\n"})
    git(work, "push", "-q", "origin", "main")
    ((push, numbers),) = site.hooks.accepted_pushes
    assert [(update.ref, update.new) for update in push.updates] == [("refs/heads/main", head)]
    assert (push.actor, numbers) == (AUTHOR, ())


def test_a_failing_follow_up_does_not_fail_the_push(site: Site, work: Path) -> None:
    site.hooks.blow_up = True
    head = commit(work, {"runbooks/x.yaml": "good\n"})
    result = git(work, "push", "origin", "main")
    assert "will follow" in result.err
    assert site.forge.repository.ref("refs/heads/main") == head


def test_a_pushed_branch_opens_updates_and_closes_a_pull_request(site: Site, work: Path) -> None:
    git(work, "switch", "-q", "-c", "dd0c/disk-full")
    first = commit(work, {"runbooks/disk.yaml": "d: 1\n"}, "Add disk runbook\n\nBecause.")
    result = git(work, "push", "origin", "dd0c/disk-full")
    assert "dd0c: pull request 1" in result.err
    pull = site.forge.get(1)
    assert (pull.title, pull.body, pull.head, pull.author) == (
        "Add disk runbook",
        "Because.",
        first,
        AUTHOR.id,
    )
    assert [check.status for check in pull.checks] == ["pass"]
    second = commit(work, {"runbooks/disk.yaml": "BAD\n"}, "Worse")
    git(work, "push", "-q", "origin", "dd0c/disk-full")
    pull = site.forge.get(1)
    assert (pull.head, [check.status for check in pull.checks]) == (second, ["fail"])
    git(work, "push", "-q", "origin", ":dd0c/disk-full")
    assert site.forge.get(1).state == "closed"
    assert site.forge.repository.ref("refs/pull/1/head") == second


def test_the_head_of_a_pull_request_can_be_fetched(site: Site, work: Path) -> None:
    git(work, "switch", "-q", "-c", "dd0c/x")
    head = commit(work, {"x.md": "x\n"})
    git(work, "push", "-q", "origin", "dd0c/x")
    git(work, "fetch", "-q", "origin", "pull/1/head")
    assert git(work, "rev-parse", "FETCH_HEAD").out == head


@pytest.mark.parametrize(
    ("refspec", "reason"),
    [
        ("HEAD:refs/heads/dd0c-audit", "witnesses the audit trail"),
        ("HEAD:refs/pull/1/head", "only branches and tags"),
        ("HEAD:refs/dd0c/x", "only branches and tags"),
        ("HEAD:refs/heads/dd0c/UPPER", "the branch of a pull request is named"),
        (":refs/heads/main", "can't be deleted"),
    ],
)
def test_refs_that_nobody_may_push(site: Site, work: Path, refspec: str, reason: str) -> None:
    commit(work, {"README.md": "newer\n"})
    result = git(work, "push", "origin", refspec, check=False)
    assert result.code != 0
    assert reason in result.err


def test_r44_the_protected_branch_never_goes_back(site: Site, work: Path) -> None:
    head = commit(work, {"README.md": "newer\n"})
    git(work, "push", "-q", "origin", "main")
    git(work, "reset", "-q", "--hard", "HEAD~1")
    commit(work, {"README.md": "rewritten\n"})
    result = git(work, "push", "--force", "origin", "main", check=False)
    assert result.code != 0
    assert "never goes back" in result.err
    assert site.forge.repository.ref("refs/heads/main") == head


def test_a_faked_merge_trailer_is_refused(site: Site, work: Path) -> None:
    commit(work, {"README.md": "newer\n"}, "Innocent\n\nDd0c-Pull: 1")
    result = git(work, "push", "origin", "main", check=False)
    assert result.code != 0
    assert "only a merge writes" in result.err


def test_an_atomic_push_is_all_or_nothing(site: Site, work: Path) -> None:
    commit(work, {"README.md": "newer\n"})
    result = git(
        work, "push", "--atomic", "origin", "HEAD:refs/heads/fine", "HEAD:refs/heads/dd0c-audit", check=False
    )
    assert result.code != 0
    assert site.forge.repository.ref("refs/heads/fine") is None


def tree_with(work: Path, mode: str, name: bytes, oid: str) -> str:
    """A commit on main whose root tree has one more entry, written raw: git itself would not."""
    raw = mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid)
    tree = git(work, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw).out
    return git(work, "commit-tree", "-p", "HEAD", "-m", "hostile", tree).out


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT", b"git~1", ".g\u200cit".encode()])
def test_r40_names_that_hurt_a_clone_are_refused(site: Site, work: Path, name: bytes) -> None:
    blob = git(work, "rev-parse", "HEAD:README.md").out
    hostile = tree_with(work, "100644", name, blob)
    result = git(work, "push", "origin", f"{hostile}:refs/heads/hostile", check=False)
    assert result.code != 0
    assert "is not allowed in a repository" in result.err
    assert hostile not in site.forge.repository.git().odb


def test_r44_a_pack_without_its_objects_is_refused(site: Site, work: Path) -> None:
    missing = tree_with(work, "100644", b"gone.yaml", "12" * 20)
    result = git(work, "push", "origin", f"{missing}:refs/heads/hole", check=False)
    assert result.code != 0
    assert site.forge.repository.ref("refs/heads/hole") is None


def test_r42_a_hundred_megabytes_of_zeros_are_refused_by_their_header(site: Site, work: Path) -> None:
    commit(work, {"runbooks/zeros.yaml": b"0" * 100_000_000})
    result = git(work, "push", "origin", "main", check=False)
    assert result.code != 0
    assert "is larger than" in result.err
    assert leftovers(site.forge.repository) == []


def test_r42_a_pack_that_is_no_pack_is_refused(site: Site) -> None:
    old = site.forge.repository.ref("refs/heads/main") or ""
    line = f"{old} {'1' * 40} refs/heads/main".encode() + b"\0report-status side-band-64k"
    body = (
        f"{len(line) + 4:04x}".encode() + line + b"0000" + b"PACK\0\0\0\2\0\0\0\1" + zlib.compress(b"x" * 99)
    )
    request = urllib.request.Request(
        f"{site.url}/acme/runbooks.git/git-receive-pack",
        data=body,
        headers={"Content-Type": "application/x-git-receive-pack-request", "Authorization": basic()},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    assert b"ng refs/heads/main" in text
    assert site.forge.repository.ref("refs/heads/main") == old


def test_r42_a_gzip_bomb_as_the_body_is_cut_off(site: Site) -> None:
    machine = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = machine.compress((b"0032want " + b"0" * 40 + b"\n") * 200_000) + machine.flush()
    request = urllib.request.Request(
        f"{site.url}/acme/runbooks.git/git-upload-pack",
        data=body,
        headers={
            "Content-Type": "application/x-git-upload-pack-request",
            "Content-Encoding": "gzip",
            "Authorization": basic(),
        },
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert caught.value.code in {400, 413}


def basic() -> str:
    return "Basic " + base64.b64encode(f"git:{TOKEN}".encode()).decode()
