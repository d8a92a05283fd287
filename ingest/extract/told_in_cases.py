"""What the sentences of a block tell for the cases that they name, whether or not a step came of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from ingest.blocks import Block
from ingest.extract.named_cases import named_cases
from ingest.extract.vocabulary import sentence_places

_TOLD_MAX: Final = 1_000
"""Characters behind a case that are looked at: a sentence may name hundreds."""


def told_in_cases(block: Block) -> Iterator[tuple[str, bool, str]]:
    """Each case as a person is asked about it, whether it is turned (“unless …”), and the rest of its
    sentence.
    """
    ends = [end for _, end in sentence_places(block.text)]
    for start, end in named_cases(block):
        case = " ".join(block.text[start:end].split()).strip(" *_(")
        at = bisect_right(ends, end)
        stop = ends[at] if at < len(ends) else len(block.text)
        yield case, case.lower().startswith("unless"), block.text[end : min(stop, end + _TOLD_MAX)]
