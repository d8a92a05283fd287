"""A masked secret becomes a variable of the agent's host: its command reads it from the environment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.blocks import Masked
from ingest.masking import MASKS
from ingest.trace import Edit, Span, edited
from schemas.holes import valid_name
from schemas.names import reserved_env
from schemas.runbook import AGENT_SECRETS, Variable

_BEFORE: Final = re.compile(
    r"(?:(?<![\w-])--?([A-Za-z][\w-]{1,40})[ =]|"
    r"([A-Za-z][\w.-]{1,40})['\"]?\s{0,3}(?:=|:=|=>|:)\s{0,3})['\"]?$"
)
"""A flag, or a name with its sign: what stands before a secret and says what it is."""
_DOCUMENT: Final = re.compile(
    r"(?s)<<-?[ \t]{0,4}(['\"\\]?)(\w{1,60})['\"]?[^\n]*\n(.*?)(?=\n[ \t]*\2(?:\n|\Z)|\Z)"
)
"""A here-document; the shell reads no variable in it where its end is quoted."""
_PASSWORDS: Final = frozenset({"tool", "password-in-url", "flag", "assigned"})
_NO_NAMES: Final = frozenset("bearer basic token authorization p a u user with is the to".split())
_LOOKED_AT: Final = 60


@dataclass(frozen=True)
class Known:
    """A masked secret and the variable that stands for it."""

    span: Span
    name: str

    @property
    def env(self) -> str:
        """The name in the command's environment."""
        return self.name.upper()


def name_secrets(text: str, masked: Sequence[Masked]) -> tuple[Known, ...]:
    """A variable for each masked secret; one that stands several times has one."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    known = []
    told = {item.group: word for item in reversed(masked) if (word := _told(text, item)) is not None}
    for item in masked:
        if item.group not in names:
            names[item.group] = _unique(told.get(item.group) or _by_kind(item), taken)
        known.append(Known(item.span, names[item.group]))
    return tuple(known)


def declare_secret(name: str) -> Variable:
    """The variable: its value is never here."""
    return Variable(name=name, secret=True, source=f"{AGENT_SECRETS}{name.upper()}")


def with_secrets(command: str, inside: Sequence[Known]) -> tuple[str, dict[str, str]]:
    """The command with each mask as `"${NAME}"`, and the environment for it; a mask that stands where the
    shell would not read that stays. `inside` are the secrets of this command, in order.
    """
    found = list(MASKS.finditer(command))
    if len(found) != len(inside):
        return command, {}
    edits: list[Edit] = []
    env: dict[str, str] = {}
    for mask, secret in zip(found, inside, strict=True):
        edit = _edit(command, mask.start(), mask.end(), secret.env)
        if edit is not None and "\n" not in mask[0]:
            edits.append(edit)
            env[secret.env] = secret.name
    return edited(command, edits)[0], env


def _edit(command: str, start: int, end: int, env: str) -> Edit | None:
    document = next(
        (found for found in _DOCUMENT.finditer(command) if found.start(3) <= start < found.end(3)), None
    )
    if document is not None:  # its quotes are a part of it
        return None if document[1] else Edit(start, end, "${" + env + "}")
    quote = _quote_at(command, start)
    if quote == '"':
        return Edit(start, end, "${" + env + "}")
    if quote is None:
        return Edit(start, end, '"${' + env + '}"')
    if command[start - 1] == "'" and command[end : end + 1] == "'":
        return Edit(start - 1, end + 1, '"${' + env + '}"')
    return None


def _quote_at(command: str, place: int) -> str | None:
    """The quote that is open at a place, as the shell sees it."""
    quote, at = None, 0
    while at < place:
        character = command[at]
        if character == "\\" and quote != "'":
            at += 1
        elif quote is None and character in "'\"":
            quote = character
        elif character == quote:
            quote = None
        at += 1
    return quote


def _told(text: str, item: Masked) -> str | None:
    """The name that stands before a secret; None where nothing there can be one."""
    if item.kind == "password-in-url":
        return None
    found = _BEFORE.search(text[max(0, item.span.start - _LOOKED_AT) : item.span.start])
    word = "" if found is None else re.sub(r"[^a-z0-9]+", "_", (found[1] or found[2]).lower()).strip("_")
    fits = word not in _NO_NAMES and valid_name(word) and not reserved_env(word.upper())
    return word if fits else None


def _by_kind(item: Masked) -> str:
    return "password" if item.kind in _PASSWORDS else re.sub(r"[^a-z0-9]+", "_", item.kind)


def _unique(word: str, taken: set[str]) -> str:
    name, number = word, 1
    while name in taken:
        number += 1
        name = f"{word}_{number}"
    taken.add(name)
    return name
