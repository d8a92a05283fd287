"""What a text says for a case: “if …”, “unless …”, labels of cases, and the steps that each case leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from base.limits import TEXT_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.alternatives import alternatives
from ingest.extract.drafts import Draft
from ingest.extract.labels import asked_cases, clause_headings, labelled_cases, restricted_case
from ingest.extract.tables import RowCase, cases_of_row, columns_of, rows_of_procedures
from ingest.extract.vocabulary import NOT_STEPS, is_imperative, sentence_places, text_of
from ingest.trace import Span

_IF: Final = re.compile(
    r"(?i)(?:^|(?<=[\s(–—,;:→-]))(if|unless|in case|in the case|in the event|provided|assuming|when|"
    r"whenever|once|only if|should|where)\s+"
    r"((?:(?![,;:→]|\.\s|\.$| then | – | — | -> | => )[\s\S]){4,220})"
)
_WHETHER: Final = re.compile(
    r"(?i)\b(?:check|checks|see|verify|determine|ask|know|confirm|decide|find out|as|even|look|test|"
    r"ensure|sure|tell|"
    r"what|clear|unclear)\s+(?:\w+\s+){0,1}$"
)
_IDIOM: Final = re.compile(
    r"(?i)^where (?:to|you can|possible|applicable|necessary|needed|appropriate)\b|^provided (?:by|in|"
    r"with|as|the)\b|"
    r"^(?:if|when|once)\s+(?:needed|necessary|required|possible|applicable|appropriate|in doubt|any|"
    r"so\b|not\b|you (?:like|want|prefer|haven['’]t)|"
    r"desired|nothing else|(?:running|executing)\b|"
    r"you (?:run|execute|type)\b|you have (?:any )?questions|this (?:page|document|guide))"
)
_RANKS: Final = re.compile(
    r"(?i)^(?:then )?(?:the |its )?(?:severity|priority|impact|urgency)\b[^.]{0,30}\bis\b|"
    r"^(?:then )?(?:there|that|this|it) is (?:likely |probably |usually )?an?\W{1,3}(?:problem|issue)\b"
)
"""How bad it is then: what is done next follows from it."""

_CHOOSES: Final = re.compile(
    r"(?i)^\W*(?:note\W+)?(?:only )?(?:use|run|apply|choose|try|prefer|follow)\b[^.;:]{2,60}$"
)
"""“Use the command below when …”."""

_IFS: Final = frozenset({"if", "unless", "in case", "only if"})
_WHEN: Final = frozenset({"when", "whenever", "once", "should", "where", "assuming"})
_SAYS_CASE: Final = re.compile(
    r"(?i)^(?:case\s+\w+\s*:\s*(?P<case>[^:→]{3,120})$|(?P<label>(?:[^→.!?]|\.(?=\d)){2,90}?\??)\s*(?:→|->|"
    r"=>)\s+(?P<then>\S.*)$|"
    r"(?P<code>[^:.!?]{2,60}):\s+(?P<does>\S.*)$)",
    re.DOTALL,
)
_COMPARED: Final = re.compile(
    r"(?:\d+[.)]\s+)?(?P<case>[A-Za-z][\w %]{2,50}?\s*(?:[<>]=?|==?|≤|≥)\s*\d[\d.,]*\s?\w*)"
)
"""A heading that compares: `Current size < 1 TB`."""

_GATE: Final = re.compile(
    r"(?i)^(?:note:?\s+)?(?:(?:for|on|in|with)\b[^,.;:]{0,60}\bversions?\b[^,;:]{0,40}?\b(?:or|and) "
    r"(?:earlier|later|older|newer|above|below|higher|lower)\b|"
    r"[^.;:]{3,80}\bonly (?:apply|applies|valid|relevant|works?|needed|necessary) "
    r"(?:for|to|on|if|when|in)\b(?:[^.;]|\.\d){3,120})"
)
"""A version or a state that the steps below are for."""

_DESCRIBES: Final = re.compile(
    r"(?i)^(?:(?:then|also)\s+)?(?:(?:the|an?|this|these|that|those|it|they|all|its|their)\b|"
    r"(?!you\b|we\b|please\b)[^.;]{1,80}?\b(?:will|would|won['’]t|is|are|was|were|has|have|returns?|fails?|"
    r"means?|becomes?|gets?|continues?|triggers?)\b)"
)
"""What happens then, by itself."""

_HAPPENS: Final = re.compile(r"(?i)\s(?:will|would|won['’]t)\s")
_SEQUENCE: Final = re.compile(
    r"(?i)^once (?:logged|connected|inside|signed)\b|^once (?:you|we)(?:['’]ve| have| are|['’]re)? (?:found|"
    r"find|know|identif|logged|connected|inside|signed)|"
    r"^(?:once|when|after)\b[^,:]{0,60}\b(?:finish(?:es|ed)?|"
    r"complet(?:es?|ed)|done|over|ended|ends)\b"
)
"""When the next step may begin: no case, it always comes. A check or an approval is one: it may fail."""

_FOOTER: Final = re.compile(r"(?i)\b(?:intended|authorized|authorised) recipient\b|\bif you need to$")
_NEEDED: Final = re.compile(r"(?i)\b(?:mandatory|required|needed|necessary|optional|skip(?:ped)?|re-?use)\b")
_CAUSE: Final = re.compile(r"(?:[A-Z][a-z]+){2,}(?:\s*/\s*(?:[A-Z][a-z]+){2,})*")


@dataclass(frozen=True)
class Condition:
    """A case, its place, and the indexes of the steps that it leads to."""

    text: str
    span: Span
    then: tuple[int, ...] = ()
    otherwise: tuple[int, ...] = ()


_ACTS: Final = re.compile(
    r"(?i)\b(?:you|we|i)\b[^.]{0,40}\b(?:can|could|should|need|must|may|have to|want|will)\b|\bplease\b|"
    r"\bthere (?:are|is) (?:\w+ )?(?:options?|ways?)\b|\b(?:they|people|users?)(?: will|"
    r"['’]ll)? (?:need|have to|must)\b|"
    r"\blet['’]?s\b|"
    r"\b(?:must|should|need(?:s)? to|has to|have to)\s+(?:not\s+)?(?:be\b|\w+)|\b(?:go|skip|jump|"
    r"proceed|continue|stop|page|call|escalate)\b|"
    r"\b(?:it (?:is|['’]s)(?! (?:possible|likely|probable|because|due))|this (?:is|means)|use|carry on|"
    r"nothing)\b|"
    r"\b(?:is|are|be) (?:required|needed|necessary)\b|\bcan (?:safely |also )?be \w+|"
    r"\b(?:may|might|could) (?:be|need|require)\b|\b(?:way|option|fix|thing|step) is to\b"
)
"""What says that somebody does something in this case."""

_OFFERED: Final = re.compile(
    r"(?i)\b(?:you|we) (?:may|might|can|could|should|must|will|need)\b|\bonly (?:do|use|run|try|perform)\b"
)
"""“You may need to kill some pods if …”, “Only do this if …”."""

_GO_ON: Final = re.compile(
    r"(?i)\b(?:look|see|try|check|run|use|go|contact|ask|restart|escalate|skip|stop|call)\b"
)
_ONE_WORD: Final = re.compile(
    r"(?i)^(?:if|when|once|unless|should)\s+\w+$|^once (?:this is |it is |that is )?done$"
)


def conditions(blocks: Sequence[Block], drafts: Sequence[Draft]) -> list[Condition]:
    """Every case that the text names, in order, each once."""
    found: dict[str, Condition] = {}
    places: dict[str, int] = {}
    headings: list[tuple[int, str]] = []
    rows = rows_of_procedures(blocks)
    clauses = clause_headings(blocks)
    for place, block in enumerate(blocks):
        found.update(_one_of(blocks[max(0, place - 1)], block, drafts))
        if block.kind == "code" or len(block.text) > TEXT_MAX_CHARACTERS or _is_header(block):
            continue
        if place in rows:
            for case in cases_of_row(block, rows[place]):
                condition = _of_row(block, case, drafts)
                found.setdefault(condition.text.lower(), condition)
            continue
        if block.kind == "heading":
            headings = [item for item in headings if item[0] < block.level]
            headings.append((block.level, block.text))
        explained = any(NOT_STEPS.match(text) for _, text in headings)
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        for start, end in _cases(block, following, explained=explained, clause=place in clauses):
            text = " ".join(block.text[start:end].split()).strip(" *_(")
            span = block.place(start, end)
            if len(text) > 3:
                found.setdefault(text.lower(), Condition(text, span, *_leads_to(text, block, start, drafts)))
                places.setdefault(text.lower(), place)
    steps = _steps_by_block(drafts)
    cased = {*places.values(), *(place for place in rows)}
    for key, place in places.items():
        if not found[key].then and not found[key].otherwise and blocks[place].kind in ("paragraph", "item"):
            below = _below(blocks, place, cased, steps)
            against = _AGAINST.search(blocks[place].text) is not None
            found[key] = replace(
                found[key], then=() if against else below, otherwise=below if against else ()
            )
    return list(found.values())


def _one_of(before: Block, block: Block, drafts: Sequence[Draft]) -> dict[str, Condition]:
    """The cases that comments name, each over the command that is run then."""
    found: dict[str, Condition] = {}
    if block.kind != "code":
        return found
    for start, end, index in alternatives(before, block, drafts):
        text = " ".join(block.text[start:end].split())
        found[text.lower()] = Condition(text, block.place(start, end), (index,))
    return found


def _is_header(block: Block) -> bool:
    """Whether a row names the columns of a procedure: “if”, “then”."""
    return block.kind == "row" and columns_of(block) is not None


_AGAINST: Final = re.compile(
    r"(?i)\bunless\b|\b(?:skip|ignore|leave out)\b[^.]*\bif\b|\bif\b[^.]*\b(?:skip|stop here)\b"
)
"""What stands below is for the other case."""


def _steps_by_block(drafts: Sequence[Draft]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, draft in enumerate(drafts):
        found.setdefault(id(draft.block), []).append(index)
    return found


def _below(
    blocks: Sequence[Block], place: int, cased: set[int], steps: dict[int, list[int]]
) -> tuple[int, ...]:
    """The steps from a case to the next one, to a heading, or out of its item."""
    level = blocks[place].level if blocks[place].kind == "item" else 0
    found: list[int] = []
    for at in range(place + 1, len(blocks)):
        block = blocks[at]
        out = level and block.kind == "item" and block.level <= level
        if at in cased or out or block.kind == "heading":
            break
        found += steps.get(id(block), [])
    return tuple(found)


def _of_row(block: Block, case: RowCase, drafts: Sequence[Draft]) -> Condition:
    """A case of a table row; what is done where the result is another one stands in no step."""
    steps = tuple(i for i, draft in enumerate(drafts) if draft.block is block) if case.leads_on else ()
    text = " ".join(block.text[case.start : case.end].split())
    return Condition(text, block.place(case.start, case.end), steps)


def _cases(
    block: Block, following: Block | None, *, explained: bool, clause: bool
) -> Iterator[tuple[int, int]]:
    """The places of the conditions in a block, in order. `clause`: it is a heading that says when."""
    if explained:
        return
    named = list(named_cases(block))
    told = block.kind in ("item", "paragraph")
    label = _label(block) if not named and told else None
    labels = [label] if label is not None else list(labelled_cases(block)) if told else []
    asked = list(asked_cases(block, following)) if told else []
    found = [*named, *asked]
    found += [item for item in labels if not any(_meet(item, other) for other in found)]
    yield from sorted(found)
    if clause:
        yield 0, len(block.text)
    elif block.kind == "heading":
        yield from _in_heading(block)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def named_cases(block: Block) -> Iterator[tuple[int, int]]:
    """The conditions that the sentences of a block name with a word, and the versions that they are for."""
    for start, end in sentence_places(block.text):
        gate = _GATE.match(block.text[start:end])
        if gate:
            yield start, start + gate.end()
            continue
        restricted = restricted_case(block.text[start:end])
        if restricted is not None:
            yield start, start + restricted
            continue
        for match in _IF.finditer(block.text, start, end):
            if _counts(block.text, match, start) and _acts(block.text[start:end], match, start):
                yield match.start(1), match.end(2)


def _in_heading(block: Block) -> Iterator[tuple[int, int]]:
    """A heading that compares, or that is the name of an alert or a cause."""
    compared = _COMPARED.match(block.text)
    if compared:
        yield compared.span("case")
    elif _CAUSE.fullmatch(block.text.strip()) and block.level > 2:
        yield 0, len(block.text)


def _counts(text: str, match: re.Match[str], start: int) -> bool:
    word = match[1].lower()
    before = text[start : match.start(1)]
    first = not text_of(before).strip(" *_>-•(\"'“–—→[]x")
    begins = first or before.rstrip().endswith((":", ";", "→", "–", "—", ","))
    if _IDIOM.match(text[match.start(1) : match.end(2)]):
        return False
    if (
        word == "when"
        and _CHOOSES.match(before.strip())
        and text[match.end(2) : match.end(2) + 1] in ("", ".")
    ):
        return True
    if word in _WHEN:
        return begins and text[match.end(2) : match.end(2) + 1] in (",", ":", "→", ";")
    return not _WHETHER.search(before)


def _acts(sentence: str, match: re.Match[str], start: int) -> bool:
    """Whether the sentence tells to do something in this case; one that begins with the case does, unless
    it only describes what happens then.
    """
    begin, end = match.start(1) - start, match.end(2) - start
    before, rest = sentence[:begin].strip(" *_(–—-,:;→"), sentence[end:].strip(" .,:;→–—-*_)")
    case = sentence[begin:end]
    if not rest and re.search(r"(?i)\bthat is an?\W{1,3}(?:problem|issue)\b", case):
        return True
    if _ONE_WORD.match(case) or _SEQUENCE.match(case) or _FOOTER.search(case.strip()):
        return False
    if not rest and _HAPPENS.search(case) and not _ACTS.search(case):
        return False
    rest = re.sub(r"(?i)^(?:then|also|first|please)\b[,\s]*", "", rest)
    introduces = sentence.rstrip().endswith(":")
    acts = introduces or not rest or is_imperative(rest) or _ACTS.search(rest) is not None
    if not before or before.rsplit(None, 1)[-1].lower() in ("and", "but"):
        acts = acts or _RANKS.match(rest) is not None
        return acts or _DESCRIBES.match(rest) is None
    offered = match[1].lower() in _IFS and _OFFERED.search(before.rsplit(", ", 1)[-1]) is not None
    if not rest and before[-1:] != ".":
        behind = sentence[:begin].rstrip().endswith(",") and _GO_ON.search(case) is not None
        return behind or offered or is_imperative(before) or _NEEDED.search(before) is not None
    return acts or offered or is_imperative(before)


def _label(block: Block) -> tuple[int, int] | None:
    """A label of an item that stands for a case: `it` → do that, “anything else: …”."""
    found = _SAYS_CASE.match(block.text)
    if found is None:
        return None
    if found["case"]:
        return 0, found.end("case")
    if found["label"] and is_imperative(found["label"]):
        return None  # a way through menus: “Go to more → batch”
    if found["label"]:
        return found.span("label")
    coded = any(code.start <= 3 and code.end >= found.end("code") - 2 for code in block.code)
    named = _CAUSE.fullmatch(found["code"].strip(" *_")) is not None
    other = re.match(
        r"(?i)(?:any(?:thing)? (?:other|else)|otherwise|else|works|fails|pass(?:es)?)\b", found["code"]
    )
    does = found["does"]
    told = any(is_imperative(part) for part in re.split(r",\s+(?:and\s+|then\s+)?", does))
    if (coded or named or other) and (told or other):
        return found.span("code")
    return None


def _leads_to(
    text: str, block: Block, start: int, drafts: Sequence[Draft]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The steps behind a case: those that the rules put under it, else those of its own block behind it."""
    low = text.lower()
    then = [
        i for i, draft in enumerate(drafts) if (draft.condition or "").lower() == low and not draft.negated
    ]
    other = [i for i, draft in enumerate(drafts) if (draft.condition or "").lower() == low and draft.negated]
    if not then and block.kind == "heading":
        then = [i for i, draft in enumerate(drafts) if draft.section == block.text.strip()]
    elif not then:
        then = [
            i
            for i, draft in enumerate(drafts)
            if draft.block is block and (draft.kind == "manual" or draft.start >= start)
        ]
    return tuple(then), tuple(other)
