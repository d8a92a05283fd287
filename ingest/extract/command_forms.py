"""What has the form of a command, though no list knows its program."""

from __future__ import annotations

import re
from typing import Final

UNKNOWN: Final = re.compile(
    r"^[a-z][a-z0-9_-]{1,30}(?: (?:--?[a-z][\w-]*(?:=\S+)?|<[^<>\n]{1,60}>|[\w./{}$:@-]+)){1,20}[^\n]{0,200}$"
)
"""A line of a program that no list knows: a name, then words that arguments could be."""


def unknown_program(text: str) -> bool:
    """Whether a line has the form of a command with flags, though no list knows its program."""
    signed = re.search(r"\s--?[A-Za-z]|(?:\s|=)<[A-Za-z][^<>]{0,60}>", text) is not None
    return UNKNOWN.match(text) is not None and signed


_SPOKEN: Final = re.compile(
    r"(?i)\s(?:the|is|are|was|were|has|have|not|no|to|of|for|from|with|been|be|it|this|that|cannot|"
    r"an?)\s|[.:,]\s|[.:,]$"
)
"""What a sentence or a line of a log has, and the arguments of a command hardly ever."""


def has_form(text: str) -> bool:
    """Whether a line could be a command of a program that no list knows: a name and plain arguments."""
    return "\n" not in text and UNKNOWN.match(text) is not None and _SPOKEN.search(text) is None
