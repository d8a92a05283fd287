"""What a block tells to do before what stands above it: “Before that, drain the node: `x`.”"""

from __future__ import annotations

from dataclasses import replace

from ingest.blocks import Block
from ingest.extract.behind import done_ahead
from ingest.extract.drafts import Extraction
from ingest.extract.vocabulary import sentence_places


def put_ahead(found: Extraction, block: Block, first: int) -> None:
    """Put the steps of a block, which are those from `first` on, before those of the block or item above,
    where its one sentence says so. What was said of the steps by their places goes with them.
    """
    drafts = found.drafts
    if not 0 < first < len(drafts) or len(sentence_places(block.text)) != 1 or not done_ahead(block.text):
        return
    above = drafts[first - 1]
    if above.section != drafts[first].section or any(item.undoing for item in drafts[first - 1 :]):
        return
    start = first - 1
    while start and (
        drafts[start - 1].block is above.block
        or (above.listed and drafts[start - 1].listed and drafts[start - 1].item == above.item)
    ):
        start -= 1
    order = [*range(first, len(drafts)), *range(start, first)]
    now: dict[int | None, int] = {was: start + at for at, was in enumerate(order)}
    drafts[start:] = [drafts[was] for was in order]
    found.accounts[:] = [
        replace(item, draft=now[item.draft]) if item.draft in now else item for item in found.accounts
    ]
