"""The order of steps of which two sides have their own: one order, each behind what it waits for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from controller.review.step_conditions import steps_of
from controller.review.three_way import Plain


def asked_first(order: Sequence[str], joined: Mapping[str, Any]) -> list[str]:
    """The order, but a step stands behind those on which it waits; a circle stays, and lint refuses it."""
    found: list[str] = []
    left = list(order)
    while left:
        ready = (name for name in left if not _waits_for(joined[name]) & set(left))
        name = next(ready, left[0])
        found.append(name)
        left.remove(name)
    return found


def _waits_for(step: Plain) -> set[str]:
    return {*step.get("needs", ()), *steps_of(step.get("when"))}


def woven(order: Sequence[str], others: Sequence[str], taken: Callable[[str], bool]) -> list[str]:
    """The order, with what only the other one has behind what stands before it there."""
    found = list(order)
    last: str | None = None
    for name in others:
        if name not in found and taken(name):
            found.insert(0 if last is None else found.index(last) + 1, name)
        if name in found:
            last = name
    return found
