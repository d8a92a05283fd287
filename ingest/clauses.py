"""Clauses of a sentence: where each stands, which is a case, and which tells somebody to do something."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import is_imperative

CONDITION: Final = re.compile(
    r"(?i)\b(?:(?:if|when|whenever|once|unless|until|while|in case|as soon as|decide)\b|case \w+:)[^,:;→.]*"
)
_MODAL: Final = re.compile(
    r"(?i)\b(?:you|we|they|the operator|the engineer|users?)\b[^.;:]{0,30}"
    r"\b(?:can|could|should|need|must|may|might|have to|want)\b(?! (?:see|look|say|show|be (?:seeing|able)))|"
    r"\b(?:must|needs? to|has to|have to) \w|"
    r"\b(?:is|are|be) (?:required|needed|necessary|advisable|recommended|warranted)"
    r"(?! (?:on|for|by|in|at)\b)|"
    r"\bplease\b|\b(?:we|you)['’]ll (?:need|have|want|go|run|use|get|do|check|look)\b|"
    r"\b(?:best|simplest|safest|quickest) (?:option|way|fix|thing)\b|\b(?:use|run) this\b|"
    r"\bit(?: is|['’]s) (?:easier|better|best|safer|simpler|recommended|advisable) to\b"
)
_SOMEHOW: Final = re.compile(r"(?i)\bsomehow\b")
_UNWRITTEN: Final = re.compile(r"\b(?:TODO|TBD|FIXME)\b|@todo\b|^\W*(?i:todo|tbd)\W*$")
"""Words by which a runbook says that its author has yet to write something; nothing of ours is left to do."""
_SEE: Final = re.compile(
    r"(?i)^(?:please )?(?:see|refer to|consult) (?:the |our |your )?(?:other|internal|wiki)\b"
)
_CLAUSE: Final = re.compile(r",\s+(?:and|then|or|but)\s|;\s|\s[—–]\s|→|->|:\s|,\s+")

DOING: Final = (_MODAL, _SOMEHOW, _UNWRITTEN, _SEE)
"""Without an imperative, these tell that somebody does something."""


def does(clause: str) -> bool:
    """Whether a clause tells somebody to do something."""
    return is_imperative(clause) or any(pattern.search(clause) for pattern in DOING)


def tells_to_do(text: str) -> bool:
    """Whether a clause of a sentence is an instruction: “As in step 1, remove the flag”."""
    return any(is_imperative(part) for part in (text, *_CLAUSE.split(text)[1:]))


def clause_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause stands that holds `text[start:end]`."""
    begin, stop = 0, len(text)
    for found in _CLAUSE.finditer(text):
        if found.end() <= start:
            begin = found.end()
        elif found.start() >= end:
            stop = found.start()
            break
    return begin, stop
