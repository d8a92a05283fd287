"""Listings that a page draws line by line, each line in an element of its own beside a table of numbers."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborNode

_DRAWN_BY: Final = frozenset({"syntaxhighlighter"})
"""The classes of what draws a listing so: Confluence's pages, and whatever else uses that library."""
_NAMES_NONE: Final = frozenset("syntaxhighlighter nogutter sh-confluence collapsed text plain none".split())


def is_lined(node: LexborNode) -> bool:
    """Whether an element is a listing that is drawn line by line."""
    return not _DRAWN_BY.isdisjoint((node.attributes.get("class") or "").lower().split())


def lined_text(node: LexborNode) -> str:
    """Its lines, as they are typed; the numbers beside them are none."""
    lines = node.css("td.code .line") or node.css(".container > .line") or node.css(".line")
    return "\n".join(line.text().replace("\u00a0", " ").rstrip() for line in lines).strip("\n")


def lined_language(node: LexborNode) -> str:
    """The language that its classes name; empty where none does."""
    names = [name for name in (node.attributes.get("class") or "").lower().split() if name not in _NAMES_NONE]
    return next((name for name in names if name.isalpha()), "")
