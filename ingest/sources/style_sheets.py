"""What a page's own style sheet says of its elements, put into their `style`: only what may hide them.

Of CSS as much as hides text in a pasted page: plain selectors, and no rule for paper, small screens or a
pointer. Nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from ingest.sources.colours import colour_of, is_lost
from ingest.sources.styles import as_read, ground_in, hides, letters_in
from schemas.errors import Unprocessable

_MAX_RULES: Final = 1_000
"""Rules that may hide something: each is looked for in the whole page."""
_SELECTOR: Final = re.compile(r"(?:[\w*-]{0,60}(?:[.#][\w-]{1,60}){0,4}(?:\s*>\s*|\s+|$)){1,5}")
_APPLIES: Final = re.compile(r"(?i)^@(?:media\s+(?:only\s+)?(?:screen|all)\s*$|layer\b|supports\b)")


@dataclass(frozen=True)
class _Block:
    """An open block of a sheet: what stands before its brace, and whether a page on a screen is meant."""

    head: str
    applies: bool


def with_style_sheets(tree: LexborHTMLParser) -> LexborHTMLParser:
    """The tree, its elements with what its style sheets say of them before their own style. Raises
    Unprocessable where there are more rules than can be looked for in bounded time.
    """
    sheets = [node.text() for node in tree.css("style")]
    rules = dict.fromkeys(_rules("\n".join(sheets))) if sheets else {}
    if len(rules) > _MAX_RULES:
        raise Unprocessable(
            f"The page has more than {_MAX_RULES:,} rules of style that may hide something.",
            hint="Copy it out of the browser, or paste it as text or Markdown.",
            code="too_many_styles",
        )
    for selector, said in rules:
        for node in tree.css(selector):
            node.attrs["style"] = f"{said};{node.attributes.get('style') or ''}"
    return tree


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Each selector of a rule that may hide something on a screen, with what it says."""
    inside: list[_Block] = []
    for text, opens in _braces(_without_comments(sheet)):
        if opens:
            head = text.rpartition(";")[2].strip()
            inside.append(_Block(head, not head.startswith("@") or _APPLIES.match(head) is not None))
        elif inside:
            closed = inside.pop()
            said = as_read(" ".join(text.split()))
            if not closed.head.startswith("@") and all(each.applies for each in inside) and _may_hide(said):
                yield from ((each, said) for each in _selectors(closed.head))


def _may_hide(said: str) -> bool:
    letters = [colour for colour in map(colour_of, letters_in(said)) if colour is not None]
    return hides(said) or any(map(is_lost, letters)) or ground_in(said) is not None


def _selectors(head: str) -> Iterator[str]:
    for each in head.split(","):
        selector = each.strip()
        if selector and _SELECTOR.fullmatch(selector):
            yield selector


def _braces(sheet: str) -> Iterator[tuple[str, bool]]:
    """The text before each brace, and whether it opens a block."""
    place = 0
    for found in re.finditer("[{}]", sheet):
        yield sheet[place : found.start()], found[0] == "{"
        place = found.end()


def _without_comments(sheet: str) -> str:
    """A comment that never ends goes to the end, as a browser reads it."""
    first, *others = sheet.split("/*")
    return " ".join([first, *(part.partition("*/")[2] for part in others)])
