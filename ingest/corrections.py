"""What a person corrected in the preview: it takes the place of what was found in the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Unprocessable
from schemas.holes import check_value, valid_name
from schemas.runbook import Variable


@dataclass(frozen=True)
class VariableChange:
    """Of a variable as it was found: another name, or a value that takes its place in every step."""

    name: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Overrides:
    """Corrections of a document; None keeps what was found, an empty service takes it away."""

    title: str | None = None
    service: str | None = None
    name: str | None = None
    variables: Mapping[str, VariableChange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises Unprocessable for a name that no variable can have."""
        for found, change in self.variables.items():
            if change.name is not None and not valid_name(change.name):
                raise Unprocessable(
                    f"`{found[:40]}` can't be called `{change.name[:40]}`.",
                    hint="1 to 63 of a-z, 0-9 and _, beginning with a letter.",
                    code="bad_variable_name",
                )

    def to_json(self) -> dict[str, Any]:
        """What is corrected, but for the name; empty where nothing is."""
        shown: dict[str, Any] = {"title": self.title, "service": self.service}
        shown["variables"] = {
            found: {"name": change.name, "value": change.value} for found, change in self.variables.items()
        } or None
        return {key: value for key, value in shown.items() if value is not None}

    def name_of(self, found: str) -> str:
        """The name that a variable has in the document."""
        change = self.variables.get(found)
        return found if change is None or change.name is None else change.name

    def value_of(self, variable: Variable) -> str | None:
        """The value that takes its place, if any. Raises Unprocessable where its pattern forbids it."""
        change = self.variables.get(variable.name)
        if change is None or change.value is None:
            return None
        check_value(variable, change.value)
        return change.value
