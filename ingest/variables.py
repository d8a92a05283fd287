"""What the operator must supply: placeholders in commands become holes with a declared variable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ingest.kinds import kind_of
from schemas.holes import valid_name
from schemas.runbook import Variable

_ANGLE: Final = re.compile(r"<([A-Za-z][A-Za-z0-9 _./-]{0,60})>")
_MUSTACHE: Final = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_-]{0,60})\s*\}\}")
_SHELL: Final = re.compile(r"\$\{([A-Z][A-Z0-9_]{1,60})\}|\$([A-Z][A-Z0-9_]{1,60})\b")
_BRACE: Final = re.compile(r"(?<![$%\w{'\"])\{([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)\}(?!\})")
_SHOUT: Final = re.compile(r"\b((?:YOUR|MY)_[A-Z0-9_]{1,60}|[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b")
_ASSIGNED: Final = re.compile(
    r"(?m)(?:^|[;&|\s])(?:export\s+|local\s+|read\s+(?:-\w+\s+)*)?([A-Za-z_][A-Za-z0-9_]*)="
)
_READ: Final = re.compile(
    r"\bread\s+(?:-\w+\s+)*([A-Za-z_][A-Za-z0-9_]*)|\bfor\s+([A-Za-z_][A-Za-z0-9_]*)\s+in\b"
)

ENVIRONMENT: Final = frozenset(
    "HOME PATH USER PWD SHELL LANG HOSTNAME UID EUID RANDOM SECONDS LINENO IFS OLDPWD TERM EDITOR "
    "TMPDIR".split()
)
"""Set by the shell itself or by whoever starts it."""


@dataclass(frozen=True)
class Placeholder:
    """A placeholder as it stands in a command, and the variable that it becomes."""

    text: str
    name: str


def find_placeholders(command: str, assigned: frozenset[str]) -> list[Placeholder]:
    """The placeholders of a command, in order, each once. `assigned`: shell variables that a step sets."""
    found: dict[str, Placeholder] = {}
    for pattern in (_ANGLE, _MUSTACHE, _SHELL, _BRACE, _SHOUT):
        for match in pattern.finditer(command):
            word = next(group for group in match.groups() if group)
            if pattern is _SHELL and (
                word in assigned or word in ENVIRONMENT or _of_another_shell(command, match)
            ):
                continue
            if pattern is _SHOUT and (word in assigned or _stands_in_assignment(command, match)):
                continue
            if pattern in (_BRACE, _SHOUT) and _in_single_quotes(command, match):
                continue
            name = variable_name(word)
            if name is not None:
                found.setdefault(match.group(0), Placeholder(match.group(0), name))
    return sorted(found.values(), key=lambda item: command.find(item.text))


def _in_single_quotes(command: str, match: re.Match[str]) -> bool:
    """A program or a template of another language, or a text of SQL."""
    return command.count("'", 0, match.start()) % 2 == 1 and not command[: match.start()].endswith("/")


_ELSEWHERE: Final = re.compile(r"\b(?:exec|rsh|ssh|run|debug)\b[^']*\b(?:ba|da|z|k)?sh\s+-\w*c\s+$")


def _of_another_shell(command: str, match: re.Match[str]) -> bool:
    """Whether `$NAME` is read by a shell in a container or on another host: its environment has it there."""
    before = command[: match.start()]
    return before.count("'") % 2 == 1 and _ELSEWHERE.search(before[: before.rfind("'")]) is not None


def _stands_in_assignment(command: str, match: re.Match[str]) -> bool:
    before, after = command[: match.start()][-2:], command[match.end() :][:1]
    return after == "=" or before.endswith(("$", "${", "-")) or before[-1:] in "$<{"


def variable_name(word: str) -> str | None:
    """A placeholder's word as a variable's name; None where none can be made of it."""
    name = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
    name = re.sub(r"^(?:your|my|the)_", "", name)[:63].strip("_")
    if not name or not name[0].isalpha():
        name = f"value_{name}"[:63].strip("_")
    return name if valid_name(name) else None


def assigned_names(commands: Iterable[str]) -> frozenset[str]:
    """Shell variables that some command sets, reads or loops over."""
    names: set[str] = set()
    for command in commands:
        names |= set(_ASSIGNED.findall(command))
        names |= {name for pair in _READ.findall(command) for name in pair if name}
    return frozenset(names)


def with_hole(command: str, placeholder: Placeholder) -> str:
    """The command with every occurrence of a placeholder as a hole."""
    return command.replace(placeholder.text, "{{ " + placeholder.name + " }}")


def declare(name: str) -> Variable:
    """The variable of a name, with the pattern and example that its name suggests."""
    kind = kind_of(name)
    return Variable(name=name, pattern=kind.pattern or None, example=kind.example)
