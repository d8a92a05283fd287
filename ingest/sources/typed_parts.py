"""The parts of a paragraph: its commands that stand on lines of their own, and its prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.extract.command_forms import of_words
from ingest.extract.command_lines import plausible
from ingest.extract.commands import looks_like_command
from ingest.extract.consoles import is_at_console
from ingest.extract.prompts import prompt_end
from ingest.extract.spoken import FUNCTION_WORDS, all_typed
from ingest.sources.typed_lines import (
    MARKED,
    SURE,
    all_commands,
    is_complete,
    is_section,
    is_set,
    is_typed,
    labels_ahead,
    looks_alone,
    plain_quotes,
    stands_alone,
)

_TOLD: Final = re.compile(r"(?i)\b(?:run|execute|type|enter|issue|commands?)\b[^:]{0,40}:[\s*_]*$")
"""“Run the following:”."""
_HERE: Final = re.compile(r"<<-?\s{0,3}([\"']?)(?P<end>[A-Za-z_][\w-]{0,40})\1")
_WHOLE_MAX: Final = 200
"""Lines of a here-document or a loop."""
_LOOP: Final = re.compile(
    r"(?:(?:for|while|until)\s[^\n]{3,400};\s{0,3}do|(?P<case>if)\s[^\n]{3,400};\s{0,3}then)\s*$"
)
_PROMPTS: Final = frozenset("$#%>❯›λ»➜")
"""Without one of these a line has no prompt: a quick look at each line of prose."""
_HASH: Final = re.compile(r"\s{0,3}\\?(?:#(?=[a-z])|(?=#\s{1,2}[a-z]))")
"""The prompt of root where Markdown sees no heading: `\\# df -h`, `#df -h`."""


@dataclass(frozen=True)
class Part:
    """Lines `begin` to `end` of a paragraph: its commands, or its prose."""

    typed: bool
    begin: int
    end: int
    cut: int | None = None
    """Behind a prompt: the characters of its first line that no reader of code knows as one."""


def parts_of(lines: Sequence[str], wide: int = 0) -> list[Part]:
    """The commands and the prose of a paragraph, in order, without the labels between them; a command stands
    below a colon, a label or another command, on a line of its own (see `stands_alone` for `wide`), or behind
    a prompt: all below that is what it prints. One part where it has no command on a line of its own.
    """
    if len(lines) > 1 and all_commands(lines):
        return [Part(True, 0, len(lines))]
    parts: list[Part] = []
    at = 0
    while at < len(lines):
        prompt = 0 if _is_at_console(lines, at) else _prompt(lines[at], first=not at)
        if prompt is not None:
            return [*parts, Part(True, at, len(lines), prompt)]
        skipped = labels_ahead(lines, at)
        at += skipped
        if is_section(lines[at]):
            parts.append(Part(False, at, at + 1))
            at += 1
            continue
        behind = parts[-1].begin if parts and parts[-1].typed else None
        typed = bool(skipped) or _begins_typed(lines, at, behind, wide)
        here = _whole_end(lines, at)
        if here > at:
            begin = at if behind is None else parts.pop().begin
            parts.append(Part(True, begin, here))
            at = here
            continue
        if typed and (not parts or not parts[-1].typed or skipped):
            parts.append(Part(True, at, at + 1))
        elif parts and parts[-1].typed == typed and not is_section(lines[at - 1]):
            parts[-1] = Part(typed, parts[-1].begin, at + 1)
        else:
            parts.append(Part(typed, at, at + 1))
        at += 1
    return parts


def _is_told(line: str) -> bool:
    """Whether a line below “Run:” is a command: with a sign of one, or without any word of a sentence."""
    text = line.strip()
    if not (looks_like_command(text) or looks_alone(text)) or text.endswith((".", ":", ",", "?", "!")):
        return False
    spoken = sum(word.lower() in FUNCTION_WORDS for word in text.split()[1:])
    return spoken == 0 or (spoken == 1 and SURE.search(text) is not None)


def _whole_end(lines: Sequence[str], at: int) -> int:
    """Behind which line the here-document, the loop or the case ends that a line opens; the same line for
    none.
    """
    below = range(at + 1, min(len(lines), at + _WHOLE_MAX))
    loop = _LOOP.match(lines[at]) if ";" in lines[at] else None
    if loop is not None:
        closing = "fi" if loop["case"] else "done"
        ends = (place + 1 for place in below if lines[place].rstrip() == closing)
        return next(ends, at)
    found = _HERE.search(lines[at]) if "<<" in lines[at] else None
    if found is None or not looks_like_command(plain_quotes(lines[at])):
        return at
    ends = (place + 1 for place in below if lines[place].strip() == found["end"])
    return next(ends, at)


def _begins_typed(lines: Sequence[str], at: int, begin: int | None, wide: int) -> bool:
    """Whether a line is a command where it stands. `begin`: behind others, from that line on."""
    line, above, after = lines[at], lines[at - 1].rstrip() if at else "", begin is not None
    if after and above.endswith("\\"):
        return True
    told = _TOLD.search(lines[begin - 1] if begin else above)
    if told and MARKED.search(line) is None and _is_told(line):
        return True
    if _is_explained(lines, at):
        return True
    if after or above.endswith(":"):
        return MARKED.search(line) is None and is_typed(line) and (all_typed([line]) or is_complete(line))
    return len(lines) > 1 and (_is_apart(lines, at) or stands_alone(lines, at, wide))


def _is_explained(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a command that deeper lines below it tell of."""
    if at + 1 >= len(lines) or _margin(lines[at + 1]) < _margin(lines[at]) + _DEEPER:
        return False
    plain = MARKED.search(lines[at]) is None and not is_set(lines[at])
    return plain and is_typed(lines[at]) and _is_told(lines[at]) and not is_typed(lines[at + 1])


_DEEPER: Final = 2


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_apart(lines: Sequence[str], at: int) -> bool:
    """Whether a line is a command behind the end of a sentence, and ends a paragraph."""
    if not at or at + 1 < len(lines) or not lines[at - 1].rstrip().endswith((".", "!", "?")):
        return False
    plain = MARKED.search(lines[at]) is None and not is_set(lines[at])
    return plain and is_typed(lines[at]) and is_complete(lines[at])


_CONSOLE: Final = re.compile(r"\s{0,40}(?P<name>[A-Za-z][\w.-]{1,30}> )(?=\S)")


def _is_at_console(lines: Sequence[str], at: int) -> bool:
    """Whether a line stands at the prompt of a console: a known one, or one that the next line has, too."""
    if ">" not in lines[at] and "#" not in lines[at]:
        return False
    found = _CONSOLE.match(lines[at])
    again = found is not None and at + 1 < len(lines) and lines[at + 1].lstrip().startswith(found["name"])
    return again or is_at_console(lines[at])


def _prompt(line: str, *, first: bool) -> int | None:
    """How many characters to cut off from a line of a paragraph that begins with a prompt: none before one
    that a block of code has, too; None where it has no prompt. `first`: it is the paragraph's first line.
    """
    if _PROMPTS.isdisjoint(line):
        return None
    typed = line[prompt_end(line) :]
    if typed != line and not line.lstrip().startswith("%"):
        return 0 if plausible(typed, labelled=False) or of_words(typed) else None
    root = _HASH.match(line) if first else None
    typed = line[root.end() :].lstrip("# ").rstrip() if root else ""
    spoken = typed.endswith((".", ":", ",", "?", "!")) or not FUNCTION_WORDS.isdisjoint(typed.split()[1:])
    return root.end() if root and looks_like_command(typed) and not spoken else None
