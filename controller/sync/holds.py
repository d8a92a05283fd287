"""What of a commit is held back from service, by where it came from."""

from __future__ import annotations

from collections.abc import Collection

from controller.db.unit_of_work import UnitOfWork
from controller.governance.owners_word import Content
from controller.governance.pinning import load_in_force
from controller.sync.claims import Found
from controller.sync.departures import hold_departures
from controller.sync.holding import hold_back
from controller.sync.own_forge import hold_unasked
from controller.sync.source import Read
from controller.sync.store import Locked


async def hold(
    uow: UnitOfWork, locked: Locked, read: Read, found: list[Found], let_in: Collection[Content]
) -> tuple[list[Found], frozenset[Content]]:
    """The paths with those held back that no owner let in, and what an owner's word was used for. On the
    built-in forge a merge and a push ask first; elsewhere nobody asked us before the branch moved.
    """
    known, row = locked.known, locked.row
    if row.forge == "builtin":
        return await hold_unasked(uow, known, row, found, read.brought_by), frozenset()
    found, used = hold_back(known, await load_in_force(uow, row.id), found, let_in)
    found, gone = hold_departures(known, found, locked.totals.serving, let_in)
    return found, used | gone
