"""How a step is undone: as the text says, else as the scanner knows, else it says that nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ingest.building import Building, plain_text, unmasked
from ingest.extract.drafts import Draft
from ingest.extract.undoing import undoing_words
from ingest.joining import joined
from ingest.masking import MASKS
from ingest.placeholders import with_holes
from ingest.repeating import with_settings
from ingest.resources import Resources, has_foreign_holes, unfit
from schemas.risk import Risk
from schemas.step import Rollback
from schemas.verdict import Reversibility, Verdict

_IRREVERSIBLE: Final = "No command is known that undoes this; write one, or say how it is restored."
_NO_ROOM: Final = "No command is known that undoes this without a value that only the operator has."


def rollback_of(
    building: Building,
    undone_by: Sequence[Draft],
    step_id: str,
    assigned: frozenset[str],
    verdict: Verdict,
    seen: Resources,
) -> Rollback | None:
    """The rollback of a step: the commands that the text shows, as one; what the scanner knows; or why there
    is none. Words of the text that are no command are told where there is no command.
    """
    commands = [item for item in undone_by if item.kind == "command"]
    if len({(item.condition, item.negated) for item in commands}) > 1:
        return _by_hand(commands)  # each for its own case, or one or the other: never all of them
    if commands:
        return _of_text(building, commands, step_id, assigned)
    known = _known(building, verdict, seen)
    told = "\n".join(undoing_words(item.text) or item.text for item in undone_by)
    if told and (known is None or known.command is None):
        return Rollback(impossible=plain_text(told))
    return known


def rollback_notes(undone_by: Sequence[Draft], rollback: Rollback | None) -> str | None:
    """What the text says in words about undoing a step whose rollback is a command."""
    told = [undoing_words(item.text) or item.text for item in undone_by if item.kind != "command"]
    if not told or rollback is None or rollback.command is None:
        return None
    return plain_text("To undo it: " + "\n".join(told))


def undone_by_hand(undone_by: Sequence[Draft]) -> str:
    """How a step that a person does is undone, as the last lines of its instruction; empty where nothing is
    said.
    """
    shown = "\n".join(item.text for item in undone_by)
    return f"\nTo undo it: {shown}" if shown else ""


def _of_text(
    building: Building, commands: Sequence[Draft], step_id: str, assigned: frozenset[str]
) -> Rollback:
    """The commands with their holes, whole or not at all: half of them would undo something else, and so
    would those behind one that failed.
    """
    filled = []
    for item in commands:
        fit = item.dialect == "shell" and not MASKS.search(item.text) and unfit(item.text) is None
        text = with_holes(building, item, item.text, step_id, assigned) if fit else ""
        if not fit or has_foreign_holes(building, text):
            return _by_hand(commands)
        filled.append(text)
    whole = joined(list(dict.fromkeys(filled)))
    if whole:
        headed = with_settings(building, commands[0], whole, {}, step_id)
        whole = "" if headed.env else headed.command
    return Rollback(command=whole) if whole and unfit(whole) is None else _by_hand(commands)


def _by_hand(commands: Sequence[Draft]) -> Rollback:
    shown = "\n".join(_with_case(item) for item in commands)
    return Rollback(impossible=plain_text(f"Only by hand:\n{shown}"))


def _with_case(item: Draft) -> str:
    case = f"{'Unless' if item.negated else 'If'} {item.condition}: " if item.condition else ""
    return case + unmasked(item.text)


def _known(building: Building, verdict: Verdict, seen: Resources) -> Rollback | None:
    inverse = verdict.finding.inverse
    if inverse is not None:
        undone = seen.inverse
        if undone is not None and unfit(undone) is None and not has_foreign_holes(building, undone):
            return Rollback(command=undone)
        return Rollback(impossible=_NO_ROOM)
    if verdict.risk is Risk.DANGEROUS or verdict.finding.reversibility is Reversibility.IRREVERSIBLE:
        return Rollback(impossible=_IRREVERSIBLE)
    return None
