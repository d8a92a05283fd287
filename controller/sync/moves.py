"""Runbooks whose file is gone and that a file out of service may carry on. Pure.

A bad file never takes a good version out of service (R43), one that was moved and broken by one commit
neither. Where the file says its name it is known what moved; one that says none may be anything that went.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from controller.sync.claims import Claims, Found
from controller.sync.state import Known, RunbookRow
from schemas.errors import Place

AWAITED_CODE: Final = "perhaps_moved"
SHOWN_PATHS: Final = 3


@dataclass(frozen=True)
class Awaited:
    """A runbook that serves on though its file is gone; `may_be_at` has the files that may be it, by path."""

    row: RunbookRow
    may_be_at: tuple[str, ...]

    @property
    def place(self) -> Place:
        """What is told of the path that is gone."""
        shown = ", ".join(self.may_be_at[:SHOWN_PATHS])
        more = len(self.may_be_at) - SHOWN_PATHS
        others = f" and {more} more" if more > 0 else ""
        message = (
            f"this file is gone, and {shown}{others} may be it, moved, but is not in service: "
            f"`{self.row.name}` goes on at its last good version"
        )
        return Place(0, 0, "", message, f"mend or remove {shown}{others}", AWAITED_CODE)


@dataclass
class Moves:
    """What goes on though no sound file carries it: by the path that carries it on, or by its old path."""

    carried: dict[str, RunbookRow] = field(default_factory=dict)
    awaited: dict[str, Awaited] = field(default_factory=dict)

    def goes_on(self, row: RunbookRow) -> bool:
        """Whether a runbook that nobody claims any more serves all the same."""
        waiting = self.awaited.get(row.path)
        return (waiting is not None and waiting.row.id == row.id) or any(
            each.id == row.id for each in self.carried.values()
        )


def follow_moves(known: Known, taken: Claims) -> Moves:
    """Find what moved. `taken` is settled: a sound file that claims a name has it before.

    1. A file that says the name carries it on, unless another runbook is served from there.
    2. A name whose file is gone waits for each file out of service that this commit brought and that says no
       name of another runbook; and then for those of them that are left, or for what they were moved to.
    """
    moves = Moves()
    released = taken.released()
    for row in released:
        homes = (path for path in _named(taken, row) if _is_free(taken, moves, path))
        if (home := min(homes, default=None)) is not None:
            moves.carried[home] = row
    for row in released:
        suspects = () if moves.goes_on(row) else _suspects(known, taken, row)
        if not suspects:
            continue
        item = taken.items.get(row.path)
        if item is None or item.is_gone:
            moves.awaited[row.path] = Awaited(row, suspects)
        elif (home := next((path for path in suspects if _is_free(taken, moves, path)), None)) is not None:
            moves.carried[home] = row
    return moves


def _named(taken: Claims, row: RunbookRow) -> list[str]:
    return [path for path, item in taken.items.items() if taken.is_kept_out(path) and _name(item) == row.name]


def _name(item: Found) -> str:
    return item.judged.name if item.judged is not None else ""


def _is_free(taken: Claims, moves: Moves, path: str) -> bool:
    return taken.serving(path) is None and path not in moves.carried


def _suspects(known: Known, taken: Claims, row: RunbookRow) -> tuple[str, ...]:
    before = known.files.get(row.path)
    earlier = frozenset(before.may_be_at) if before is not None and before.is_awaited else None
    item = taken.items.get(row.path)
    found = set(_named(taken, row))
    if earlier is not None:
        found |= {path for path in earlier if path not in taken.items or _may_be(taken, path, row)}
    elif item is None or not item.is_gone:
        return ()  # the path is there and says that it is another runbook now
    if earlier is None or any(path in taken.items and taken.items[path].is_gone for path in earlier):
        brought = (path for path, item in taken.items.items() if _is_brought(known, item))
        found |= {path for path in brought if _may_be(taken, path, row)}
    return tuple(sorted(found))


def _may_be(taken: Claims, path: str, row: RunbookRow) -> bool:
    """Whether a path may be the file of a runbook: it can't serve, and names no other one that there is."""
    name = _name(taken.items[path])
    return taken.is_kept_out(path) and (not name or name == row.name or not taken.is_taken(name))


def _is_brought(known: Known, item: Found) -> bool:
    """Whether the path has another content than at the last sync."""
    before = known.files.get(item.path)
    if before is None or before.state == "retired" or before.blob_oid != item.blob:
        return True
    return item.skipped is not None and before.state != "skipped"
