"""What changed between two commits, by path: which files came, went or are others, and which are not used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import pygit2

from base import limits
from forge.errors import TooLarge
from forge.pull_requests import Oid
from forge.same_names import Unlike, differing
from forge.tree import (
    Line,
    Node,
    commit_tree,
    entries_of,
    facts_of_name,
    folder,
    lowered_names,
    name_of,
    read_raw,
    read_tree,
    split_tree,
)

_SHOWN_CHARACTERS: Final = 120


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


def unlike(old: bytes, new: bytes) -> Unlike:
    """The lines of two tree objects that can mean something else in one than in the other: those that differ,
    and those whose names look like theirs. `folder` says the same of them as among all. Pure. Raises BadPack.
    """
    found = differing(old, new)
    if found is not None:
        return found
    olds, news = split_tree(old), split_tree(new)
    seen = len(olds) + len(news)
    before, after = set(olds), set(news)
    gone, came = [line for line in olds if line not in after], [line for line in news if line not in before]
    same = len(olds) - len(gone)
    if len(news) - len(came) == same and _none_alike(olds, gone, came):
        return Unlike(gone, came, seen)
    names = {name_of(line) for line in olds}, {name_of(line) for line in news}
    if (len(names[0]), len(names[1])) != (len(olds), len(news)):  # a name stands twice: its place decides
        return Unlike(olds, news, seen)
    differ = {facts_of_name(name_of(line))[2] for line in (*gone, *came)}
    kept = {name for name in names[0] | names[1] if facts_of_name(name)[2] in differ}
    kept_olds, kept_news = ([each for each in lines if name_of(each) in kept] for lines in (olds, news))
    return Unlike(kept_olds, kept_news, seen)


def _none_alike(olds: list[Line], gone: list[Line], came: list[Line]) -> bool:
    """Whether it is sure that no two names of either folder, or of both, look alike or are the same, but for
    a name that stands in both with another content. All other lines stand as often in one as in the other.
    """
    known, new = lowered_names([*map(name_of, olds)]), lowered_names([*map(name_of, came)])
    if known is None or new is None:
        return False
    lowered, left = set(known), {name_of(line) for line in gone}
    return (
        len(lowered) == len(olds)
        and len(set(new)) == len(came)
        and all(like not in lowered or name_of(line) in left for like, line in zip(new, came, strict=True))
    )


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
        olds, news = self._unlike(old, new, path)
        for name in sorted(olds.keys() | news.keys()):
            before, after = olds.get(name), news.get(name)
            if before == after:
                continue
            below = f"{path}/{name}" if path else name
            self._note(self.old, below, before)
            self._note(self.new, below, after)
            if _is_folder(before) or _is_folder(after):
                self.compare(_folder_only(before), _folder_only(after), below, depth + 1)

    def _unlike(
        self, old: Node | None, new: Node | None, path: str
    ) -> tuple[dict[str, Node], dict[str, Node]]:
        """What two folders hold; of two that are used as they are, only names on which they may differ."""
        if old is None or new is None or (old.reason, new.reason) != (None, None):
            return self._children(old, path), self._children(new, path)
        found = unlike(read_raw(self._git, old.oid), read_raw(self._git, new.oid))
        self._count(found.seen, path)
        return folder(entries_of(found.olds)), folder(entries_of(found.news))

    def _children(self, node: Node | None, path: str) -> dict[str, Node]:
        if node is None:
            return {}
        entries = read_tree(self._git, node.oid)
        self._count(len(entries), path)
        children = folder(entries)
        if node.reason is None:
            return children
        return {n: Node(child.kind, child.oid, child.reason or node.reason) for n, child in children.items()}

    def _count(self, entries: int, path: str) -> None:
        self._seen += entries
        if self._seen > 2 * limits.GIT_MAX_FILES:
            raise TooLarge(
                f"the repository holds more than {limits.GIT_MAX_FILES} files, the last of them in "
                f"{shorter(path) or 'its first folder'}",
                hint="read only one folder of it (its prefix), or keep runbooks in a repository of their own",
            )

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
