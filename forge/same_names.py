"""Two folders of the same names, compared as they stand in git's objects: as a rule contents change and names
do not. Pure.

Of 5,000 files that takes a quarter of the time that all of their lines take, one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from forge.tree import Line, lowered_names

_ID: Final = re.compile(rb"\0.{20}", re.DOTALL)
"""What stands behind mode and name. The first NUL of what is left ends a name: found one after the other."""
_ID_LENGTH: Final = 21
_HEAD: Final = re.compile(rb"[0-7]{1,7} ([^\0]*)")
_FILE: Final = b"\x00100644 "
_PIECE: Final = 1_024


class Unlike(NamedTuple):
    """Lines of one folder and of another, of so many that both have together."""

    olds: list[Line]
    news: list[Line]
    seen: int


def differing(old: bytes, new: bytes) -> Unlike | None:
    """The lines of two tree objects that differ, side by side. None where it is not sure that both have the
    same names and modes in the same order, each name once, and none that could be taken for another.
    """
    heads = _ID.split(old)
    if len(old) != len(new) or heads.pop() or not _told_apart(heads):
        return None
    ends = [*accumulate([len(head) + _ID_LENGTH for head in heads])]
    olds: list[Line] = []
    news: list[Line] = []
    for at in _unlike(old, new, ends):
        start = ends[at] - len(heads[at]) - _ID_LENGTH
        one, other = old[start : ends[at]], new[start : ends[at]]
        if not other.startswith(heads[at] + b"\0"):
            return None
        if one != other:
            olds.append(one)
            news.append(other)
    return Unlike(olds, news, 2 * len(heads))


def _told_apart(heads: Sequence[bytes]) -> bool:
    """Whether each has a mode, and the names are plain and no two of them alike."""
    names = _names(heads)
    lowered = None if names is None else lowered_names(names)
    return lowered is not None and len(set(lowered)) == len(heads)


def _names(heads: Sequence[bytes]) -> list[bytes] | None:
    joined = b"\0" + b"\0".join(heads)
    if joined.count(_FILE) == len(heads):
        return joined.replace(_FILE, b"\0").split(b"\0")[1:]
    found = [_HEAD.fullmatch(head) for head in heads]
    return None if None in found else [each[1] for each in found if each is not None]


def _unlike(old: bytes, new: bytes, ends: Sequence[int]) -> Iterator[int]:
    """Which lines lie, at least in part, where the two are not the same bytes: all that differ, and more."""
    last = -1
    for start in range(0, len(old), _PIECE):
        if old[start : start + _PIECE] != new[start : start + _PIECE]:
            first = max(last + 1, bisect_right(ends, start))
            last = max(last, bisect_right(ends, min(start + _PIECE, len(old)) - 1))
            yield from range(first, last + 1)
