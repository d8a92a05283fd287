"""“Delete the pod `kubectl delete pod a`”: a sentence that ends with the command that does what it tells.

Code behind a thing's name may be what that thing is called (“remove the line `nohup a &`”). It is the command
where it says the sentence's own verb again.
"""

from __future__ import annotations

import re
from typing import Final

_FILLER: Final = re.compile(
    r"(?i)(?:[\s*_:\[\]-]|[xX]\]|\d{1,3}[.)]\s|(?:please|then|now|next|also|and|first|finally|just|otherwise|to)\b[\s,]){0,8}"
)
_VERB: Final = re.compile(r"[A-Za-z]{3,20}")
_SAME: Final = {
    verb: verbs
    for verbs in (
        frozenset("delete remove rm del drop purge prune clean clear erase unlink rmi".split()),
        frozenset("stop halt kill terminate shutdown down disable".split()),
        frozenset("start up enable launch boot".split()),
        frozenset("restart reload reboot bounce".split()),
        frozenset("scale resize".split()),
        frozenset("undo rollback revert restore".split()),
        frozenset("update upgrade".split()),
        frozenset("create add".split()),
    )
    for verb in verbs
}
"""Verbs of one meaning, in sentences and in commands."""

_NAMES: Final = re.compile(
    r"(?i)\b(?:lines?|alias(?:es)?|entry|entries|histor(?:y|ies)|commands?|scripts?|strings?|values?|text|"
    r"output|named|called|like|against|than|after|before|behind|until|while|from|in|on|to|of|for|as|cron|crontab|"
    r"job|jobs|tasks?|process(?:es)?|programs?)\s*$|"
    r"\b(?:who|whose|whom|whether|which|that|what|if|when|unless|ran|typed|entered|executed|used|runs)\b"
)
"""The code is then what something is called, what somebody else did, or is run only in a case."""

_ENDS: Final = re.compile(r"\s{0,3}\)?\s{0,3}(?:$|\n|[.!](?:\s|$))")
_SENTENCE: Final = re.compile(r"[.!?;:,]\s|\n")
_REACH: Final = 160
"""Characters of a sentence before its command."""


def does_the_same(text: str, start: int, end: int) -> bool:
    """Whether the sentence of `text` that ends with the code at `text[start:end]` begins with that code's
    verb. Looks at a bounded piece before the code.
    """
    if _ENDS.match(text, end) is None:
        return False
    begin = max(0, start - _REACH)
    clause = text[begin:start]
    breaks = [found.end() for found in _SENTENCE.finditer(clause)]
    if begin and not breaks:
        return False
    clause = clause[breaks[-1] if breaks else 0 :].rstrip(" (")
    filler = _FILLER.match(clause)
    verb = _VERB.match(clause, filler.end() if filler else 0)
    if verb is None or verb.end() == len(clause) or _NAMES.search(clause) is not None:
        return False
    said = verb[0].lower()
    return not _SAME.get(said, frozenset({said})).isdisjoint(re.split(r"[\s_-]+", text[start:end].lower()))
