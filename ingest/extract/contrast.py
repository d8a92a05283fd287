"""What a sentence tells to do behind what it forbids: “Don't wait: run …”, “To avoid an outage, run …”."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import is_imperative

_PURPOSE: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:(?:in order|so as)\s+)?(?:not\s+)?to\s+(?:(?:avoid|not|never)\s+)?"
    r"(?P<what>[^,:;`]{3,120})[,:]\s+"
)
_AVOIDS: Final = re.compile(r"(?i)\b(?:to\s+avoid|not\s+to|to\s+not|to\s+never)\b")
"""“To avoid downtime, …”: what is avoided is what it is done for."""

_BAN: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:please\s+)?(?:"
    r"(?:(?:you|we)\s+)?(?:do\s+not|don['’`´]?t|must\s+not|mustn['’]?t|should\s+not|shouldn['’]?t|never)\s+"
    r"(?:(?P<calm>wait|panic|worry|delay|ignore|skip|miss|rush|guess|hurry|despair|give\s+up)\b|"
    r"do\s+(?:it|this|that)\s+(?:by\s+hand|manually|yourself)\b|"
    r"(?!(?:do|run|execute|try|type|call|apply|paste|copy|issue|invoke|enter|perform|make|even|ever|under|in|"
    r"at)\b|(?:use|start|trigger|launch|follow|send|put)\s*(?:$|[^\w\s]|(?:it|this|that|these|those|them)\b))"
    r"[a-z][a-z-]{1,20})|avoid\s+[a-z][\w-]{1,20})[^.!?\n]{0,120}$"
)
"""A ban on something of its own: “Don't wait”, “Do not use the console”, “Avoid data loss”. One that only
says to run nothing speaks of what stands behind it.
"""

_ANNOUNCES: Final = re.compile(
    r"(?i)\b(?:following|any of|either|one of|below|such|commands?|things?|mistakes?|actions?|steps?|"
    r"operations?|examples?|ways?|e\.g|as follows)\b|\b(?:this|that|these|those|it|so|like)\W*$"
)
_BREAK: Final = re.compile(
    r"[:;]\s+|,?\s+but\s+(?:rather\s+|instead\s+)?(?=[a-z])|[,–—]\s+(?=(?:instead|rather)\b)"
)
_INSTEAD: Final = re.compile(r"(?i)^[^.;:!?\n]{0,40}?\binstead\b")
_OTHER: Final = re.compile(r"[,;:]\s+(?:but\s+)?(?=(?:run|use|execute|do|try|type|call)\b[^,;:]{0,30}$)")
_LEADS: Final = re.compile(r"(?i)^(?:(?:instead|rather|just|simply|always|please|better)\b,?\s+)+")


_ASIDE: Final = re.compile(
    r"(?i)\((?:(?:this|it|which) is |so as |in order |just |only )?(?:to avoid|not to|so as not to) "
    r"[^()`]{1,120}\)|"
    r",\s+(?:in order |so as )?to avoid [^,:;()`]{1,120},"
)
"""“(this is to avoid an outage)”: it says why, in the midst of a sentence."""


def without_purpose(sentence: str) -> str:
    """A sentence without what only says what it is for, aside or at its start: “To avoid an outage, …”."""
    sentence = _ASIDE.sub(" ", sentence)
    found = _PURPOSE.match(sentence)
    if found is None or _AVOIDS.search(sentence, 0, found.end()) is None:
        return sentence
    return sentence[found.end() :]


def behind_ban(sentence: str, behind: str = "") -> str:
    """What a sentence tells to do behind a ban that ends in it; the whole sentence where it goes on. `behind`
    is what stands behind the command that it leads to: “Do not run that, run `this` instead.”
    """
    for found in _BREAK.finditer(sentence):
        rest = _LEADS.sub("", sentence[found.end() :])
        ban = _BAN.match(sentence[: found.start()])
        if ban is None or not is_imperative(rest):
            continue
        if ban["calm"] or not _ANNOUNCES.search(ban[0]):
            return rest
    other = _OTHER.search(sentence) if _INSTEAD.match(behind) else None
    return sentence[other.end() :] if other else sentence
