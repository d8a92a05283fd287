"""What is done instead of something else: commands of one block, each below a comment that says when; what
“or” stands before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.commands import looks_like_command
from ingest.extract.drafts import Draft
from ingest.extract.reader import Reader
from ingest.extract.vocabulary import is_imperative, sentences

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


_OR: Final = re.compile(
    r"(?is)^(?:\d{1,3}[.)]\s*)?(?:or(?:\s+else|\s+alternatively)?|alternatively|as\s+an\s+alternative|alternative(?=\s*:)|"
    r"another\s+(?:option|way|possibility|approach)(?:\s+(?:is|would\s+be)(?:\s+to)?)?)\b"
    r"(?!\s*,?\s*(?:if|when|in\s+case|unless|for|on|in)\b)\s*[:,–—]?\s*(?P<rest>.*)$"
)
_BETWEEN: Final = re.compile(
    r"(?i)^[\s,;(.]{0,4}(?:or|alternatively)\b[\s,:]{0,3}(?:(?:alternatively|else|just|simply|with|by|even|"
    r"run|running|use|using|do|execute|try|the|command|its)\b[\s,:]{0,3}){0,4}$"
)
_SHOWN: Final = 60


def other_way(text: str) -> str | None:
    """What a text tells to do instead of what stands above it: “Or: …”, “Alternatively, run …”; empty where
    that stands below. None where it tells no such thing.
    """
    found = _OR.match(text)
    if found is None:
        return None
    rest = found["rest"].strip()
    told = not rest or is_imperative(rest) or looks_like_command(sentences(rest)[0])
    return rest if told else None


_OTHER_DEED: Final = re.compile(
    r"(?i)^[\s,;)`*_]{0,6}(?:or|alternatively),?\s(?P<rest>[^.;:!?\n]{3,80}:?\s?)$"
)
"""“… or reload it with”: a verb and what the command is for."""


def joined_by_or(between: str) -> bool:
    """Whether the words between two commands offer the second one instead of the first."""
    if _BETWEEN.match(between) is not None:
        return True
    found = _OTHER_DEED.match(between.rstrip("`"))
    return found is not None and is_imperative(found["rest"])


def instead_of_above(reader: Reader, *, last_only: bool = False) -> str | None:
    """The question whether what is read now is done instead of what the block above told. What that told
    waits for the answer, too, where nothing else decides about it. None where nothing stands above.
    """
    drafts = reader.found.drafts
    last = drafts[-1] if drafts else None
    if last is None or last.undoing or last.section != reader.section:
        return None
    shown = last.text if last.kind == "command" and len(last.text) <= _SHOWN else last.title
    words = f"Instead of “{' '.join(shown.split())}”?"
    first = len(drafts) - 1
    while first and not last_only and drafts[first - 1].block is last.block:
        first -= 1
    above = drafts[first:]
    if all(item.condition is None for item in above):
        reader.choices[words] = ()
        drafts[first:] = [replace(item, condition=words, negated=True) for item in above]
    elif (third := _is_way(reader, above)) is not None:
        reader.choices[words] = third
        drafts[first:] = [replace(item, condition=words, negated=True, within=third) for item in above]
    return words


def _is_way(reader: Reader, drafts: Sequence[Draft]) -> tuple[tuple[str, bool], ...] | None:
    """The questions around what is done instead of something else, where that is all that these steps wait
    for: a third way stands behind them, and its question is asked where the second one is chosen.
    """
    said = drafts[0].condition or ""
    if said not in reader.choices or any(item.negated or item.condition != said for item in drafts):
        return None
    return (*reader.choices[said], (said, False))
