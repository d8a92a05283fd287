"""What a sentence tells to do behind what it forbids: “Don't wait: run …”, “To avoid an outage, run …”."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.vocabulary import IMPERATIVES, first_word, is_imperative

_HARM: Final = (
    r"(?:(?:an?|any|the|further|more|another|longer|unnecessary|possible|complete|total|full)\s+){0,3}"
    r"(?:(?!at\b|in\b|on\b|by\b|if\b|when\b|like\b|under\b|always\b)[\w-]{2,20}\s+)?"
    r"(?:downtimes?|outages?|loss(?:es)?|losing|interruptions?|disruptions?|corruption|damage|split[- ]brain|"
    r"time-?outs?|lock-?outs?|conflicts?|overload)\b(?:\s+[^,:;()`\n]{1,60})?"
)
"""What nobody would be told to do: what is avoided is harm, and no command."""

_PURPOSE: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:(?:(?:in order|so as)\s+)?to\s+avoid\s+(?:" + _HARM + r"|"
    r"(?:this|that|these|those|such)(?:\s+[a-z-]{3,20}){0,3})|"
    r"(?:in order|so as)\s+not\s+to\s+(?:lose|break|corrupt|interrupt|overload|damage)\b[^,:;`\n]{1,80}),\s+"
)
"""“To avoid downtime, …” is done for it; “To avoid at all costs: …”, “Not to be used, …” are bans."""

_ASIDE: Final = re.compile(
    rf"(?i)\((?:(?:this|it|which) is )?(?:just |only )?(?:so as |in order )?to avoid {_HARM}\)|"
    rf",\s+(?:in order |so as )?to avoid {_HARM},"
)
"""“(this is to avoid an outage)”: it says why, in the midst of a sentence."""

_MIDST: Final = re.compile(
    r"(?i)(?P<told>\b(?:should|must|can|need to|have to|has to|please|will want to)\s"
    r"[^:`]{4,200}?[\w)`])(?<!\bis)(?<!\bbest)"
    r"(?<!\bhow)(?<!\bwhat)(?<!\bwant)(?<!\btry)(?<!\bneed)(?<!\bsure)(?<!\bcareful)"
    r"\s(?:so as |in order )?to avoid\s"
    r"(?!(?:running|using|executing|doing|typing|this|that|these|those|it|them|at|"
    r"the (?:following|commands?))\b)"
    r"(?=[a-z])[^:`]{1,200}"
)
"""“You should do it on a copy to avoid any trouble”: what is done, and what for."""

_START: Final = r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:please\s+)?"
_CALM: Final = re.compile(
    _START + r"(?:do\s+not|don['’`´]?t)\s+(?:"
    r"(?:wait|panic|worry|hesitate|despair|delay|hurry|give\s+up)(?:\s+(?:for|about)\s+(?:it|(?:the|an?|your)"
    r"\s+(?!and\b|or\b|to\b)[\w-]{2,20}))?|use\s+the\s+(?:web\s+)?(?:console|portal|dashboard|ui|gui))\s*$"
)
"""A ban that ends there and can name no command: “Don't wait”, “Do not use the console”."""

_BANS: Final = re.compile(
    _START + r"(?:(?:you|we)\s+)?(?:do\s+not|don['’`´]?t|must\s+not|mustn['’]?t|should\s+not|shouldn['’]?t|"
    r"never)\s+(?P<told>[a-z][^,;:.!?\n–—]{1,120})$"
)
"""A ban of one clause on something that it names itself; whether that is a verb is asked."""

_BREAK: Final = re.compile(r"[:;]\s+")
_TURN: Final = re.compile(
    r"(?i)[,:;–—]\s+(?:but\s+(?:rather\s+|instead\s+)?|(?:instead\b|rather\b)(?!\s+(?:of|than)\b),?\s+)(?=[a-z])"
)
_INSTEAD: Final = re.compile(r"(?i)^[`*_)\s]{0,4}instead\b(?!\s+of\b)")
_OTHER: Final = re.compile(
    r"[,;]\s+(?=(?:run|use|execute|do|try|type|call)\s+(?:the\s+command\s+)?[`*_]{0,3}$)"
)
_SPEAKS: Final = re.compile(
    r"(?i)^(?:[^`\n]{0,80}`[^`\n]{1,200}`)?[`\s*_)]*(?:(?:is|was|are|were|has|had|would|will|can|cannot|could|may|"
    r"might|must|should|does|did)\b|\w+n['’]t\b)"
)
"""“Don't wait: run `x` is no option”: the sentence speaks of the command."""


def without_purpose(sentence: str) -> str:
    """A sentence without what only says what it is for, aside or at its start: “To avoid an outage, …”."""
    sentence = _MIDST.sub(lambda found: found["told"], _ASIDE.sub(" ", sentence))
    found = _PURPOSE.match(sentence)
    return sentence if found is None else sentence[found.end() :]


def speaks_of(behind: str) -> bool:
    """Whether a sentence goes on behind a command by saying something of it."""
    return _SPEAKS.match(behind) is not None


def behind_ban(sentence: str, behind: str = "") -> str:
    """What a sentence surely tells to do behind a ban that ends in it; all of the sentence where
    that may be what is forbidden. `behind` is what stands behind the command that it leads to: “Do not run
    that, run `this` instead.” A colon alone ends no ban but one that can name no command.
    """
    first = _BREAK.search(sentence)
    if first is not None and _CALM.match(sentence[: first.start()]):
        rest = sentence[first.end() :]
        return rest if is_imperative(rest) and not _SPEAKS.match(rest) else sentence
    turn = _TURN.search(sentence)
    if (
        turn is not None
        and _bans_something(sentence[: turn.start()])
        and is_imperative(sentence[turn.end() :])
    ):
        return sentence[turn.end() :]
    other = _OTHER.search(sentence) if _INSTEAD.match(behind) else None
    return sentence[other.end() :] if other and _bans_something(sentence[: other.start()]) else sentence


def _bans_something(clause: str) -> bool:
    """Whether a clause is a ban with a verb of its own: “Do not reboot it”, not “Never on the primary”."""
    found = _BANS.match(clause)
    return found is not None and first_word(found["told"]) in IMPERATIVES


_OLD_WAY: Final = (
    r"(?:(?:[\w-]{2,20}['’]s|the|our|an?)\s+)?(?:old|former|previous|wrong|bad|deprecated|obsolete|legacy)\s+"
    r"(?:way|procedure|method|approach|commands?|steps?)"
)
_BAN_OVER_QUESTIONS: Final = re.compile(
    _START
    + r"(?:(?:(?:you|we)\s+)?(?:do\s+not|don['’`´]?t|must\s+not|should\s+not|never|avoid)\b[^:?`\n]{0,60}|"
    + _OLD_WAY
    + r"|wrong|bad|forbidden|not\s+allowed|never|don['’`´]?ts?|deprecated|obsolete|legacy)[*_]{0,2}:[*_]{0,2}"
    r"\s+[^?.!→\n]{2,90}\?\s{0,3}(?:->|=>|→)"
)


def bans_questions(text: str) -> bool:
    """Whether what a text begins with forbids, or only tells of, all its questions and their answers: “Do not
    do any of this: is it high? -> … Otherwise -> …”.
    """
    found = _BAN_OVER_QUESTIONS.match(text)
    return found is not None and _CALM.match(found[0].split(":")[0]) is None


_FORBIDS: Final = re.compile(
    _START + r"(?:it\s+is\s+|this\s+is\s+)?(?:(?:strictly|absolutely|expressly|explicitly|always|also)\s+)*"
    r"(?:forbidden|prohibited|disallowed|not\s+(?:allowed|permitted))"
    r"(?:\s+(?:in|on|at|during|for|by|under|without|here|commands?|actions?|operations?)\b[^:`\n]{0,40})?"
    r"\s*[*_]{0,2}\s*(?::|[–—-](?=\s))"
)
_ANSWER: Final = re.compile(r"(?i)\b(?:403|http|errors?|answers?|responses?|status)\b")


def label_forbids(text: str) -> bool:
    """Whether a text begins with a label that forbids what stands behind it; the answer 403 is none."""
    found = _FORBIDS.match(text)
    return found is not None and _ANSWER.search(found[0]) is None
