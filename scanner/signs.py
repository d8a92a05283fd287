"""Signs that are only asked whether they stand anywhere in a text: one pass of an automaton over its bytes.

Where none does, a dearer look would find nothing. `re` takes some twenty times as long for a whole long text,
since most of these patterns have no letters that they all begin with; for a short one it is the faster.
"""

from __future__ import annotations

import re
from typing import Final

import re2

_SHORT: Final = 64
"""Bytes of a text that `re` searches in less time than a set of RE2 takes to be asked."""


class Signs:
    """Alternatives of a pattern of ASCII characters, in RE2's syntax: `\\s` there is no vertical tab."""

    __slots__ = ("_search", "_set")

    def __init__(self, pattern: str) -> None:
        self._search = re.compile(pattern.encode()).search
        self._set = re2.Set.SearchSet()
        self._set.Add(pattern)
        self._set.Compile()

    def stand_in(self, text: bytes) -> bool:
        """Whether one of them does."""
        return self._search(text) is not None if len(text) <= _SHORT else bool(self._set.Match(text))
