"""Foreign text inside Markdown that other programs render: a pull request, the summary of a check. Pure."""

from __future__ import annotations

import re
from typing import Final

LINE_MAX_CHARACTERS: Final = 500
_MARKUP: Final = frozenset("\\`*_{}[]()<>#+!|~$&:@")
_JOINER: Final = "&#8288;"
"""A word joiner. A forge looks for mentions, issues and addresses in what is rendered, where an entity is the
character again; with the joiner behind it there is nothing to find."""
_BROKEN_UP: Final = frozenset("@#")
_ADDRESS: Final = re.compile(r"(?i)\b(www)(?=\.)")
_ISSUE: Final = re.compile(r"(?i)\b(gh)(?=-\d)")
"""`GH-12` is an issue of GitHub, and “closes GH-12” closes it."""


def escape(text: str) -> str:
    """One line of at most LINE_MAX_CHARACTERS, in which nothing is markup, a link or a mention."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LINE_MAX_CHARACTERS]
    shown = "".join(f"&#{ord(c)};{_JOINER if c in _BROKEN_UP else ''}" if c in _MARKUP else c for c in flat)
    return _ISSUE.sub(rf"\1{_JOINER}", _ADDRESS.sub(rf"\1{_JOINER}", shown))
