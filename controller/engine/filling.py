"""A command on its way to a judgement: filled and scanned, as a value in and a value out. Pure.

Runs in a process of its own where it may take long (`judgements.py`), so it imports nothing of the shell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from scanner import scan
from scanner.holes import Variable, fill_command
from schemas.errors import Unprocessable
from schemas.holes import holes
from schemas.verdict import Finding


@dataclass(frozen=True, slots=True)
class HoleVariable:
    """What filling needs of a variable (`scanner.holes.Variable`)."""

    name: str
    pattern: str | None
    secret: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """Everything that a judgement is a function of, beside the scanner: equal ones have one answer.

    Only the variables that the command's holes name, and only their values; of a secret none. The tenant is
    there so that nobody learns by the time of an answer what another tenant runs. `verbatim`: the text is no
    template, it ran as it stands.
    """

    tenant: UUID
    template: str
    variables: tuple[HoleVariable, ...]
    values: tuple[tuple[str, str], ...]
    verbatim: bool = False

    @property
    def read_characters(self) -> int:
        """How many characters are parsed or scanned for the answer: the measure of its time.

        The template twice and once more for each hole, and the filled text for the third lock and the scan.
        """
        named = [] if self.verbatim else holes(self.template)
        values = dict(self.values)
        text = len(self.template) + sum(len(values.get(hole.name, "")) for hole in named)
        return 2 * text + (len(self.template) * (len(named) + 2) if named else 0)


@dataclass(frozen=True, slots=True)
class Filled:
    """A command as it would run, and what the scanner says of it."""

    text: str
    finding: Finding


def make_filling(
    tenant: UUID, template: str, variables: Iterable[Variable], values: Mapping[str, str]
) -> Filling:
    """The filling of a command; it is not looked at yet."""
    named = {hole.name for hole in holes(template)}
    known = tuple(
        HoleVariable(variable.name, variable.pattern, variable.secret)
        for variable in variables
        if variable.name in named
    )
    open_names = sorted(variable.name for variable in known if not variable.secret)
    return Filling(
        tenant, template, known, tuple((name, values[name]) for name in open_names if name in values)
    )


def fill_and_scan(filling: Filling) -> Filled | Unprocessable:
    """Fill the command under all three locks, and scan what came of it; a refusal is an answer, too."""
    if filling.verbatim:
        return Filled(filling.template, scan(filling.template))
    try:
        text = fill_command(filling.template, filling.variables, dict(filling.values)).text
    except Unprocessable as refusal:
        return refusal
    return Filled(text, scan(text))


def load_scanner() -> bool:
    """Have the scanner's tables read, so that the first one who asks does not wait for it."""
    return bool(scan("true"))
