"""Which path carries which runbook name after a commit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.governance.documents import FileKind, JudgedFile, JudgedRunbook
from controller.sync.state import Known, RunbookRow
from schemas.errors import Place


@dataclass(frozen=True)
class Found:
    """One path of the new commit: judged content, or the reason why it is not read.

    `blob` None with no `skipped`: the path is gone. `code` is of the reason, for the audit trail.
    """

    path: str
    kind: FileKind
    blob: str | None
    judged: JudgedFile | None = None
    skipped: str | None = None
    code: str = "skipped"
    came_from: str | None = None
    """The path that is gone since this commit and whose content this one's is like most."""

    @property
    def is_gone(self) -> bool:
        """Whether the path is not there any more."""
        return self.blob is None and self.skipped is None


def _likeness(row: RunbookRow, item: Found) -> int | None:
    """How surely a path that can't serve carries a runbook whose path is gone: 0 by its name, 1 by its
    content; None: that can't be told.
    """
    named = item.judged.name if item.judged is not None else ""
    if named:
        return 0 if named == row.name else None
    if item.came_from is not None:
        return 1 if item.came_from == row.path else None
    return None


class Claims:
    """Which path carries which runbook name after the commit.

    A runbook stays with the path that serves it as long as that path is there and does not carry another
    name; a name that is free goes to the first path, by order, that claims it. Whoever comes second has an
    error, and keeps what it served. A name that nobody claims goes with its file; not where a file that
    can't serve may be that file, moved (`controller/sync/moves.py`).
    """

    def __init__(self, known: Known, items: Mapping[str, Found]) -> None:
        self._known = known
        self.items = items
        self._active = {row.path: row for row in known.runbooks.values() if not row.retired}
        self.errors: dict[str, Place] = {}
        self.holders: dict[str, str] = {}
        for item in items.values():
            if item.judged is not None and item.judged.errors:
                self.errors[item.path] = item.judged.errors[0]
        self.moved = self._follow()
        """Runbooks whose path is gone, and the path that carries them on though it can't serve, by name."""
        for row, path in self.moved.values():
            self._active[path] = replace(self._active.pop(row.path), path=path)

    def _follow(self) -> dict[str, tuple[RunbookRow, str]]:
        """A file that one commit moves and breaks is the same runbook: its last good version goes on."""
        sound = {runbook.name for path in self.items if (runbook := self.claim(path)) is not None}
        left = {
            item.path: item
            for item in self.items.values()
            if item.kind == "runbook" and not item.is_gone and item.path not in self._active
            and self.claim(item.path) is None
        }  # fmt: skip
        found: dict[str, tuple[RunbookRow, str]] = {}
        gone = [row for path, row in self._active.items() if path in self.items and self.items[path].is_gone]
        for row in sorted(gone, key=lambda each: each.name):
            ranked = [
                (rank, path) for path, item in left.items() if (rank := _likeness(row, item)) is not None
            ]
            if row.name not in sound and ranked:
                found[row.name] = (row, min(ranked)[1])
                del left[min(ranked)[1]]
        return found

    def settle(self) -> None:
        """Find the holders. Each round makes at least one more path an error, so it ends."""
        while self._one_round():
            pass

    def claim(self, path: str) -> JudgedRunbook | None:
        """The sound document at a path that changed, or None."""
        item = self.items.get(path)
        if item is None or item.judged is None or path in self.errors:
            return None
        return item.judged.runbook

    def _one_round(self) -> bool:
        self.holders = {row.name: path for path, row in self._active.items() if self._keeps(path, row)}
        for path in sorted(self.items):
            runbook = self.claim(path)
            if runbook is None:
                continue
            holder = self.holders.setdefault(runbook.name, path)
            if holder != path:
                line, column = runbook.name_place
                self.errors[path] = Place(
                    line,
                    column,
                    "metadata.name",
                    f"the name `{runbook.name}` belongs to {holder}",
                    "give this runbook a name of its own",
                    "duplicate_name",
                )
                return True
        return False

    def _keeps(self, path: str, row: RunbookRow) -> bool:
        item = self.items.get(path)
        if item is None:
            return True
        if item.is_gone:
            return False
        runbook = self.claim(path)
        return runbook is None or runbook.name == row.name

    def serving(self, path: str) -> RunbookRow | None:
        """The runbook that a path served before and still holds."""
        row = self._active.get(path)
        return row if row is not None and self.holders.get(row.name) == path else None

    def is_taken(self, name: str) -> bool:
        """Whether a path carries the name, or carried it until this commit."""
        row = self._known.runbooks.get(name)
        return name in self.holders or (row is not None and not row.retired)

    def is_kept_out(self, path: str) -> bool:
        """Whether a runbook's file of the commit can't serve."""
        item = self.items.get(path)
        return item is not None and item.kind == "runbook" and not item.is_gone and self.claim(path) is None

    def followed(self) -> tuple[tuple[RunbookRow, str], ...]:
        """Runbooks that serve on as they are, and the paths that carry them, though they can't serve."""
        return tuple(each for name, each in self.moved.items() if self.holders.get(name) == each[1])

    def released(self) -> tuple[RunbookRow, ...]:
        """Active runbooks that no path carries any more, by name."""
        gone = (row for row in self._active.values() if row.name not in self.holders)
        return tuple(sorted(gone, key=lambda row: row.name))
