"""Negations that say how something is, and forbid nothing: “The members share no disk and do not sync:”."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import is_imperative

_NEGATED: Final = re.compile(
    r"(?i)\b(?:(?:do|does)(?:\s+not|n['’`´]?t)|don['’`´]?t|never)\b\s{1,3}(?P<verb>[a-z-]{2,30})"
)
_CLAUSE: Final = re.compile(r"(?i)[,;:—–.(!?]\s|\s-\s|\b(?:so|and|but|or|because|since|which|that|then|as)\s")
_NO_SUBJECT: Final = frozenset(
    "on in at during for if when while from with after before under to as by without until unless once "
    "over you we i they he she please also just only always now here there still again instead otherwise "
    "everyone everybody people users user operators operator engineers engineer nobody anyone anybody "
    "someone one team staff admins admin developers colleagues warning caution note important danger "
    "attention beware must should shall may never".split()
)
"""Words with which no clause begins or ends that only states something of a thing."""
_BEHIND: Final = frozenset({"here", "there"})
_DEEDS: Final = frozenset(
    "run use execute type do try apply call paste copy enter issue invoke touch proceed continue go attempt "
    "perform start follow work works help helps suffice".split()
)
"""What only a person does; or what stands below does not."""
_SHOWN: Final = re.compile(
    r"(?i)\b(?:commands?|scripts?|following|below|this|these|those|way|procedure|steps?)\b"
)
"""What stands below: “These were never tested:” is no word for it."""
_DONE: Final = re.compile(r"(?i)[a-z]{2,20}(?:ed|en|un|pt)$")


def without_statements(text: str) -> str:
    """A sentence without its negations that state how a thing is; as long as before."""
    kept = text
    for found in _NEGATED.finditer(text):
        if _states(text, found):
            verb = found.start("verb")
            kept = f"{kept[: found.start()]}{' ' * (verb - found.start())}{kept[verb:]}"
    return kept


def _states(text: str, found: re.Match[str]) -> bool:
    verb = found["verb"].lower()
    if found[0].lower().startswith("never") and _DONE.match(verb):
        return _SHOWN.search(text[: found.start()]) is None
    clause = _CLAUSE.split(text[: found.start()])[-1].strip(" *_`\"'")
    words = [word.lower() for word in clause.split()]
    if not words or verb in _DEEDS or words[0] in _NO_SUBJECT or words[-1] in _NO_SUBJECT - _BEHIND:
        return False
    return not is_imperative(clause)
