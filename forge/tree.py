"""Trees of git objects, read as raw bytes: what a folder holds, and what is refused in it.

Nothing here touches the file system: a name is a key in a dictionary, never a path that is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
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
_LINE: Final = re.compile(rb"[0-7]{1,7} [^\0]*\0.{20}", re.DOTALL)
"""The same in one piece."""
_ID_BYTES: Final = 20


class Entry(NamedTuple):
    """One line of a tree object."""

    mode: int
    name: bytes
    oid: Oid


Line = bytes
"""Mode, name and id, as they stand in a tree object."""


class Node(NamedTuple):
    """One usable or refused name of a folder; `reason` says why it is refused."""

    kind: Literal["file", "folder", "other"]
    oid: Oid
    reason: str | None


def parse_tree(raw: bytes) -> list[Entry]:
    """The entries of a tree object, in its order. Raises BadPack where the bytes are no tree."""
    found = _ENTRY.findall(raw)
    _check_length(sum(map(len, chain.from_iterable(found))) + 2 * len(found), raw)
    return [Entry(int(mode, 8), name, oid.hex()) for mode, name, oid in found]


def split_tree(raw: bytes) -> list[Line]:
    """`parse_tree` for who reads only some of its entries: all of them as they stand there."""
    lines: list[Line] = _LINE.findall(raw)
    _check_length(sum(map(len, lines)), raw)
    return lines


def _check_length(length: int, raw: bytes) -> None:
    if length != len(raw):
        raise BadPack("a tree object is damaged")


def name_of(line: Line) -> bytes:
    """The name in one line of a tree object."""
    return line[line.index(b" ") + 1 : -_ID_BYTES - 1]


def entries_of(lines: Iterable[Line]) -> list[Entry]:
    """What lines of a tree object say."""
    return parse_tree(b"".join(lines))


def read_tree(git: pygit2.Repository, oid: Oid) -> list[Entry]:
    """The entries of a tree in the store. Raises BadPack if it is missing or none, TooLarge."""
    return parse_tree(read_raw(git, oid))


def read_raw(git: pygit2.Repository, oid: Oid) -> bytes:
    """A tree object as it is stored, not looked into. Raises as `read_tree`."""
    try:
        kind, size = git.odb.read_header(oid)
        if kind != pygit2.enums.ObjectType.TREE:
            raise BadPack(f"object {oid[:12]} is no tree")
        if size > limits.GIT_TREE_MAX_BYTES:
            raise TooLarge(
                f"a folder's tree is {size} bytes, more than {limits.GIT_TREE_MAX_BYTES}",
                hint="spread its files over several folders",
            )
        return bytes(git.odb.read(oid)[1])
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
        name, reason, like = facts_of_name(entry.name)
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


_ALIKE_SHOWN: Final = 3
_NAME_BYTES: Final = 255
"""Longer names are refused, and not worth keeping."""
_PLAIN: Final = bytes([0, *range(0x20, 0x7F)])
"""What is shown as it is, and looks like its lower-case letter at most; and what stands between two names."""
_facts: Final = lru_cache(maxsize=20_000)(_name)
"""Both sides of a comparison, and every next commit, hold nearly the same names: 5 µs each the first time."""


def facts_of_name(raw: bytes) -> tuple[str, str | None, str]:
    """A name as it is shown, why it is refused, and what it could be taken for."""
    return _facts(raw) if len(raw) <= _NAME_BYTES else _name(raw)


def lowered_names(names: Sequence[bytes]) -> list[bytes] | None:
    """For each name what it could be taken for, where all are plain ASCII: all at once, for folders of
    thousands. None where one is not.
    """
    joined = b"\0".join(names)
    if joined.translate(None, _PLAIN) or max(map(len, names), default=0) > _NAME_BYTES:
        return None
    return joined.lower().split(b"\0") if names else []


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
