"""Where a case ends that no sign divides from what is done, and which signs within it are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.blocks import InlineCode

_NEW_CLAUSE: Final = re.compile(
    r"(?i)(?<=\s)(?P<over>[\w'’]{1,20})\s(?=(?:you|we)(?:['’]ll|\s(?:will|can|should|may|must|need\sto|"
    r"have\sto|"
    r"might))\b|(?:it|this|that)\s(?:may|might|can|could|does|will|would|means|indicates|must|"
    r"should|needs\sto|has\sto)\b)"
)
_NO_END: Final = frozenset(
    "know think sure that what say says said show shows see believe where how which whether because until "
    "when before after and or but as since so if".split()
)
"""Words with which a clause of the case itself begins: “if you know that it can …”."""

_CASE_WORDS: Final = 3


def clause_end(found: re.Match[str]) -> int:
    """Where a case ends that no sign divides from what is done: “if the disk is full you can …”."""
    for clause in _NEW_CLAUSE.finditer(found.string, found.start(2), found.end(2)):
        words = found.string[found.start(2) : clause.end("over")].split()
        if len(words) >= _CASE_WORDS and clause["over"].lower() not in _NO_END:
            return clause.end("over")
    return found.end(2)


_SIGNS: Final = re.compile(r"[,;:→.–—]|->|=>")


def without_signs(text: str, codes: Sequence[InlineCode]) -> str:
    """A text in which no sign within code can be taken for the end of a case; as long as before."""
    for code in codes:
        inside = _SIGNS.sub(lambda found: "_" * len(found[0]), text[code.start : code.end])
        text = (
            f"{text[: code.start]}{inside}{text[code.end :]}"
            if inside != text[code.start : code.end]
            else text
        )
    return text
