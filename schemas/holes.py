"""Holes: `{{ name }}` in a text, and the values that may fill them.

A hole is exactly two braces, a blank, a name, a blank, two braces. A word of Go's templates is no name, so
`{{ end }}` and `{{.Items}}` stay text. The lock on where a hole may stand is the scanner's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import re2

from base.limits import VARIABLE_VALUE_MAX_CHARACTERS
from schemas.errors import Place, Unprocessable
from schemas.patterns import DEFAULT_PATTERN, fullmatch

__all__ = [
    "DEFAULT_PATTERN",
    "TEMPLATE_WORDS",
    "Hole",
    "check_value",
    "fill_text",
    "holes",
    "near_holes",
    "valid_name",
]

TEMPLATE_WORDS: Final = frozenset("end else range if with define block template nil".split())
"""Words of Go's templates: never the name of a variable."""

_NAME: Final = re2.compile(r"[a-z][a-z0-9_]{0,62}")
_HOLE: Final = re2.compile(r"\{\{ ([a-z][a-z0-9_]{0,62}) \}\}")
_NEAR: Final = re2.compile(r"\{\{[ \t]*([A-Za-z][A-Za-z0-9_-]{0,62})[ \t]*\}\}")


@dataclass(frozen=True, slots=True)
class Hole:
    """One hole: `text[start:end]` is `{{ name }}` (offsets in characters)."""

    name: str
    start: int
    end: int


class Fillable(Protocol):
    """What `check_value` needs of a variable."""

    @property
    def name(self) -> str:
        """The variable's name."""
        ...

    @property
    def pattern(self) -> str | None:
        """Its RE2 pattern, or None for the default one."""
        ...


def valid_name(name: str) -> bool:
    """Whether a variable may have this name."""
    return _NAME.fullmatch(name) is not None and name not in TEMPLATE_WORDS


def holes(text: str) -> list[Hole]:
    """All holes of a text, in order."""
    if "{{" not in text:
        return []  # most texts have none, and there are many
    return [
        Hole(found.group(1), found.start(), found.end())
        for found in _HOLE.finditer(text)
        if found.group(1) not in TEMPLATE_WORDS
    ]


def near_holes(text: str) -> list[Hole]:
    """What looks like a hole but is none (`{{name}}`, `{{ Name }}`); templates' own words are left out."""
    if "{{" not in text:
        return []
    exact = {(hole.start, hole.end) for hole in holes(text)}
    return [
        Hole(found.group(1), found.start(), found.end())
        for found in _NEAR.finditer(text)
        if (found.start(), found.end()) not in exact and found.group(1) not in TEMPLATE_WORDS
    ]


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """The text with every hole filled; a value that looks like a hole is not filled again.

    Raises Unprocessable where a value is missing. Says nothing about safety: that is `check_value` before,
    and `scanner.holes.fill_command` for a command.
    """
    parts: list[str] = []
    end = 0
    for hole in holes(text):
        value = values.get(hole.name)
        if value is None:
            raise Unprocessable(f"The variable `{hole.name}` has no value.", code="variable_missing")
        parts += [text[end : hole.start], value]
        end = hole.end
    return "".join([*parts, text[end:]])


def check_value(variable: Fillable, value: str) -> None:
    """Raises Unprocessable unless the value matches the variable's pattern as a whole (RE2)."""
    pattern = variable.pattern or DEFAULT_PATTERN
    if len(value) <= VARIABLE_VALUE_MAX_CHARACTERS and fullmatch(pattern, value):
        return
    message = f"The value of `{variable.name}` does not match its pattern."
    raise Unprocessable(
        message,
        hint=f"It must match {pattern} as a whole.",
        code="variable_value",
        places=[Place(0, 0, f"variables.{variable.name}", message, f"It must match {pattern} as a whole.")],
    )
