"""Names that a script sets to one text in one place and to another in another.

Where a loop, a function or a condition stands between them, a name may hold either wherever it is used: the
script is walked with each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scanner.arithmetic import NUMBER
from scanner.flow import Values

MAX_WALKS: Final = 4
"""Texts that a name is tried with."""
MAX_NODES: Final = 2_500
"""Nodes that are walked again for them, of one text; with more, the names may hold anything."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What names hold in one more walk; None is not known. `data`: names that may hold anything."""

    pinned: dict[str, str | None]
    data: frozenset[str] = frozenset()


def alternatives(values: Values, nodes: int) -> list[Alternative]:
    """The walks of a script of so many nodes that are needed after a first one, which filled `values`."""
    several = {
        name: list(texts)
        for name, texts in values.given.items()
        if name in values.repeated_names and len(texts) > 1 and not all(map(_is_number, texts))
    }
    if not several:
        return []
    walks = max(map(len, several.values()))
    if walks > MAX_WALKS or walks * nodes > MAX_NODES:
        return [Alternative(dict.fromkeys(several), frozenset(several))]
    return [
        Alternative({name: texts[at % len(texts)] for name, texts in several.items()}) for at in range(walks)
    ]


def _is_number(text: str | None) -> bool:
    return text is not None and NUMBER.fullmatch(text) is not None
