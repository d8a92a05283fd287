"""What must be true before the first step: by the heading over it, or by what the sentence says."""

from __future__ import annotations

import re
from typing import Final

import re2

from ingest.extract.vocabulary import sentences

_SAYS: Final = re.compile(
    r"(?i)(?:\bvpn\b[^.;:]{0,30}\b(?:has|have|needs?|must)(?: to)? be\b|"
    r"\byou(?:['’]ll| will)? need\s*\W{0,4}:|\bapproval (?:of|by)\b|"
    r"\b(?:prerequisites?|requirements?|required|requires?|needs?)\s*:\s*\S|"
    r"\b(?:should|must|can|may) only be (?:done|run|performed)\b|\b(?:await|get|wait for|"
    r"ask for) (?:an? |the )?(?:confirmation|approval|sign-?off)\b|"
    r"\byou may need to install\b|\bfrom the root (?:directory|of)\b|\b(?:be|"
    r"make) sure (?:that )?(?:your|you)\b|"
    r"\bit is essential that\b|\byou(?:'ll| will)? (?:need|want) (?:sudo|root|access|the|an?|kubectl|"
    r"vpn)\b|"
    r"\b(?:verify|confirm|check|ensure|make sure) (?:that )?you (?:have|are|can)\b|"
    r"^(?:verify|confirm|check|ensure)\b(?: that)?(?: \w+){0,3} (?:access|permissions?|credentials)\b|"
    r"\byour (?:\w+ )?session\b|\bapproval from\b)|\b(?:you (?:must|need to|will need to|"
    r"should) (?:have|be)\b|"
    r"you(?:['’]ll| will)? (?:also |first )?(?:need|want)\b(?! to\b)|"
    r"\b(?:only|sole|main) (?:requirement|prerequisite|precondition)s? (?:is|are)\b|"
    r"\ball (?:that is|you) needs?(?:ed)? is\b|\bfirst (?:needs|requires) an?\b|"
    r"\byou(?:['’]ll| will)? have to provide\b|^(?:ensure|ensuring) (?:that )?your\b|\byou need an? \w+|"
    r"(?:make sure|ensure) (?:that )?you(?:['’]re| are| have|['’]ve)\b|"
    r"make sure (?:that )?you (?:have|are|can)|ensure (?:that )?you (?:have|are|can)|"
    r"(?:be|are|get) (?:connected|logged in|on) (?:to )?(?:the )?[\w ]{0,40}vpn|"
    r"vpn (?:is )?(?:up|on|connected)|requires? (?:vpn|access|permission|the |an? |root|sudo|admin)|"
    r"assumes? (?:that )?you have|before you (?:begin|start|touch)|only be done (?:by|in)\b)"
)
_ACCESS: Final = re.compile(
    r"(?i)\b(?:access|permissions?|membership|role|profile|account|vpn|sudo|root|credentials|privileges|"
    r"clearance)\b[^.;:]{0,60}\b(?:is|are) (?:required|needed|mandatory|necessary)\b|"
    r"^\W{0,4}only (?:members|people|engineers|admin\w*|owners|maintainers|staff|operators|users|those)\b"
    r"[^.;:]{0,60}\b(?:may|can|are allowed|should)\b"
)
"""“VPN access is required”, “only members of … may …”."""

_LONGEST: Final = 400
EARLY_STEPS: Final = 3
"""A sentence further down than this many steps speaks about its own step."""


_ASSUMED: Final = re.compile(
    r"(?i)\b(?:commands?|steps?|instructions?|examples?|section|procedure|runbook|guide|"
    r"document)\b[^.;:]{0,30}\bassumes?\b"
)
"""What is taken for granted below, wherever it stands."""


_MAY_SAY: Final = re2.compile(
    r"(?i)vpn|you|approv|requ|need|only|confirmation|sign|root|essential|access|permission|credential|"
    r"precondition|mandatory|necessary|assum|prerequisite"
)
"""Without one of these no pattern above finds anything: a quick look at texts of a megabyte."""
_OTHER_I: Final = re.compile("[\u0130\u0131]")
"""`re` takes both for an `i` where case does not count, `re2` neither."""


def assumed(text: str) -> list[str]:
    """The sentences of a text that say what everything below takes for granted."""
    return [part for part in sentences(text) if len(part) < _LONGEST and _ASSUMED.search(part)]


def required(text: str) -> list[str]:
    """The sentences of a text that say what must be true first."""
    if not _MAY_SAY.search(_OTHER_I.sub("i", text)):
        return []
    short = [part for part in sentences(text) if len(part) < _LONGEST]
    found = [part for part in short if any(says.search(part) for says in (_SAYS, _ACCESS, _ASSUMED))]
    return [item for part in found for item in _listed_in(part)]


_LIST: Final = re.compile(
    r"(?i)^\W{0,4}(?:prerequisites?|requirements?|require[ds]?|(?:what )?you(?:['’]ll| will)? need|"
    r"needs?)\W{0,4}:\W{0,4}\s*"
)
_BETWEEN: Final = re.compile(r",\s+(?:and\s+)?(?![^(]*\))|;\s+")
_AND: Final = re.compile(r";\s+")
_POINTS: Final = re.compile(
    r"(?i)^(?:for (?:more|further) \w+|see(?: also)?\b|refer to\b|more (?:information|details))"
)
"""What leads to another text."""


def _listed_in(sentence: str) -> list[str]:
    """The parts of a sentence that lists what is needed behind a colon; the sentence where it is none."""
    found = _LIST.match(sentence)
    if found is None:
        return [part.strip() for part in _AND.split(sentence) if part.strip()]
    parts = [part.strip(" .") for part in _BETWEEN.split(sentence[found.end() :])]
    return [part for part in parts if part] if len(parts) > 1 else [sentence]


def listed(text: str) -> list[str]:
    """The sentences of a block under a heading for prerequisites; none where it introduces something."""
    shown = text.strip()
    if len(shown) > 2 * _LONGEST or (shown.endswith((":", "→")) and not _SAYS.search(shown)):
        return []
    return [part for part in sentences(shown) if not _POINTS.match(part)]
