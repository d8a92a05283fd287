"""What must be true before the first step: by the heading over it, or by what the sentence says."""

from __future__ import annotations

import re
from typing import Final, Literal

import re2

from ingest.blocks import Block
from ingest.extract.scope_words import (
    FIRST_OF_ALL,
    GIVEN,
    HELD,
    OF_WHOM,
    ONLY_THEN,
    ROOM,
    SCOPED,
    STANDS,
    SUPPOSED,
    WHERE_DONE,
    without_lead,
)
from ingest.extract.vocabulary import NEEDED_BELOW, OTHER_I, PREREQUISITES, is_imperative, sentences

_SAYS: Final = re.compile(
    r"(?i)(?:\bvpn\b[^.;:]{0,30}\b(?:has|have|needs?|must)(?: to)? be\b|"
    r"\byou(?:['’]ll| will)? need\s*\W{0,4}:|\bapproval (?:of|by)\b|"
    r"(?<!decision )(?<!input )\b(?:pre-?req(?:uisite)?s?|requirements?|required|requires?|"
    r"needs?)\s*:\W{0,4}\s\W{0,4}\w|"
    r"\b(?:should|must|can|may) only be (?:done|run|performed)\b|\b(?:await|get|wait for|"
    r"ask for) (?:an? |the )?(?:confirmation|approval|sign-?off)\b|"
    r"\byou may need to install\b|\bfrom the root (?:directory|of)\b|\b(?:be|"
    r"make) sure (?:that )?your\b|(?<!to )\b(?:be|make) sure (?:that )?we (?:have|are|hold|got)\b|"
    r"(?:be|make) sure (?:that )?you (?:have|are|can|know|understand|hold|got)\b|"
    r"\bit is essential that\b|(?<!that )\byou(?:'ll| will)? (?:need|want) (?:sudo|root|"
    r"access|the|an?|kubectl|"
    r"vpn)\b|"
    r"\b(?:verify|confirm|check|ensure|make sure) (?:that )?you (?:have|are|can)\b|"
    r"^(?:verify|confirm|check|ensure)\b(?: that)?(?: \w+){0,3} (?:access|permissions?|credentials)\b|"
    r"\byour (?:\w+ )?session\b|\bapproval from\b)|\b(?:you (?:must|need to|will need to|"
    r"should) (?:have|be)\b(?! (?:able|asked|prompted|redirected|taken|presented|seeing|shown|notified)\b)|"
    r"(?<!if )(?<!that )you(?:['’]ll| will)? (?:also |first )?(?:need|want)\b(?! to\b|\s*(?:[.,;)]|$))|"
    r"\b(?:only|sole|main) (?:requirement|prerequisite|precondition)s? (?:is|are)\b|"
    r"\ball (?:that is|you) needs?(?:ed)? is\b|\bfirst (?:needs|requires) an?\b|"
    r"\byou(?:['’]ll| will)? have to provide\b|^(?:ensure|ensuring) (?:that )?your\b|\byou need an? \w+|"
    r"(?:make sure|ensure) (?:that )?you(?:['’]re| are| have|['’]ve)\b|"
    r"make sure (?:that )?you (?:have|are|can)|ensure (?:that )?you (?:have|are|can)|"
    r"(?:be|are|get) (?:connected|logged in|on) (?:to )?(?:the )?[\w ]{0,40}vpn|"
    r"vpn (?:is )?(?:up|on|connected)|(?<!may )(?<!might )(?<!could )requires? (?:vpn|access|permission|"
    r"(?:the|an?) (?!(?:[\w-]+ )?(?:lot|bit|while|long|restart|reboot|redeploy\w*|rebuild|fix|change|"
    r"roll-?back|manual|restore|new)\b)|"
    r"root|sudo|admin)|"
    r"assumes? (?:that )?you have|before you (?:begin|start|touch)|only be done (?:by|in)\b)"
)
_ACCESS: Final = re.compile(
    r"(?i)(?<!whether )(?<!if )\b(?:access|rights|permissions?|membership|role|profile|account|"
    r"vpn|sudo|root|credentials|privileges|"
    r"clearance)\b[^.;:]{0,60}\b(?:is|are) (?:\w+ly )?(?:required|needed|mandatory|necessary)\b|"
    r"^\W{0,4}only (?:members|people|engineers|admin\w*|owners|maintainers|staff|operators|users|those)\b"
    r"[^.;:]{0,60}\b(?:may|can|are allowed|should)\b"
)
"""“VPN access is required”, “only members of … may …”."""

_HAS: Final = re.compile(
    r"(?i)\b(?:the|your|an?) (?:user|account|operator|person|role|identity|token)\b[^.;:]{0,40}? "
    r"(?:must|needs? to|has to) (?:have|be allowed to|be able to)\b|"
    r"^\W{0,4}(?:must|needs? to|has to|have to) (?:first )?(?:have|hold|be (?:in|on|an?|logged|connected|"
    r"signed|part|root))\b|"
    r"^\W{0,4}(?:(?:the|your|each|every|this) (?:[\w/-]+ ){1,3})?needs? (?:(?!to\b)[\w/-]+ ){0,3}?"
    r"(?:access|permissions?|credentials|privileges|vpn)\b|"
    r"\b(?:you|we)(?:['’]ll| will)? (?:also |first )?(?:need|have) to (?:also |first )?(?:have|be(?! able\b)|"
    r"log ?in|sign ?in|ssh|authenticate|connect to|obtain|acquire|request|get access|join|hold|assume)\b"
)
"""What somebody has or gets first: “Need to have access to …”, “you will need to log in”."""

_LACKS: Final = re.compile(
    r"(?i)\bif you (?:do not|don['’]t) (?:already |yet |currently )?have (?:the |an? |any |your )?"
    r"(?:[\w-]+ ){0,2}?(?:access|permissions?|credentials|accounts?|privileges|clearance)\b"
    r"(?![^,.]*, (?:then )?(?:it|this|that|there|the)\b)"
)
"""“If you don't have credentials, ask us”: they are needed. “…, it is the network” says why."""

_ACCESS_FIRST: Final = re.compile(
    r"(?i)\b(?:must|need to|have to) (?:first )?(?:gain|get|obtain|seek|ask for|request) (?:\w+ ){0,2}?"
    r"(?:permission|approval|consent|sign-?off|authori[sz]ation)\b|"
    r"^\W{0,4}(?:ensure|make sure|verify|check|be sure) (?:that )?you(?:['’]re|"
    r" are) (?:logged|signed|connected|"
    r"authenticated|on the (?:vpn|right|correct))\b|"
    r"^\W{0,4}(?:you must )?(?:request|obtain|ask for|acquire|apply for) (?:[\w-]+ ){0,4}?(?:access|"
    r"permissions?|roles?|credentials|privileges|approval|clearance|membership)\b|"
    r"^\W{0,4}(?:\d{1,2}[a-z]?[.)] )?(?:(?:please|first|then),? )?(?:connect|log ?in|"
    r"sign ?in|ssh|hop) (?:in)?(?:to|onto|on) "
    r"(?:the |our |your )?(?:[\w()/-]+ ){0,4}?(?:vpn|bastion|jump ?(?:box|host|server))\b"
)
"""What nobody does but to get in: “Request access to …”, “Connect to the VPN”."""

_BY_WHOM: Final = re.compile(
    r"(?i)\b(?:must|should|has to|have to|needs? to|can only|may only) (?:only )?be (?:done|run|performed|"
    r"executed|submitted|approved|requested|carried out|signed off|started) by (?!\w+ing\b|hand\b|"
    r"(?:the |an? )?(?:[\w-]+ )?(?:script|system|controller|operator|job|cron|pipeline|scheduler|"
    r"command|tool)\b)|"
    r"^\W{0,4}(?:only )?(?:the |an? )?(?:[\w-]+ ){0,2}?(?:owner|admin|administrator|manager|lead|dba|"
    r"approver)s? (?:needs? to|has to|have to|must) (?:do|run|perform|approve|sign|grant|execute)\b"
)
"""Who may do it, where that is a person."""

_TOOL_NOUNS: Final = "(?:tools?|access|permissions?|software|packages|credentials|roles?)"
_TOOLS: Final = re.compile(
    r"(?i)^\W{0,4}(?:required|needed|necessary) (?:\w+ ){0,2}?" + _TOOL_NOUNS + r"\s*:\s*\S|"
    r"^\W{0,4}" + _TOOL_NOUNS + r" (?:needed|required)\s*:\s*\S|"
    r"\b(?:script|tool|playbook|command|procedure|runbook)s? (?:depends?|relies?) on\b|"
    r"\brequires? (?:at least )?[`\w.+-]+ (?:>=|≥|(?:versions? )?v?\d+(?:\.\d+)+)|"
    r"^\W{0,4}(?!(?:this|that|it|which|what|downtime|action|restart|reboot|nothing|none|no|both|more|"
    r"confirmation)\b)"
    r"[\w.+-]{1,40}(?:(?:, | and |, and )[\w.+-]{1,40}){0,3}\W{0,2} (?:is|are|must be) (?:required|needed|"
    r"installed)\b(?= to\b| for\b|\W*$)"
)
"""Programs and their versions: “requires kubectl 1.28”, “`jq` is required”."""

_STATE_FIRST: Final = re.compile(
    r"(?i)^\W{0,4}(?:(?:please|first),? )?(?:ensure|make sure|be sure)\b(?=[^:]*$)(?! to\b)"
    r"(?! (?:that )?(?:you|we) (?!(?:have|are|can|know|understand|hold|got)\b)\w)|"
    r"^[^.;:]{3,80}? (?:must|needs? to|has to|have to) (?:already |first |"
    r"also |not |never )?be (?:already )?(?:installed|set|exported|defined|"
    r"running|in use|open|locked|"
    r"configured|available|enabled|set up|in place|reachable|accessible|deployed|present|mounted|"
    r"stopped|healthy)\b|"
    r"^(?!(?:you|we|it|they|this|that|these|those|which)\b)[^.;:]{3,80}? (?:must|has to|have to) (?:already |"
    r"first |also |not )?(?:be (?!(?:\w+ly )?\w+(?:ed|en|ing)\b|reset\b)\w+ (?:to|before|for|while|during)\b|"
    r"reside|belong|contain|live|have)\b|"
    r"^\W{0,4}(?:no|nobody|none|nothing)\b[^.;:]{0,40}? (?:may|should|must|can) be (?:running|logged in|"
    r"using|"
    r"connected|mounted|in progress|open)\b"
)
"""What must hold, said before any step: behind one, the same words are a check of that step."""

_READY: Final = re.compile(
    r"(?i)\byou(?:['’]ll| will| would|['’]d)? want to (?:have|be)\b|"
    r"\b(?:verify|confirm|check|ensure|make sure) (?:that )?you['’](?:re|ve)\b|"
    r"^\W{0,4}have (?:your|an?|the|at least) [^.;:]{2,60}\b(?:ready|at hand|handy|on (?:the call|standby)|"
    r"standing by)\b|"
    r"^\W{0,4}(?:only (?:run|do|use|perform|start|execute)|(?:run|do|perform|start|use) (?:this|it|these)"
    r"(?: [\w-]+){0,2} only)\b(?! (?:if|when|once|the|one|a)\b)(?![^.;]*\b(?:if|when|once)\b)"
)
"""“Have your key at hand”, “Only run this during the maintenance window”."""

_BEFORE: Final = re.compile(
    r"(?i)^\W{0,4}before [^,.;:]{3,50},? (?:please )?(?:ensure|make sure|be sure|verify|confirm|check)\b"
    r"(?=[^:]*$)|^\W{0,4}(?:(?:please|first),? )?(?:ensure|make sure|be sure|verify|confirm|check|"
    r"pause|freeze|announce|notify|inform|warn|set|export|install|configure|unlock|activate)\b[^:]*?"
    r"\bbefore (?:proceeding|continuing|starting|beginning|running|going|doing|you|any(?:thing)?)\b"
)
"""“Make sure that … before proceeding”."""

_BEFORE_LEAD: Final = re.compile(r"(?i)^\W{0,4}before (?:\w+ing|you|the|any|each|every)\b[^:.]{0,60}:\W*$")
_LEAD_WORDS: Final = 8
_TITLE_WORDS: Final = 4


def opens_needs(text: str, following: Block | None) -> Literal["", "needs", "states"]:
    """Whether a line stands as a heading over what must be true first; “Before going on call:” is over that
    where the list tells how it is, and over steps where it tells what to do.
    """
    if len(text.split()) > _LEAD_WORDS:
        return ""
    named = PREREQUISITES.match(text) is not None
    if text.rstrip("*_ ").endswith(":"):
        if named or NEEDED_BELOW.search(text) is not None:
            return "needs"
        return "states" if _BEFORE_LEAD.match(text) else ""
    over = following is not None and following.kind == "item" and len(text.split()) <= _TITLE_WORDS
    return "needs" if named and over and not text.rstrip().endswith(".") else ""


_LONGEST: Final = 400
EARLY_STEPS: Final = 3
"""A sentence further down than this many steps speaks about its own step."""


_ASSUMED: Final = re.compile(
    r"(?i)\b(?:commands?|steps?|instructions?|examples?|section|procedure|runbook|guide|"
    r"document)\b[^.;:]{0,30}\bassumes?\b|"
    r"^\W{0,4}(?:all of )?(?:this|these|it|we)\b[^.;:]{0,30}?\bassumes? (?:that )?(?:you|your|we|all)\b|"
    r"\bit(?: is|['’]s) assumed that\b|^\W{0,4}we assume\b"
)
"""What is taken for granted below, wherever it stands."""


_MAY_SAY: Final = re2.compile(
    r"(?i)vpn|you|approv|requ|need|only|confirmation|sign|root|essential|access|permission|credential|"
    r"precondition|mandatory|necessary|assum|prerequisite|prereq|must|should|has to|have to|sure|"
    r"before|obtain|have|depend|rel(?:y|ie)|unless|first|newer|later|higher|people|"
    r"set your|your|run|essential|crucial|vital|critical|imperative|familiar|acquaint|knowledge|"
    r"experience|understanding|appl(?:y|ies)|to be|free|become|expected|\d ?[kmgt]i?b\b|"
    r"^\W{0,4}(?:no|be|work|start|begin)\b|"
    r"acquire|bastion|jump|installed|never|strictly|solely"
    r"|written|tested|designed|>=|≥|there|least|valid|working|recent|up.to.date|a must|can be|may be|\d\+"
)
"""Without one of these no pattern above finds anything: a quick look at texts of a megabyte."""


def lacks_access(case: str) -> bool:
    """Whether a case is that of somebody who can't get in."""
    return _LACKS.match(case) is not None


def assumed(text: str) -> list[str]:
    """The sentences of a text that say what everything below takes for granted, or how somebody gets in."""
    if not _MAY_SAY.search(OTHER_I.sub("i", text)):
        return []
    short = [part for part in sentences(text) if len(part) < _LONGEST]
    return [part for part in short if any(says.search(without_lead(part)) for says in _ANYWHERE)]


_TURNS: Final = re.compile(
    r"(?i)\W{0,4}(?:if not|if so|otherwise|(?:after|behind) (?:that|this|it)|at this point|by now|"
    r"to (?:make sure|be sure|ensure|verify|confirm|check|see))\b"
)
"""“If not, you should update it before going on”: what is done where the check above fails; “after that you
should have a copy”: what holds then; “to make sure you are on it”: what something is for.
"""


def required(text: str, *, first: bool = False, heads: bool = False) -> list[str]:
    """The sentences of a text that say what must be true first. `first`: no step stands above it; `heads`:
    only steps of other sections do.
    """
    if not _MAY_SAY.search(OTHER_I.sub("i", text)):
        return []
    found = list[str]()
    for part in sentences(text):
        says = (*_ALWAYS, _STATE_FIRST) if first else (_HEADING_A_SECTION if heads else _ALWAYS)
        if (
            len(part) < _LONGEST
            and not _TURNS.match(part)
            and any(item.search(without_lead(part)) for item in says)
        ):
            found.append(part)
        elif is_imperative(part):
            first = False  # what follows is to be so behind that step
    return [item for part in found for item in _listed_in(part)]


_ANYWHERE: Final = (
    ROOM,
    WHERE_DONE,
    _ASSUMED,
    _ACCESS_FIRST,
    _BY_WHOM,
    _LACKS,
    SCOPED,
    FIRST_OF_ALL,
    SUPPOSED,
)
_HEADING_A_SECTION: Final = (
    *_ANYWHERE,
    OF_WHOM,
    HELD,
    GIVEN,
    _SAYS,
    _ACCESS,
    _HAS,
    _TOOLS,
    _BEFORE,
    STANDS,
)
_ALWAYS: Final = (*_HEADING_A_SECTION, _READY, ONLY_THEN)
"""“Only do this for old ones” is about the section that it heads."""


_LIST: Final = re.compile(
    r"(?i)^\W{0,4}(?:pre-?(?:req(?:uisite)?|condition)s?|requirements?|require[ds]?|"
    r"(?:what )?you(?:['’]ll| will)? need|needs?|(?:required|needed|necessary) (?:\w+ ){0,2}?"
    + _TOOL_NOUNS
    + "|"
    + _TOOL_NOUNS
    + r" (?:needed|required))\W{0,4}:\W{0,4}\s*"
)
_BETWEEN: Final = re.compile(r",\s+(?:and\s+)?(?![^(]*\))|;\s+")
_AND: Final = re.compile(r";\s+|\s+and\s+(?=(?:that )?your (?:[\w-]+ ){1,4}(?:is|are|has|have)\b)")
_POINTS: Final = re.compile(
    r"(?i)^(?:(?:or|alternatively),? |if [^,.]{3,160}, (?:please )?(?:see|refer to|follow|go to|skip)\b|"
    r"for (?:more|further) \w+|you (?:want|wish|would like) to\b|"
    r"see(?: also)?\b|refer to\b|more "
    r"(?:information|details)|"
    r"this (?:section|page|document|guide|runbook|procedure) (?:explains|describes|shows|covers|outlines))"
)
"""What leads to another text, or tells of this one."""


def _listed_in(sentence: str) -> list[str]:
    """The parts of a sentence that lists what is needed behind a colon; the sentence where it is none."""
    found = _LIST.match(sentence)
    if found is None:
        return [part.strip() for part in _AND.split(sentence) if part.strip()]
    parts = [part.strip(" .") for part in _BETWEEN.split(sentence[found.end() :])]
    return [part for part in parts if part] if len(parts) > 1 else [sentence]


def _opens_a_check(lead: str) -> bool:
    """Whether a sentence over what shows it says what must be true: “Make sure the DNS is set up:”."""
    return _SAYS.search(lead) is not None or _STATE_FIRST.match(lead.rstrip(":→ ")) is not None


_SHOWS_HOW: Final = re.compile(
    r"(?i)^\W{0,4}(?:(?:note|tip|hint)\W{1,4})?(?:you|we) can (?:also )?"
    r"(?:check|verify|see|find|confirm|tell|determine|view)\b"
)
"""“You can check whether it is enabled by …”: how one sees that, and no need of its own."""


def listed(text: str) -> list[str]:
    """The sentences of a block under a heading for prerequisites; none where it introduces something."""
    shown = text.strip()
    if _SHOWS_HOW.match(shown) is not None or _is_case(shown):
        return []
    if len(shown) > 2 * _LONGEST or (shown.endswith((":", "→")) and not _opens_a_check(shown)):
        return []
    return _with_what_explains([part for part in sentences(shown) if not _POINTS.match(part)])


def _is_case(text: str) -> bool:
    """Whether a text tells what is done in a case: “If any check fails, stop.”"""
    found = _CASE.match(text)
    return found is not None and is_imperative(text[found.end() :]) and not required(text, first=True)


_CASE: Final = re.compile(r"(?i)\W{0,4}(?:if|when|should)\b[^,.;:]{3,160},\W{0,3}(?:then\W{1,3})?")


_SAYS_MORE: Final = re.compile(
    r"(?i)(?:this|that|these|those|it|they|generally|usually|normally|typically|otherwise|if (?:they|it|"
    r"this|that|"
    r"not)|there)\b"
)
"""With these a sentence begins that says more of the one above it."""


def _with_what_explains(parts: list[str]) -> list[str]:
    """The sentences, each with those behind it that only say more: “… Generally that is the first one.”"""
    found = list[str]()
    for part in parts:
        more = found and _SAYS_MORE.match(part) and not required(part, first=True)
        if more and len(found[-1]) + len(part) < _LONGEST:
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found
