"""A person's corrections of a document that is there already: its title, service, name and variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingest.building import plain_line
from ingest.corrections import Overrides
from schemas.holes import holes
from schemas.runbook import Variable


def corrected(values: dict[str, Any], overrides: Overrides) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The plain values of a document with what a person corrected, and the variables that it does not have.

    Raises Unprocessable for a value that a variable's pattern forbids.
    """
    variables = {item["name"]: Variable.from_json(item) for item in values["spec"].get("variables", ())}
    instead: dict[str, str] = {}
    for found, change in overrides.variables.items():
        if found in variables and not variables[found].secret and change.value is not None:
            instead[found] = overrides.value_of(variables[found]) or ""
        elif found in variables:
            instead[found] = f"{{{{ {overrides.name_of(found)} }}}}"
    spec = _each_text(values["spec"], lambda text: _with(text, instead))
    spec["variables"] = [
        {**item, "name": overrides.name_of(item["name"])}
        for item in spec.get("variables", ())
        if not _is_filled(item["name"], instead)
    ]
    for step in spec.get("steps", ()):
        if env := step.get("env"):
            step["env"] = {name: overrides.name_of(variable) for name, variable in env.items()}
    metadata = dict(values["metadata"])
    if overrides.title:
        metadata["title"] = plain_line(overrides.title)
    if overrides.name:
        metadata["name"] = overrides.name
    if overrides.service is not None:
        metadata["service"] = plain_line(overrides.service) if overrides.service else None
    unused = tuple(name for name in overrides.variables if name not in variables)
    return {**values, "metadata": metadata, "spec": spec}, unused


def _is_filled(name: str, instead: dict[str, str]) -> bool:
    return name in instead and not instead[name].startswith("{{ ")


def _with(text: str, instead: dict[str, str]) -> str:
    for hole in reversed(holes(text)):
        if hole.name in instead:
            text = text[: hole.start] + instead[hole.name] + text[hole.end :]
    return text


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    return [_each_text(item, change) for item in value] if isinstance(value, list) else value
