"""Listings that no element of HTML marks: paragraphs in letters of one width, as Google Docs and Word copy
them; and the language that a page says of a listing.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborNode

from base.limits import SCAN_MAX_DEPTH
from ingest.sources.html_text import is_typewritten, left_out
from ingest.sources.nesting import too_deep

_PLAIN: Final = frozenset("a b br em i o:p s span strong u".split())
"""What may stand around typewritten text in a line of a listing."""
_LANGUAGE: Final = re.compile(
    r"(?i)(?<![\w-])(?:lang(?:uage)?-|highlight-source-|(?:brush:|sourcecode)\s{0,3})"
    r"(?P<name>[a-z][\w+#-]{0,20})"
)
_SAID_IN: Final = ("class", "data-syntaxhighlighter-params")


def is_line(node: LexborNode, tag: str) -> bool:
    """Whether an element is a paragraph that is typewritten as a whole."""
    return tag == "p" and _typewritten(node, 0) is True


def is_gap(node: LexborNode, tag: str) -> bool:
    """Whether an element is an empty line."""
    return tag == "br" or (tag == "p" and not (node.text() or "").strip())


def is_alone(row: LexborNode) -> bool:
    """Whether a row of a table has one cell, with typewritten lines, and the table no other row: a frame."""
    cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
    rows = row.parent.iter() if row.parent is not None else ()
    only = len(cells) == 1 and sum(other.tag == "tr" for other in rows) == 1
    return only and any(is_line(part, part.tag or "") for part in cells[0].iter())


def _typewritten(node: LexborNode, depth: int) -> bool | None:
    """Whether all text in a node is typewritten; None where it has none. Raises Unprocessable for one that is
    nested too deeply.
    """
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    found: bool | None = None
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if left_out(child, tag):
            continue
        if tag == "-text":
            own = False if (child.text_content or "").strip() else None
        elif is_typewritten(child, tag):
            own = True if (child.text() or "").strip() else None
        else:
            own = _typewritten(child, depth + 1) if tag in _PLAIN else False
        if own is False:
            return False
        found = own or found
    return found


def language_of(node: LexborNode) -> str:
    """The language that a listing is said to be in, by itself, its `<code>` or what holds it, or empty."""
    parts = [part for part in (node, node.css_first("code"), node.parent) if part is not None]
    for part in parts:
        for name in _SAID_IN:
            found = _LANGUAGE.search(part.attributes.get(name) or "")
            if found is not None:
                return found["name"].lower()
    return ""
