"""Where vague words count: in what somebody has to do, has to have, or has to decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest import vague_judgements as judgements
from ingest import vague_values as values
from ingest import vague_words as words
from ingest.clauses import CONDITION, DOING, clause_at, does, tells_to_do
from ingest.extract.vocabulary import IMPERATIVES, is_imperative
from ingest.quoted_words import is_quoted
from ingest.vague_checks import SAID_FOR
from ingest.vague_classes import CLASSES, VagueClass, fold, folded
from ingest.vague_words import Role
from schemas.runbook import AmbiguityKind

_LONGEST: Final = 2_000
"""Characters of a sentence; a longer one is a text that lost its full stops."""


@dataclass(frozen=True)
class Phrase:
    """Vague words, `text[start : start + len(words)]`, and what is asked about them."""

    kind: AmbiguityKind
    words: str
    start: int
    question: str


_ABOUT_TEXT: Final = re.compile(
    r"(?i)^(?:(?:warning|note|caution)?\W{0,3}|(?:[a-z]+ (?:and |the )?){1,3})"
    r"this (?:page|document|guide|runbook|article|section|procedure)\b"
)
_PLACEHOLDER: Final = re.compile(r"<[A-Za-z][\w .-]*>|\{\{")
_LOOKED_FOR: Final = re.compile(
    r"(?i)[^.;]{0,40}? to (?:confirm|verify|see|check|make sure|ensure|determine)(?: that| whether|"
    r" if| which)\b(?! (?:something|anything|nothing|everything|all|any|"
    r"there (?:is|are))\b| it (?:works|helps)\b)"
)
"""“Watch the log to confirm that it completes”: what is looked for is said, and it is not just something."""

_BELOW: Final = re.compile(r"(?i)[^.;]{0,40}\b(?:following|below|above)\b")
"""“Review the logs of the following paths.”"""

_WHICH_OF_THEM: Final = re.compile(r"(?i)appropriate (?:commands?|options?|steps?|ones?|lines?|actions?)\b")
"""Of several below."""

_IN_CASE: Final = re.compile(r"(?i)(?:if|when) (?:needed|necessary|required|appropriate)")
_NAMEABLE: Final = (words.UNNAMED, words.WHICH)
"""What a name in code settles."""

_UNMEASURED: Final = (values.HOW_MUCH, values.AMENDED)
_MEASURED: Final = re.compile(
    r"(?i)[\d`=<>{$]|\b(?:to|by|from|as|accordingly|below|above|according|following|until|via|using|"
    r"through|with)\b|:\s*$"
)
"""What tells the value to which something is set."""

_NEAR: Final = 100
_BARE: Final = 3
"""Words of “run the script”: beside the steps, that is the one that was named."""

_MAYBE: Final = re.compile(r"(?i)\b(?:may|might|could|likely|probably)\s+(?:(?:still|also|well)\s+)*$")
_NONE: Final = re.compile(r"(?i)\bno\s$")
"""“No further action is needed.”"""
_IN_BRACKETS: Final = re.compile(r"\($")
_GIVEN: Final = re.compile(r"[^.;()]{0,12}\([^()]{0,60}\d")
"""“Large enough (over 2 TB)” says from where on."""

_LEADS: Final = re.compile(
    r"(?i)^(?:you|we)(?:['’]ll| will| can| should| may| might| must)? "
    r"(?:also |then )?(?:(?:need|have|want) to )?"
)
"""“You may need to check the logs” tells to check them."""

_SAME: Final = re.compile(r"(?i)\bsame\b[^,.;]{0,30}$")
"""“The same number of series as before” names what is compared."""

_HOW_TO: Final = re.compile(r"(?i)\b(?:how|where) to (?:\w+ (?:and|or) )?$")
"""“For how to mitigate this issue, see …” points to a text."""

_RECORDS: Final = re.compile(
    r"(?i)\b(?:capture|document|record|write(?: down)?|describe|report|include|share|summari[sz]e)\b[^.;:]*$"
)
"""“Document the root cause” tells to write it down, once it is known."""

_GOES_ON: Final = re.compile(r"[^.;]{0,60}?\w+\W+\w+\W+\w")
"""“If it needs to be restarted it comes back” tells the case; “if it is full it needs a cleanup” does not."""

_REASON: Final = re.compile(r"(?i)\b(?:because|since)\s$")
"""“… because that could be the cause”."""

_POINTED_AT: Final = re.compile(r"(?i)\b(?:these|those|such) (?:[\w-]+ ){0,3}$")
"""“Were these spikes there before?”: they are known."""

_TOLD_ABOVE: Final = re.compile(
    r"(?i)[^.;]{0,20}\((?:see|as (?:described|shown|told)) [^()]{0,40}\b(?:above|below|earlier)\)"
)
"""“Check that it is healthy (see above)”."""

_PURPOSE: Final = re.compile(r"(?i)\bin order (?:to|for|that)\b[^,.;:]{0,200}$")
"""What something is done for is no task of its own."""

_POSSIBLE: Final = re.compile(r"(?i)(?:if|when|where) (?:possible|applicable|available)\b")

_PROPER: Final = re.compile(r"\s[A-Z]\w")
_LOOKED_WHETHER: Final = re.compile(
    r"(?i)[^.;]{0,40}? to (?:confirm|verify|see|check|make sure|ensure|determine|find out)(?: [\w-]+){0,3}?"
    r" (?:that|whether|if|which)\b"
)
_TAKES: Final = re.compile(r"(?i)tak")
_TO_BE_DONE: Final = (
    *DOING, words.TRY, words.ON_CASE, words.CURED, words.PASSIVE, words.NEEDS, words.LIKE, words.UNNAMED,
    judgements.SEARCHED, judgements.UNSURE, judgements.LATER, judgements.HEDGED, judgements.HELPS,
    judgements.UNWRITTEN, values.MORE, values.ASIDE, words.ABOVE,
)  # fmt: skip
_QUICKLY: Final = tuple((folded(pattern), pattern) for pattern in _TO_BE_DONE)
_TELLS_HOW_IT_IS: Final = (words.AMOUNT, words.ON_CASE, words.TIME, judgements.LATER, judgements.HEDGED)
"""Above the first step nobody acts on these: “Once in a while we need to …”."""
_RANKED: Final = re.compile(r"(?i)\b(?:severity|priority|risk|impact|urgency|importance)\s*$")
"""“The severity is high” says it; nobody has to measure."""


def phrases(
    text: str,
    role: Role,
    *,
    shown: bool = False,
    linked: bool = False,
    early: bool = False,
    codes: Sequence[str] = (),
) -> list[Phrase]:
    """The vague phrases of a sentence, in order and apart. `shown`: commands right below show how; `linked`:
    it leads to where that is told; `early`: no step stands above. `codes` are its inline codes: what one of
    them names is named.
    """
    low = fold(text)
    if len(text) > _LONGEST or _ABOUT_TEXT.match(text) or (role == "beside" and not _acts(text, low)):
        return []
    cases = [found.span() for found in CONDITION.finditer(text)]
    introduces = text.rstrip().endswith((":", "→"))
    found: list[Phrase] = []
    for item in CLASSES:
        if role not in item.roles or (shown and item.settled_below) or (linked and item.by_link):
            continue
        if item.quick.search(low) is None:
            continue
        only_cases = early and item.pattern in _TELLS_HOW_IT_IS and not tells_to_do(text)
        for match in item.pattern.finditer(text):
            inside = any(start < match.start() < end for start, end in cases)
            if (
                is_quoted(match, codes)
                or (only_cases and not inside)
                or (role == "beside" and not _acts_at(item, match, cases))
            ):
                continue
            if introduces and not _asks_before(item, match, inside=inside):
                continue
            if item.pattern in _NAMEABLE and _is_named(match, codes):
                continue
            if _counts(item, match, role, inside=inside) and not _meets(found, match):
                question = item.question.format(found=match[0])
                found.append(Phrase(item.kind, match[0], match.start(), question))
    return sorted(found, key=lambda phrase: phrase.start)


def _acts_at(item: VagueClass, match: re.Match[str], cases: list[tuple[int, int]]) -> bool:
    """Whether somebody acts on what a phrase beside the steps leaves open: by its own clause, or since its
    sentence begins with the case that it decides or goes on from what is told to do.
    """
    if item.pattern in _TO_BE_DONE and (item.pattern is not judgements.LATER or _TAKES.match(match[0])):
        return True
    text = match.string
    begin, end = clause_at(text, match.start(), match.end())
    if does(text[begin:end]):
        return True
    case = next((start for start, stop in cases if start <= match.start() < stop), None)
    if case is not None:
        before = text[clause_at(text, case, case)[0] : case].rpartition("(")[2]
        return len(before.split()) <= _BARE or does(before)
    return begin > 0 and does(text[:begin])


def _is_named(match: re.Match[str], codes: Sequence[str]) -> bool:
    """Whether a name in code is among the words or stands right behind them: “the script `clean.sh`”."""
    behind = match.string[match.end() :].lstrip(" :(`")
    return any(code in match[0] or behind.startswith(code) for code in codes)


def _asks_before(item: VagueClass, match: re.Match[str], *, inside: bool) -> bool:
    """Whether a sentence that introduces a command leaves this open all the same: when, and in which case."""
    found = match[0]
    if item.pattern is words.OPEN:
        if _WHICH_OF_THEM.match(match.string, match.start()):
            return True
        at_once = found.lower() == "accordingly"
        return not at_once and (
            inside or _IN_CASE.match(found) is not None or found.lower().startswith("as ")
        )
    if item.pattern is words.WORKED:
        return words.SEEMS.search(found) is not None
    if item.pattern is judgements.SOUGHT:
        return inside
    if item.pattern is judgements.JUDGED:
        return inside
    if item.pattern in (judgements.HEDGED, values.EXPECTED, values.ASIDE):
        return True
    return item.pattern in (words.TIME, words.LIKE) or (inside and item.pattern is words.THRESHOLD)


def _counts(item: VagueClass, match: re.Match[str], role: Role, *, inside: bool) -> bool:
    """Whether a phrase leaves something open where it stands; `inside` a condition."""
    if _is_told(item, match, role):
        return False
    if inside and item.pattern in (words.PASSIVE, words.NEEDS):
        return _GOES_ON.match(match.string, match.end()) is None
    if inside and item.pattern in (words.WORKED, words.FIX):
        return words.SEEMS.search(match[0]) is not None
    if item.pattern is words.OPEN and match[0].lower().startswith(("as ", "accordingly")):
        return _PLACEHOLDER.search(match.string) is None
    if item.pattern is words.WHICH and _told_what_for(match):
        return False
    if item.pattern is words.EITHER:
        return all(verb.lower() in IMPERATIVES for verb in match.groups() if verb)
    if role == "told":
        return item.pattern is not words.MANY or is_imperative(match.string)
    if item.pattern is words.THRESHOLD:
        return inside or is_imperative(match.string)
    begin, end = clause_at(match.string, match.start(), match.end())
    clause = match.string[begin:end].strip(" .()*_")
    if item.pattern is words.WHICH:
        return _LEADS.sub("", clause) == match[0]
    return item.pattern is not words.INVESTIGATE or is_imperative(clause)


_TOLD_BEFORE: Final = {
    words.THRESHOLD: (_RANKED, _POINTED_AT),
    words.FIX: (_RECORDS, _HOW_TO),
    words.INVESTIGATE: (_HOW_TO,),
    words.REFERENCE: (_SAME,),
    judgements.HEDGED: (_REASON,),
}
_TOLD_BEHIND: Final = {
    judgements.HELPS: judgements.BY_ITSELF,
    words.CURED: judgements.BY_ITSELF,
    words.FIX: judgements.BY_ITSELF,
    words.WORKED: _TOLD_ABOVE,
}
"""What around a phrase says what it leaves open, by the class of the phrase."""


def _is_told(item: VagueClass, match: re.Match[str], role: Role) -> bool:
    """Whether the words around a phrase say what it leaves open."""
    before = match.string[: match.start()]
    behind = _TOLD_BEHIND.get(item.pattern)
    if behind is not None and behind.match(match.string, match.end()):
        return True
    if _NONE.search(before) or (_IN_BRACKETS.search(before) and _IN_CASE.match(match[0])):
        return True
    if _PURPOSE.search(before) or any(told.search(before) for told in _TOLD_BEFORE.get(item.pattern, ())):
        return True
    if item.pattern in (words.THRESHOLD, words.AMOUNT):
        return _GIVEN.match(match.string, match.end()) is not None
    if item.pattern in _UNMEASURED:
        return _MEASURED.search(match.string, match.end(), match.end() + _NEAR) is not None
    if item.pattern is words.UNNAMED:
        return role == "beside" and len(match[0].split()) <= _BARE
    return item.pattern is words.WORKED and _MAYBE.search(before) is not None


def _told_what_for(match: re.Match[str]) -> bool:
    """Whether it is said what is looked for in a log or on a dashboard: of a named one, anything will do."""
    if any(told.match(match.string, match.end()) for told in (_LOOKED_FOR, SAID_FOR, _BELOW)):
        return True
    named = _PROPER.search(match[0]) is not None
    return named and _LOOKED_WHETHER.match(match.string, match.end()) is not None


def _meets(found: list[Phrase], match: re.Match[str]) -> bool:
    return any(item.start < match.end() and match.start() < item.start + len(item.words) for item in found)


def _acts(text: str, low: str) -> bool:
    """Whether somebody has to do or to decide something about a sentence that became no step."""
    return (
        tells_to_do(text)
        or any(quick.search(low) and pattern.search(text) for quick, pattern in _QUICKLY)
        or any(_undecided(found[0]) for found in CONDITION.finditer(text))
    )


_DESCRIBES: Final = re.compile(r"(?i)when(?:ever)?\b")
"""“When the scale is large, it falls behind” tells how a thing is."""


def _undecided(condition: str) -> bool:
    """Whether nobody can tell if a condition holds."""
    return any(
        pattern.search(condition)
        for pattern in (
            words.THRESHOLD,
            words.OPEN,
            words.SEEMS,
            words.TIME,
            judgements.JUDGED,
            judgements.SOUGHT,
        )
    ) and not (_DESCRIBES.match(condition) or _POSSIBLE.match(condition))
