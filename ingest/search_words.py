"""What a command searches for: a word there is what it says, however much it looks like a placeholder."""

from __future__ import annotations

import re
from typing import Final

_START: Final = r"(?:^|[|;&(\n])\s{0,3}(?:sudo\s{1,3})?"
_REPLACES: Final = re.compile(r"(?:^|[\s'\";{])s([/|#,@])(?:(?!\1)[^\n]){0,200}\Z")
"""Before what `sed` replaces: not behind the second delimiter."""

_SED: Final = re.compile(r"\b(?:sed|perl)\s[^|;&\n]{0,200}\Z")
_THROUGH_FILES: Final = re.compile(
    r"\b(?:grep|rg|ack|ag)\s(?:-\S{1,40}\s{1,3}){0,6}-(?:[a-zA-Z]{0,8}[rRlL][a-zA-Z]{0,8}|-recursive|-files-with-matches)"
    r"\s{1,3}(?:-\S{1,40}\s{1,3}){0,6}[\"']?\Z"
)
"""Before the first operand of a search through a tree, or for the files that hold a word."""

_EXPRESSION: Final = re.compile(
    _START + r"(?:[efz]?grep|rg|ack|awk|sed|tr|expr|perl|find)\s[^;&\n]{0,250}\Z|=~\s{1,3}\S{0,60}\Z"
)
_FIRST: Final = re.compile(
    r"(?:^|[|;&(\n])\s{0,3}(?:sudo\s{1,3})?[efz]?grep\s{1,3}(?:-\S{1,40}\s{1,3}){0,6}[\"'^]{0,2}\Z"
)
_SETTINGS: Final = re.compile(
    r"[^|;&\s]{0,40}\s{1,3}(?:/etc/\S|\S{1,200}\.(?:conf|cfg|cnf|ini|env|ya?ml|toml|properties)\b|\.env\b)"
)
_ENVIRONMENT: Final = re.compile(r"(?:^|[;&(\n\s])(?:env|printenv|set|export)\s{0,3}\|\s{0,3}\Z")
_NEAR: Final = 300


def is_searched(command: str, start: int) -> bool:
    """Whether the word at a place is what `sed` replaces, or what `grep` looks for in many files."""
    before = command[max(0, start - _NEAR) : start]
    if _SED.search(before):
        return _REPLACES.search(before) is not None
    return _THROUGH_FILES.search(before) is not None


def in_expression(command: str, start: int) -> bool:
    """Whether a place is in an operand of a program that reads patterns, where `[a|b]` is a class."""
    return _EXPRESSION.search(command[max(0, start - _NEAR) : start]) is not None


def setting_asked_for(command: str, found: re.Match[str]) -> bool:
    """Whether `grep` looks for a name in a file of settings or in the environment."""
    before = command[max(0, found.start() - _NEAR) : found.start()]
    first = _FIRST.search(before)
    if first is None:
        return False
    piped = before[: first.start() + 1]
    return _SETTINGS.match(command, found.end()) is not None or _ENVIRONMENT.search(piped) is not None
