"""Commands of one block of which only one is run: each below a comment that says when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft

_ONE_OF: Final = re.compile(
    r"(?i)\b(?:one of|either|whichever|depending on|pick (?:the )?one|choose (?:the )?one)\b"
)


def alternatives(before: Block, block: Block, drafts: Sequence[Draft]) -> Iterator[tuple[int, int, int]]:
    """Where each comment stands in the block, and the index of the step below it; none where the sentence
    over the block does not say that one of them is run.
    """
    if before.kind == "code" or _ONE_OF.search(before.text) is None:
        return
    own = [index for index, draft in enumerate(drafts) if draft.block is block]
    commented = [index for index in own if drafts[index].comment]
    if len(own) < 2 or len(commented) < len(own):
        return
    for index in commented:
        comment = drafts[index].comment
        start = block.text.rfind(comment, 0, drafts[index].start)
        if start >= 0:
            yield start, start + len(comment.rstrip(": ")), index
