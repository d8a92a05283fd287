"""Three sides of one value: as it was imported, as it is now, as a newer text has it. Pure, on plain values.

What only one side changed is taken from it; what both changed alike is one change; what both changed
differently stays as it is now, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from schemas.yaml_codec import Edit

Plain = Mapping[str, Any]
_DERIVED: Final = frozenset({"title", "id"})
"""Made from the text by the import: what a person wrote instead stands, and no conflict is told."""
Path = tuple[str | int, ...]
Noun = Literal["step", "order", "runbook", "variable", "prerequisite", "alert", "question"]
_NAMED: Final = 5


@dataclass(frozen=True)
class Conflict:
    """Both sides changed it. `here` stays; `newer` is what the newer text has, None where it took it away."""

    place: str
    field: str
    here: Any
    newer: Any
    step: str | None = None
    concerns: tuple[str, ...] = ()
    """The steps that must not run by themselves before somebody decides; none: the whole runbook."""
    kind: Noun = "step"
    """What it is about."""

    @property
    def waiting(self) -> tuple[str, ...]:
        """The steps that can't run by themselves before somebody decides; none: no step can."""
        return self.concerns or ((self.step,) if self.step else ())

    @property
    def keeps(self) -> str:
        """The same in words: `the step restart`, `the steps a, b and 3 more`, `every step`."""
        steps = self.waiting
        if not steps:
            return "every step"
        more = f" and {len(steps) - _NAMED} more" if len(steps) > _NAMED else ""
        return f"the step{'s' if len(steps) > 1 else ''} {', '.join(steps[:_NAMED])}{more}"


def in_words(value: object) -> str:
    """A value of a document for a reader: `command: systemctl stop x`, `a, b`."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {in_words(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Kept:
    """An edit of a person that the newer text does not touch."""

    place: str
    what: Literal["added", "removed", "changed"]
    field: str | None = None


@dataclass
class Told:
    """What is told about a joining, in the order in which it was found."""

    conflicts: list[Conflict] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


def join_fields(
    base: Plain,
    here: Plain,
    newer: Plain,
    place: str,
    told: Told,
    *,
    step: str | None = None,
    kind: Noun = "step",
) -> dict[str, Any]:
    """The fields of one thing that is on all three sides."""
    joined: dict[str, Any] = {}
    for name in dict.fromkeys([*here, *newer, *base]):
        was, is_now, wanted = base.get(name), here.get(name), newer.get(name)
        value = is_now
        if is_now == was:
            value = wanted
        elif wanted not in (was, is_now) and name not in _DERIVED:
            told.conflicts.append(Conflict(place, name, is_now, wanted, step, kind=kind))
        elif is_now != wanted:
            told.kept.append(Kept(place, "changed", name))
        if value is not None:
            joined[name] = value
    return joined


def join_lists(
    base: Sequence[Plain],
    here: Sequence[Plain],
    newer: Sequence[Plain],
    key: Callable[[Plain], Any],
    place: Callable[[Plain], str],
    told: Told,
    kind: Noun,
) -> list[Plain]:
    """Things with a name of their own, as variables: those here in order, then what the newer text adds."""
    was, wanted = ({key(item): item for item in side} for side in (base, newer))
    joined: list[Plain] = []
    for item in here:
        name = key(item)
        if name not in wanted:
            if name in was and item == was[name]:
                continue
            if name in was:
                told.conflicts.append(Conflict(place(item), "all of it", item, None, kind=kind))
            else:
                told.kept.append(Kept(place(item), "added"))
            joined.append(item)
        else:
            before = was.get(name, wanted[name])
            joined.append(join_fields(before, item, wanted[name], place(item), told, kind=kind))
    present = {key(item) for item in here}
    for name, item in wanted.items():
        if name in present:
            continue
        if name not in was:
            joined.append(item)
        elif item == was[name]:
            told.kept.append(Kept(place(item), "removed"))
        else:
            told.conflicts.append(Conflict(place(item), "all of it", None, item, kind=kind))
    return joined


def edits_of(
    path: Path, now: Sequence[Plain], then: Sequence[Plain], key: Callable[[Plain], Any]
) -> list[Edit]:
    """How a list in a document becomes another one: changed fields, then what goes, then what comes or moves,
    so that the comments on what stays are kept.
    """
    if not then:
        return [Edit(path)] if now else []
    if not now:
        return [Edit(path, [dict(item) for item in then])]
    wanted = {key(item): item for item in then}
    edits: list[Edit] = []
    for index, item in enumerate(now):
        if key(item) in wanted:
            edits += field_edits((*path, index), item, wanted[key(item)])
    order = [key(item) for item in now]
    for index in range(len(order) - 1, -1, -1):
        if order[index] not in wanted:
            edits.append(Edit((*path, index)))
            del order[index]
    for index, item in enumerate(then):
        name = key(item)
        if index < len(order) and order[index] == name:
            continue
        if name in order:
            at = order.index(name)
            edits.append(Edit((*path, at)))
            del order[at]
        edits.append(Edit((*path, index), dict(item), insert=True))
        order.insert(index, name)
    return edits


def field_edits(path: Path, now: Plain, then: Plain) -> list[Edit]:
    """How the fields of one thing become others."""
    gone = [Edit((*path, name)) for name in now if name not in then]
    changed = [Edit((*path, name), value) for name, value in then.items() if now.get(name) != value]
    return [*gone, *changed]
