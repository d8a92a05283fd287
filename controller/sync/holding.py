"""Holds back what would widen what runs by itself, where nobody asked us before the branch moved. Pure.

On a forge elsewhere anybody with merge rights there moves the branch, member or not. Such a file counts as
one that does not validate: what served before it goes on serving, and the sync says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from controller.governance.owners_word import Content
from controller.governance.pinning import InForce
from controller.governance.widening import (
    Leash,
    reach_of,
    widened_flags,
    widened_policy,
    widened_runbook,
)
from controller.sync.claims import Found
from controller.sync.state import Known
from schemas.errors import Place
from schemas.flags import ALL_ON

HELD_CODE: Final = "needs_owner"
HINT: Final = (
    "what served before goes on; an owner lets it in by merging a change of this file in dd0c/run, "
    "or take it back on the forge"
)


def hold_back(
    known: Known, in_force: InForce, found: Iterable[Found], let_in: Collection[Content]
) -> tuple[list[Found], frozenset[Content]]:
    """The paths of a commit with those held back that no owner let in, and what an owner's word was used
    for. `let_in` names exact contents.
    """
    kept, used = [], set()
    for item in found:
        why = _widens(known, in_force, item)
        content = (item.path, item.judged.content_sha256 if item.judged is not None else "")
        if why is None:
            kept.append(item)
        elif content in let_in:
            used.add(content)
            kept.append(item)
        else:
            kept.append(_held(item, why))
    return kept, frozenset(used)


def _widens(known: Known, in_force: InForce, item: Found) -> str | None:
    if item.skipped is not None:
        return None
    if item.kind == "flags" and item.blob is None:
        return widened_flags(in_force.flags, in_force.beside.all_flags(ALL_ON))
    if item.kind == "policy" and item.blob is None:
        return widened_policy(in_force.policy, in_force.beside.policy(None))
    judged = item.judged
    if judged is None or judged.errors:
        return None
    if judged.policy is not None:
        return widened_policy(in_force.policy, in_force.beside.policy(judged.policy))
    if judged.flags is not None:
        return widened_flags(in_force.flags, in_force.beside.all_flags(judged.flags))
    if judged.runbook is None:
        return None
    row = known.runbooks.get(judged.runbook.name)
    before = Leash()
    if row is not None and not row.retired:
        reach = reach_of(row.labels, row.own_labels, row.commands)
        labels = tuple(sorted(row.labels.items()))
        before = Leash(row.trust, row.strict, row.name, row.service, labels, reach)
    return widened_runbook(before, Leash.of(judged.runbook.document), in_force)


def _held(item: Found, why: str) -> Found:
    message = f"held back: {why}, and no owner let it in"
    if item.judged is None:  # a file that goes away has no content to be wrong
        return replace(item, skipped=f"{message} ({HINT})", code=HELD_CODE)
    place = Place(0, 0, "", message, HINT, HELD_CODE, "error")
    judged = replace(item.judged, runbook=None, policy=None, flags=None, places=(*item.judged.places, place))
    return replace(item, judged=judged)
