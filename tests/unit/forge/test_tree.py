"""What a folder of a tree holds, as its entries say."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from forge import tree
from forge.tree import Entry, find_obstacles, folder, read_tree


def test_names_that_look_alike_are_refused_by_naming_a_few_of_the_others() -> None:
    for count in (5, 100, 20_000):
        names = [
            "".join(c.upper() if n >> bit & 1 else c for bit, c in enumerate("abcdefghijklmno"))
            for n in range(count)
        ]
        found = folder([Entry(0o100644, name.encode(), "0" * 40) for name in names])
        assert len(found) == count
        reasons = {name: node.reason or "" for name, node in found.items()}
        assert all(f" and {count - 4} more; rename one" in reason for reason in reasons.values())
        assert all(name not in reason for name, reason in reasons.items())
        assert max(map(len, reasons.values())) < 120
    found = folder([Entry(0o100644, name, "0" * 40) for name in (b"a", b"A", b"b")])
    assert [found["a"].reason, found["A"].reason, found["b"].reason] == [
        "the name can be taken for A; rename one",
        "the name can be taken for a; rename one",
        None,
    ]


def test_each_tree_is_read_once_however_many_paths_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = pygit2.init_repository(str(tmp_path), bare=True)
    blob = git.create_blob(b"x")
    below, root = git.TreeBuilder(), git.TreeBuilder()
    for number in range(20):
        below.insert(f"r{number}.yaml", blob, pygit2.enums.FileMode.BLOB)
    below.insert("link", blob, pygit2.enums.FileMode.LINK)
    root.insert("runbooks", below.write(), pygit2.enums.FileMode.TREE)
    author = pygit2.Signature("a", "a@example.com", 0, 0)
    commit = str(git.create_commit(None, author, author, "m", root.write(), []))
    read: list[str] = []

    def counted(git: pygit2.Repository, oid: str) -> list[Entry]:
        read.append(oid)
        return read_tree(git, oid)

    monkeypatch.setattr(tree, "read_tree", counted)
    files = [f"runbooks/r{number}.yaml" for number in range(20)]
    found = find_obstacles(git, commit, [*files, "runbooks", "runbooks/link/a", "gone/b", "runbooks/none"])
    assert sorted(path for path, _ in found) == sorted([*files, "runbooks/link"])
    assert dict(found)["runbooks/link"].startswith("the folder runbooks/link is a symbolic link now")
    assert len(read) == 2
