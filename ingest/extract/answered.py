"""Blocks without prompts that show commands, and below each what it prints; the parts stand behind comments
and empty lines.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.command_lines import looks_like_command
from ingest.extract.outputs import is_said, is_sure, is_typed_line
from ingest.extract.programs import is_program

_SHOWS_TEXT: Final = re.compile(
    r"(?:sudo\s+)?(?:cat|less|more|head|tail|zcat|history|git\s+(?:diff|show|log)|diff|strings|bat|man)\b"
    r"(?!\s[^\n]{0,200}/(?:proc|sys)/)"
)
"""What these print may be commands, too."""


def answered(text: str) -> list[tuple[int, int]]:
    """The places of the commands of such a block, in order; empty where a part does not surely begin with a
    command, or where something below one could be typed, too.
    """
    found: list[tuple[int, int]] = []
    begins, printed, begin, goes_on = True, False, 0, False
    for line in text.split("\n"):
        shown = line.strip()
        start, end = begin + line.find(shown), begin + len(line.rstrip())
        begin += len(line) + 1
        if goes_on and found:
            found[-1] = (found[-1][0], end)
        elif not shown or shown.startswith("#"):
            begins = begins or not shown or not printed or line.startswith("#")
            continue
        elif is_program(shown.split()[0]) and is_sure(shown) and looks_like_command(shown):
            if (printed and not begins) or "<<" in shown:
                return []
            found.append((start, end))
            printed = False
        elif not found or is_typed_line(line) or is_said(line) or _SHOWS_TEXT.match(text, found[-1][0]):
            return []
        else:
            printed = True
        begins, goes_on = False, shown.endswith("\\") and not printed
    return found
