"""Where a case ends that no sign divides from what is done, and which signs within it are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.blocks import InlineCode
from ingest.extract.vocabulary import IMPERATIVES, is_imperative

_SIGNS: Final = re.compile(r"[,;:→.–—]|->|=>")
_NEW_CLAUSE: Final = re.compile(
    r"(?i)(?<=\s)(?P<over>[\w'’]{1,20})\s(?=(?:you|we)(?:['’]ll|\s(?:will|can|should|may|must|need\sto|"
    r"have\sto|"
    r"might))\b|(?:it|this|that)\s(?:may|might|can|could|does|will|would|means|indicates|must|"
    r"should|needs\sto|has\sto)\b)"
)
_NO_END: Final = frozenset(
    "know think sure that what say says said show shows see believe where how which whether because until "
    "when before after and or but as since so if".split()
)
"""Words with which a clause of the case itself begins: “if you know that it can …”."""

IN_CASE: Final = (
    r"in (?:(?:this|that|these|those|such(?: an?)?)|(?P<one>the (?:latter|former|first|second)|either)) "
    r"(?:cases?|situations?)"
)
"""“In those cases, …” goes on with what is said above."""

_CASE_WORDS: Final = 3


def clause_end(found: re.Match[str]) -> int:
    """Where a case ends that no sign divides from what is done: “if the disk is full you can …”."""
    for clause in _NEW_CLAUSE.finditer(found.string, found.start(2), found.end(2)):
        words = found.string[found.start(2) : clause.end("over")].split()
        if len(words) >= _CASE_WORDS and clause["over"].lower() not in _NO_END:
            return clause.end("over")
    return found.end(2)


def without_signs(text: str, codes: Sequence[InlineCode]) -> str:
    """A text in which no sign within code can be taken for the end of a case; as long as before."""
    for code in codes:
        inside = _SIGNS.sub(lambda found: "_" * len(found[0]), text[code.start : code.end])
        text = (
            f"{text[: code.start]}{inside}{text[code.end :]}"
            if inside != text[code.start : code.end]
            else text
        )
    return text


_CASE_WORD: Final = re.compile(
    r"(?i)(?:^|(?<=[\s(*_]))(?:if|unless|in case|in the case|in the event|provided|assuming|as long as|when|"
    r"whenever|once|should|where)\s[^,;:→.!?]{2,220}(?P<comma>,)(?=\s)"
)
_OWN_CLAUSE: Final = re.compile(
    r"(?i)\s{1,3}(?:and|or|but)\s{1,3}(?:(?:also|then|still|only)\s{1,3})?(?P<clause>[^,;:→.!?]{2,160})"
    r"(?P<end>[,:→]|\.?(?:\s|$))"
)
_IN_BRACKETS: Final = re.compile(
    r"(?i)(?<=\w )\((?!(?:only |but )?(?:if|when|unless|in|for|on|once|where|should|skip|"
    r"not)\b)[^()\n]{1,120}\)(?=\s\w|[,:])"
)
"""“If a dependency (the database, the queue) is down, …”: an aside ends no case."""
_IN_QUOTES: Final = re.compile(r"(?<![\w\\])\"[^\"\n]{1,100}\"(?!\w)|“[^“”\n]{1,100}”")
"""“If it says "Error: no certificate", …”."""
_VERB: Final = (
    r"(?:is|are|was|were|has|have|had|does|do|did|can|cannot|could|will|would|should|must|may|might|"
    r"(?:is|are|was|were|has|have|does|do|did|ca|could|wo|would|should)n['’]t)"
)
_GOES_ON: Final = re.compile(rf"(?i)\s{{1,3}}{_VERB}\s")
_SUBJECT: Final = re.compile(rf"(?i)\S+\s+{_VERB}\s")
_UP_TO_COMMA: Final = re.compile(r"[^,;:→.!?]{2,160}(?P<end>,)")
_HOW_IT_IS: Final = re.compile(
    r"(?i)(?!(?:it|this|that|then|so|you|we|they)\b)\S+(?:\s+\S+)?\s+(?:is|are|was|were|has|have|isn['’]t|"
    r"aren['’]t)\s"
)
"""Behind what is done: “Restart it if it hangs, and nobody is logged in.”"""
_CLAUSES: Final = 4
"""Further clauses of one case."""


_MAY_BE_MENDED: Final = re.compile(
    r"(?i)\b(?:if|unless|in case|in the|provided|assuming|as long as|when|whenever|once|should|where)\s"
)
"""Without one of these words no case begins."""


def _unsigned(found: re.Match[str]) -> str:
    """Text in which no sign can end a case, as long as before."""
    return _SIGNS.sub(lambda sign: "_" * len(sign[0]), found[0])


def with_clauses(text: str) -> str:
    """A text in which no comma before a further clause of a case can be taken for its end: “If it is old, and
    nobody owns it, delete it”, “If the pod, or its node, is down, …”. Where no sign stands before what is
    told (“If the pod is pending check the node”) one does. As long as before.
    """
    if _MAY_BE_MENDED.search(text) is None:
        return text
    text = _IN_QUOTES.sub(_unsigned, _IN_BRACKETS.sub(_unsigned, text))
    kept = list(text)
    for place in _told_without_sign(text):
        kept[place] = ","
    for found in _CASE_WORD.finditer(text):
        comma = found.start("comma")
        for _ in range(_CLAUSES):
            clause = _OWN_CLAUSE.match(text, comma + 1)
            if clause is None or _tells(clause["clause"]):
                break
            if clause["end"] not in (",", ":", "→") and _HOW_IT_IS.match(clause["clause"]) is None:
                break
            kept[comma] = "_"
            if clause["end"] != ",":
                break
            comma = clause.start("end")
            if _GOES_ON.match(text, comma + 1):
                behind = _UP_TO_COMMA.match(text, comma + 1)
                if behind is None:
                    break
                kept[comma], comma = "_", behind.start("end")
    return "".join(kept)


_STATES: Final = (
    rf"(?:{_VERB}|[<>]=?|==|≥|≤|above|below|over|under|(?:exceed|fail|hang|persist|occur|happen|appear|recur|grow|"
    r"ris|increas|decreas|crash|remain|continu|exist|match|help|work|drop|fir|flap|los|lack|say|"
    r"show|print|return|report|display)(?:e?s|e)?)"
)
"""What a case says of its subject."""
_OPEN_CASE: Final = re.compile(
    rf"(?i)(?:^|(?<=[.!?;] ))(?:if|when|unless|in case)\s(?=[^,;:→.!?]*\s{_STATES}\s)[^,;:→.!?]{{8,200}}"
)
_TOLD: Final = re.compile(
    r"(?<=[\w%\"'’”)])(?P<blank>\s)(?P<verb>[a-z]{2,12})(?:(?<=\suse)$|(?<=\srun)$|\s"
    r"(?:(?:(?:at|into|up|for|on|(?<=escalate )to|(?<=switch )to|(?<=proceed )to|(?<=go )to)\s)?"
    r"(?:the|its|it|them|all|your|our|this|that|whether|an?)\b|[@#]\w|[A-Z][a-z]{2}|(?:back|over)\b|"
    r"(?<=\suse )\S|(?<=\srun )\S))"
)
_YOU_BEHIND: Final = re.compile(
    r"(?i)(?:^|(?<=[.!?] ))(?:if|when|unless|in case)\s(?:this|that|it|they)\s[\w'’]{2,20}(?P<blank>\s)"
    r"(?=(?:you|we)(?:['’]ll|\s(?:will|can|should|may|must|need\sto|have\sto|might))\b)"
)
"""“When this happens you should:”."""
_STATED: Final = re.compile(_STATES, re.IGNORECASE)
_ASKS_ON: Final = re.compile(rf"(?i){_VERB}|[<>]=?|==|≥|≤|above|below|over|under")
"""Behind it the case goes on: “if it is over …”."""
_BEFORE_A_VERB: Final = frozenset(
    "its their our your my this that these those each every "
    "to and or not can could will would should must may might do does did the a an of for by with on in at "
    "please never always you we they i that which who it this is are was were be been being has have "
    "had".split()
)


_BANNED: Final = re.compile(
    r"(?i)(?<=[\w%\"'’”)])(?P<blank>\s)[*_]{0,2}(?:do\s+not|don['’`´]t|never)[*_]{0,2}\s+"
    r"(?:go|continue|proceed|carry|touch|run|use|try|attempt|execute)\b|"
    r"(?<=[\w%\"'’)])(?P<nothing>\s)(?:there(?:['’]s|\sis)\snothing|nothing\s(?:else\s)?(?:to|needs|has)|"
    r"no\s(?:further\s)?action|(?:you|we)(?:['’]re|\sare)\s(?:done|finished)|you\scan\sstop)\b|"
    r"(?<=[\w%\"'’)])(?P<shouted>\s)(?-i:STOP)\b"
)
"""“If it is false do not go on”."""


def _told_without_sign(text: str) -> Iterator[int]:
    """The blank behind each case that no sign divides from what is told then."""
    for found in _YOU_BEHIND.finditer(text):
        yield found.start("blank")
    for case in _OPEN_CASE.finditer(text):
        for found in _TOLD.finditer(text[: case.end()] if case.end() == len(text) else text, case.start()):
            if found.start() >= case.end():
                break
            before = text[case.start() : found.start("blank")].split()
            states = any(_STATED.fullmatch(word) for word in before[2:])
            if states and not _goes_on(before[-1]) and found["verb"] in IMPERATIVES:
                yield found.start("blank")
                break
        banned = _BANNED.search(text, case.start(), case.end())
        before = text[case.start() : banned.start()].split() if banned is not None else []
        if banned is not None and any(map(_STATED.fullmatch, before[2:])) and not _goes_on(before[-1]):
            yield banned.start(banned.lastgroup or 0)


def _goes_on(word: str) -> bool:
    return word.lower() in _BEFORE_A_VERB or _ASKS_ON.fullmatch(word) is not None


def _tells(clause: str) -> bool:
    """Whether a clause tells to do something: it is none of the case, but what is done then."""
    return is_imperative(clause) and _SUBJECT.match(clause) is None
