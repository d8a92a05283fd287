"""What a person has to do, to be told or to agree before a command is run: a gate, and never only its title.

“Hand over to the night shift.” over `reboot` is a step of its own, whatever list its verb is missing from; so
is “Do not proceed until everyone is out.”, which forbids nothing that stands below it.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.foreign import is_foreign_gate
from ingest.extract.vocabulary import text_of

WHO: Final = (
    r"(?:nobody|no[ -]one|everybody|everyone|every one|somebody|someone|anybody|anyone|"
    r"(?:all |any |the |no |your |our |other |these |affected )*(?:end )?(?:users?|customers?|clients|people|"
    r"colleagues?|engineers?|developers?|operators?|admins?|administrators?|stakeholders?|tenants|staff|"
    r"teams?|"
    r"members?|managers?|owners?|on-?calls?|shifts?|support|dbas?|commander|business|management|security)|"
    r"(?:a |the |another )?(?:second|third|other|two|three|duty|night|day|next|incident|service|database|"
    r"network|"
    r"responsible) (?:\w+ ){0,2}?(?:persons?|people|engineers?|colleagues?|shift|manager|owner|team|lead|"
    r"commander|officer|pair of eyes))"
)
"""People, as runbooks call them."""

_OBJECT: Final = rf"(?:{WHO}|(?:the|your|our|an?|another) [\w' -]{{1,40}})\b"
_ACTS: Final = re.compile(
    r"(?i)^(?:hand (?:(?:it|this|everything|them|the \w+) )?(?:over|off)\b|stand by\b|hold (?:off|on|"
    r"until|for|here)\b|"
    r"pause (?:here|until|for)\b|await\b|think (?:twice|again|about|hard)\b|"
    rf"(?:brief|phone|ring|warn|remind|inform|tell|notify|alert|ask|consult|invite|involve|summon|text|dial|"
    rf"e-?mail|message|call|page) {_OBJECT}|"
    r"(?:warn|inform|notify|alert|brief|tell) \w+ (?:users?|customers?|teams?|people|staff|colleagues?)\b|"
    r"(?:speak|talk|sync|liaise|coordinate|agree|check|double[- ]?check|confirm|verify|clear \w+|"
    r"discuss\b[^.]{0,40}|"
    rf"align|arrange\b[^.]{{0,40}}) (?:with|to) {_OBJECT}|(?:clear it|check|confirm) with \w+|"
    r"(?:seek|obtain|request|get|ask for) (?:\w+ ){0,3}(?:approvals?|permission|consent|sign-?offs?|"
    r"go-?ahead|"
    r"confirmation|ok(?:ay)?)\b|"
    r"(?:get|have|find|grab|fetch|ask) (?:an? |the |another |your )?(?:second|other|colleague|peer|engineer|"
    r"somebody|someone|dba|teammate|witness|third)\b|"
    r"(?:let|make) (?:\S+ ){1,5}?(?:know|aware)\b|"
    rf"(?:bring|loop|pull|get|call) in {_OBJECT}|(?:bring|loop|pull|get) {_OBJECT} (?:in|into|on)\b|"
    r"(?:raise|open|file|log|create|submit) an? (?:\w+ )?(?:ticket|change request|change|case|issue|"
    r"incident)\b|"
    r"sign (?:off|the|a|in the|it)\b|walk (?:over|to|down|up)\b|"
    r"(?:un)?plug\b|(?:insert|eject|press|push|flip|pull|swap|reseat) (?:the|a|an|out|in)\b|"
    r"make a note\b|note down\b|write down\b)"
)
"""What a person does, and no command, by how the sentence begins."""

_HOLDS: Final = re.compile(
    rf"(?i)^{WHO}\b(?! \S+ be (?:run|us|exec|typ|call)) (?:(?:must|should|shall|may|can|will|needs? to|"
    rf"has to|have to|ought to|is to|are to)\b(?: not)? ?"
    r"(?:only |still |first |all |also )*(?:be|have|been|know|agree|approve|confirm|watch|sign|attend|"
    r"stand|listen|"
    r"see|review|give|say|log|leave|save|stop)\b|(?:is|are) (?:not )?(?:allowed|permitted|required|needed)\b)"
)
"""“Nobody may be logged in”, “the customer must have been informed”."""

_GO_ON: Final = (
    r"(?:proceed|continue|go (?:on|ahead|further)|move on|carry on|advance|resume|"
    r"(?:start|begin)(?= (?:before|until|unless|without)\b))"
)
_HOLDS_BACK: Final = re.compile(
    rf"(?i)\b(?:do\s+not|don['’`´]?t|never|must\s+not|should\s+not|may\s+not)\s+(?:ever\s+)?{_GO_ON}\b"
    rf"(?:\s+(?:any further|with (?:this|the) (?:step|next step|procedure|rest)|here|yet|further))?"
    r"\s*,?\s*(?:before|until|till|unless|without|if|when|while|as long as)\b"
    r"|\b(?:do\s+not|don['’`´]?t|never|must\s+not)\s+(?:ever\s+)?(?:run|execute|do|perform|start|apply)\s+"
    r"(?:(?:this|these|it|them|any of|the following)\b[^.;:`]{0,60}?\b)?(?:without|until|unless|before)\b"
)
"""“Do not proceed until …”, “never run this without approval”: with it, one does."""
_ONLY_THEN: Final = re.compile(
    rf"(?i)^(?:only\s+{_GO_ON}|{_GO_ON}\s+only)\b[^.;]{{0,20}}?\b(?:if|when|once|after|with|unless)\b"
)
_ONLY_AGREED: Final = re.compile(
    r"(?i)^(?:only\s+(?:(?:do|run|use|execute|start)\s+(?:this|it|so)\s+)?|(?:do|run|use|execute|start)\s+"
    r"(?:this|it)\s+only\s+)(?:after|once|when|if|with)\s[^.;`]{0,60}?"
    r"\b(?:agreed|agrees|approved|approves|approval|signed off|sign-?off|said yes|confirmed|consent(?:ed)?|"
    r"given (?:the|their|his|her) (?:ok|go|consent|approval))\b"
)
"""“Only after product has agreed”."""
_STATE: Final = re.compile(
    r"(?i)^(?:(?:please|then|also|first|next|now|and|finally)[\s,]+)*"
    r"(?:(?:make|be)\s+sure|ensure|verify|check|confirm|validate|"
    r"see(?:\s+to\s+it)?)\b(?:\s+that)?\b[^.;:`]{0,60}?"
    r"\b(?:(?:nobody|no[\s-]one)(?:\s+else)?\s+(?:is|are|was|has|have|still|works?|depends?|needs?|waits?|"
    r"(?:can|could|may|will)\s+(?:still\s+)?(?:be|access|reach|see|log))|no\s+longer)\b"
)
"""“Make sure that nobody is logged in” is to be so; “Make sure that nobody runs this” forbids."""

_CHECKS: Final = re.compile(r"(?i)^(?:(?:make|be)\s+sure|ensure|verify|check|confirm|validate)\b")
_AGREED: Final = (
    r"(?:approvals?|permission|consent|sign-?offs?|go-?ahead|confirmation|agreement|ok(?:ay)?|o\.?k\.?|"
    r"four[- ]eyes|(?:an?(?:other)?|the) (?:second|other|third) (?:person|pair|engineer|colleague))"
)
_NEEDS: Final = re.compile(
    rf"(?i)^(?:this |it )?(?:needs?|requires?|only with|subject to|pending)\b[^.;`]{{0,40}}?\b{_AGREED}\b"
)
_BEHIND: Final = re.compile(
    r"(?i)^[\s,;(–—-]{0,6}(?:(?:but|and|though)\s+)?(?:please\s+)?(?:only\s+)?"
    rf"(?:(?:ask|call|tell|inform|notify|warn|page) [\w' -]{{2,40}}\b(?:first|before|beforehand)\b|"
    rf"(?:check|confirm|agree|clear (?:it|this)) (?:this |it )?with \w|with [^.;`]{{0,40}}?\b{_AGREED}\b|"
    rf"(?:after|upon|subject to|pending|given) [^.;`]{{0,40}}?\b{_AGREED}\b|"
    rf"(?:this |it |which |that )?(?:needs?|requires?|requiring)\s[^.;`]{{0,40}}?\b{_AGREED}\b|"
    rf"{_AGREED}\s+(?:(?:of|from|by) [\w' -]{{2,30}}?\s+)?(?:is |are )?(?:needed|required|necessary|first|"
    rf"mandatory)\b|"
    r"(?:once|after|when|if) [^.;`]{1,40}?\b(?:confirmed|agreed|agrees|approved|approves|signed off|said yes|"
    r"given (?:the|their|his|her) (?:ok|go))\b)"
)
"""What is told behind a command and must be before it: “…, but ask Bob first”, “… once Ann has confirmed”."""

_LEADS_ON: Final = re.compile(
    r"(?i)^(?:(?:(?:note|warning|important|caution|attention|tip|info|danger|remember|reminder|nb|"
    r"n\.b\.)(?=\s*[:!–—-])|"
    r"please|then|now|next|also|and|first|finally|manually|always|before that|"
    r"before you (?:begin|start)|"
    r"you (?:must|should|have to|need to|will need to)|we (?:must|should|have to|need to)|remember to|"
    r"be sure to|make sure to|make sure you|(?:do not|don['’`´]?t|never) forget to)[\s,:!*_–—-]+)+"
)
_AFTER_IT: Final = re.compile(
    r"(?i)(?:[,;]|(?<![\s,;]))\s++(?:and\s++)?(?:then|only then|afterwards|after that)\b|;\s|,\s++and\s|"
    r"(?<!\s)\s++and\s++(?=(?:then\s++)?(?:run|execute|type|issue|enter|start)\b)"
)
"""Where what is done after a gate begins."""


_BY_OTHERS: Final = re.compile(
    rf"(?i)^(?:only |then |now )?{WHO} (?:then |\w+ly )?(?:runs|executes|does|issues|types|performs|"
    rf"will (?:run|execute|do)|"
    rf"(?:may|can|is allowed to|are allowed to) (?:run|execute|do)|must (?:run|do)|should (?:run|do)|"
    rf"has to (?:run|do))\b|^(?:have|let|get) (?:{WHO}|"
    rf"(?-i:[A-Z][a-z]+)) (?:to )?(?:run|execute|do|issue)\b"
)
"""“The DBA runs …”: it is done by somebody else, and waited for."""


def holds_back(sentence: str) -> bool:
    """Whether a sentence says what must be so before one goes on, though it is told by a negation."""
    text = _plain(sentence)
    return any(pattern.search(text) for pattern in (_HOLDS_BACK, _STATE, _HOLDS))


def without_holding_back(sentence: str) -> str:
    """A sentence without the words that only hold one back: a ban that stays forbids something."""
    return _HOLDS.sub("", _STATE.sub("", _HOLDS_BACK.sub("", sentence)))


def is_gate(sentence: str) -> bool:
    """Whether a sentence tells what a person does, or what must be so among people, before one goes on."""
    text = _LEADS_ON.sub("", _plain(sentence))
    return (
        _ACTS.match(text) is not None
        or _ONLY_THEN.match(text) is not None
        or _ONLY_AGREED.match(text) is not None
        or (_CHECKS.match(text) is not None and among_people(text))
        or _NEEDS.match(text) is not None
        or holds_back(text)
        or _BY_OTHERS.match(text) is not None
        or ((beside := _WITH.match(text)) is not None and beside.end() >= len(text.rstrip(" .,")))
        or is_foreign_gate(text)
    )


def gate_behind(rest: str) -> str:
    """The gate in what a sentence says behind its command; empty where it tells none."""
    if not _BEHIND.match(rest) and not is_foreign_gate(rest):
        return ""
    return rest.strip(" \t\n,;().–—-")


def among_people(sentence: str) -> bool:
    """Whether what is checked is how it stands among people: “Make sure that everyone is off”."""
    return _PEOPLE.search(sentence) is not None


_PEOPLE: Final = re.compile(
    r"(?i)\b(?:nobody|no[ -]one|everybody|everyone|somebody|someone|anybody|anyone|colleagues?|customers?|"
    r"users|"
    r"stakeholders?|on-?call|shift|business|management)\b"
)


_WITH: Final = re.compile(
    rf"(?i)^(?:(?:only )?(?:after|upon|with|once|given|following|subject to|"
    rf"pending)\s(?:[^.;`,]{{0,30}}?\s)?{_AGREED}\b[^.;`,:]{{0,40}}?"
    rf"|with\s[^.;`,]{{2,40}}\s(?:on the (?:phone|line|bridge|call)|on a call|present|watching|beside you|"
    rf"next to you|"
    rf"standing by|in the room|looking on)|(?:together|jointly|in (?:consultation|coordination|"
    rf"agreement)) with\s[^.;`,]{{2,50}}|"
    rf"in (?:the )?presence of\s[^.;`,]{{2,50}}|under (?:the )?supervision of\s[^.;`,]{{2,50}})"
    r"(?=\s*(?:[,:]|\b(?:run|execute|type|issue|do|use|you (?:can|may))\b|$))"
)
"""“After approval from the board run”, “With Ann on the phone, run”."""

_APART: Final = re.compile(r"(?<=[.!])\s+")


def waits(text: str) -> bool:
    """Whether a text tells to wait for something."""
    return _WAITS.match(text) is not None


_WAITS: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:(?:then|now|next|please)[\s,]+)?wait\s+(?:\S+\s+){0,20}\S+$"
)


def gate_before(text: str) -> str:
    """The gate that stands in one sentence before the words that lead to a command: “Tell the night shift,
    then run”; empty where there is none.
    """
    found = _AFTER_IT.search(text)
    told = text[: found.start()] if found else ""
    if is_gate(told) or waits(told):
        return told.strip()
    begin = len(text) - len(text.lstrip(" *_>•-"))
    beside = _WITH.match(text, begin) or _WITH.match(text[begin:])
    if beside is not None:
        return beside[0].strip()
    parts = _APART.split(text.lstrip())
    told = next((part.strip() for part in parts[:-1] if is_gate(part)), "")
    return told or (text.strip(" ,:*_") if is_foreign_gate(text) else "")


_LATER: Final = re.compile(r"(?i)^\W*(?:\d{1,3}[.)]\s*)?(?:right |just |immediately )?(?:before|prior to)\b")


def gate_later(before: str, behind: str) -> str:
    """The gate that a sentence tells behind its command, where it says that it comes first: “Before you run
    it, ask the DBA.”
    """
    if _LATER.match(before) is None:
        return ""
    told = re.split(r"[.;!]\s|\n", behind.lstrip(" \t,:–—-)`"), maxsplit=1)[0].strip(" .!")
    return told if is_gate(told) else ""


def behind_gate(text: str) -> str:
    """What a sentence says behind a gate: “Make sure that nobody is in, then run” forbids nothing."""
    return text.strip()[len(gate_before(text)) :]


def _plain(sentence: str) -> str:
    return text_of(sentence).lstrip("*_>#-•([\"' ")
