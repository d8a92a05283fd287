"""How deeply HTML is nested, seen before a tree is built: the parser's time grows with the square of it."""

from __future__ import annotations

import re
from typing import Final

from base.limits import PASTE_MAX_MARKS, SCAN_MAX_DEPTH
from schemas.errors import Unprocessable

_MAX_OPEN: Final = 2 * SCAN_MAX_DEPTH
_MAX_FORMATTING: Final = 24
"""Open `<b>`, `<font>` …: a parser opens them again in each paragraph, so they multiply."""
_MAX_TAGS: Final = 150_000
"""Some 8 µs each; a page of a megabyte that a word processor wrote has 20,000."""
_MAX_STRAY: Final = 500
"""End tags that close nothing, and elements that an outer end tag closes: those a parser may keep open."""

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")
"""Bounded, so linear in time. Tags inside comments count too: where a comment ends is the parser's to say."""
_ALONE: Final = frozenset(
    "br hr img input meta link col wbr area base embed source track p li dt dd td th tr tbody thead tfoot "
    "option optgroup colgroup html head body".split()
)
"""Elements without an end tag, or that the next one of their kind closes."""
_FORMATTING: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())


def too_deep() -> Unprocessable:
    """The refusal of a text that is nested too deeply to be read in bounded time."""
    return Unprocessable(
        "The HTML is nested too deeply to be a runbook.",
        hint="Paste the part with the steps, as text or Markdown.",
        code="nested_too_deeply",
    )


def too_many_marks() -> Unprocessable:
    """The refusal of a text with more emphasis, code, links and tags than can be read in bounded time."""
    return Unprocessable(
        f"The text has more than {PASTE_MAX_MARKS:,} marks: emphasis, inline code, links and tags.",
        hint="Import it in parts, or put a listing into a code block.",
        code="too_many_marks",
    )


def require_shallow(text: str, known: frozenset[str] | None = None) -> None:
    """Raises Unprocessable where the tags are nested deeper than a page of text ever is. Linear time.

    `known`: the elements that count, where `<name>` may be a placeholder; None for all.
    """
    stack: list[str] = []
    formatting = stray = 0
    tags = _TAG.findall(text)
    if len(tags) > _MAX_TAGS:
        raise too_many_marks()
    for closing, written in tags:
        name = written.lower()
        if name in _ALONE or (known is not None and name not in known):
            continue
        if not closing:
            stack.append(name)
            formatting += name in _FORMATTING
        else:
            lost, closed = _close(stack, name)
            stray += lost
            formatting -= closed
        if len(stack) > _MAX_OPEN or formatting > _MAX_FORMATTING or stray > _MAX_STRAY:
            raise too_deep()


def _close(stack: list[str], name: str) -> tuple[int, int]:
    """Close the innermost element of that name: (elements lost with it, formatting elements closed)."""
    for depth in range(1, len(stack) + 1):
        if stack[-depth] == name:
            closed = sum(item in _FORMATTING for item in stack[-depth:])
            del stack[-depth:]
            return depth - 1, closed
    return 1, 0
