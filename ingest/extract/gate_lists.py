"""A gate that is told as a list: “Only proceed if:” over what has to be so. Its items are a part of it; alone
it would say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.gates import is_gate

_WHY: Final = "it says more of the gate above it"
_ITEMS_MAX: Final = 12


def gates_with_lists(found: Extraction, blocks: Sequence[Block]) -> Extraction:
    """The findings in which the items below such a gate stand in it, and are accounted for so."""
    gates = {
        index: draft
        for index, draft in enumerate(found.drafts)
        if draft.kind == "manual" and draft.text.rstrip().endswith(":") and is_gate(draft.text)
    }
    if not gates:
        return found
    places = {id(block): place for place, block in enumerate(blocks)}
    stepped = {id(draft.block) for draft in found.drafts}
    drafts, accounts = list(found.drafts), list(found.accounts)
    for index, draft in gates.items():
        items = list(_items(draft, places.get(id(draft.block), len(blocks)), blocks, stepped))
        if not items:
            continue
        text = f"{draft.text.rstrip()} {'; '.join(item.text.strip(' .;,') for item in items)}."
        spans = (*draft.spans, *(item.place() for item in items))
        drafts[index] = replace(draft, text=text, spans=spans)
        taken = {item.place() for item in items}
        accounts = [
            replace(one, fate="step", detail=_WHY, draft=index)
            if one.fate == "note" and one.span in taken
            else one
            for one in accounts
        ]
    return replace(found, drafts=drafts, accounts=accounts)


def _items(draft: Draft, place: int, blocks: Sequence[Block], stepped: set[int]) -> Iterator[Block]:
    """The items right below a gate that are no steps of their own, and inside what it stands in."""
    own = draft.block
    level = own.level if own is not None and own.kind == "item" else 0
    for block in blocks[place + 1 : place + 1 + _ITEMS_MAX]:
        if block.kind != "item" or block.level <= level or id(block) in stepped:
            return
        yield block
