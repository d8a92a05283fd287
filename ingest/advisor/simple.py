"""A simple command as the local model takes it, and the line that is one: words in which the shell has
nothing to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

SIGNLESS: Final = re.compile(r"[A-Za-z0-9_./:@%+,= \t-]*")  # words without a sign of the shell
ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
BEFORE: Final = frozenset(
    {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "fi", "done", "}"}
)
UNREAD: Final = frozenset({"for", "case", "select", "function", "coproc", "esac", "in"})
CONSTRUCT: Final = "it has a construct of the shell that the model does not read"
UNKNOWN: Final = "\0"
"""Stands in a word's text for each part that is known only when it runs, so that `$X-f` is no option."""


class Unlike(Exception):
    """The text is unlike what the model learned from; the sentence says how."""


class Word(NamedTuple):
    """A word after quoting. `opaque`: part of it is known only when it runs; `bare`: nothing was quoted."""

    text: str
    opaque: bool = False
    bare: bool = True
    computed: bool = False
    """Whether the output of another command stands in it, which may be an option."""
    leads: bool = False
    """Whether it begins with what is known only when it runs, so that it may begin with a hyphen."""
    splits: bool = False
    """Whether the shell may make several words of it, or none: an unquoted variable, `"$@"`."""

    @property
    def loose(self) -> bool:
        """Whether an option may come out: of `app/$POD`, as POD may hold blanks; not of `/var/log/*.log`."""
        return self.leads or self.splits


@dataclass
class Simple:
    """One simple command. `writes`: the files that its output goes to; `fed`: it reads a pipe or text."""

    words: list[Word] = field(default_factory=list)
    assigns: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    fed: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.words or self.assigns or self.writes)


def read_line(text: str) -> Simple:
    """What the reader makes of a text that is one line of words, in which the shell has nothing to read."""
    found = Simple()
    for word in text.split():
        if not found.words:
            if (assigned := ASSIGNMENT.match(word)) is not None:
                found.assigns.append(assigned[1])
                continue
            if word in BEFORE:
                continue
            if word in UNREAD:
                raise Unlike(CONSTRUCT)
        found.words.append(Word(word))
    return found
