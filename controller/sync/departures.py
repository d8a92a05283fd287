"""Holds back a commit that takes most of what serves away at once: a branch put back by a year, or emptied.

Each of them serves on, and the sync says so, until an owner lets them go or git has them again. Pure, but for
who lets them go.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from controller.governance.owners_word import Content
from controller.sync.claims import Found
from controller.sync.state import FileRow, Known

DEPARTURES_MIN: Final = 3
"""Fewer are put back by hand: a team that retires one of its two runbooks asks nobody."""

HELD: Final = "held back: most of what serves would go at once"
_CODE: Final = "needs_owner"
_HINT: Final = (
    "it serves on; an owner lets all of these go with `dd0c sync let-go`, or put the files back in git"
)


def hold_departures(
    known: Known, found: Sequence[Found], serving: int, let_in: Collection[Content]
) -> tuple[list[Found], frozenset[Content]]:
    """The paths of a commit with deletions held back where they are more than half of the `serving` runbooks,
    and what an owner's word was used for.
    """
    claimed = {item.judged.name for item in found if item.judged is not None}
    sources = {item.came_from for item in found if item.came_from is not None}
    active = {row.path: row.name for row in known.runbooks.values() if not row.retired}
    gone = {
        item.path
        for item in found
        if item.is_gone and item.path in active and active[item.path] not in claimed
        and item.path not in sources
    }  # fmt: skip
    if len(gone) < DEPARTURES_MIN or 2 * len(gone) <= serving:
        return list(found), frozenset()
    let_go = {path for path in gone if (path, "") in let_in}
    message = f"{HELD}, {len(gone)} of {serving} runbooks ({_HINT})"
    kept = [
        replace(item, skipped=message, code=_CODE) if item.path in gone - let_go else item for item in found
    ]
    return kept, frozenset((path, "") for path in let_go)


def held_departures(files: Sequence[FileRow]) -> frozenset[Content]:
    """What an owner would let go: of files that are not in service as git has it."""
    return frozenset(
        (file.path, "")
        for file in files
        if file.state == "skipped" and file.blob_oid is None and (file.error_reason or "").startswith(HELD)
    )
