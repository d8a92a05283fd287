"""What a text is for only: where it is run, in which state, by whom it is not run."""

from __future__ import annotations

import re
from typing import Final

_TEXT: Final = (
    "(?:commands?|steps?|instructions?|procedures?|sections?|runbooks?|guides?|documents?|"
    "playbooks?|scripts?)"
)
_TEXT_OR_WORK: Final = (
    "(?:this|all of this|everything|(?:the |this |these )?(?:operation|work|change|task|steps?|procedure)s?)"
)
SCOPED: Final = re.compile(
    r"(?i)\b"
    + _TEXT
    + r"\b[^.;:]{0,30}? (?:only appl(?:y|ies)|(?:is|are) (?:most|mainly|best) (?:applicable|suited|"
    r"relevant)|appl(?:y|ies) only|(?:is|are) only (?:for|meant|"
    r"intended|applicable|valid|safe)|(?:is|are) (?:meant|intended|valid|applicable) only)\b|"
    r"\b"
    + _TEXT
    + r"\b[^.;:]{0,30}? (?:(?:are|is) to be|should be|must be|need(?:s)? to be|have to be|has to be) "
    r"(?:done|run|executed|performed|carried out|issued) (?:mostly |only |all )?(?:in|on|"
    r"from|as|within|inside)\b|"
    r"\b(?:run|runs|execute|executed|performed|done) (?:this |it |them |all )?(?:(?:only )?from|in|inside) "
    r"(?:the |your )?(?:[\w.-]+ ){0,3}(?:root|top[- ]level|checkout|clone|working (?:copy|directory))\b|"
    + r"\b"
    + _TEXT_OR_WORK
    + r" (?:has|have|needs?) to (?:happen|take place) (?:in|on|from|as|within|inside)\b|"
    r"\bonly (?:do|run|perform|use|attempt|follow|start) (?:this|these|it)\b[^.;:]{0,30}? if you (?:have|"
    r"are|can|"
    r"know|hold)\b|"
    r"\b(?:do not|don['’]t|must not|should not|shouldn['’]t|never)\b[^.;:]{1,50}? unless you "
    r"(?:can|have|are|know|hold|work)\b|"
    r"^\W{0,4}(?:run|execute|perform) (?:these|all(?: of)?(?: these| the)?|everything)(?: \w+){0,2} "
    r"(?:as|from|on) (?=[^:`]*$)|"
    r"\b(?:two|three|a second|another) (?:people|persons?|engineers?|operators?|admins?) "
    r"(?:is|are|must be|will be) (?:needed|required|present)\b|"
    r"^\W{0,4}only (?:[\w-]+ ){1,2}(?:engineers?|admins?|operators?|staff|members|"
    r"people) (?:may|can|should|must)\b|"
    r"\b"
    + _TEXT
    + r"\b[^.;:]{0,30}? (?:was|were|is|are|(?:has|have) been) (?:written|tested|designed|made) (?:only )?"
    r"(?:for|with|on|against)\b|"
    r"^\W{0,4}(?:this|that|it|all of this) assumes?\b(?! (?:responsibility|control|the role|the only)\b)"
)
"""“The following instructions only apply to …”, “run from the root”, “not … unless you have access”."""

_DONE: Final = "(?:run|executed|performed|done|issued|invoked|started|carried out)"
_SOMEWHERE: Final = (
    r"(?:as|from|on|in|inside|within) (?!(?:every|each|all|both|any|order|turn|parallel|case)\b)\w"
)
_OF_TEXT: Final = rf"(?:all )?(?:the |these )?(?:following |below )?{_TEXT}(?: below| above| here)?"
WHERE_DONE: Final = re.compile(
    rf"(?i)^\W{{0,4}}(?:(?:this|these|it|everything|all of (?:this|these)|{_OF_TEXT}) "
    r"(?:must|should|needs? to|has to|have to|can only|may only) (?:all |always |only )?be|"
    rf"{_OF_TEXT} (?:is|are)(?: all| always| only)?) {_DONE} (?:only )?{_SOMEWHERE}|"
    rf"^\W{{0,4}}{_OF_TEXT}(?: (?:in|of|on) this \w+)? can(?: all| only)? be {_DONE} (?:on|from|in|by) \w"
    + r"|^\W{0,4}(?:run|execute|perform|do) (?:this|these|it|everything|the following|all of (?:this|these))"
    r"(?: commands?| steps?| script| procedure)? (?:only )?(?:from|as|inside|within|during) "
    r"(?!(?:every|each|all|both|follows?|described|usual|well|before)\b)[^:`]{3,80}$|"
    r"^\W{0,4}(?:start|begin|work) (?:in|from|inside) (?:a|your|the root of (?:a|your|the)) (?:[\w-]+ ){0,2}"
    r"(?:checkout|clone|copy|directory|root)\b"
)
"""“This must be run as root”, “Run these from the jump host.”, “Start in a working copy of …”."""

OF_WHOM: Final = re.compile(
    r"(?i)^\W{0,4}(?:your (?:[\w-]+ ){0,2}(?:user|account|key|role|profile|ip|address|machine|workstation|"
    r"laptop|token|"
    r"client)|(?:the|whatever) (?:user|operator|engineer|person|account)(?: [\w ]{3,30}?)?) (?:must|"
    r"needs? to|has to|"
    r"have to|should) (?:already |also |at least )?(?:be|have|hold|belong|exist)\b|"
    r"\byou(?: are|['’]re) expected to (?:have|be|know|hold)\b|"
    r"\byou (?:must|should|need to|have to|will need to) (?:first )?become\b|"
    r"^\W{0,4}only [\w-]{2,30} (?:can|may|should|must|are (?:able|allowed) to) (?:do|run|perform|execute|"
    r"start|follow)\b|"
    r"^\W{0,4}be (?:on|in|connected to|logged in(?:to)?|a member of) (?:the|a|an|your)\b"
)
"""“Your user must be in the group”, “you should become root”, “Only SREs can do this”."""

ROOM: Final = re.compile(
    r"(?i)\b(?:at least|about|around|some|up to|roughly|approximately|"
    r"minimum of) [\d.]{1,6} ?[KMGT]i?B\b[^.;:]{0,60}?"
    r"\b(?:free|available|required|needed|recommended|necessary)\b|"
    r"\b(?:must|should|needs? to|has to|have to|to) have (?:enough|sufficient|at least)\b"
)
"""“At least 20 GB of free space”."""

STANDS: Final = re.compile(
    r"(?i)^[^.;:]{3,80}? (?:must|needs? to|has to|have to) (?:already |first |"
    r"also )?be (?:in|at) (?:an? |the )?"
    r"[\w '“\"-]{2,30}(?:state|mode|maintenance|status)\b|"
    r"^[^.;:]{3,80}? (?:must|needs? to|has to|have to) (?:already |first |also )?be \w[^.;:]{2,60}? before "
    r"(?:you|we|starting|beginning|running|proceeding|continuing|the (?:first|next))\b|"
    r"\b(?:you|we)(?:['’]ll| will)? (?:need|have) to first (?:access|export|install|"
    r"configure|set up|log|clone)\b|"
    r"\byou(?:['’]ll| will) (?:also |first )?need to (?:export|install|have installed)\b|"
    r"^[^.;:]{3,60}? (?:must|needs? to|has to) (?:already |first )?(?:exist|"
    r"be (?:already )?(?:scheduled|announced|agreed|"
    r"booked|approved|up|online|offline|empty|free|green|synced|in sync|"
    r"logged in))\b(?=[^:]*$)(?! (?:by|with|again|after)\b)|"
    r"^\W{0,4}(?:clone|check ?out|download|back ?up|pull|fetch|authenticate)\b[^.;:]{2,60} first\W*$|"
    r"^\W{0,4}(?:log ?in|sign in|authenticate) (?:with|using) (?:your|the|gcloud|aws|az|vault)\b|"
    r"^\W{0,4}(?:set|switch|point) your (?:kubectl |kube|kubernetes |current )?(?:context|config)\b|"
    r"^\W{0,4}(?:basic |good |some |working )?(?:familiarity|experience|knowledge|"
    r"understanding) (?:with|of|in)\b|"
    r"^\W{0,4}[A-Za-z][\w.+-]{0,30} v?\d+(?:\.\d+)* (?:or|and) (?:newer|later|higher|above|up)\W*$|"
    r"^\W{0,4}first,? (?:configure|set up|install|point) your\b|"
    r"^\W{0,4}(?:make sure|ensure|verify|check) (?:that )?your [^.;:]{2,60} (?:is|"
    r"are) (?:already )?(?:running|up|"
    r"installed|configured|clean|up to date|logged in|authenticated|connected|set)\b"
)
"""“Your machine needs to be in Shut Down state before we start”, “you will need to first access …”."""

ONLY_THEN: Final = re.compile(
    r"(?i)^\W{0,4}(?:only|solely|strictly|exclusively) (?:ever )?(?:during|in|within|on|outside(?: of)?|from|"
    r"at|by|with|after|as|for|while|between) (?!(?:this|that|these|those|such) (?:case|event|situation)s?\b)"
    r"[^,:;`?]{3,100}$|"
    r"^\W{0,4}(?:not|never) (?:during|in|within|on|outside(?: of)?|from|at|between|while) "
    r"(?!(?:this|that|these|those|such|order|any)\b)[^,:;`?]{3,100}$|"
    r"^\W{0,4}(?:during|in|within|on|outside(?: of)?|from|with|after|between) [^,:;`?]{3,80} only\W*$|"
    r"^\W{0,4}[\w-]{2,30}(?: [\w-]{2,30}){0,2} only, (?:never|not) [^.,:;`?]{3,80}\W*$"
)
"""A whole sentence without a verb: “Only during the maintenance window.”, “Never on a Friday.”"""

FIRST_OF_ALL: Final = re.compile(
    r"(?i)^\W{0,4}(?:requires?|requirements?|prerequisites?|pre-?conditions?|needs?)\s?:\s{0,4}\S|"
    r"^\W{0,4}(?:the following|these) (?:[\w-]+ ){0,2}?(?:(?:variables|values|parameters|settings|secrets) )?"
    r"(?:must|should|(?:would )?need to|have to) be (?:set|defined|exported|provided|supplied)\b|"
    r"^[^.;:]{2,80}? must already (?:be|exist|have)\b|"
    r"^[^.;:]{3,80}? (?:must|has to|have to|needs? to) (?:have been|be) (?:\w+ly )?\w+(?:ed|en|ne|un|ut|"
    r"et|wn)\b"
    r"[^.;:]{0,60}? before (?:this|the next|running|starting|doing|you (?:run|start|do|begin|proceed|"
    r"continue))\b|"
    r"\byou (?:should|must|need to|have to|will need to) [^.;:,]{3,60}? before (?:starting|beginning|"
    r"proceeding|continuing|you (?:start|begin|proceed|continue))\b|"
    r"^\W{0,4}to [^,.;:]{3,60}, (?!you\b|we\b|please\b)[^,.;:]{3,60}? (?:must|has to|have to|"
    r"needs? to) (?:not |already )?be \w|"
    r"\b(?:can|may|must|should) only be (?:done|run|performed|executed|carried out|used) (?:if|when|once|"
    r"after|while) "
    r"(?:you|we|the|all|no|there)\b|"
    r"^\W{0,4}before (?:you|we) (?:begin|start|proceed|continue)\b[^.;:]{0,40}?,? (?:please )?(?:make "
    r"sure|ensure|"
    r"be sure|(?:verify|check|confirm) that|you (?:need|must|should|will need))\b|"
    r"^\W{0,4}it(?: is|['’]s) (?:strongly |highly )?(?:best|recommended|advisable|wise|important|good "
    r"practice) "
    r"(?:to|that you) (?!wait\b)[^.;:]{3,80}? before\b|"
    r"^\W{0,4}(?:please )?(?:make|be) sure to (?:only )?(?:run|do|perform|execute|schedule|start)\b"
    r"[^.;:]{0,60}? (?:during|outside|within|in) (?:an?|the|your|of|business|office|working)\b|"
    r"\b(?:user|account|operator|person|role|identity|token)\b[^.;:]{0,40}? (?:must|"
    r"needs? to|"
    r"has to) have\b[^.;:]{0,40}? (?:permissions?|access|rights|privileges|roles?)\b"
)
"""“Requires: …”, “… must already exist”, “… must be deleted before this step”: wherever it stands."""

SUPPOSED: Final = re.compile(
    r"(?i)^\W{0,4}assuming (?:that )?(?!this\b|that\b|it\b)[^,;:]{3,120}(?:, and [^,;:]{3,120})?\.?$"
)
"""“Assuming that the data is in `/data`.”, and nothing that is done then."""

GIVEN: Final = re.compile(
    r"(?i)^\W{0,4}[A-Za-z][\w.+-]{0,30}(?: [\w.+-]{1,20}){0,2} (?:(?:>=|≥|>|version|"
    r"v)\s?v?\d+(?:\.\w+){0,3}\+?|"
    r"v?\d+(?:\.\w+){0,3}\+)(?: installed)?\W*$|"
    r"^\W{0,4}[`\w.+-]{2,40}(?: v?\d[\w.]{0,10})?(?: (?:cli|client|tool))? installed(?: locally)?\W*$|"
    r"\b(?:runbook|guide|document|page|procedure|playbook|sop)s? (?:is|are) (?:only |mainly "
    r")?(?:intended|meant|"
    r"written) for (?:the )?(?:[\w-]+ ){0,3}?(?:members|engineers|operators|admins?|administrators|"
    r"on-?calls?|"
    r"sres?|dbas?|staff)\b|"
    r"\b(?:is|are) only (?:available|supported) (?:in|on|for|with|to|from)\b|"
    r"^\W{0,4}there (?:must|needs? to|has to|have to|should) (?:already )?be (?:at least|enough|an?|no)\b|"
    r"^\W{0,4}at least \w+ [^.;:]{2,40}? (?:is|are) (?:required|needed)\b|"
    r"^\W{0,4}an? (?:valid|working|up[- ]to[- ]date|recent|current) [\w -]{2,40}? (?:is|are) (?:needed|"
    r"required)\b|"
    r"^\W{0,4}(?:set|log ?in|sign in|export|configure|authenticate|connect|switch|install)\b[^.;:]{3,80} "
    r"first\W*$|"
    r"^[^.;:?]{8,120}\bbeforehand\W*$|\bis a must\W*$|"
    r"\b(?:should|must|can|may|has to|needs? to) (?:only )?be (?:done|run|performed|executed|carried "
    r"out) (?:only )?"
    r"(?:outside|off[- ]peak|after hours|during (?:a|the|an?) (?:[\w-]+ ){0,2}(?:window|hours))\b|"
    r"\byou may (?:also )?need (?:[\w-]+ ){0,2}(?:permissions?|rights|privileges|access|credentials|root|"
    r"sudo)\b|"
    r"^\W{0,4}(?:install|configure|set up|clone|download|log ?in|create|enable)\b[^.;:]{2,80}? if you "
    r"(?:have not|"
    r"haven['’]t)\b|"
    r"^[^.;:]{3,60}? (?:must|needs? to|has to|have to) (?:support|allow|permit)\b|"
    r"^\W{0,4}you are (?:already |currently )?(?:logged in|signed in|connected|authenticated|on (?:the )?vpn|"
    r"an? (?:[\w-]+ )?(?:admin|owner|member|maintainer))\b|"
    r"^\W{0,4}you have (?:already )?(?:cloned|installed|configured|set up|exported|read|backed up)\b|"
    r"^\W{0,4}you have an? (?:working|valid|recent|running|healthy|active)\b"
)
"""What has to be there, has been done or holds before the first step, in fewer words or others."""

HELD: Final = re.compile(
    r"(?i)^\W{0,4}you (?:already |currently |should (?:already )?)?have (?:already )?"
    r"(?!to\b|been\b|had\b|now\b|not\b|just\b|no\b)(?:(?!to\b)[\w./-]+ ){0,8}?(?:access|permissions?|"
    r"rights|privileges|"
    r"credentials|account|roles?|tokens?|keys?|clone|checkout|installed|enabled|configured|set up|running)\b|"
    r"^\W{0,4}(?:please )?(?:\w+ly )?(?:familiari[sz]e|acquaint) yourself\b|"
    r"^\W{0,4}first,? (?:please )?(?:ensure|make sure|(?:verify|check|confirm) that)\b(?=[^:]*$)|"
    r"\bit(?: is|['’]s) (?:essential|crucial|vital|critical|imperative|mandatory|required) that (?:you|"
    r"your|the|all)\b|"
    r"^\W{0,4}(?:this|these|they|all of (?:this|these|them))(?: all)? requires? (?:[\w'’]+ing\b|you to "
    r"(?:have|be)\b)"
)
"""What somebody has before the first step, and what has to be so: “You have admin access to the cluster.”"""

_LEAD: Final = re.compile(
    r"(?i)^\W{0,6}(?:important|note|notice|warning|caution|attention)\s{0,2}[:!–—-]\W{0,4}"
)


def without_lead(sentence: str) -> str:
    """A sentence without the word that calls for attention: “Important: pause …”."""
    return _LEAD.sub("", sentence)
