"""Holds back on the built-in forge what two changes at once would widen, though each alone would not.

A merge and a push are checked before the branch moves, against the rules that hold then. Those of another
repository may change in between: what counts is what holds where the rows are written, under the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.db.unit_of_work import UnitOfWork
from controller.governance.pinning import load_in_force
from controller.governance.repositories import RepositoryRow
from controller.sync.claims import Found
from controller.sync.holding import hold_back
from controller.sync.state import Known
from controller.tenants.members import find_member
from controller.tenants.roles import Permission, may
from schemas.errors import NotFound
from schemas.ids import member_of


async def hold_unasked(
    uow: UnitOfWork, known: Known, row: RepositoryRow, found: Iterable[Found], by: Mapping[str, str]
) -> list[Found]:
    """The paths of a commit with policy and flags held back that widen what runs by itself and that a member
    brought who may not let that in. `by`: path → actor (`brought`). Under `lock_rules`.
    """
    items = list(found)
    settings = [item for item in items if item.kind in {"policy", "flags"}]
    if not settings:
        return items
    let_in = set()
    for item in settings:
        actor = by.get(item.path)
        if actor is not None and await _may_let_in(uow, actor):
            let_in.add((item.path, item.judged.content_sha256 if item.judged is not None else ""))
    kept, _ = hold_back(known, await load_in_force(uow, row.id), settings, let_in)
    return [item for item in items if item.kind not in {"policy", "flags"}] + kept


async def _may_let_in(uow: UnitOfWork, actor: str) -> bool:
    """Whether an owner brought it, or somebody who reaches the repository on this machine."""
    if not actor.startswith("member:"):
        return True
    member_id = member_of(actor)
    if member_id is None:
        return False
    try:
        member = await find_member(uow, member_id)
    except NotFound:
        return False
    return member.removed_at is None and may(member.role, Permission.RAISE_TRUST)
