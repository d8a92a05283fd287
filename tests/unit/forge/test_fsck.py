"""Trees that a push may not bring."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.commit import pull_number
from forge.commit_facts import facts_of
from forge.errors import BadPack
from forge.fsck import check_objects
from forge.tree import read_commit

FILE, FOLDER, LINK, MODULE = b"100644", b"40000", b"120000", b"160000"
Line = tuple[bytes, bytes]
"""Mode and name."""


def commit_of(git: pygit2.Repository, *names: bytes) -> str:
    """A commit of a hand-made tree with these folders, whatever git would say of it."""
    return commit_with(git, *((FOLDER, name) for name in names))


def commit_with(git: pygit2.Repository, *lines: Line) -> str:
    """A commit of a hand-made tree with these lines in this order."""
    blob = git.create_blob(b"kind: Runbook\n")
    inner = git.odb.write(pygit2.enums.ObjectType.TREE, b"100644 a.yaml\0" + blob.raw)
    raw = b"".join(
        mode + b" " + name + b"\0" + (inner.raw if mode == FOLDER else blob.raw) for mode, name in lines
    )
    tree = git.odb.write(pygit2.enums.ObjectType.TREE, raw)
    person = pygit2.Signature("Morgan", "morgan@example.org", 0, 0)
    return str(git.create_commit(None, person, person, "One\n", tree, []))


@pytest.fixture
def stores(tmp_path: Path) -> tuple[pygit2.Repository, pygit2.Repository]:
    """What was received, and the repository that knows none of it."""
    received = pygit2.init_repository(str(tmp_path / "received"), bare=True)
    known = pygit2.init_repository(str(tmp_path / "known"), bare=True)
    return received, known


def test_r40_a_name_that_stands_twice_in_a_folder_is_refused(
    stores: tuple[pygit2.Repository, pygit2.Repository],
) -> None:
    received, known = stores
    sound = commit_of(received, b"runbooks")
    assert [str(commit.id) for commit in check_objects(received, known, [sound])] == [sound]
    with pytest.raises(BadPack, match="stands twice"):
        check_objects(received, known, [commit_of(received, b"runbooks", b"runbooks")])


@pytest.mark.parametrize(
    "lines",
    [
        [(FILE, b"b.yaml"), (FILE, b"a.yaml")],
        [(FOLDER, b"runbooks"), (FOLDER, b"policies")],
        [(FOLDER, b"a"), (FILE, b"a.yaml")],  # a folder is sorted as `a/`, behind `a.yaml`
        [(FILE, b"a0"), (FOLDER, b"a")],
        [(FILE, b"a.yaml"), (LINK, b"a")],  # a link and a submodule as files are
        [(FILE, b"a.yaml"), (MODULE, b"a")],
        [(FILE, b"ab"), (FILE, b"a")],
        [(FILE, b"\xff"), (FILE, b"a")],  # by unsigned bytes
    ],
)
def test_r40_entries_out_of_gits_order_are_refused(
    stores: tuple[pygit2.Repository, pygit2.Repository], lines: list[Line]
) -> None:
    received, known = stores
    with pytest.raises(BadPack, match="out of order"):
        check_objects(received, known, [commit_with(received, *lines)])
    sound = commit_with(received, *reversed(lines))
    assert [str(commit.id) for commit in check_objects(received, known, [sound])] == [sound]


def test_r40_a_folder_below_is_looked_at_too(stores: tuple[pygit2.Repository, pygit2.Repository]) -> None:
    received, known = stores
    inner = read_commit(received, commit_with(received, (FILE, b"b"), (FILE, b"a")))
    raw = b"40000 runbooks\0" + inner.tree_id.raw
    tree = received.odb.write(pygit2.enums.ObjectType.TREE, raw)
    person = pygit2.Signature("Morgan", "morgan@example.org", 0, 0)
    outer = received.create_commit(None, person, person, "Two\n", tree, [])
    with pytest.raises(BadPack, match="out of order"):
        check_objects(received, known, [str(outer)])


def test_r40_a_file_and_a_folder_of_one_name_are_refused_wherever_they_stand(
    stores: tuple[pygit2.Repository, pygit2.Repository],
) -> None:
    received, known = stores
    commit = commit_with(received, (FILE, b"a"), (FILE, b"a.yaml"), (FOLDER, b"a"))
    with pytest.raises(BadPack, match="stands twice"):
        check_objects(received, known, [commit])


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[pygit2.Repository, pygit2.Repository]:
    """What was received and what is known, for all examples of a property: making them is what takes long."""
    folder = tmp_path_factory.mktemp("stores")
    received, known = (pygit2.init_repository(folder / name, bare=True) for name in ("received", "known"))
    return received, known


@given(
    st.dictionaries(
        st.text("-./0Aaé", min_size=1, max_size=4).filter(lambda name: "/" not in name and name[0] != "."),
        st.booleans(),
        min_size=1,
        max_size=12,
    )
)
def test_r40_what_git_itself_builds_is_in_order(
    long_lived: tuple[pygit2.Repository, pygit2.Repository], folders: dict[str, bool]
) -> None:
    git, known = long_lived
    blob = git.create_blob(b"x")
    inner = git.TreeBuilder()
    inner.insert("a", blob, pygit2.enums.FileMode.BLOB)
    within = inner.write()
    root = git.TreeBuilder()
    for name, is_folder in folders.items():
        mode = pygit2.enums.FileMode.TREE if is_folder else pygit2.enums.FileMode.BLOB
        root.insert(name, within if is_folder else blob, mode)
    person = pygit2.Signature("Morgan", "morgan@example.org", 0, 0)
    made = git.create_commit(None, person, person, "One\n", root.write(), [])
    assert [commit.id for commit in check_objects(git, known, [str(made)])] == [made]


def commit_of_bytes(git: pygit2.Repository, *, head: bytes = b"", **lines: bytes) -> str:
    """A commit object of these bytes, whatever git would say of it."""
    tree = str(git.TreeBuilder().write()).encode()
    author = lines.get("author", b"A <a@example.org> 0 +0000")
    committer = lines.get("committer", b"A <a@example.org> 0 +0000")
    raw = b"tree %b\nauthor %b\ncommitter %b\n%b\n%b" % (
        tree, author, committer, head, lines.get("message", b"One\n")
    )  # fmt: skip
    return str(git.odb.write(pygit2.enums.ObjectType.COMMIT, raw))


def test_r42_no_commit_stops_its_reader(stores: tuple[pygit2.Repository, pygit2.Repository]) -> None:
    git, known = stores
    for encoding in (b"bogus", b"utf-16", b"hex", b"zlib_codec", b"punycode", b"\xff", "\u00fc".encode()):
        odd = commit_of_bytes(git, head=b"encoding " + encoding + b"\n", message=b"One\xff\n\nDd0c-Pull: 7\n")
        facts = facts_of(read_commit(git, odd))
        assert (facts.author, facts.message.splitlines()[0]) == ("A <a@example.org>", "One\ufffd")
        assert pull_number(facts.message) == 7
    for seconds in (b"253402300800", b"99999999999999999", b"9223372036854775807", b"-99999999999999"):
        odd = commit_of_bytes(git, committer=b"A <a@example.org> " + seconds + b" +0000")
        assert facts_of(read_commit(git, odd)).committed_at is None
    loud = commit_of_bytes(git, author=b"A\x1b]0;x\x07\xe2\x80\xae\xff <a@example.org> 0 +0000")
    assert facts_of(read_commit(git, loud)).author == "A\ufffd]0;x\ufffd\ufffd\ufffd <a@example.org>"
    latin = commit_of_bytes(git, head=b"encoding ISO-8859-1\n", message=b"caf\xe9\n")
    assert facts_of(read_commit(git, latin)).message == "caf\xe9\n"
    for line in (b"A 0 +0000", b"nobody"):
        torn = commit_of_bytes(git, author=line)
        with pytest.raises(BadPack, match="is malformed"):
            read_commit(git, torn)
        with pytest.raises(BadPack, match="is malformed"):
            check_objects(git, known, [torn])
