"""What the text forbids: a sentence that says not to do something never becomes a step, nor what it shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import re2

from ingest.extract import foreign
from ingest.extract.announced import retracts_below
from ingest.extract.another_ban import forbids_another
from ingest.extract.case_ends import with_clauses
from ingest.extract.contrast import bans_questions, behind_ban, label_forbids, speaks_of, without_purpose
from ingest.extract.gates import behind_gate, holds_back, is_gate, without_holding_back
from ingest.extract.short_cases import limited
from ingest.extract.told_of import told_of
from ingest.extract.told_so import without_statements
from ingest.extract.vocabulary import IMPERATIVES, OTHER_I, is_imperative, sentences

_NOT: Final = (
    r"(?:do\s+not|don['’`´]?t|does\s+not|never|must\s+not|mustn['’]?t|should\s+not|shouldn['’]?t|"
    r"shall\s+not|may\s+not|not\s+to|avoid|refrain\s+from|stop\s+using|instead\s+of|rather\s+than|"
    r"no\s+longer|nobody|no\s+one|under\s+no\s+circumstances?|"
    r"(?:forbidden|prohibited)\s+to|not\s+(?:run|use|execute|do|call|try|type))"
)
_HARMLESS: Final = (
    r"(?!\s+(?:forget|hesitate|worry|panic|mind|matter|be\s+afraid|skip|omit|(?:wait|delay)(?=\W{0,3}(?:$|[.!)]))|fail\s+to|leave\s+out|need\s+to|"
    r"have\s+to))"
)
_NEGATION: Final = re.compile(rf"(?i)\b{_NOT}\b{_HARMLESS}")
_MAY_NEGATE: Final = re2.compile(
    r"(?i)not|n['’`´]?t|never|avoid|refrain|stop|instead|rather|no\s|nobody|circumstance|forbid|prohib"
)
"""Without one of these no pattern above finds anything: a quick look at texts of a megabyte."""
_STATED: Final = re.compile(
    r"(?i)\b(?:machines?|hosts?|servers?|nodes?|pods?|services?|things)\s+(?:that|which)\s+"
    r"(?:do|does)(?:\s+not|n['’`´]?t)\s+(?:have|support|exist|know|match|appear|belong|contain|show)\b"
)
"""What is so, and forbids nothing: “hosts that don't have the agent”."""

_UNDER_WAY: Final = re.compile(
    r"(?i)(?<!\byou )(?<!\bwe )(?<!\bone )(?<!\bbody )\b(?:must|should|may|shall|can)\s*(?:not|n['’`´]?t)\s+"
    r"(?:still\s+|already\s+|currently\s+)?be\s+[a-z]{2,12}ing\b"
    r"(?!\s+(?:this|that|it|these|them|any|the\s+(?:command|above|following))\b)"
)
"""“The server must not be running”: how something has to be."""

_OUTCOME: Final = re.compile(
    r"(?i)(?<!\byou )(?<!\bwe )(?<!\bone )(?<!\bbody )\b(?:must|should|may|shall)\s*(?:not|n['’`´]?t)\s+"
    r"(?:longer\s+)?(?:appear|show\s+up|exist|contain|differ|exceed|list|report|print|display|"
    r"be\s+(?:in\s+the|listed|shown|visible|present|there|displayed|reported|seen|any|found|empty))\b"
)
"""“The node should not appear”: what is seen where all went well."""

_AT_ONCE: Final = re.compile(
    r"(?i)\b(?:do\s+not|don['’`´]?t|never)\s+(?:ever\s+)?(?:do|run|perform|repeat|apply|try|start)\s+"
    r"(?:this|these|that|it|the\s+\w+)\s+(?:(?:steps?|commands?)\s+)?(?:(?:for|on|with|to|against)\s+"
    r"(?:multiple|several|more\s+than\s+one|all|both|many|two)\b|in\s+parallel\b|at\s+once\b|"
    r"simultaneously\b|concurrently\b|twice\b|more\s+than\s+once\b)"
)
"""“Don't do this for multiple nodes at the same time” tells how it is done."""

_NAMED: Final = re.compile(r"(?i)^things\s+(?:that\s+)?we\s+(?:do\s+not|don['’`´]?t)\s+have\b")
_ENDS_OPEN: Final = (":", "→")

_RETRACTED: Final = re.compile(
    r"(?i)(?<!not )(?<!don't )(?<!don’t )(?<!never )\b(?:scratch|ignore|disregard|forget|wrong|mistake|"
    r"obsolete|deprecated)\b"
)
_AFTERWARDS: Final = re.compile(
    r"(?i)^[^.;:!?]{0,60}\b(?:must|should|may|shall|can|is|are|was|will|would)\s*(?:not\b|never\b|"
    r"n['’]t\b)|"
    r"^\W{0,4}(?:never\b(?!\s+(?:in|on|for|while|during|at|when|if|without|before|until)\b)|is\s+(?:dangerous|forbidden|prohibited|wrong|obsolete))|"
    r"^[^.;:!?]{0,40}\b(?:forbidden|prohibited|not\s+allowed)\b"
)
_OTHER_BAN: Final = re.compile(
    r"(?i)^[`*_)\s]{0,4}(?:[.!][`*_)\s]{1,4}|\n[`*_)\s]{0,4})(?:never|do\s+not|"
    r"don['’`´]?t)\s+(?:ever\s+)?(?P<verb>[a-z][a-z-]{1,20})\s+"
    r"(?!(?:this|it|that|these|them|those|so|any|the\s+(?:above|commands?|same|previous)|in|on|at|for|"
    r"during|while|"
    r"when|if|without|unless|before|until|after|with|as|by|from|twice|again|ever|more|manually|yourself|"
    r"directly|"
    r"here|there)\b)(?=[`*_]{0,2}\w)"
)
"""“. Never run `y`”: a sentence of its own that forbids something else."""

_BAN_OF_IT: Final = re.compile(
    r"(?i)^[`*_)\s]{0,4}[.!][`*_)\s]{1,4}(?:never|do\s+not|don['’`´]?t)\s+(?:ever\s+)?"
    r"(?:(?P<runs>run|use|execute|do|try|type|paste|call|apply|invoke|enter)|(?P<verb>[a-z][a-z-]{1,20}))\s+"
    r"(?:this|it|that|these|them|those)\b(?P<rest>[^.!?\n]{0,120})"
)
"""“. Never run it”, “. Never restart it”: of the command, or of what it is about."""
_LIMITED: Final = re.compile(
    r"(?i)\s+(?:(?:in|on|for|while|during|at|when|if|as)\b(?!\s+(?:any|all)\b(?!\s+\w+s\b))|twice\b|more\s+than\s+once\b)"
)
"""Only for a place, a time or once more: the case that this is, is asked about. All else stays a ban."""
_ACTS: Final = re.compile(
    r"(?i)\b(?:run(?:ning)?|us(?:e|ing)|execut\w+|do|try|typ\w+|call\w*|paste|copy|apply|invoke|enter|"
    r"this|these|"
    r"following|"
    r"command|below|like)\b"
)
_FOR_ANOTHER: Final = re.compile(r"(?i)\b(?:instead of|rather than)\b[^,;:]{1,200},\s{1,3}(?=\S+\s\S)")
"""“Instead of a and b, use one call, like” speaks for what stands behind the comma."""
_NOT_THAT: Final = re.compile(
    r"(?i)(?<=\w),\s{1,3}(?:and\s{1,3}|but\s{1,3})?(?:do\s{1,3}not|don['’`´]?t|"
    r"never(?!\s{1,3}(?:the|an?|this|that|these|those)\b))\s{1,3}[^.,;:]{1,40}(?=:\s*$)"
)
"""“Move it away, don't delete it:” shows how it is moved."""
_CONTRASTS: Final = re.compile(r"(?i)^rather\s+than$")
_INSTEAD_OF: Final = re.compile(r"(?i)^(?:rather\s+than|instead\s+of)$")
_BY_THIS: Final = re.compile(r"(?i)\b(?:use|using|with|via|run|running|prefer)\s[^.;:]{1,80}$")
"""“Using `a` instead of `b`:” shows a below; “instead of running:” what is not to be run."""
_BELOW: Final = re.compile(r"(?i)\b(?:this|these|following|below)\b")
"""“A problem of A rather than one of B” says nothing of what stands below."""

_LOOKED_FOR: Final = re.compile(
    r"(?i)^(?:ensure|verify|check|confirm|validate|make sure|see)\b[^.;:]{0,40}?"
    r"\b(?!you\b|we\b|to\b|nobody\b|users?\b|people\b)\w+\s+(?:do|does)(?:\s+not|n['’]t)\s+"
    r"(?:display|show|contain|have|report|return|include|exceed|log|print|match|exist|appear)\b"
)
"""What a check finds: “Ensure that the logs do not show …” forbids nothing."""

_ASIDE: Final = re.compile(r"\([^()\n]{1,200}\)")
_JUST_NEGATED: Final = re.compile(r"(?i)(?:\bnot|\bnever|n['’`´]?t)\s*$")
_INSTEAD: Final = re.compile(
    r"(?i)\b(?:use|run|do|try|take)\s+(?:this|these|that|the following)\b"
    r"(?:\s+(?:one|ones|command|commands))?\s+instead\W*$"
)
"""What follows is what to do."""

_IN_CASE: Final = re.compile(r"(?i)^\W*(?:if|when|in case)\b[^,:;.→]{0,120},\s")
"""“If both are wrong, check it:” retracts nothing."""
_CONDITION: Final = re.compile(
    r"(?i)^(?:(?:finally|lastly|then|next|now|also|but|and),?\s{1,3}){0,2}"
    r"(?:if|when|unless|in case|should|once|after|while)\b[^,:→]{0,200}"
    r"(?:,\s{1,3}(?:and|or|but)\s{1,3}(?:if|when|unless)\b[^,:→]{0,200})?"
    r"(?:[,:→]|(?=\s(?:you|we)\s(?:may|might|can|could|should|must|need|have|want)\s)(?<!that)(?<!which)(?<!what))"
)
_FORBIDDING_HEADING: Final = re.compile(
    r"(?i)^(?:(?:do\s+not|don['’`´]?t|never)\b(?!\s+forget\b)|what\s+not\s+to|(?:things|"
    r"commands)\s+not\s+to|avoid\b|"
    r"dangerous\b.{0,20}\bdo\s+not|anti-?patterns?\b|not\s+like\s+this|"
    r"(?:the\s+)?(?:bad|wrong)(?:\s+(?:ways?|examples?|practices?|ideas?|approach(?:es)?|usages?|uses?|commands?|methods?|"
    r"answers?|procedures?|patterns?|advice|habits?|fix(?:es)?|solutions?|orders?|sequences?|shortcuts?|workarounds?|"
    r"tricks?|hacks?|tools?|steps?|things?|remed(?:y|ies)|instructions?))?"
    r"\s{0,3}(?:$|[:(,;–—!.-]|(?:to|of|for)\s|here\b|not\s))"
)
"""“Bad deploy” and “Wrong timezone” are what is to be mended."""


def negated(sentence: str, *, holds_code: bool = False) -> bool:
    """Whether a sentence forbids what it tells; a negation inside its "if …" is a condition, no ban. One that
    ends in a colon or holds code speaks of what stands there: it only forbids, and states nothing.
    """
    told = with_clauses(sentence.strip().lstrip("*_>-•([\"' "))
    text = without_purpose(_CONDITION.sub("", told, count=1))
    text = limit[0] if (limit := limited(text)) is not None else text
    speaks = holds_code or "`" in text or text.rstrip(" *_").endswith(_ENDS_OPEN)
    text = text if speaks else _AT_ONCE.sub("", text)
    if not (holds_code or "`" in text):
        text = without_holding_back(text)
    if not _MAY_NEGATE.search(OTHER_I.sub("i", text)):
        return False
    stated = (_NAMED if speaks else _STATED).sub("", behind_ban(text) if speaks else text)
    stated = _OUTCOME.sub("", _UNDER_WAY.sub("", _NAMED.sub("", stated)))
    return _NEGATION.search(stated) is not None and _LOOKED_FOR.match(text) is None


def begins_negated(sentence: str) -> bool:
    """Whether the ban comes at the start of a sentence: nothing in it is an instruction to do something."""
    if holds_back(sentence):
        return False
    text = _CONDITION.sub("", sentence.strip().lstrip("*_>-•([\"' "), count=1)
    found = _NEGATION.search(without_purpose(text))
    return found is not None and len(text[: found.start()].split()) <= 4


def forbids_below(text: str, codes: Sequence[str] = (), below: str = "") -> bool:
    """Whether what follows this text is shown as what not to run. A ban with code of its own ends there.
    `below`: the code that follows.
    """
    parts = sentences(text)
    last = parts[-1] if parts else ""
    if not codes and foreign.forbids_what_follows(last):
        return True
    instead = _INSTEAD.search(last)
    if instead and not _JUST_NEGATED.search(last[: instead.start()]):
        return False
    if last.rstrip(" *_").endswith(_ENDS_OPEN) and (label_forbids(last) or _is_forbidding_label(last)):
        return True
    last = without_statements(_FOR_ANOTHER.sub("", _ASIDE.sub(_without_aside, last)))
    if any(is_imperative(part.strip()) for part in with_clauses(last).split(",")[:-1]):
        last = _NOT_THAT.sub(_without_aside, last)
    if not negated(last, holds_code=any(code in last for code in codes)):
        told = _IN_CASE.sub("", last, count=1)
        return bool(told.rstrip().endswith(":") and _RETRACTED.search(told))
    found = _NEGATION.search(last)
    told = last[found.end() :] if found else ""
    if found and _INSTEAD_OF.match(found[0]) and _BY_THIS.search(last[: found.start()]):
        return _ACTS.search(told) is not None
    if last.rstrip(" *_").endswith(_ENDS_OPEN):
        return True
    if found and _CONTRASTS.match(found[0]) and not _BELOW.search(told):
        return False
    if any(code in last for code in codes) or _ACTS.search(told) is None:
        return False
    return not last.rstrip(" *_").endswith((".", "!")) or not forbids_another(told, below)


_ONE: Final = re.compile(
    r"(?i)\b(?:this(?: one| command| line)|the (?:following|next) (?:one|command|line))\W*$"
)


_LABEL_WORDS: Final = 4


def _is_forbidding_label(text: str) -> bool:
    """Whether a line says nothing but that what stands below it is wrong: “Bad:”, “**Wrong way**:”."""
    shown = text.strip().lstrip("❌✗✘🚫⛔👎* _\ufe0f").rstrip(": *_→")
    return 0 < len(shown.split()) <= _LABEL_WORDS and forbidding_heading(shown)


def forbids_one(text: str) -> bool:
    """Whether a ban on what follows is on a single command: “Do not run this one:”."""
    return _ONE.search((sentences(text) or [""])[-1]) is not None


_THIS: Final = re.compile(r"(?i)\b(?:this|it|that)\b[^.]{0,30}$")


def forbids_this(text: str) -> bool:
    """Whether a ban on what follows speaks of one thing: “Do not run this:”."""
    return _THIS.search((sentences(text) or [""])[-1]) is not None


def _without_aside(found: re.Match[str]) -> str:
    """“Empty it (do NOT delete it):” forbids something else, and so does “Move it, don't delete it:”; “(never
    run this)” speaks of what follows.
    """
    ban = _NEGATION.search(found[0])
    return found[0] if ban is None or _ACTS.search(found[0], ban.end()) else ""


def forbidding_heading(text: str) -> bool:
    """Whether a heading stands over what not to do."""
    shown = text.strip(" *_`")
    if retracts_below(shown):
        return True
    return _FORBIDDING_HEADING.match(shown) is not None and not is_gate(shown)


_FORBIDDING_TITLE: Final = re.compile(
    r"(?i)^\W{0,4}(?:(?:do\s+not|don['’`´]?t|never)\b(?!\s+(?:forget|panic|worry)\b)|"
    r"(?:what|things|commands)\s+not\s+to\b)|"
    r"(?:^|[(\[])\W{0,3}(?:deprecated|obsolete|superseded|outdated|retired)\b"
)


def forbidding_title(text: str) -> bool:
    """Whether the title of a text forbids what it tells; “Bad release” is what it is about."""
    return _FORBIDDING_TITLE.search(text.strip(" *_`")) is not None and not is_gate(text)


_OTHER_ONE: Final = re.compile(r"(?i)\b(?:instead of|rather than)\b[^,;:]{1,200}[,;:]")
"""“Instead of one command, run” speaks for the other one."""


def forbidden_at(text: str, start: int, end: int) -> bool:
    """Whether the inline code `text[start:end]` is forbidden by its own sentence, before or behind it, or
    only told of there.
    """
    if told_of(text, start, end) or foreign.forbids_at(text, start, end) or bans_questions(text):
        return True
    before = text[max(0, start - 400) : start]
    clause = re.split(r"(?<=[.!?])\s+|\n", before)[-1]
    if label_forbids(clause):
        return True
    clause = _OTHER_ONE.sub("", clause)
    freed = behind_ban(clause, text[end : end + 80])
    if freed != clause and speaks_of(text[end : end + 80]):
        return True
    return negated(behind_gate(freed), holds_code=True) or _is_forbidden_behind(
        text[start:end], text[end : end + 200]
    )


_CASE_BEHIND: Final = re.compile(
    r"(?i)\b(?:if|when|whenever|unless|in case|as long as|until|once|so that)\b[^,;:.!?\n]{0,200}"
)
"""“… if it isn't running”: when it is run."""


def _is_forbidden_behind(command: str, behind: str) -> bool:
    """Whether what stands behind a command forbids it, and not something that it names itself: neither the
    command again nor what that does.
    """
    other = _OTHER_BAN.match(behind)
    if other is not None and other["verb"].lower() in IMPERATIVES and command not in behind:
        return False
    own = _BAN_OF_IT.match(behind)
    if own is not None and own["runs"]:
        return _LIMITED.match(own["rest"]) is None
    if own is not None and own["verb"].lower() in IMPERATIVES:
        return own["verb"].lower() in re.split(r"\W+", command.lower())
    return _AFTERWARDS.search(_CASE_BEHIND.sub("", behind)) is not None


def forbids_its_like(text: str, start: int, end: int) -> str | None:
    """The sentence behind the command `text[start:end]` that forbids what has its verb, and names something:
    “Run `restart web`. Never restart the database.” Nobody knows whether it speaks of the command.
    """
    behind = text[end : end + 200]
    other = _OTHER_BAN.match(behind)
    if other is None or text[start:end] in behind:
        return None
    verb = other["verb"].lower()
    if verb not in IMPERATIVES or verb not in re.split(r"\W+", text[start:end].lower()):
        return None
    return sentences(behind.lstrip("`*_) .!"))[0]
