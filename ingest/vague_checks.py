"""Checks that say neither how they are done nor what a good result is."""

from __future__ import annotations

import re
from typing import Final

_CHECKS: Final = re.compile(
    r"(?i)^(?:(?:please|then|also|first|next|finally|otherwise),? )*(?:check|verify|validate|confirm|inspect|"
    r"examine|review|test|monitor|make sure|ensure)\b"
)

_ASKED_OF: Final = re.compile(r"(?i)\b(?:with|against|by|using|via) (?:the|your|our|an?) \w+")
"""By what it is checked."""

_THINGS: Final = re.compile(
    r"(?i)\b(?:things|places|points|aspects) to (?:check|look at|look for|try|verify|consider)\b"
)

NAMES: Final = re.compile(r"(?:[A-Z][\w'-]*\s+){3,}[A-Z][\w'-]*\W*$")
"""“Test Repair Bad File” is what something is called."""
CONCRETE: Final = re.compile(r"[\d`\"“”=<>%/]|\w\.\w|\bagain\b")

_RESULT: Final = re.compile(
    r"(?i)\b(?:that|no|the|your|all|every|an?)\b[^.;:]{0,60}\b(?:is|are) (?:still |now |all |"
    r"not )?(?:in|on|at|"
    r"present|listed|gone|empty|bound|attached|mounted|retained|enabled|disabled|"
    r"stopped|started|running"
    r"(?! (?:correctly|properly|fine|well|as|normally)\b)|ready|reachable|green|online|"
    r"offline|deleted|removed|complete)\b|"
    r"\b(?:exists?|contains?|(?:does|do)(?:n['’]t| not)\W{1,3}\w+)\b"
)
"""“Confirm that the logs are in the bucket” says which result is good."""

_HOLDS: Final = re.compile(
    r"(?i)^\W*(?:(?:please|then|also|first|next|finally),? )*(?:check|verify|validate|confirm|make sure|"
    r"ensure)"
    r"(?: that| if| whether)? [^.;:]{2,60}? (?:(?:is|are|was|were) (?:(?!successfully|correctly|"
    r"properly)\w+ly |still |now |all |not )?"
    r"(?:(?!expected|needed|required|affected|recovered)[a-z]{3,20}ed|"
    r"(?!working|running|functioning|behaving|operating|performing)[a-z]{3,20}ing [\w-]+|running|visible|"
    r"up|down|there|reachable|mounted|listening|listed|active|attached|scheduled|"
    r"installed|"
    r"gone|open|closed|present|enabled|disabled|connected|logged in)|match(?:es)?|allows?|works?|exists?|"
    r"contains?|goes "
    r"through|go through|responds?|accepts?|starts?|shows?|equals?|points? to|becomes?|has no|have no)\b"
    r"(?! (?:correctly|properly|fine|well|as|normally)\b)"
)
"""“Verify that the service is running”, “Check that the port matches yours” say which result is good."""

_SOUGHT_IN: Final = re.compile(
    r"(?i)\b(?:logs?|output|status|events?|dashboards?|metrics)\b[^.;:]{0,20}? for (?!any\b|anything\b|"
    r"errors?\b|issues?\b|"
    r"problems?\b|signs?\b|clues?\b|more\b|details?\b|further\b|the cause\b)\w|\(?\b(?:see|as "
    r"(?:described|shown|told)) "
    r"(?:above|below|in step|step)\b"
)
"""“Check the logs for messages of X” says what is looked for, “(see above)” where that is told."""

SAID_FOR: Final = re.compile(
    r"(?i) for (?!any\b|an\b|anything\b|something\b|the\b|all\b|each\b|your\b|this\b|that\b|errors?\b|"
    r"issues?\b|problems?\b|signs?\b|clues?\b|"
    r"hints?\b|more\b|details?\b|information\b|further\b)[\w-]+ \w"
)
"""“Inspect the logs for processing errors” says what is looked for."""

_DOES: Final = re.compile(r"(?i)^\W*(?:make sure|ensure|be sure) (?:to|(?:that )?you)\b")
"""“Make sure you upgrade all of them” tells to do it."""

_TO_SEE: Final = re.compile(
    r"(?i)(?<=[^,;] )to (?:see|find out|learn) (?:if|whether|which|how|what|where|when|who)\b"
)
"""“Check the dashboard to see if errors are logged” says what is looked for."""

_AND_THEN: Final = re.compile(
    r"(?i)(?:,|;|\band\b)\s+(?:(?:and|then)\s+)*(?=(?:check|verify|test|validate|confirm)\b)"
)

_LAST_WORDS: Final = 6
SHORT_WORDS: Final = 12
"""A check that is told in more words says what it is about."""


_CLICKED: Final = re.compile(
    r"(?i)^\W*confirm the (?:dialog|prompt|pop-?up|action|deletion|change|operation)\b"
)
"""“Confirm the dialog” is clicked."""


_RECURS: Final = re.compile(
    r"(?i)\b(?:daily|weekly|monthly|quarterly|yearly|annually|nightly|hourly|(?:every|each|once an?) "
    r"(?:day|week|month|quarter|year|release))\b"
)
"""“Test failover quarterly” is a habit."""

_SAID_BEHIND: Final = re.compile(
    r"(?i)[–—:(-] {0,2}(?:no|none|nothing|0|must|should|expect)\b|\bthe (?:following|below)\b|\bbelow\b|"
    r"\bthis (?:page|document|guide|runbook|article)\b"
)
"""“Check the console – no errors of the client”, “the requirements below”, “update this runbook”."""

_SAID: Final = (_HOLDS, _DOES, _SOUGHT_IN, _CLICKED, SAID_FOR, _RECURS, _SAID_BEHIND)


def bare_check(sentence: str) -> bool:
    """Whether a sentence tells to check something and neither says how nor what a good result is."""
    short = len(sentence.split()) <= SHORT_WORDS and _ASKED_OF.search(sentence) is None
    if NAMES.match(sentence) or any(told.search(sentence) for told in _SAID):
        return False
    told = _RESULT.search(sentence) is not None or _TO_SEE.search(sentence) is not None
    return short and not told and _CHECKS.match(sentence) is not None and CONCRETE.search(sentence) is None


def last_check(sentence: str) -> str:
    """The check without a criterion that ends a sentence, “… and verify the output”; else empty."""
    if len(sentence.split()) > 2 * SHORT_WORDS:
        return ""
    ends = [found.end() for found in _AND_THEN.finditer(sentence)]
    clause = sentence[ends[-1] :].rstrip() if ends else ""
    return clause if len(clause.split()) <= _LAST_WORDS and bare_check(clause) else ""


def checks_listed(sentence: str) -> bool:
    """Whether a sentence introduces a list of what to check: “Check the following:”."""
    if not sentence.rstrip().endswith(":"):
        return False
    several = len(sentence.split()) > 1
    return (several and _CHECKS.match(sentence) is not None) or _THINGS.search(sentence) is not None
