"""Values that a text sets in its first lines, put where it reads them: `NS=prod`, and below it `-n $NS`."""

from __future__ import annotations

import re
from typing import Final

from ingest.advisor.calls import READ_BY_SOMETHING

_LINE: Final = re.compile(
    r"([A-Za-z_][A-Za-z0-9_]{0,60})=([\"']?)([A-Za-z0-9/.][A-Za-z0-9._/:@-]{0,120})\2[ \t]*(?:\n|$)"
)
"""One plain word: nothing in it that a shell would read, split or expand, and no option."""
_MOST: Final = 16


def only_sets(text: str) -> bool:
    """Whether a text only sets plain values, which no shell reads itself: its own ends with it."""
    lines = [line.strip().removeprefix("export ").lstrip() for line in text.strip().split("\n")]
    found = [_LINE.fullmatch(line) for line in lines[:_MOST]]
    return len(lines) <= _MOST and all(
        one is not None and not READ_BY_SOMETHING.fullmatch(one[1]) for one in found
    )


def with_leading_values(text: str) -> str:
    """The text with each such value in its place; the lines that set them stay. A name that the text uses in
    any other way than to read it, or a text with quotes in which nothing is read, stays as it is.
    """
    values: dict[str, str] = {}
    at = 0
    while len(values) < _MOST and (found := _LINE.match(text, at)) is not None:
        if found[1] in values:
            return text
        values[found[1]] = found[3]
        at = found.end()
    head, rest = text[:at], text[at:]
    if not values or "'" in rest or "\\" in rest:
        return text
    for name, value in values.items():
        read = re.compile(rf"\$(?:{name}(?![A-Za-z0-9_])|\{{{name}\}})")
        if len(read.findall(rest)) == len(re.findall(rf"(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])", rest)):
            rest = read.sub(value, rest)
    return head + rest
