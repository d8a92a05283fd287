"""Whether received objects are whole and harmless, before a ref may point at them.

What git's own `transfer.fsckObjects` refuses because it hurts other people's clones is refused here too:
names like `..` and `.git`, a name that stands twice, entries out of git's order. What is merely not ours to
read (links, submodules, look-alike names) passes, and the sync skips it with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pygit2

from base import limits
from forge.errors import BadPack, TooLarge
from forge.names import is_dot_git, printable
from forge.pull_requests import Oid
from forge.tree import MODE_FILES, MODE_SUBMODULE, MODE_SYMLINK, MODE_TREE, Entry, read_object, read_tree


@dataclass
class _Walk:
    received: pygit2.Repository
    known: pygit2.Repository
    fetched: bool = False
    seen: set[Oid] = field(default_factory=set)

    def is_new(self, oid: Oid) -> bool:
        """Whether to look at an object: not seen yet, and not in the repository, where all is whole."""
        if oid in self.seen:
            return False
        self.seen.add(oid)
        if len(self.seen) > 2 * limits.GIT_PACK_MAX_OBJECTS:
            raise TooLarge("the push brings too many objects")
        return oid not in self.known.odb


def check_objects(
    received: pygit2.Repository, known: pygit2.Repository, tips: Iterable[Oid], *, fetched: bool = False
) -> list[pygit2.Commit]:
    """Check everything that the tips reach and the repository lacks; return the new commits.

    1. every tip is a commit, or a tag of one; 2. every parent, tree and blob is there; 3. trees are sound;
    4. no name in them is one that git or a file system takes for something else.
    `fetched`: from a remote that leaves large files out. Those may be missing; and folders may be deeper than
    we read, since nobody here can take out of a history what the next commit took back.
    Raises BadPack with the first fault, TooLarge.
    """
    walk = _Walk(received, known, fetched)
    commits: list[pygit2.Commit] = []
    pending = list(tips)
    while pending:
        oid = pending.pop()
        if not walk.is_new(oid):
            continue
        found = read_object(received, oid)
        if isinstance(found, pygit2.Tag):
            pending.append(str(found.target))
            continue
        if not isinstance(found, pygit2.Commit):
            raise BadPack(f"{oid[:12]} is missing or no commit")
        commits.append(found)
        _check_tree(walk, str(found.tree_id))
        pending.extend(str(parent) for parent in found.parent_ids)
    return commits


def _check_tree(walk: _Walk, root: Oid) -> None:
    pending = [(root, 0)]
    while pending:
        oid, depth = pending.pop()
        if not walk.is_new(oid):
            continue
        if depth > limits.GIT_TREE_MAX_DEPTH and not walk.fetched:
            raise TooLarge(
                f"folders lie deeper than {limits.GIT_TREE_MAX_DEPTH} levels", hint="keep files less deep"
            )
        entries = read_tree(walk.received, oid)
        _check_order(entries)
        for entry in entries:
            if entry.mode == MODE_TREE:
                pending.append((entry.oid, depth + 1))
            elif entry.mode != MODE_SUBMODULE and walk.is_new(entry.oid):
                _check_blob(walk, entry)


def _check_order(entries: list[Entry]) -> None:
    """Names are sound, stand once (a file and a folder of one name may lie apart), and in git's order."""
    names: set[bytes] = set()
    before = b""
    for entry in entries:
        _check_name(entry)
        if entry.name in names:  # a folder named twice would hide every runbook in it
            raise BadPack(f"the name {printable(entry.name)!r} stands twice in a folder")
        names.add(entry.name)
        place = _place(entry)
        if place < before:  # git searches a folder by halves: it would not find what we read
            raise BadPack(f"the name {printable(entry.name)!r} stands out of order in a folder")
        before = place


def _place(entry: Entry) -> bytes:
    """What git sorts by (`base_name_compare`): the bytes of the name, a folder's with `/` behind them."""
    return entry.name + b"/" if entry.mode == MODE_TREE else entry.name


def _check_name(entry: Entry) -> None:
    name = entry.name
    if entry.mode not in MODE_FILES | {MODE_TREE, MODE_SYMLINK, MODE_SUBMODULE}:
        raise BadPack(f"{printable(name)} has the unknown mode {entry.mode:o}")
    if name in {b"", b".", b".."} or b"/" in name or is_dot_git(name.decode("utf-8", "replace")):
        raise BadPack(f"the name {printable(name)!r} is not allowed in a repository")


def _check_blob(walk: _Walk, entry: Entry) -> None:
    if entry.oid not in walk.received.odb:
        if walk.fetched:
            return
        raise BadPack(f"the content of {printable(entry.name)} is missing")
    if walk.received.odb.read_header(entry.oid)[0] != pygit2.enums.ObjectType.BLOB:
        raise BadPack(f"{printable(entry.name)} is no file")
