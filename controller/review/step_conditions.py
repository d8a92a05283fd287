"""The steps that a step's condition asks about, on plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller.review.three_way import Plain


def renamed(when: Plain, ids: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in when.items():
        if key == "step":
            found[key] = ids.get(value, value)
        elif isinstance(value, dict):
            found[key] = renamed(value, ids)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found[key] = [renamed(item, ids) for item in value]
        else:
            found[key] = value
    return found


def steps_of(when: Any) -> list[str]:
    if isinstance(when, dict):
        own = [when["step"]] if isinstance(when.get("step"), str) else []
        return own + [name for value in when.values() for name in steps_of(value)]
    return [name for item in when for name in steps_of(item)] if isinstance(when, list) else []


def known(when: Any) -> bool:
    """Whether every step that a condition asks about is there: one that is not has no id."""
    return all(steps_of(when))
