"""What a newer text changes beside the steps: title, prerequisites, alerts, questions, variables. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from controller.review.three_way import Plain, in_words

CONFLICT: Final = "newer-text-"
"""How the ids of the questions begin that a conflict asks: those are told as conflicts."""


@dataclass(frozen=True)
class BesideChange:
    """One thing beside the steps; `before` and `after` in words, of what is changed."""

    change: Literal["added", "removed", "changed"]
    place: str
    before: str | None = None
    after: str | None = None


def beside_changes(
    here: Plain,
    then: Plain,
    keys: Mapping[str, Callable[[Plain], Any]],
    place_of: Callable[[str], Callable[[Plain], str]],
) -> Iterator[BesideChange]:
    """What the joined document has other than the present one. `keys` names the lists, and what makes an item
    the same; `place_of` names an item of a list. Variables that come or go are told apart.
    """
    for outer, name in (("metadata", "title"), ("metadata", "service"), ("spec", "notes")):
        was, now = here[outer].get(name), then[outer].get(name)
        if was != now:
            yield BesideChange("changed", f"the runbook's {name}", _words(was), _words(now))
    for name, key in keys.items():
        place = place_of(name)
        was_items, now_items = (_by_key(side["spec"].get(name, ()), key) for side in (here, then))
        gone = [value for item, value in was_items.items() if item not in now_items and name != "variables"]
        yield from (BesideChange("removed", place(value)) for value in gone)
        for item, value in now_items.items():
            if item not in was_items and name != "variables":
                yield BesideChange("added", place(value))
            elif item in was_items and was_items[item] != value:
                yield BesideChange("changed", place(value), _words(was_items[item]), _words(value))


def _by_key(items: Sequence[Plain], key: Callable[[Plain], Any]) -> dict[Any, Plain]:
    return {key(item): item for item in items if not str(item.get("id", "")).startswith(CONFLICT)}


def _words(value: object) -> str | None:
    return None if value is None else in_words(value)
