"""Variables that a person renamed since the import: the texts go on with the name that is here. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.corrections import Overrides, VariableChange
from ingest.renaming import corrected
from schemas.holes import holes
from schemas.runbook import Runbook
from schemas.step import Step


def renamed_variables(base: Runbook, here: Runbook, newer: Runbook) -> dict[str, str]:
    """The names of the import with those that stand in their place now, in every step that has them. One that
    the newer text gives to a variable of its own is none.
    """
    was, now, wanted = ({item.name for item in side.spec.variables} for side in (base, here, newer))
    steps = {step.id: step for step in here.spec.steps}
    found: dict[str, set[str]] = {}
    for step in base.spec.steps:
        for old, new in _pairs(step, steps.get(step.id)):
            found.setdefault(old, set()).add(new)
    one = {old: next(iter(names)) for old, names in found.items() if len(names) == 1}
    sure = {old: new for old, new in one.items() if old in was - now and new in now - was - wanted}
    return {old: new for old, new in sure.items() if list(sure.values()).count(new) == 1}


def with_names(runbook: Runbook, names: dict[str, str]) -> Runbook:
    """The document with variables renamed."""
    if not names:
        return runbook
    changes = {old: VariableChange(name=new) for old, new in names.items()}
    values, _ = corrected(runbook.to_document(), Overrides(variables=changes))
    return Runbook.from_json(values)


def _pairs(was: Step, now: Step | None) -> Iterator[tuple[str, str]]:
    """The variables in the same places of a step, where nothing but their names differs."""
    if now is None:
        return
    for one, other in ((was.command, now.command), (was.manual, now.manual)):
        if one is None or other is None or _between(one) != _between(other):
            continue
        yield from zip(_names(one), _names(other), strict=True)
    if was.env.keys() == now.env.keys():
        yield from ((variable, now.env[name]) for name, variable in was.env.items())


def _names(text: str) -> list[str]:
    return [hole.name for hole in holes(text)]


def _between(text: str) -> Sequence[str]:
    """What stands around the holes."""
    parts, place = [], 0
    for hole in holes(text):
        parts.append(text[place : hole.start])
        place = hole.end
    return [*parts, text[place:]]
