"""What follows an instruction and says how it is done: commands, items, the text under a title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.clauses import tells_to_do
from ingest.extract.drafts import Draft

_OTHER_CASE: Final = re.compile(r"(?i)(?:otherwise|if|else|then|finally|once|when|after(?:wards)?|next)\b")
_NEAR_LINES: Final = 8
_TITLE_WORDS: Final = 10
_NUMBERED: Final = re.compile(r"\W{0,4}\d{1,3}[.)]")
"""A paragraph with a number of its own."""
_ENDED: Final = (".", "!", "?", ":", ";", ",")


def shown_below(drafts: list[Draft], index: int) -> bool:
    """Whether commands right below show how an instruction is done."""
    if index + 1 >= len(drafts):
        return False
    own, following = drafts[index], drafts[index + 1]
    if following.kind != "command" or own.block is None or following.block is None:
        return False
    place, lead = own.block.place(), following.spans[:1]
    inside = own.listed and following.item == own.item and own.text == own.block.text.strip(" *_:")
    under = (following.block.level > own.block.level or inside) and (
        following.line - own.end_line <= _NEAR_LINES
    )
    return under or bool(lead and place.start <= lead[0].start < place.end)


def told_below(drafts: list[Draft], index: int, told: Sequence[str], sentence: str) -> bool:
    """Whether what follows an instruction says how it is done: its next sentence, the items inside its own;
    the first sentence of a text that has sections tells what all of it is for.
    """
    own = drafts[index]
    at = told.index(sentence) + 1
    if at < len(told) and tells_to_do(told[at]) and not _OTHER_CASE.match(told[at]):
        return True
    following = drafts[index + 1] if index + 1 < len(drafts) else None
    if following is None or own.block is None or following.block is None:
        return False
    if _is_title(drafts, index):
        return True
    if own.listed and following.kind == "manual" and following.block.level > own.block.level:
        return True
    return index == 0 and not own.listed and following.section != own.section


def _is_title(drafts: Sequence[Draft], index: int) -> bool:
    """Whether an instruction without a full stop, with a number, stands over what says how it is done: over
    items without numbers, or over text that is no item.
    """
    own, following = drafts[index], drafts[index + 1]
    if own.block is None or following.block is None or following.section != own.section:
        return False
    words = own.block.text.strip(" *_")
    if own.text not in words or words.endswith(_ENDED) or len(words.split()) > _TITLE_WORDS:
        return False
    if following.line - own.end_line > _NEAR_LINES:
        return False
    if not own.listed:
        return _NUMBERED.match(words) is not None and not following.listed
    if not own.block.ordered or (following.listed and following.block.ordered):
        return False
    return following.listed or not _follows_item(drafts, index)


def _follows_item(drafts: Sequence[Draft], index: int) -> bool:
    """Whether the item right above is an instruction of the same list: theirs are short, and this one too."""
    own, above = drafts[index], drafts[index - 1] if index else None
    return above is not None and above.listed and above.kind == "manual" and own.line - above.end_line <= 1


_DOES_SO: Final = re.compile(
    r"(?i)\W{0,4}(?:(?:in order )?to (?:do|achieve|accomplish) (?:this|that|so|it)\b|"
    r"(?:do|you (?:can )?do) (?:this|so|it)\b|"
    r"(?:this|that|it) (?:is|can be|must be|should be) (?:done|achieved|accomplished)\b|"
    r"for (?:this|that),?\s|"
    r"the (?:easiest|simplest|best|safest) way\b)"
)


def says_how(following: str) -> bool:
    """Whether a sentence says how what the one above it tells is done: “To achieve this, use …”."""
    return _DOES_SO.match(following) is not None
