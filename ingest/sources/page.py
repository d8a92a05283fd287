"""What a reader of an HTML page sees, as Markdown: the text that the spans of its blocks count in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.trace import Writer

_TICKS: Final = re.compile(r"`+")
_TITLE: Final = re.compile(r"(?is)<title\b[^<>]{0,200}>([^<>]{1,300})</title>")
_SITE: Final = re.compile(r"\s+[-–—|·:]\s+[^-–—|·:]{1,60}$")
_NARROWEST: Final = 3
_HEAD: Final = 20_000
"""Characters in which the title of a page is looked for."""


def page_title(text: str) -> str | None:
    """What the head of a page calls it, without the name of its site; None where its text has a heading of
    the first level, which says it.
    """
    found = _TITLE.search(text[:_HEAD])
    if found is None or re.search(r"(?i)<h1[\s>]", text):
        return None
    title = " ".join(html.unescape(found[1]).split())
    return _SITE.sub("", title).strip() or None


def as_page(blocks: Iterable[Block]) -> tuple[str, list[Block]]:
    """The page, and the blocks with their places in it. What is struck out is shown as such, and is none of
    them.
    """
    page, last = Writer(), ""
    widths: list[int] = []
    placed: list[Block] = []
    for block in blocks:
        if last:
            page.put("\n" if block.kind == last and last in ("item", "row") else "\n\n")
        own = Writer()
        if block.kind == "item":
            page.put(_indent(widths, block))
        _WRITERS[block.kind](page, own, replace(block, text=f"~~{block.text}~~") if block.struck else block)
        if not block.struck:
            placed.append(replace(block, trace=own.trace))
        last = block.kind
    page.put("\n" if last else "")
    return page.text, placed


def _copy(page: Writer, own: Writer, text: str) -> None:
    """A part of a block's text goes to the page as it is."""
    own.put(text, page.length)
    page.put(text)


def _heading(page: Writer, own: Writer, block: Block) -> None:
    page.put(f"{'#' * block.level} " if block.level else "")
    _inline(page, own, block)


def _item(page: Writer, own: Writer, block: Block) -> None:
    page.put(_marker(block))
    _inline(page, own, block)


def _marker(block: Block) -> str:
    return f"{block.number or 1}. " if block.ordered else "- "


def _indent(widths: list[int], block: Block) -> str:
    """The blanks before an item: as many as the markers of the items are wide that it lies below; `widths`
    has those of the items above.
    """
    over = block.level - 1
    above = [*widths, *[_NARROWEST] * over][:over]
    widths[:] = [*above, max(_NARROWEST, len(_marker(block)))]
    return " " * sum(above)


def _row(page: Writer, own: Writer, block: Block) -> None:
    page.put("| ")
    _inline(page, own, block)
    page.put(" |")


def _code(page: Writer, own: Writer, block: Block) -> None:
    fence = "`" * max(3, 1 + _longest_ticks(block.text))
    page.put(f"{fence}{block.language}\n")
    _copy(page, own, block.text)
    page.put(f"\n{fence}")


def _inline(page: Writer, own: Writer, block: Block) -> None:
    place = 0
    for code in block.code:
        if code.start < place:
            continue
        _copy(page, own, block.text[place : code.start])
        inside = block.text[code.start : code.end]
        ticks = "`" * (1 + _longest_ticks(inside))
        page.put(ticks)
        _copy(page, own, inside)
        page.put(ticks)
        place = code.end
    _copy(page, own, block.text[place:])


def _longest_ticks(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


_WRITERS: Final = {"heading": _heading, "item": _item, "row": _row, "code": _code, "paragraph": _inline}
