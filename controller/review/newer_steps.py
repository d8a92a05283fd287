"""The steps of a runbook on three sides: the old text's, the present document's, the newer text's. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from controller.review.comparing import moved_steps
from controller.review.step_conditions import known, renamed, steps_of
from controller.review.step_order import asked_first, woven
from controller.review.step_pairs import pair_edited, pair_texts, same_text
from controller.review.three_way import Conflict, Kept, Plain, Told, join_fields
from schemas.step import Step

_UNIT: Final = ("command", "manual", "rollback", "idempotent")
"""Fields that are true only together."""


class ThreeSteps:
    """The steps of the three sides, paired, with every id as the present document has it."""

    def __init__(self, base: Sequence[Step], here: Sequence[Step], newer: Sequence[Step], told: Told) -> None:
        self._told = told
        self._base, self._here, self._newer = (list(side) for side in (base, here, newer))
        self._pairs_here = pair_edited(self._base, self._here)
        self._pairs_newer = pair_texts(self._base, self._newer)
        self._own = self._written_here_too()
        here_of = {old: index for index, old in enumerate(self._pairs_here) if old is not None}
        self._here_of_base: dict[int, int] = here_of
        self._ids: dict[str, dict[str, str]] = {"here": {}, "base": {}, "newer": {}}
        taken = {step.id for step in self._here}
        for index, step in enumerate(self._base):
            self._ids["base"][step.id] = self._here[here_of[index]].id if index in here_of else ""
        for index, step in enumerate(self._newer):
            old, own = self._pairs_newer[index], self._own.get(index)
            if old is not None:
                self._ids["newer"][step.id] = self._ids["base"][self._base[old].id]
            else:
                self._ids["newer"][step.id] = free_name(step.id, taken) if own is None else self._here[own].id

    def _written_here_too(self) -> dict[int, int]:
        """Steps that the newer text adds and a person wrote here already, each of these used once."""
        free = [index for index, old in enumerate(self._pairs_here) if old is None]
        found: dict[int, int] = {}
        for index, step in enumerate(self._newer):
            if self._pairs_newer[index] is None:
                own = next((each for each in free if same_text(self._here[each], step)), None)
                if own is not None:
                    found[index] = own
                    free.remove(own)
        return found

    def join(self) -> list[dict[str, Any]]:
        """The steps of the joined document."""
        newer_of = {old: index for index, old in enumerate(self._pairs_newer) if old is not None}
        joined: dict[str, dict[str, Any]] = {}
        gone: set[str] = set()
        own_of = {own: index for index, own in self._own.items()}
        for index, step in enumerate(self._here):
            old = self._pairs_here[index]
            if old is None:
                self._told.kept.append(Kept(f"step {step.id}", "added"))
                joined[step.id] = (
                    self._written_twice(step, own_of[index]) if index in own_of else step.given()
                )
            elif old in newer_of:
                joined[step.id] = self._fields(
                    self._side(self._base[old], "base"), step, newer_of[old], self._told
                )
            elif self._side(self._base[old], "base") == step.given():
                gone.add(step.id)
            else:
                joined[step.id] = step.given()
                self._told.conflicts.append(
                    Conflict(f"step {step.id}", "all of it", step.given(), None, step.id)
                )
        self._taken_out(newer_of)
        added = self._added()
        joined |= added
        self._keep_asked(joined, gone)
        for item in joined.values():
            if "needs" in item:
                item["needs"] = [name for name in item["needs"] if name in joined]
        return [joined[name] for name in self._order(joined, added)]

    def told_of(self, items: Sequence[Plain], side: str) -> list[Plain]:
        """Questions with the id that their step has in the present document."""
        return [
            {**item, "step": self._ids[side].get(item["step"], item["step"])} if item.get("step") else item
            for item in items
        ]

    def _side(self, step: Step, side: str) -> dict[str, Any]:
        """A step's fields with every id as the present document has it; empty for one that is not there."""
        ids = self._ids[side]
        given = step.given()
        given["id"] = ids[step.id]
        if "needs" in given:
            given["needs"] = [ids.get(name, name) for name in given["needs"] if ids.get(name, name)]
        if "when" in given:
            given["when"] = renamed(given["when"], ids)
        return given

    def _written_twice(self, step: Step, new: int) -> dict[str, Any]:
        """A person's own step that the newer text has, too: what only one of the two says is taken, but it
        stays where the person put it, on their condition.
        """
        told = Told()
        base = {"command": step.command, "manual": step.manual, "needs": (), "when": ()}
        found = self._fields(base, step, new, told)
        self._told.conflicts += told.conflicts
        return found

    def _fields(self, base: dict[str, Any], step: Step, new: int, told: Told) -> dict[str, Any]:
        newer, here = self._side(self._newer[new], "newer"), step.given()
        place = f"step {step.id}"
        rest = [{name: side[name] for name in side if name not in _UNIT} for side in (base, here, newer)]
        found = join_fields(rest[0], rest[1], rest[2], place, told, step=step.id)
        found |= _unit(base, here, newer, place, told)
        if "when" in found and not known(found["when"]):
            found["when"] = here.get("when") or base.get("when")
            told.conflicts.append(Conflict(place, "when", here.get("when"), newer.get("when"), step.id))
        return {name: value for name, value in found.items() if value is not None}

    def _taken_out(self, newer_of: Mapping[int, int]) -> None:
        """Steps that a person took out: they stay out; where the newer text changed one, that is told."""
        for index, step in enumerate(self._base):
            if index in self._here_of_base or index not in newer_of:
                continue
            newer = self._newer[newer_of[index]]
            if (newer.command, newer.manual) == (step.command, step.manual):
                self._told.kept.append(Kept(f"step {step.id}", "removed"))
            else:
                wanted = newer.command or newer.manual
                self._told.conflicts.append(Conflict(f"step {step.id}", "all of it", None, wanted))

    def _added(self) -> dict[str, dict[str, Any]]:
        """Steps that only the newer text has."""
        found: dict[str, dict[str, Any]] = {}
        for index, step in enumerate(self._newer):
            if self._pairs_newer[index] is not None or index in self._own:
                continue
            given = self._side(step, "newer")
            if "when" in given and not known(given["when"]):
                self._told.conflicts.append(
                    Conflict(f"step {step.id}", "all of it", None, step.command or step.manual)
                )
                continue
            found[given["id"]] = given
        return found

    def _keep_asked(self, joined: dict[str, dict[str, Any]], gone: set[str]) -> None:
        """A step on whose answer another one waits stays, and is told."""
        asked = {name for item in joined.values() for name in steps_of(item.get("when"))} & gone
        for step in self._here:
            if step.id in asked:
                joined[step.id] = step.given()
                self._told.conflicts.append(
                    Conflict(f"step {step.id}", "all of it", step.given(), None, step.id)
                )

    def _order(self, joined: Mapping[str, Any], added: Mapping[str, Any]) -> list[str]:
        here = [step.id for step in self._here]
        newer = [name for step in self._newer if (name := self._ids["newer"][step.id])]
        newer_moved, here_moved = (
            bool(moved_steps(pairs)) for pairs in (self._pairs_newer, self._pairs_here)
        )
        if newer_moved and here_moved:
            self._told.conflicts.append(Conflict("the steps", "order", here, newer, kind="order"))
        if newer_moved and not here_moved:
            order = woven(newer, here, lambda name: name in joined)
        else:
            order = woven(here, newer, lambda name: name in added)
        order = [name for name in order if name in joined]
        forward = here != asked_first(here, {step.id: step.given() for step in self._here})
        return order if forward else asked_first(order, joined)


def _unit(base: Plain, here: Plain, newer: Plain, place: str, told: Told) -> dict[str, Any]:
    """What a step does and how it is undone, taken from one side as a whole.

    A person's rollback is that of the command which they saw: it says nothing about another command.
    """
    was, is_now, wanted = ({name: side.get(name) for name in _UNIT} for side in (base, here, newer))
    if is_now == was:
        return wanted
    for name in _UNIT:
        if wanted[name] not in (was[name], is_now[name]):
            told.conflicts.append(Conflict(place, name, is_now[name], wanted[name], here["id"]))
        elif is_now[name] != wanted[name]:
            told.kept.append(Kept(place, "changed", name))
    return is_now


def free_name(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it, so that it is not one of `taken`, to which it is added."""
    numbered = (f"{name[:58].rstrip('-')}-{number}" for number in range(2, len(taken) + 3))
    found = name if name not in taken else next(item for item in numbered if item not in taken)
    taken.add(found)
    return found
