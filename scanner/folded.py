"""What `${x#…}`, `${x%…}`, `${x:1:2}`, `${x,,}` and `${x/a/b}` make of a text that is known."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import Final

MAX_FOLDED: Final = 256
"""Characters of a text that is cut or changed so; patterns have a quarter of it."""
_PLAIN: Final = re.compile(r"[^$`\"'\\{}()|~]*")
_CUT: Final = re.compile(r"(##?|%%?)(.+)", re.DOTALL)
_PART: Final = re.compile(r":(0|[1-9]\d{0,3})(?::(0|[1-9]\d{0,3}))?")
"""Offsets; one that begins with a zero is octal."""
_REPLACED: Final = re.compile(r"(//?)([^/*?\[#%!][^/*?\[]*)(?:/([^/&]*))?", re.DOTALL)
_CASES: Final = {",,": str.lower, "^^": str.upper}


def folded(value: str, operation: str) -> str | None:
    """The text, where the operation (what stands behind the name) says so without a doubt; or None."""
    if (
        not value.isascii()
        or len(value) > MAX_FOLDED
        or len(operation) > MAX_FOLDED // 4
        or not _PLAIN.fullmatch(operation)
    ):
        return None
    if operation in _CASES:
        return _CASES[operation](value)
    if (part := _PART.fullmatch(operation)) is not None:
        start, size = int(part.group(1)), part.group(2)
        return value[start:] if size is None else value[start : start + int(size)]
    if (replaced := _REPLACED.fullmatch(operation)) is not None:
        times = -1 if replaced.group(1) == "//" else 1
        return value.replace(replaced.group(2), replaced.group(3) or "", times)
    cut = _CUT.fullmatch(operation)
    return None if cut is None else _without(value, cut.group(1), cut.group(2))


def _without(value: str, sign: str, pattern: str) -> str | None:
    """The value without what the pattern fits at one of its ends: the shortest, or the longest."""
    if pattern.count("*") > 2 or "[" in pattern:
        return None
    fits = re.compile(translate(pattern)).match
    sizes = range(len(value) + 1)
    for size in sizes if len(sign) == 1 else reversed(sizes):
        if sign[0] == "#" and fits(value[:size]):
            return value[size:]
        if sign[0] == "%" and fits(value[len(value) - size :]):
            return value[: len(value) - size]
    return value
