"""What an item of HTML says behind its first code block, list or table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from ingest.sources.html_text import BLOCKS, OWN_BLOCKS, holds, left_out

_SAYS: Final = re.compile(r"\w")


def behind_code(item: LexborNode) -> Iterator[int]:
    """The paragraphs and the loose words of an item behind its first code block, list or table: they speak of
    what stands before or behind them, so they are blocks of their own.
    """
    todo = [iter(item.iter(include_text=True))]
    met, run = False, list[LexborNode]()
    while todo:
        inner = next(todo[-1], None)
        tag = inner.tag or "" if inner is not None else ""
        if inner is not None and left_out(inner, tag):
            continue
        alone = inner is None or tag in BLOCKS or (tag != "-text" and holds(inner, OWN_BLOCKS))
        if inner is not None and not alone:
            run += [inner] if met else []
            continue
        yield from _told(run)
        run = []
        if inner is None:
            todo.pop()
        elif tag in OWN_BLOCKS:
            met = True
        elif holds(inner, OWN_BLOCKS):
            todo.append(iter(inner.iter(include_text=True)))
        elif met:
            yield from _told([inner])


def _told(nodes: list[LexborNode]) -> Iterator[int]:
    """The nodes of a run, where they say anything: the dot behind a code does not."""
    said = (node.text_content if node.tag == "-text" else node.text() for node in nodes)
    if any(_SAYS.search(text or "") for text in said):
        yield from (node.mem_id for node in nodes)
