"""Blocks without prompts that show commands, and below each what it prints; the parts stand behind comments
and empty lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.extract.command_forms import does_something, has_form
from ingest.extract.command_lines import is_house_tool, looks_like_command, plausible
from ingest.extract.doing import only_read
from ingest.extract.outputs import is_said, is_sure, is_typed_line
from ingest.extract.programs import is_program
from ingest.extract.spoken import ENGLISH
from ingest.extract.statements import FoundCommand
from ingest.extract.vocabulary import is_imperative

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
        elif _is_command(shown):
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


def _is_command(line: str) -> bool:
    """Whether a line surely is a command; a program alone is one that only looks at something."""
    if " " not in line:
        return line not in ENGLISH and is_program(line) and only_read([line])
    return is_program(line.split()[0]) and is_sure(line) and looks_like_command(line)


def without_answers(text: str, found: Sequence[FoundCommand]) -> list[FoundCommand]:
    """The statements of a block of a shell but for lines right below a command that only looks at something,
    or that names the same, where no sign tells that they are typed: `abc123` below `docker restart abc123`.
    """
    kept: list[FoundCommand] = []
    end = -1
    for item in found:
        above = kept[-1] if kept and _GAP.fullmatch(text, end, item.start) else None
        if above is None or not _may_be_printed(item.text) or not _prints(above.text, item.text):
            kept.append(item)
        end = item.end
    return kept


_GAP: Final = re.compile(r"[ \t]*\n[ \t]*(?:[^\s#][^\n]*\n[ \t]*){0,40}")
"""No empty line and no comment."""


def _may_be_printed(line: str) -> bool:
    """Whether only the label of its block makes a command of a line."""
    if "\n" in line or plausible(line, labelled=False) or "=" in line:
        return False
    words = line.split()
    if not line[:1].isalnum() or "/" in words[0] or any(map(is_imperative, words[1:2])):
        return False
    return not (is_house_tool(line) or has_form(line) or does_something(line))


def _prints(above: str, line: str) -> bool:
    """Whether a command surely is one, and prints a line: what it reads, or the name that it was given."""
    if not (is_program(above.split()[0].rstrip(";")) and looks_like_command(above.split("\n", 1)[0])):
        return False
    words = above.split()
    return line in words[1:] or (words[0] not in _SILENT and only_read([above]))


_SILENT: Final = frozenset(
    "cd pushd popd export source . set unset alias sleep true test wait read umask ulimit".split()
)
"""What these do is not seen."""
