"""Names that a script sets to one text in one place or turn and to another in another.

A loop, a function, a condition or a trap may stand between them, so a name may hold any of its texts wherever
it is used, before it is set too: the script is walked with each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

from scanner.arithmetic import NUMBER
from scanner.flow import Values

MAX_WALKS: Final = 8
"""Texts that a name is tried with, or texts of several names with one another."""
MAX_NODES: Final = 2_500
"""Nodes that are walked again for them, of one text; with more, the names may hold anything."""
Texts = dict[str, tuple[str | None, ...]]
"""Names, each with what it may hold."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What names hold in one more walk; None is not known. `data`: names that may hold anything."""

    pinned: dict[str, str | None]
    data: frozenset[str] = frozenset()


def texts_of(values: Values) -> Texts:
    """Every text of the names that may hold several, or that are used where they are not set yet."""
    found: Texts = {}
    for name in {*values.given, *values.listed}:
        given = values.given.get(name, {})
        texts = (given | values.listed.get(name, {})) if name in values.missed else given
        known = [text for text in texts if text is not None]
        needed = len(texts) > 1 or (name in values.missed and known)
        if needed and not all(NUMBER.fullmatch(text) for text in known):
            found[name] = tuple(texts)
    return found


def alternatives(several: Texts, nodes: int) -> list[Alternative]:
    """The walks of a script of so many nodes that are needed after a first one."""
    if not several:
        return []
    sizes = [len(texts) for texts in several.values()]
    walks = prod(sizes)
    if walks <= MAX_WALKS and walks * nodes <= MAX_NODES:
        return [Alternative(dict(zip(several, row, strict=True))) for row in product(*several.values())]
    walks = max(sizes)
    if walks > MAX_WALKS or walks * nodes > MAX_NODES:
        return [Alternative(dict.fromkeys(several), frozenset(several))]
    rows = [
        Alternative({name: given[at % len(given)] for name, given in several.items()}) for at in range(walks)
    ]
    # A few of many ways to put them together are walked: what any other one does is nobody's to tell.
    return [*rows, Alternative(dict.fromkeys(several), frozenset(several))] if len(several) > 1 else rows
