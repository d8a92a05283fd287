"""A file of lines on a branch of its own, over GitHub's API: the outside witness of the audit chain."""

from __future__ import annotations

from typing import Final

from forge.errors import ForgeConflict
from forge.github.answers import oid_at
from forge.github.branches import Branches
from forge.pull_requests import Actor, Oid

_ROUNDS: Final = 3


class Ledger:
    """One file of one repository. Lines are only ever added, and the branch is never forced."""

    def __init__(self, branches: Branches) -> None:
        self._branches = branches
        self._objects = branches.objects

    def append(self, branch: str, file: str, line: bytes, message: str, author: Actor) -> Oid:
        """The commit that holds the line; a repeat of a line that is there adds none.

        `line` ends in a newline. Raises ForgeConflict where the branch keeps moving.
        """
        for _ in range(_ROUNDS):
            tip = self._branches.head(branch)
            content = b"" if tip is None else self._content(tip, file)
            if tip is not None and line in content.splitlines(keepends=True):
                return tip
            commit = self._commit(tip, file, content + line, message, author)
            if self._move(branch, tip, commit):
                return commit
        raise ForgeConflict(f"the branch {branch} keeps moving")

    def _content(self, commit: Oid, file: str) -> bytes:
        found = self._objects.entry(commit, file)
        return b"" if found is None else self._objects.blob(oid_at(found, "sha"))

    def _commit(self, tip: Oid | None, file: str, content: bytes, message: str, author: Actor) -> Oid:
        blob = self._objects.write_blob(content)
        entry = {"path": file, "mode": "100644", "type": "blob", "sha": blob}
        tree = self._objects.write_tree([entry], None if tip is None else self._objects.commit(tip).tree)
        return self._objects.write_commit(message, tree, [] if tip is None else [tip], author)

    def _move(self, branch: str, tip: Oid | None, commit: Oid) -> bool:
        if tip is None:
            return self._branches.create(branch, commit)
        return self._branches.advance(branch, commit)
