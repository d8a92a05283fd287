"""Blocks that were read from a translated text, told in the text as it was sent."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.trace import Trace

_LINE_ENDS: Final = re.compile(r"\r\n?|\n|\u2028")


def told_in(text: str, blocks: Iterable[Block], trace: Trace) -> list[Block]:
    """The blocks with their places and lines in `text`; `trace` leads from what they were read from to it."""
    ends = [found.start() for found in _LINE_ENDS.finditer(text)]
    told = []
    for block in blocks:
        own = block.trace.over(trace)
        span = own.whole()
        first, last = bisect_left(ends, span.start) + 1, bisect_left(ends, span.end) + 1
        told.append(replace(block, trace=own, line=first, end_line=max(first, last)))
    return told
