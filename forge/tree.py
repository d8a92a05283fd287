"""Trees of git objects, read as raw bytes: what a folder holds, and what is refused in it.

Nothing here touches the file system: a name is a key in a dictionary, never a path that is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import pygit2

from base import limits
from forge.errors import BadPack, TooLarge
from forge.names import likeness, printable, refuse_segment
from forge.pull_requests import Oid

MODE_TREE: Final = 0o040000
MODE_SYMLINK: Final = 0o120000
MODE_SUBMODULE: Final = 0o160000
_KINDS: Final = {MODE_SYMLINK: "a symbolic link", MODE_SUBMODULE: "a submodule"}
MODE_FILES: Final = frozenset({0o100644, 0o100755, 0o100664})
_ENTRY: Final = re.compile(rb"([0-7]{1,7}) ([^\0]*)\0(.{20})", re.DOTALL)
"""Mode, name and id. Where something lies between two of them, they do not add up to the object's length."""


class Entry(NamedTuple):
    """One line of a tree object."""

    mode: int
    name: bytes
    oid: Oid


class Node(NamedTuple):
    """One usable or refused name of a folder; `reason` says why it is refused."""

    kind: Literal["file", "folder", "other"]
    oid: Oid
    reason: str | None


def parse_tree(raw: bytes) -> list[Entry]:
    """The entries of a tree object, in its order. Raises BadPack where the bytes are no tree."""
    found = _ENTRY.findall(raw)
    if sum(len(mode) + len(name) for mode, name, _ in found) + 22 * len(found) != len(raw):
        raise BadPack("a tree object is damaged")
    return [Entry(int(mode, 8), name, oid.hex()) for mode, name, oid in found]


def read_tree(git: pygit2.Repository, oid: Oid) -> list[Entry]:
    """The entries of a tree in the store. Raises BadPack if it is missing or none, TooLarge."""
    try:
        kind, size = git.odb.read_header(oid)
        if kind != pygit2.enums.ObjectType.TREE:
            raise BadPack(f"object {oid[:12]} is no tree")
        if size > limits.GIT_TREE_MAX_BYTES:
            raise TooLarge(
                f"a folder's tree is {size} bytes, more than {limits.GIT_TREE_MAX_BYTES}",
                hint="spread its files over several folders",
            )
        return parse_tree(git.odb.read(oid)[1])
    except (KeyError, pygit2.GitError):
        raise BadPack(f"object {oid[:12]} is missing or damaged") from None


def read_commit(git: pygit2.Repository, oid: Oid) -> pygit2.Commit:
    """A commit in the store. Raises BadPack where there is none of that id."""
    found = read_object(git, oid)
    if not isinstance(found, pygit2.Commit):
        raise BadPack(f"{oid[:12]} is no commit of this repository")
    return found


def read_object(git: pygit2.Repository, oid: Oid) -> object:
    """What is stored under an id, or None. Raises BadPack for a commit or a tag that can't be taken apart."""
    try:
        return git.get(oid)
    except (ValueError, pygit2.GitError):
        raise BadPack(f"the object {oid[:12]} is malformed") from None


def commit_tree(git: pygit2.Repository, commit: Oid) -> Oid:
    """The root tree of a commit. Raises BadPack where there is no such commit."""
    return str(read_commit(git, commit).tree_id)


def folder(entries: list[Entry]) -> dict[str, Node]:
    """A folder by name: files and folders, and the rest with the reason why it is not used.

    Names that are twice there, or could be taken for one another, are all refused.
    """
    nodes: dict[str, Node] = {}
    alike: dict[str, str] = {}
    taken: dict[str, set[str]] = {}
    for entry in entries:
        name, reason, like = _facts(entry.name) if len(entry.name) <= _NAME_BYTES else _name(entry.name)
        node = _node(entry, reason)
        if name in nodes:
            node = Node("other", entry.oid, "the name is there twice")
        nodes[name] = node
        first = alike.setdefault(like, name)
        if first != name:
            taken.setdefault(like, {first}).add(name)
    for names in taken.values():
        group = sorted(names)
        for name in group:
            node = nodes[name]
            reason = node.reason or f"the name can be taken for {_others(group, name)}; rename one"
            nodes[name] = Node(node.kind, node.oid, reason)
    return nodes


def _others(group: list[str], name: str) -> str:
    """Some of the names that look like this one: all in each reason would be the square of a folder."""
    shown = [other for other in group[: _ALIKE_SHOWN + 1] if other != name][:_ALIKE_SHOWN]
    more = len(group) - 1 - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _name(raw: bytes) -> tuple[str, str | None, str]:
    """A name as it is shown, why it is refused, and what it could be taken for."""
    name = printable(raw)
    return name, refuse_segment(raw), likeness(name)


_SHOWN_CHARACTERS: Final = 120
_ALIKE_SHOWN: Final = 3
_NAME_BYTES: Final = 255
"""Longer names are refused, and not worth keeping."""
_facts: Final = lru_cache(maxsize=20_000)(_name)
"""Both sides of a comparison, and every next commit, hold nearly the same names: 5 µs each the first time."""


def find_file(git: pygit2.Repository, commit: Oid, path: str) -> Oid | None:
    """The blob of a usable file by its path; None where there is none. Raises BadPack, TooLarge."""
    oid = commit_tree(git, commit)
    *above, name = path.split("/")
    for segment in above[: limits.GIT_TREE_MAX_DEPTH]:
        node = folder(read_tree(git, oid)).get(segment)
        if node is None or node.kind != "folder" or node.reason is not None:
            return None
        oid = node.oid
    node = folder(read_tree(git, oid)).get(name)
    return node.oid if node is not None and node.kind == "file" and node.reason is None else None


def find_obstacles(git: pygit2.Repository, commit: Oid, paths: Iterable[str]) -> set[tuple[str, str]]:
    """The first part of each path that is something else than a folder, and what it is; nothing of a path
    where all of it is a folder or is not there. Each tree is read once. Raises BadPack, TooLarge.
    """
    trees: dict[Oid, dict[str, Entry]] = {}
    root = commit_tree(git, commit)
    found = (_obstacle(git, trees, root, path) for path in paths)
    return {each for each in found if each is not None}


def _obstacle(
    git: pygit2.Repository, trees: dict[Oid, dict[str, Entry]], oid: Oid, path: str
) -> tuple[str, str] | None:
    above = ""
    for segment in path.split("/")[: limits.GIT_TREE_MAX_DEPTH]:
        if oid not in trees:  # of two names that look the same, the first
            trees[oid] = {printable(entry.name): entry for entry in reversed(read_tree(git, oid))}
        entry = trees[oid].get(segment)
        above = f"{above}/{segment}" if above else segment
        if entry is None:
            return None
        if entry.mode != MODE_TREE:
            kind = "a file" if entry.mode in MODE_FILES else _KINDS.get(entry.mode, "of an unknown kind")
            return above, f"the folder {above} is {kind} now: what was in it is kept, and is not retired"
        oid = entry.oid
    return None


def blob_at(git: pygit2.Repository, commit: Oid, path: str) -> Oid | None:
    """The blob of a path in a commit, or None."""
    tree = git[commit_tree(git, commit)]
    assert isinstance(tree, pygit2.Tree)
    try:
        found = tree[path]
    except KeyError:
        return None
    return str(found.id) if isinstance(found, pygit2.Blob) else None


def _node(entry: Entry, reason: str | None) -> Node:
    if entry.mode == MODE_TREE and reason is None:
        return Node("folder", entry.oid, None)
    if entry.mode in MODE_FILES and reason is None:
        return Node("file", entry.oid, None)
    if reason is not None:
        return Node("other", entry.oid, f"{reason}; rename it")
    kind = _KINDS.get(entry.mode, "of an unknown kind")
    return Node("other", entry.oid, f"it is {kind}, not a file; put the file itself there")


@dataclass(frozen=True)
class Skipped:
    """Why a path is not read."""

    reason: str


@dataclass(frozen=True)
class Change:
    """What became of one path between two commits.

    `blob` is the new content (None if deleted or skipped), `old_blob` the former one. `skipped` is set
    where the path exists now but is not used: what was known of it stays as it was.
    """

    path: str
    kind: Literal["added", "modified", "deleted", "skipped"]
    blob: Oid | None
    old_blob: Oid | None
    skipped: Skipped | None = None


_Status = tuple[Oid | None, str | None]
"""A path in one commit: its blob, or the reason why it is not used."""


def shorter(path: str) -> str:
    """A path to be shown in a sentence: of a very long one the beginning."""
    return path if len(path) <= _SHOWN_CHARACTERS else path[:_SHOWN_CHARACTERS] + "…"


class _Walk:
    """Compares two trees, leaving out what is the same on both sides."""

    def __init__(self, git: pygit2.Repository) -> None:
        self._git = git
        self._seen = 0
        self.old: dict[str, _Status] = {}
        self.new: dict[str, _Status] = {}

    def compare(self, old: Node | None, new: Node | None, path: str, depth: int) -> None:
        if old == new:
            return
        if depth > limits.GIT_TREE_MAX_DEPTH:
            raise TooLarge(
                f"folders lie deeper than {limits.GIT_TREE_MAX_DEPTH} levels, below {shorter(path)}",
                hint="keep the runbooks in folders that are less deep, or in a repository of their own",
            )
        olds, news = self._children(old, path), self._children(new, path)
        for name in sorted(olds.keys() | news.keys()):
            before, after = olds.get(name), news.get(name)
            if before == after:
                continue
            below = f"{path}/{name}" if path else name
            self._note(self.old, below, before)
            self._note(self.new, below, after)
            if _is_folder(before) or _is_folder(after):
                self.compare(_folder_only(before), _folder_only(after), below, depth + 1)

    def _children(self, node: Node | None, path: str) -> dict[str, Node]:
        if node is None:
            return {}
        entries = read_tree(self._git, node.oid)
        self._seen += len(entries)
        if self._seen > 2 * limits.GIT_MAX_FILES:
            raise TooLarge(
                f"the repository holds more than {limits.GIT_MAX_FILES} files, the last of them in "
                f"{shorter(path) or 'its first folder'}",
                hint="read only one folder of it (its prefix), or keep runbooks in a repository of their own",
            )
        children = folder(entries)
        if node.reason is None:
            return children
        return {n: Node(child.kind, child.oid, child.reason or node.reason) for n, child in children.items()}

    @staticmethod
    def _note(side: dict[str, _Status], path: str, node: Node | None) -> None:
        if node is None or node.kind == "folder":
            return
        side[path] = (None, node.reason) if node.reason is not None else (node.oid, None)


def _is_folder(node: Node | None) -> bool:
    return node is not None and node.kind == "folder"


def _folder_only(node: Node | None) -> Node | None:
    return node if _is_folder(node) else None


def _descend(git: pygit2.Repository, commit: Oid | None, prefix: str) -> Node | None:
    """The folder under a prefix in a commit, or None where there is none."""
    if commit is None:
        return None
    node = Node("folder", commit_tree(git, commit), None)
    for name in [segment for segment in prefix.split("/") if segment]:
        child = folder(read_tree(git, node.oid)).get(name)
        if child is None or child.kind != "folder":
            return None
        node = Node("folder", child.oid, node.reason or child.reason)
    return node


def compare_commits(
    git: pygit2.Repository, old: Oid | None, new: Oid | None, prefix: str
) -> Iterator[Change]:
    """What changed below `prefix`, sorted by path; an old of None compares with an empty tree.

    Raises TooLarge beyond GIT_MAX_FILES or GIT_TREE_MAX_DEPTH, BadPack for a damaged store.
    """
    walk = _Walk(git)
    root = "/".join(segment for segment in prefix.split("/") if segment)
    walk.compare(_descend(git, old, prefix), _descend(git, new, prefix), root, 0)
    for path in sorted(walk.old.keys() | walk.new.keys()):
        before, after = walk.old.get(path), walk.new.get(path)
        if before != after:
            yield _change(path, before, after)


def _change(path: str, before: _Status | None, after: _Status | None) -> Change:
    old_blob = before[0] if before is not None else None
    if after is None:
        return Change(path, "deleted", None, old_blob)
    if after[1] is not None:
        return Change(path, "skipped", None, old_blob, Skipped(after[1]))
    return Change(path, "modified" if old_blob is not None else "added", after[0], old_blob)
