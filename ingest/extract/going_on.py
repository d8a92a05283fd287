"""Whether a paragraph goes on with the case that the text beside it opened: “then on the node:”."""

from __future__ import annotations

import re
from typing import Final

from ingest.blocks import Block
from ingest.extract.vocabulary import COMMANDS

_GOES_ON: Final = re.compile(
    r"(?:[Aa]nd|[Tt]hen|[Nn]ext|[Aa]fterwards|[Ff]inally|[Aa]fter (?:that|this))\b|[a-z]"
)
"""How a paragraph of an item goes on with what the item begins with; elsewhere its sentence has to go on."""
_NOT_YET: Final = re.compile(
    r"(?i)\b(?:already|yet|ha(?:ve|s)(?:n['’]t| not)|not (?:installed|logged|connected))\b"
)
"""“If you haven't installed it”: what goes on behind that is done by everybody."""


def goes_on_with(block: Block, case: str, item: int) -> bool:
    """Whether a block as deep as what opened `case` still is for it. `item`: how deep the item is that opened
    the last case; 0 where no item did.
    """
    if block.kind != "paragraph" or _NOT_YET.search(case):
        return False
    if block.level > 0 and block.level == item:
        return _GOES_ON.match(block.text) is not None
    return block.text[:1].islower() and block.text.split(maxsplit=1)[0] not in COMMANDS
