"""What a pattern can't do without: texts of which one stands in everything that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as constants  # type: ignore[attr-defined]  # the parser of patterns has no other door
from re import _parser as parser  # type: ignore[attr-defined]  # as above
from typing import Any

Needed = frozenset[str]
NOTHING: Needed = frozenset()


def needed(pattern: str) -> Needed:
    """The texts, those chosen whose shortest is longest; none where every place of the pattern may differ or
    letters may be large or small.
    """
    return _of_sequence(parser.parse(pattern.replace(r"\z", r"\Z")))  # the end of a text, as re2 writes it


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> Needed:
    found: list[Needed] = []
    run = ""
    for kind, what in parts:
        if kind is constants.LITERAL:
            run += chr(what)
            continue
        found += [frozenset({run})] * bool(run)
        found.append(_of_part(kind, what))
        run = ""
    found += [frozenset({run})] * bool(run)
    return max(found, key=_worth, default=NOTHING)


def _of_part(kind: Any, what: Any) -> Needed:
    if kind is constants.SUBPATTERN:
        return NOTHING if what[1] & re.IGNORECASE else _of_sequence(what[3])
    if kind is constants.BRANCH:
        ways = [_of_sequence(way) for way in what[1]]
        return NOTHING.union(*ways) if all(ways) else NOTHING
    if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT) and what[0]:
        return _of_sequence(what[2])
    return NOTHING


def _worth(texts: Needed) -> tuple[int, int]:
    return (min(map(len, texts), default=0), -len(texts))
