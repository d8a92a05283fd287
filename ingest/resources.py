"""What a command of the text holds: whether a document can carry it, and what the scanner saw it act on."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.building import Building
from scanner import scan
from scanner.holes import check_template
from schemas.holes import fill_text, holes, near_holes
from schemas.text import check_command
from schemas.verdict import Finding


@dataclass(frozen=True)
class Resources:
    """What the scanner saw of a command, with holes where it saw a stand-in."""

    names: tuple[str, ...]
    inverse: str | None


def unfit(text: str) -> str | None:
    """Why a text can't be the command of a document; None where it can."""
    try:
        check_command(text)
    except ValueError as error:
        return str(error)
    return None


def has_foreign_holes(building: Building, command: str) -> bool:
    """Whether braces are left that the product would read as a hole where none may be, now or once the name
    is declared.
    """
    if check_template(command, tuple(building.variables.values())):
        return True
    return any(hole.name == hole.name.lower() and "-" not in hole.name for hole in near_holes(command))


def resources_of(command: str, finding: Finding) -> Resources:
    """Scan again with a word of its own in each hole, so that no stand-in is taken for a resource's name."""
    names = list(dict.fromkeys(hole.name for hole in holes(command)))
    if not names:
        return Resources(finding.resources, finding.inverse)
    marks = {name: f"dd0chole{index}z" for index, name in enumerate(names)}
    marked = scan(fill_text(command, marks))

    def back(text: str) -> str:
        for name, mark in marks.items():
            text = text.replace(mark, "{{ " + name + " }}")
        return text

    inverse = back(marked.inverse) if finding.inverse and marked.inverse else None
    return Resources(tuple(back(item) for item in marked.resources), inverse)
