"""Whether a ban that stands alone is of another thing than what is shown below it."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import IMPERATIVES

_OTHER_THING: Final = re.compile(
    r"(?i)^\s{1,3}(?:ever\s{1,3})?(?:(?P<told>type|paste|copy|enter)|use|using|call|(?P<deed>apply|"
    r"invoke)|(?:run|execute|do|try|running)(?!\s{1,3}the\b))\s{1,3}(?P<what>(?:(?:the|any|an?|your|our|my|its|their)\s{1,3})?[^.;:]{2,120})$"
)
_POINTS: Final = re.compile(
    r"(?i)^(?:(?:the|any|all|such|either|both|of)\s{1,3}){0,3}(?:this|these|those|it|them|that|such|same|old|legacy|former|"
    r"previous|outdated|(?:commands?|lines?|steps?|scripts?)\W*$)\b|\b(?:following|below|above|like)\b|"
    r"^(?:in|on|at|for|by|as|with|without|from|to|during|while|when|if|until|unless|before|after|again|twice|"
    r"more|ever|yourself|manually|directly|here|there|anymore|any\s{1,3}more|under|outside|inside|against|alone)\b"
)
"""“These”, “the old way”, “the command below”, or nothing at all: “Never run as root.”"""


_TYPED_THING: Final = re.compile(
    r"(?i)\b(?:scripts?|playbooks?|jobs?|tools?|binar(?:y|ies)|flags?|options?|quer(?:y|ies)|statements?|"
    r"utilit(?:y|ies)|programs?|pipelines?|tasks?)\b"
)
_STEM, _WORD_LEAST = 5, 4


def forbids_another(told: str, below: str) -> bool:
    """Whether a sentence of its own forbids what it names itself, and nothing that stands below it: “Never
    paste the key in Slack.” What begins below with a word of it is what it names; and so is what could be the
    deed, the script or the option that it forbids: “Never use a recursive delete.”, “Do not run the upgrade.”
    """
    found = _OTHER_THING.match(told.rstrip(" *_.!"))
    if found is None or _POINTS.search(found["what"]):
        return False
    what, shown = found["what"].lower(), below.lower()
    program = shown.split(maxsplit=1)[:1]
    if program and program[0] in re.split(r"[^\w./-]+", what):
        return False
    words = re.findall(r"[a-z]{3,}", f"{what} {found['deed'] or ''}")
    if found["told"] or not words:
        return True
    if _TYPED_THING.search(what) or not IMPERATIVES.isdisjoint(re.findall(r"[a-z]{3,}", what)):
        return False
    return not any(
        re.search(rf"(?<![a-z]){word[:_STEM]}", shown) for word in words if len(word) >= _WORD_LEAST
    )
