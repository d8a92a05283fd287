"""Listings whose lines are numbered: the numbers belong to nobody's command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NUMBERED: Final = re.compile(r"^[ \t]{0,8}(\d{1,4})[.:|)]?(?=([ \t]+)|$)")


@dataclass(frozen=True)
class Listing:
    """The text without the numbers; `begins` are for each line its offset here and there."""

    text: str
    begins: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> int:
        """Where a character of the text stands in the listing."""
        here, there = next(item for item in reversed(self.begins) if item[0] <= offset)
        return there + offset - here


def unnumbered(text: str) -> Listing | None:
    """The lines without their numbers; None where not every line has the next one."""
    lines = text.split("\n")
    found = [_NUMBERED.match(line) for line in lines]
    numbers = [int(item[1]) for item in found if item is not None]
    filled = sum(1 for line in lines if line.strip())
    if len(numbers) < 2 or len(numbers) != filled or numbers != list(range(numbers[0], numbers[0] + filled)):
        return None
    gap = min((len(item[2]) for item in found if item and item[2]), default=0)
    shown: list[str] = []
    begins: list[tuple[int, int]] = []
    here = there = 0
    for line, item in zip(lines, found, strict=True):
        cut = min(item.end() + gap, len(line)) if item else 0
        begins.append((here, there + cut))
        shown.append(line[cut:])
        here += len(line) - cut + 1
        there += len(line) + 1
    return Listing("\n".join(shown), tuple(begins))
