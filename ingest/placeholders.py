"""The placeholders of a command become holes where a hole may stand; what is written elsewhere is asked."""

from __future__ import annotations

from typing import Final

from base import limits
from ingest.building import Building
from ingest.extract.drafts import Draft
from ingest.questions import A_VALUE, Free, Question
from ingest.variables import Placeholder, declare, find_placeholders, replaced, with_hole
from scanner.holes import check_template
from schemas.runbook import AmbiguityKind

STAND_IN: Final = "value"
"""One plain word in place of a hole without an example, so that the scanner can read the command."""

_HOLES_MAX: Final = 24
_HOLES_OF_A_LONG_ONE: Final = 6
_LONG_CHARACTERS: Final = 2_000
"""In one command. Each is tried by a scan of the whole command for itself and for each before it."""


def with_holes(building: Building, draft: Draft, text: str, step_id: str, assigned: frozenset[str]) -> str:
    """The command with a hole for each placeholder that may have one; a question for each that may not.

    All together first: a placeholder that is left as `<it>` was makes the rest hard to read for the grammar.
    """
    most = _HOLES_MAX if len(text) < _LONG_CHARACTERS else _HOLES_OF_A_LONG_ONE
    text, found = _corrected(building, text, find_placeholders(text, assigned, building.told))
    command = _filled_in(building, text, found[:most])
    left, fit = found[most:], list[Placeholder]()
    if command is None:
        fit = [item for item in found[:most] if _fits_alone(building, text, item, found)]
        left = [item for item in found if item not in fit]
        command = _filled_in(building, text, fit)
    if command is None:
        # What has no place keeps the rest from being read; once it is answered, they become holes.
        command = text
        for placeholder in fit:
            building.declared(placeholder.name)
    for placeholder in found:
        if placeholder.name in building.variables and placeholder not in left:
            building.note_places(placeholder.name, draft.places(placeholder.text))
    for placeholder in left:
        command = _without_hole(building, draft, command, placeholder, step_id)
    return command


def _corrected(building: Building, text: str, found: list[Placeholder]) -> tuple[str, list[Placeholder]]:
    """The command with the values that a person gave, and the placeholders that are left, as they are called
    now.
    """
    left = []
    for placeholder in found:
        building.found_names.add(placeholder.name)
        value = building.overrides.value_of(declare(placeholder.name))
        if value is not None:
            text = replaced(text, placeholder.text, value)
        else:
            left.append(Placeholder(placeholder.text, building.overrides.name_of(placeholder.name)))
    return text, left


def _without_hole(
    building: Building, draft: Draft, command: str, placeholder: Placeholder, step_id: str
) -> str:
    """A placeholder where no variable may stand: its value is asked for now."""
    place = next(iter(draft.places(placeholder.text)), None)
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        placeholder.text,
        f"“{placeholder.text}” stands where no variable may: what is written there?",
        draft.line,
        span=place,
        phrase=place,
        words=placeholder.text,
        free=Free(
            "This value",
            declare(placeholder.name).example or "value",
            A_VALUE,
            "The command has {value} there.",
            "value",
        ),
    )
    settled = building.ask_once(question, step_id)
    return command if settled is None else replaced(command, placeholder.text, settled.value)


def _fits_alone(building: Building, text: str, wanted: Placeholder, found: list[Placeholder]) -> bool:
    """Whether a placeholder may become a hole where every other one is a plain word."""
    for other in found:
        if other is not wanted and wanted.text not in other.text:
            text = replaced(text, other.text, STAND_IN)
    known = building.variables | {wanted.name: declare(wanted.name)}
    return not check_template(with_hole(text, wanted), tuple(known.values()))


def _filled_in(building: Building, command: str, placeholders: list[Placeholder]) -> str | None:
    """The command with these placeholders as holes, their variables declared; None where one may not be."""
    known = dict(building.variables)
    for placeholder in placeholders:
        known.setdefault(placeholder.name, declare(placeholder.name))
        command = with_hole(command, placeholder)
    fits = len(known) <= limits.DOCUMENT_MAX_VARIABLES and len(command.encode()) <= limits.COMMAND_MAX_BYTES
    if not fits or check_template(command, tuple(known.values())):
        return None
    building.variables.update(known)
    return command
