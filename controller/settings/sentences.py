"""What is wrong with a setting, as one sentence: its name, its value, what is allowed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

_PREFIX: Final = "DD0C_"
_SHOWN_CHARACTERS: Final = 80
_NUMBERS: Final = {"int": "a whole number", "float": "a number"}


def is_secret(field: FieldInfo) -> bool:
    """Whether the value of a setting is never shown, and may be given as `…_FILE`."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def sentence(problem: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> str:
    """One of pydantic's problems in our words."""
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a setting; `dd0c config` lists those that are"
    message = str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0]) if problem["loc"] else ""
    if name not in fields:
        return message
    value = "***" if is_secret(fields[name]) else shown(problem["input"])
    return f"{_PREFIX}{name.upper()} is {value}; allowed is {_allowed(problem, fields[name], message)}"


def shown(value: object) -> str:
    """A value as it was given, short enough for a line."""
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if not text:
        return "empty"
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")


def _allowed(problem: Mapping[str, Any], field: FieldInfo, message: str) -> str:
    if problem["type"] == "literal_error":
        return " or ".join(map(str, get_args(field.annotation)))
    kind = next((words for word, words in _NUMBERS.items() if word in str(field.annotation)), None)
    if kind is None or problem["type"] == "value_error":
        return message
    bounds = {
        name: getattr(rule, name) for rule in field.metadata for name in ("ge", "le") if hasattr(rule, name)
    }
    if "ge" in bounds and "le" in bounds:
        return f"{kind} from {bounds['ge']} to {bounds['le']}"
    return f"{kind}, at least {bounds['ge']}" if "ge" in bounds else kind
