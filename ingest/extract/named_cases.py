"""The cases that a sentence names with a word: “if …”, “unless …”, “when …, do that”, and versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.case_ends import clause_end, with_clauses, without_signs
from ingest.extract.commands import looks_like_command
from ingest.extract.labels import advice, restricted_case
from ingest.extract.short_cases import agreed_case
from ingest.extract.vocabulary import is_imperative, sentence_places, text_of

_IF: Final = re.compile(
    r"(?i)(?:^|(?<=[\s(–—,;:→-]))(if|unless|in case|in the case|in the event|provided|assuming|as long as|"
    r"when|whenever|once|only if|should|where)\s+"
    r"((?:(?![,;:→]|\.\s|\.$| then | – | — | -> | => )[\s\S]){4,220})"
)
_WHETHER: Final = re.compile(
    r"(?i)\b(?:as|even|what|clear|unclear|sure|quer(?:y|ies)|(?:find|work|figur)(?:e|ing|s)? out|"
    r"(?:check|see|know|ask|look|test|tell|learn|search|inspect|monitor|confirm|ascertain)(?:s|ed|ing)?|"
    r"(?:establish|understand|discover)(?:es|s|ing)?|"
    r"(?:verif|identif)(?:y|ies|ied|ying)|"
    r"(?:determin|decid|ensur|validat|investigat|examin|evaluat|assess|indicat)(?:es?|ed|s|ing)?|"
    r"seen|known|told)\s+(?:\w+\s+){0,1}$"
)
"""Behind these, “if” asks and names no case: “establish if the alert is for reads”."""
_IDIOM: Final = re.compile(
    r"(?i)^when (?:not )?to\b|"
    r"^where (?:to|you can|possible|applicable|necessary|needed|appropriate)\b|^provided (?:by|in|"
    r"with|as|the)\b|"
    r"^(?:if|when|once)\s+(?:needed|necessary|required|possible|applicable|appropriate|in doubt|"
    r"(?:any|so)\W*$|"
    r"not\b(?!\s+(?:already|yet|present|sure|healthy|empty|\w{2,12}(?:ed|ing|able))\b)|"
    r"at all possible|you(?:['’]d)? (?:like|want|wish|prefer)(?: to)?\W*$|you haven['’]t|"
    r"desired|nothing else|"
    r"(?:running|executing)\b(?![^,:]*\b(?:times? out|fails?|shows?|returns?|gives?|reports?|hangs?|errors?|"
    r"(?:doesn['’]t|does not|won['’]t|will not))\b)|every\b|(?:an?|per) (?:day|week|month|quarter|year)\b|"
    r"you (?:run|execute|type)\b|you have (?:any )?questions|this (?:page|document|guide))"
)
_AS_NEEDED: Final = re.compile(r"(?i)(?:if|when) (?:needed|necessary|required|applicable),\s")
"""“If necessary, recreate it”: whoever runs it decides, as in any other case."""
_ASIDE: Final = re.compile(r"\([^()\n]{1,200}(?:\)|$)")
_RANKS: Final = re.compile(
    r"(?i)^(?:then )?(?:the |its )?(?:severity|priority|impact|urgency)\b[^.]{0,30}\bis\b|"
    r"^(?:then )?(?:there|that|this|it) is (?:likely |probably |usually )?an?\W{1,3}(?:problem|issue)\b"
)
"""How bad it is then: what is done next follows from it."""

_CHOOSES: Final = re.compile(
    r"(?i)^\W*(?:note\W+)?(?:only )?(?:use|run|apply|choose|try|prefer|follow)\b[^.;:]{2,60}$"
)
"""“Use the command below when …”."""

_PRECAUTIONS: Final = frozenset({"in case", "in the case", "in the event"})
"""Behind what is done, it is done for that: “keep a copy in case it breaks”."""

_EXAMPLE: Final = re.compile(r"(?i)\b(?:for (?:instance|example)|e\.g\.),?\s*$")
_EXAMPLE_WORDS: Final = 20
_LOOKED_AT: Final = 1_000  # characters on each side of a case: a sentence may hold thousands
_CLASSED: Final = re.compile(
    r"(?i)^(?:then )?it (?:is|['’]s) an?\b(?![^.]*\b(?:so|restart|run|use|you|we)\b)"
)
"""“… then it is a managed service”: what it is called, and nothing to do."""

_IFS: Final = frozenset({"if", "unless", "in case", "only if", "as long as"})
_WHEN: Final = frozenset({"when", "whenever", "once", "should", "where", "assuming"})
_GATE: Final = re.compile(
    r"(?i)^(?:note:?\s+)?(?:(?:for|on|in|with)\b[^,.;:]{0,60}\bversions?\b[^,;:]{0,40}?\b(?:or|and) "
    r"(?:earlier|later|older|newer|above|below|higher|lower)\b|"
    r"[^.;:]{3,80}\bonly (?:apply|applies|valid|relevant|works?|needed|necessary) "
    r"(?:for|to|on|if|when|in)\b(?:[^.;]|\.\d){3,120})"
)
"""A version or a state that the steps below are for."""

_SEES: Final = re.compile(
    r"(?i)^(?:you|we)(?:['’](?:ll|re)| will| are| should| may| might| would) (?:\w+ly )?(?:find(?! out\b)|"
    r"see|get|"
    r"notice|be|have|"
    r"receive|lose|looking at|seeing|hitting|facing|experiencing|likely)\b(?! to\b)"
)
"""What one notices then."""

_DESCRIBES: Final = re.compile(
    r"(?i)^(?:(?:then|also)\s+)?(?:(?:the|an?|this|these|that|those|it|they|all|its|their)\b|"
    r"(?!you\b|we\b|please\b)[^.;]{1,80}?\b(?:will|would|won['’]t|is|are|was|were|has|have|returns?|fails?|"
    r"means?|becomes?|gets?|continues?|triggers?|may|might)\b)"
)
"""What happens then, by itself."""

_HAPPENS: Final = re.compile(r"(?i)\s(?:will|would|won['’]t)\s")
_FOUND: Final = (
    r"^(?:when|after) (?:you|we)(?:['’]ve| have)(?: \w+ly)? (?!(?:to|no|not|an?|the|any|many|some|more|"
    r"less|few|"
    r"only|several|problems|issues|errors|trouble|access)\b)[a-z]{2,20}(?:ed|nd|en|wn|ne|ad|pt|un|ut|de|"
    r"ght)\b"
)
_SEQUENCE: Final = re.compile(
    rf"(?i){_FOUND}|^once (?:logged|connected|inside|signed|there)\b|"
    r"^once (?:in|on) (?:the |your |that |this )?(?:\w+ )?(?:vm|machine|host|server|shell|console|container|"
    r"pod|box|node|instance|prompt)\b|^once (?:you|we)(?:['’]ve| have| are|['’]re)? (?:found|"
    r"find|know|identif|logged|connected|inside|signed)|"
    r"^once [^,:]{2,60} (?:has|have) been (?:generated|created|downloaded|installed|deployed|uploaded|"
    r"built|copied)\b|"
    r"^(?:once|when|after)\b[^,:]{0,60}\b(?:finish(?:es|ed)?|complet(?:es?|ed)|done|over|ended|ends)\b"
)
"""When the next step may begin: no case, it always comes. A check or an approval is one: it may fail."""

_IN_TIME: Final = re.compile(
    r"(?i)^once\b(?!.{0,200}\b(?:verified|confirmed|approved|agreed|validated|decided|signed)\b)", re.DOTALL
)
"""What is waited for, before a step: no branch, since it comes; but nothing is run before one says so."""

_FOOTER: Final = re.compile(r"(?i)\b(?:intended|authorized|authorised) recipient\b|\bif you need to$")
_HAPPENED: Final = re.compile(
    r"(?i)when (?:this|that|it) (?:happens|occurs|fails|hangs)\W{0,3}(?:$|\n|\s[A-Z])"
)
"""Behind what is done then: “Restart it when that happens.”"""

_NEEDED: Final = re.compile(r"(?i)\b(?:mandatory|required|needed|necessary|optional|skip(?:ped)?|re-?use)\b")
_ACTS: Final = re.compile(
    r"(?i)\b(?:you|we|i)\b[^.]{0,40}\b(?:can|could|should|need|must|may|have to|want|will)\b|\bplease\b|"
    r"\bthere (?:are|is) (?:\w+ )?(?:options?|ways?)\b|\b(?:they|people|users?)(?: will|"
    r"['’]ll)? (?:need|have to|must)\b|"
    r"\blet['’]?s\b|"
    r"\b(?:must|should|need(?:s)? to|has to|have to)\s+(?:not\s+)?(?:be\b|\w+)|\b(?:go|skip|jump|"
    r"proceed|continue|stop|page|call|escalate)\b|"
    r"\b(?:it (?:is|['’]s)(?! (?:possible|likely|probable|because|due))|this (?:is|means)|use|carry on|"
    r"nothing)\b|"
    r"^(?:that|it|this|them|those|these) (?:too|as well)\b|"
    r"\bit['’]s (?:easiest|best|better|recommended|advisable|safest|safe|enough|simplest|worth|time|"
    r"necessary)\b|\bsteps? \d[\w.]{0,4} (?:is|are|must|should|"
    r"can)\b|\b(?:is|are) (?:repeated|skipped|left out|"
    r"omitted)\b|"
    r"\b(?:is|are|be) (?:required|needed|necessary)\b|\bcan (?:safely |also )?be \w+|"
    r"\b(?:may|might|could) (?:be|need to|require)\b|\b(?:way|option|fix|thing|step) is to\b|"
    r"\bnext (?:thing|step|option|way)\b"
)
"""What says that somebody does something in this case."""

_PARTS: Final = re.compile(r"[,;:]\s{1,3}(?:(?:and|then|so|but)\s{1,3})?|\s[–—]\s")
_OFFERED: Final = re.compile(
    r"(?i)\b(?:you|we)(?:['’]ll)? (?:may|might|can|could|should|must|will(?! (?:be able|see|get|find|"
    r"notice|receive))|"
    r"need)\b|\bonly (?:do|use|run|try|perform)\b"
)
"""“You may need to kill some pods if …”, “Only do this if …”."""

_GO_ON: Final = re.compile(
    r"(?i)\b(?:look|see|try|check|run|use|go|contact|ask|restart|escalate|skip|stop|call)\b"
)
_OPENS: Final = " *_>-•(\"'“–—→[]x"
_AROUND: Final = " .,:;→–—-*_)"
_FIRST: Final = 300
"""Characters within which a case stands that begins a sentence."""

_TURNS: Final = re.compile(r"(?i)^(?:otherwise|else|if|note|in (?:all|any) other)\b")
_ONE_WORD: Final = re.compile(
    r"(?i)^(?:if|when|once|unless|should)\s+\w+$|^once (?:this is |it is |that is )?done$"
)


def only_told(sentence: str, case: str) -> bool:
    """Whether a sentence tells nothing to do in the case that it names, or is the footer of a mail."""
    at = sentence.find(case)
    for match in _IF.finditer(sentence, max(0, at)):
        if at <= match.start(1) < at + len(case):
            return _FOOTER.search(case) is not None or not _acts(sentence, match, 0)
    return _FOOTER.search(case) is not None


def is_awaited(case: str) -> bool:
    """Whether a case only says when something is done: “Once the cause is removed”."""
    return _IN_TIME.match(case) is not None


def always_comes(case: str) -> bool:
    """Whether a case is nothing but what was told before: “When you have found it”."""
    return re.match(rf"(?i){_FOUND}", case) is not None


def named_cases(block: Block) -> Iterator[tuple[int, int]]:
    """The conditions that the sentences of a block name with a word, and the versions that they are for."""
    last: tuple[int, int] | None = None
    for start, end in _each_case(block):
        if last is not None and _GOES_ON.fullmatch(block.text, last[1], start):
            last = last[0], end
            continue
        if last is not None:
            yield last
        last = start, end
    if last is not None:
        yield last


_GOES_ON: Final = re.compile(r"(?i)\s{0,2},?\s{1,3}(?:and|or|but)(?:\s{1,3}(?:also|only|even))?\s{1,3}")
"""Between the halves of a case: “If it hangs, and if nobody is in, …”."""


_IN_WHICH: Final = re.compile(
    r"(?i)(?P<case>[A-Za-z][^.;:]{4,200}?\b(?:may|might|could|can|sometimes|often)\b[^.;:]{3,160}?),?\s{1,3}in\s{1,3}which"
    r"\s{1,3}case\s"
)
"""“The slot may already exist, in which case drop it”."""


def _each_case(block: Block) -> Iterator[tuple[int, int]]:
    places = sentence_places(block.text)
    shown = with_clauses(without_signs(block.text, block.code))
    for place, (start, end) in enumerate(places):
        gate = _GATE.match(block.text[start:end])
        if gate:
            yield start, start + gate.end()
            continue
        restricted = restricted_case(block.text[start:end])
        if restricted is not None:
            begin = start + advice(block.text[start:end])
            yield begin, start + restricted
            continue
        told = agreed_case(block.text, start, end) or case_told_next(block.text, places, place)
        if told is not None:
            yield told
            continue
        which = _IN_WHICH.match(shown, start, end) if "which case" in shown else None
        if which is not None:
            yield which.span("case")
            continue
        for found in _IF.finditer(shown, start, end):
            match = _IF.match(shown, found.start(1), clause_end(found)) or found
            if not _counts(block.text, match, start):
                continue
            if not (_acts(block.text[start:end], match, start) or _ends_command(block, match, end)):
                continue
            if _told_to(block, match, start, end) or not _only_tells(block.text, match, end):
                yield match.start(1), _in_brackets(block.text, match.start(1), match.end(2))


def _in_brackets(text: str, start: int, end: int) -> int:
    """Where a case ends that stands in brackets: “(only if it is old).”"""
    case = text[start:end].rstrip(" .!")
    return start + len(case) - 1 if case.endswith(")") and "(" not in case else end


def case_told_next(text: str, places: Sequence[tuple[int, int]], place: int) -> tuple[int, int] | None:
    """The case that begins a sentence which only says what it means, where the next one tells what to do:
    “If it fails, the lock is stale. Delete it.”
    """
    if place + 1 >= len(places):
        return None
    (start, end), (following, last) = places[place], places[place + 1]
    match = _IF.search(text, start, min(end, start + _FIRST))
    if match is None or match[1].lower() not in _IFS or text_of(text[start : match.start(1)]).strip(_OPENS):
        return None
    sentence, rest = text[start:end], text[match.end(2) : end].strip(_AROUND)
    plain = not _ONE_WORD.match(match[0].strip()) and not _FOOTER.search(match[0].strip())
    if not plain or not rest or not _counts(text, match, start) or _acts(sentence, match, start):
        return None
    told = is_imperative(text[following:last]) and not _TURNS.match(text_of(text[following:last]))
    return match.span(1)[:1] + match.span(2)[1:] if told else None


def _ends_command(block: Block, match: re.Match[str], end: int) -> bool:
    """Whether a case is all that stands behind a command: “`systemctl stop web` if it hangs.”"""
    if match[1].lower() not in _IFS or block.text[match.end(2) : end].strip(_AROUND):
        return False
    above = [code for code in block.code if code.end <= match.start(1)]
    return (
        bool(above)
        and not block.text[above[-1].end : match.start(1)].strip("`) ,(")
        and looks_like_command(block.text[above[-1].start : above[-1].end])
    )


def _told_to(block: Block, match: re.Match[str], start: int, end: int) -> bool:
    """Whether code stands beside a case in its sentence: what may be run then needs the case."""
    inside = (code for code in block.code if start <= code.start < end)
    return any(code.end <= match.start(1) or code.start >= match.end(2) for code in inside)


def _only_tells(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a case is an example, a precaution, or one in which a thing has but a name."""
    rest = text[match.end(2) : end].strip(_AROUND)
    before = text[max(0, match.start(1) - 2) : match.start(1)].strip()
    if match[1].lower() in _PRECAUTIONS and before.isalnum():
        return True
    return (
        _EXAMPLE.search(text[max(0, match.start(1) - _EXAMPLE_WORDS) : match.start(1)]) is not None
        or _CLASSED.match(rest) is not None
    )


def _counts(text: str, match: re.Match[str], start: int) -> bool:
    word = match[1].lower()
    before = text[max(start, match.start(1) - _LOOKED_AT) : match.start(1)]
    first = not text_of(before).strip(_OPENS)
    begins = first or before.rstrip().endswith((":", ";", "→", "–", "—", ","))
    if _IDIOM.match(text[match.start(1) : match.end(2)]):
        return first and _AS_NEEDED.match(text, match.start(1)) is not None
    if (
        word == "when"
        and _CHOOSES.match(before.strip())
        and text[match.end(2) : match.end(2) + 1] in ("", ".")
    ):
        return True
    if word == "when" and _HAPPENED.match(text, match.start(1)):
        return _OFFERED.search(before) is not None or is_imperative(before)
    if word in _WHEN:
        ends = text[match.end(2) : match.end(2) + 1]
        named = word == "where" and ends == ":" and text[match.end(2) + 1 : match.end(2) + 2].strip()
        begins = first if word == "assuming" else begins
        return begins and ends in (",", ":", "→", ";") and not named
    return not _WHETHER.search(before)


def _acts(sentence: str, match: re.Match[str], start: int) -> bool:
    """Whether the sentence tells to do something in this case; one that begins with the case does, unless
    it only describes what happens then.
    """
    begin, end = match.start(1) - start, match.end(2) - start
    before = sentence[max(0, begin - _LOOKED_AT) : begin].strip(" *_(–—-,:;→")
    rest = sentence[end : end + _LOOKED_AT].strip(" .,:;→–—-*_)")
    case = sentence[begin:end]
    if not rest and re.search(r"(?i)\bthat is an?\W{1,3}(?:problem|issue)\b", case):
        return True
    if (
        (_ONE_WORD.match(case) and not _AS_NEEDED.match(sentence, begin))
        or _SEQUENCE.match(case)
        or _FOOTER.search(case.strip())
    ):
        return False
    if not rest and _HAPPENS.search(case) and not _ACTS.search(case):
        return False
    rest = _ASIDE.sub(" ", rest)
    rest = re.sub(r"(?i)^(?:then|also|first|please)\b[,\s]*", "", rest)
    introduces = sentence.rstrip().endswith(":")
    if _SEES.match(rest) and not introduces:
        return False
    acts = introduces or not rest or _ACTS.search(rest) is not None
    acts = acts or any(is_imperative(part) for part in _PARTS.split(rest))
    if not before or before.rsplit(None, 1)[-1].lower() in ("and", "but"):
        acts = acts or _RANKS.match(rest) is not None
        return acts or _DESCRIBES.match(rest) is None
    offers = match[1].lower() in _IFS or _HAPPENED.match(sentence, begin) is not None
    offered = offers and _OFFERED.search(before.rsplit(", ", 1)[-1]) is not None
    if not rest and before[-1:] != ".":
        behind = sentence[:begin].rstrip().endswith(",") and _GO_ON.search(case) is not None
        return behind or offered or is_imperative(before) or _NEEDED.search(before) is not None
    return acts or offered or is_imperative(before)
