"""What a person does in the same sentence as a command: “change `replicas` to 3, then run `x`”, “`x`
and restart it”. In the title of the command alone, nobody would do it.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import is_imperative

DEEDS: Final = (
    r"(?:set|change|edit|modify|replace|add|remove|delete|turn|switch|put|update|comment|uncomment|enable|disable|"
    r"increase|decrease|lower|raise|stop|start|restart|reboot|scale|drain|detach|attach|unplug|move|shut|power|"
    r"promote|pause|mute|silence|repoint|swap|revoke|create|upload|rename)"
)
"""Verbs of what changes something."""
_THEN: Final = re.compile(
    r"(?:(?<=\S)\s{1,3}(?:and\s+)?then|,\s+and(?=\s+(?:then|wait|run|execute|check|apply|restart|reload)\b)|;(?:\s+then)?|"
    r"\s{1,3}and(?=\s+(?:run|execute|apply)\b))\s+"
)
_DEED: Final = rf"(?:(?:in|on|at|under)\s[^,:;]{{2,80}},\s+)?{DEEDS}\b"
_BEGIN: Final = re.compile(rf"(?i)(?:^|[:.]\s+|,\s+)(?P<deed>{_DEED}[^\n]{{6,300}})$")
_IS_DEED: Final = re.compile(rf"(?i)\W{{0,4}}{_DEED}")
_PLACE: Final = re.compile(
    r"(?i)^(?:(?:change|switch|move)\s+(?:in)?to\s|(?:set|change) (?:the )?(?:working )?director)"
)
_PARTICLE: Final = re.compile(r"[a-z]{3,12} (?:down|up|over|out|off|back|it|them|the|this)\b")
"""“then step down the older one”."""
_WORDS_MIN: Final = 3


def deed_ahead(words: str) -> str:
    """What the words of a sentence before its command, or over a block, tell to do first; empty where they
    tell nothing but what the command does.
    """
    for found in _THEN.finditer(words):
        rest = words[found.end() :].strip(" :*_`")
        if rest and not (is_imperative(rest) or _PARTICLE.match(rest)):
            continue
        deed = _BEGIN.search(words[: found.start()].rstrip(" ,"))
        told = "" if deed is None else deed["deed"].strip()
        if len(told.split()) >= _WORDS_MIN and _PLACE.match(told) is None:
            return told
    return ""


def is_deed(words: str) -> bool:
    """Whether words begin with a verb of what changes something."""
    return _IS_DEED.match(words) is not None
