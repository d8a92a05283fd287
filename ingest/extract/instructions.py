"""Sentences without a command: what must be true first, what a person does, how a step is undone, a note."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.cases import told_for_a_case, without_case
from ingest.extract.deeds import deed_ahead
from ingest.extract.drafts import Draft, Required
from ingest.extract.gate_steps import gates_aside, tells
from ingest.extract.gates import is_gate
from ingest.extract.needs_beside import needed
from ingest.extract.negation import begins_negated, negated
from ingest.extract.prerequisites import lacks_access, required
from ingest.extract.reader import UNDONE, Reader, title_of
from ingest.extract.scope_words import SUPPOSED
from ingest.extract.shown import below, beside_what_follows, last_sentence, over_listing
from ingest.extract.skipping import leads_away
from ingest.extract.undoing import undoing_words
from ingest.extract.vocabulary import sentences, text_of
from ingest.trace import Span

_BUT_NOT: Final = re.compile(r"(?i)\s{1,3}[—–-]{1,2}\s{1,3}(?=(?:but\s+)?(?:do\s+not|don['’`´]?t|never)\b)")
_APART: Final = re.compile(r"(?::|;|\s[–—-]|,(?:\s(?:so|then))?|→|->|=>)\s+")
"""“If it is yellow, only replicas are missing: skip to …”: what is done then stands behind why."""
_LONGEST: Final = 900
"""Characters of a paragraph that tells to do something; in a longer one that is said by the way."""


def instruction(reader: Reader, block: Block, text: str, condition: str | None, otherwise: bool) -> None:
    """A sentence without a command: what must be true first, what a person does, or a note."""
    if block.taken == "prerequisite":
        reader.found.prerequisites.append(Required(text, block.place(), codes_in(block, text)))
        reader.account(block, "prerequisite", "a person takes it as a prerequisite")
        return
    if condition is not None and (lacks_access(condition) or SUPPOSED.match(text_of(block.text))):
        text = text_of(block.text)
    above = len(reader.found.drafts)
    first = not (above or reader.explains) and condition is None
    before = needed(reader, text, above=above, first=first)
    if above and is_gate(text) and block.kind != "item":
        before = []  # who agrees does so before what stands below, and not before the first step
    if block is reader.spent:
        before = []  # it was said of the command above
    if reader.lists_before and block.kind != "item":
        before = [part for part in before if not part.endswith(":")]  # the items below it are what is needed
    reader.found.prerequisites += [
        Required(part, place_in(block, part), codes_in(block, part)) for part in before
    ]
    rest = [part for part in sentences(text) if not before or (part not in before and not required(part))]
    if before and not rest:
        reader.account(block, "prerequisite", "it says what must be true first")
        return
    _manual(reader, block, " ".join(rest) if before else text, condition, otherwise)


def _manual(reader: Reader, block: Block, text: str, condition: str | None, otherwise: bool) -> None:
    if undoing_words(text) is not None and reader.found.drafts and not reader.explains:
        index = undone_by_hand(reader, block, text, block.place())
        reader.account(block, "step", UNDONE, [Claim(0, len(block.text), "step", UNDONE, index)])
        return
    told = [part for part in sentences(text) if tells(part)]
    if not told and condition is None and not reader.explains:
        told, condition, otherwise = told_for_a_case(text)
    introduced = text.rstrip().endswith(":") and over_listing(below(block, reader.following))
    if not told and condition is not None and not introduced:
        told = [part for part in sentences(text) if leads_away(part)] or _told_apart(text)
        own = told_for_a_case(text) if not told and not reader.explains else ([], None, False)
        if own[0]:
            told, condition, otherwise = own  # the first case only told what happens
    if block.taken == "instruction":
        place = Claim(0, len(block.text), "step", "a person takes it as an instruction")
        draft = Draft("manual", text, title_of(text), block.line, block.end_line, reader.section, condition,
                      otherwise, spans=(block.place(),), block=block)  # fmt: skip
        reader.account(block, "note", "an explanation", [replace(place, draft=reader.add(draft))])
        return
    told, introduces, title = beside_what_follows(text, told, below(block, reader.following))
    reader.lead_title = title_of(title) if title else reader.lead_title
    if reader.explains or (block.kind == "paragraph" and len(text) > _LONGEST):
        told = [part for part in told if is_gate(part)] if over_listing(reader.following) else []
    deed = deed_ahead(last_sentence(text)) if introduces and not told and not reader.explains else ""
    told = [deed] if deed else told
    if not told:
        why = "it introduces what follows" if introduces else "an explanation"
        claims = (
            gates_aside(reader, block, (condition, otherwise)) if introduces and not reader.explains else []
        )
        why = f"in “{reader.section}”, which explains" if reader.explains else why
        reader.account(block, "note", why, claims)
        return
    others = _other_cases(text, told) if not reader.explains else []
    whole = block.kind == "item" and not begins_negated(text) and not introduces
    spans = (block.place(),) if whole else tuple(place_in(block, part) for part in told)
    index = reader.add(
        Draft("manual", text if whole else " ".join(told), title_of(told[0]), block.line, block.end_line,
              reader.section, condition, otherwise, spans=spans, block=block)
    )  # fmt: skip
    claims = _told(block, None if whole else told, index)
    for part, body, case, other in others:
        draft = Draft("manual", body, title_of(body), block.line, block.end_line, reader.section, case, other,
                      spans=(place_in(block, part),), block=block)  # fmt: skip
        claims += _told(block, [part], reader.add(draft))
    reader.account(block, "note", "an explanation", claims)


def _told_apart(text: str) -> list[str]:
    """What is done in the case of a text, where that stands behind why; none of another case's sentence,
    and none of one that forbids: “you must never stop, restart or fence it”.
    """
    last = sentences(text)[-1] if text else ""
    if without_case(last) != last:
        return []
    before, *parts = _APART.split(last)
    for part in parts:
        told = _BUT_NOT.split(part)[0]
        if negated(before, holds_code=True) or (told == part and negated(part, holds_code=True)):
            return []
        if tells(told):
            return [told]
        before = f"{before}, {part}"
    return []


def _other_cases(text: str, told: list[str]) -> list[tuple[str, str, str | None, bool]]:
    """The sentences of a text, but for those `told`, that tell to do something for a case of their own: the
    sentence, what it tells, the case and whether it is negated.
    """
    found = []
    for part in sentences(text):
        parts, condition, otherwise = told_for_a_case(part) if part not in told else ([], None, False)
        if parts:
            found.append((part, without_case(part), condition, otherwise))
    return found


def undone_by_hand(reader: Reader, block: Block, text: str, place: Span) -> int:
    """What a labelled sentence says about undoing a step, without a command."""
    draft = Draft("manual", text, title_of(text), block.line, block.end_line, reader.section, spans=(place,))
    return reader.add(replace(draft, block=block, undoing="sentence"))


def _told(block: Block, told: list[str] | None, index: int) -> list[Claim]:
    """The claims of an instruction: these sentences, or None for all of the block."""
    why = "an instruction for a person"
    if told is None:
        return [Claim(0, len(block.text), "step", why, index)]
    found = [(block.text.find(part), part) for part in told]
    return [Claim(at, at + len(part), "step", why, index) for at, part in found if at >= 0]


def codes_in(block: Block, part: str) -> tuple[str, ...]:
    return tuple(code for code in block.code_texts() if code in part)


def place_in(block: Block, part: str) -> Span:
    """Where a sentence of a block stands in the source; the whole block where it was changed."""
    at = block.text.find(part)
    return block.place(at, at + len(part)) if at >= 0 and part else block.place()


def lead_of(text: str) -> str:
    parts = sentences(text)
    return parts[-1].rstrip(":→ ") if parts else text
