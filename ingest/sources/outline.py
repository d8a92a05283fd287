"""Indented lines of a plain text that are steps and cases, and no listing: each is an item, as deep as it is
indented.

    redis-cli info memory
    if the memory is nearly full:
      redis-cli --bigkeys
    otherwise: redis-cli slowlog get 10

Read as code, the case would be a word of the shell, or the commands a part of what is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.blocks import Block, InlineCode
from ingest.extract.command_lines import COMPOUND
from ingest.extract.prose_lines import is_prose
from ingest.extract.vocabulary import is_imperative
from ingest.sources.plain_lines import Lines, joined_lines, with_code
from ingest.sources.typed_lines import is_typed

_CASE: Final = re.compile(
    r"(?i)(?:(?:else\s+)?(?:if|when|unless|in case|once)\b(?![^\n]*;\s*(?:then|do)\b)[^\n]{3,200}?|"
    r"otherwise|else)"
    r"\s{0,2}(?::|->|→|=>)(?:\s|$)"
)
_LABEL: Final = re.compile(r"(?P<label>[A-Za-z][\w/ -]{1,40}?)\s{0,4}(?::|->|→|=>)\s+(?P<does>\S[^\n]*)$")
_SHELL: Final = re.compile(r"(?m)^\s*(?:then|do|done|fi|esac|else|elif\b.*|\}|\)|EOF)\s*(?:$|[;&|#])|<<|\\$")
"""What only a script has on lines of its own, or what goes on in the next one."""
_NEEDED: Final = 2


def outlined(state: Lines, begin: int, end: int) -> list[Block] | None:
    """The lines `begin` to `end` (from 0) as items; None where none of them is a case that somebody wrote to
    the reader, beside a command, or where they may be a script.
    """
    lines = [(at, state.lines[at]) for at in range(begin, end) if state.lines[at].strip()]
    text = "\n".join(line for _, line in lines)
    if len(lines) < _NEEDED or _SHELL.search(text) is not None:
        return None
    typed = [_is_command(line) for _, line in lines]
    cases = [_is_case(line) and not command for (_, line), command in zip(lines, typed, strict=True)]
    spoken = [case or is_prose(line) for (_, line), case in zip(lines, cases, strict=True)]
    if not any(cases) or not (typed[0] or spoken[0]):
        return None
    if not all(command or said or is_imperative(line) for command, said, (_, line) in
               zip(typed, spoken, lines, strict=True)):  # fmt: skip
        return None
    return [
        _item(state, at, level, command=command)
        for (at, _), level, command in zip(lines, _levels(lines), typed, strict=True)
    ]


def _is_command(line: str) -> bool:
    if COMPOUND.match(line.strip()):
        return True
    return is_typed(line) and _CASE.match(line.strip()) is None and not is_prose(line)


def _is_case(line: str) -> bool:
    """Whether a line says when something is done: “if it is full:”, “red: restart it”."""
    text = line.strip()
    if _CASE.match(text) is not None:
        return True
    label = _LABEL.match(text)
    return label is not None and not is_imperative(label["label"]) and is_imperative(label["does"])


def _levels(lines: Sequence[tuple[int, str]]) -> Iterator[int]:
    """In how many lines each stands that are less indented than the one below them; from 1. Linear time."""
    around: list[int] = []
    for _, line in lines:
        own = _indent(line)
        while around and around[-1] >= own:
            around.pop()
        around.append(own)
        yield len(around)


def _indent(line: str) -> int:
    shown = line.expandtabs(4)
    return len(shown) - len(shown.lstrip())


def _item(state: Lines, at: int, level: int, *, command: bool) -> Block:
    written = joined_lines(state, at, [state.lines[at]])
    text, code, trace = with_code(written)
    if command:
        code = (InlineCode(0, len(text)),)
    return Block("item", text, at + 1, at + 1, level, False, code=code, trace=trace)


_OPENS: Final = re.compile(
    r"\s*(?:if\s[^\n]{1,300}?;\s*then|(?:for|while|until)\s[^\n]{1,300}?;\s*do)\s*(?:#.*)?$"
)
_WORDS: Final = re.compile(r"(?:^|;)\s*(if|for|while|until|case|fi|done|esac)\b")
_SCRIPT_LINES_MAX: Final = 60


def script_end(state: Lines) -> int | None:
    """Behind which line a case or a loop of a shell ends that begins at the line at hand; None where none
    begins, or where it does not end.
    """
    if _OPENS.match(state.lines[state.place]) is None:
        return None
    depth = 0
    for at in range(state.place, min(len(state.lines), state.place + _SCRIPT_LINES_MAX)):
        for found in _WORDS.finditer(state.lines[at]):
            depth += -1 if found[1] in ("fi", "done", "esac") else 1
        if depth <= 0:
            return at + 1
    return None
