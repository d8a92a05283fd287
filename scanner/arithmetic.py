"""The text of an arithmetic expression: the names that it reads and those that it sets.

Bash evaluates what a variable holds as an expression again, and runs the commands in its subscripts:
`n='a[$(id)]'; (( n > 1 ))` runs id (bash manual, “Shell Arithmetic”). So what is read must be a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from scanner.escapes import OPAQUE

_NAME: Final = re.compile(r"(?<![\w#@])[A-Za-z_]\w*")
_SETS: Final = re.compile(r"\s*(?:=(?!=)|(?:[-+*/%&|^]|<<|>>)=|\+\+|--)")
_STEPS_BEFORE: Final = re.compile(r"(?:\+\+|--)\s*$")
_UNREADABLE: Final = re.compile(rf"[$`{OPAQUE}]|[^\x00-\x7f]")
LAST_EXPRESSIONS: Final = 16
"""Which are kept."""
MAX_SUBSCRIPT: Final = 200
"""Characters of a subscript that is skipped to see whether its element is set."""

NUMBER: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|\d+)")
NUMERIC_NAMES: Final = frozenset(
    "RANDOM SRANDOM SECONDS EPOCHSECONDS LINENO UID EUID PPID BASHPID OPTIND HISTCMD BASH_SUBSHELL "
    "PIPESTATUS BASH_VERSINFO".split()
)
"""Variables to which bash itself gives numbers (manual, “Bash Variables”)."""


@dataclass(frozen=True, slots=True)
class Expression:
    """What one expression reads and sets; `unreadable` where a part of it is known only when it runs."""

    reads: frozenset[str]
    sets: frozenset[str]
    unreadable: bool


@lru_cache(maxsize=LAST_EXPRESSIONS)
def read_expression(text: str) -> Expression:
    """Find the names of an expression with every expansion cut out: `1` for a number, else opaque. The last
    ones are kept: the look over the whole tree and the walk ask for the same.
    """
    reads: set[str] = set()
    sets: set[str] = set()
    for match in _NAME.finditer(text):
        after = match.end()
        if text[after : after + 1] == "[":
            closing = text.find("]", after, after + MAX_SUBSCRIPT)
            after = closing + 1 if closing > 0 else after
        operator = _SETS.match(text, after)
        plain = operator is not None and operator.group().strip() == "="
        if operator is not None or _STEPS_BEFORE.search(text, max(0, match.start() - 8), match.start()):
            sets.add(match.group())
        if not plain:
            reads.add(match.group())
    return Expression(frozenset(reads), frozenset(sets), _UNREADABLE.search(text) is not None)
