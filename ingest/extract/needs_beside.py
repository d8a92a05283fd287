"""What must be true first, told beside a command: “You need a token. Run `…` with it.”"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.drafts import Required
from ingest.extract.prerequisites import EARLY_STEPS, assumed, required
from ingest.extract.reader import Reader
from ingest.extract.vocabulary import is_imperative


def needed(reader: Reader, text: str, *, above: int, first: bool = False) -> list[str]:
    """The sentences of a text that say what must be true first, where it stands: all of them near the first
    step (`above` are the steps above it, `first`: none) and at the head of a section, further down only
    those that hold wherever they stand.
    """
    if above < EARLY_STEPS:
        return required(text, first=first)
    return required(text, heads=True) if reader.heads_section else assumed(text)


def needs_beside(
    reader: Reader, block: Block, places: Sequence[tuple[int, int]], claims: Sequence[Claim], *, first: int
) -> list[Claim]:
    """The prerequisites in the sentences of a block (at `places`) that hold no command and were not claimed;
    `first` is the number of steps above the block.
    """
    claimed = sorted((claim.start, claim.end) for claim in claims)
    found: list[Claim] = []
    at = 0
    for start, end in places:
        while at < len(claimed) and claimed[at][1] <= start:
            at += 1
        part = block.text[start:end]
        if (at < len(claimed) and claimed[at][0] < end) or part.endswith(":"):
            continue
        if needed(reader, part, above=first):
            codes = tuple(code for code in block.code_texts() if code in part)
            reader.found.prerequisites.append(Required(part, block.place(start, end), codes))
            found.append(Claim(start, end, "prerequisite", "it says what must be true first"))
    return found


def answers(reader: Reader, block: Block, text: str) -> bool:
    """Whether a block asks, or is an item inside one that does: neither says what must be true first."""
    if block.kind == "item" and reader.asking is not None and block.level > reader.asking.level:
        return True
    asks = text.rstrip("*_)").endswith("?")
    reader.asking = block if asks and block.kind == "item" else None
    return asks


def goes_on(reader: Reader, text: str) -> bool:
    """Whether an instruction follows commands of the section on prerequisites: it is a step of theirs."""
    drafts = reader.found.drafts
    below = bool(drafts) and drafts[-1].section == reader.section
    return below and is_imperative(text) and not required(text)
