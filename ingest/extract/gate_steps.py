"""The steps of people that stand beside a command and not in a sentence of their own: in the words before it,
in the comment over it, in the heading of its section.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.cases import condition_of
from ingest.extract.command_forms import has_form, unknown_program
from ingest.extract.commands import FoundCommand, looks_like_command
from ingest.extract.deeds import deed_ahead, is_deed
from ingest.extract.doing import done_by
from ingest.extract.drafts import Draft
from ingest.extract.gates import gate_before, gate_behind, gate_later, is_gate, waits
from ingest.extract.negation import begins_negated
from ingest.extract.reader import Reader, title_of
from ingest.extract.shown import below, beside_what_follows
from ingest.extract.skipping import leads_away
from ingest.extract.undoing import undoing_lead, undoing_words
from ingest.extract.vocabulary import is_imperative, sentence_places, sentences, text_of

Case = tuple[str | None, bool]
Told = tuple[str, str | None, bool]
_WHY: Final = "an instruction for a person"
_LONGEST: Final = 900
"""Characters of a paragraph that tells to do something; in a longer one that is said by the way."""


def tells(sentence: str) -> bool:
    """Whether a sentence tells somebody to do something, or to let something be before going on."""
    return is_gate(sentence) or (is_imperative(sentence) and not begins_negated(sentence))


def gates_between(
    reader: Reader,
    block: Block,
    places: Sequence[tuple[int, int]],
    begin: int,
    end: int,
    *,
    case: Case = (None, False),
    ahead: str = "",
) -> list[Claim]:
    """Add what `block.text[begin:end]` tells a person beside a command: gates, and sentences of their own.
    `places` are its sentences; `case`: of the block; `ahead`: the command behind, empty where none is.
    """
    claims, aside = list[Claim](), reader.explains or len(block.text) > _LONGEST
    for start, stop in places:
        if start < begin or start >= end:
            continue
        part = block.text[start:stop] if stop <= end else _before(block.text[start:end])
        if not part or any(code in part and _is_typed(code) for code in block.code_texts()):
            continue
        if is_gate(part) or (stop > end and (waits(part) or is_deed(part))):
            claims.append(_added(reader, block, part, start))
        elif stop <= end and not aside and (told := _told_beside(reader, block, part, case, ahead)):
            claims.append(_added(reader, block, part, start, told))
    return claims


def _is_typed(code: str) -> bool:
    """Whether a piece of code may be a command, and no name of something: its sentence tells of that."""
    return looks_like_command(code) or unknown_program(code) or has_form(code)


_STATES: Final = re.compile(
    r"(?i)^[a-z]+ (?:also|only|usually|always|never|often|sometimes|typically|normally|automatically|itself) "
    r"[a-z]+s\b|"
    r"^(?:restart|reboot|backup|update|upgrade|log|watch|release|deploy|build|restore|reload|test)s? "
    r"(?:\w+ )?(?:is|are|was|were|has|will|can|may|should|must|does|takes?|happens?|needs?)\b|"
    r"^(?:check|monitor|report|review|query|search) (?:\w+ )?(?:is|are|was|were|get) \w+ "
    r"(?:nightly|daily|hourly|weekly|monthly|automatically|regularly|every|each|by)\b"
)
"""“Restart also clears the cache”, “Check logs are rotated nightly”: a noun that is a verb elsewhere."""


def _told_beside(reader: Reader, block: Block, part: str, case: Case, ahead: str) -> Told | None:
    """What a sentence without a command tells a person, and for which case: “Wait 5 minutes.”, “If it does
    not come back, escalate.” None where it tells nothing, is done by the command `ahead` or by what follows.
    """
    if undoing_lead(part, beside=True) or undoing_words(part) is not None or _STATES.match(text_of(part)):
        return None
    condition, otherwise, body = condition_of(reader, text_of(part))
    away = condition is not None and leads_away(body)
    if not (tells(body) or away):
        return None
    other = any(code in part and code not in ahead for code in block.code_texts())
    if condition is None and ahead and not other and done_by(body, [ahead], introduces=False):
        return None
    if not ahead and not away and not beside_what_follows(body, [body], below(block, reader.following))[0]:
        return None
    return (body, *(case if condition is None else (condition, otherwise)))


def _before(text: str) -> str:
    """The gate in the words of a sentence before its command: “Tell Ann, then run”, “Needs her OK:”."""
    lead = text.strip().rstrip(":")
    gate = gate_before(text) or (lead if text.rstrip().endswith(":") and is_gate(lead) else "")
    return gate or deed_ahead(text)


def gate_after(reader: Reader, block: Block, begin: int, end: int) -> list[Claim]:
    """Add the gate that `block.text[begin:end]` tells behind a command: it is first."""
    starts = [start for start, stop in sentence_places(block.text) if start <= begin < max(stop, start + 1)]
    before = block.text[starts[-1] if starts else 0 : begin]
    part = gate_behind(block.text[begin:end]) or gate_later(before, block.text[begin:end])
    return [_added(reader, block, part, block.text.index(part, begin))] if part else []


def gates_in_comment(reader: Reader, block: Block, command: FoundCommand, begin: int) -> list[Claim]:
    """Add the gates that the comment over a command tells; it stands behind `begin` of its block."""
    claims = list[Claim]()
    for part in sentences(command.comment):
        at = block.text.find(part, begin, command.start) if is_gate(part) else -1
        if at >= 0:
            claims.append(_added(reader, block, part, at))
            begin = at + len(part)
    return claims


def gate_in_line(reader: Reader, block: Block, command: FoundCommand, gate: str) -> list[Claim]:
    """Add the gate that the comment behind a command tells, if it tells one: it is first."""
    at = block.text.find(gate, command.start) if gate else -1
    return [_added(reader, block, gate, at)] if at >= 0 else []


def gate_ahead(reader: Reader, gate: str, place: tuple[int, int]) -> None:
    """Add the gate of the paragraph behind a command before that one: “But before that, ask the DBA.”"""
    if gate and reader.following is not None:
        following = reader.following
        claim = _added(reader, following, following.text[slice(*place)], place[0])
        reader.ahead = (following, claim)


_ASIDE: Final = re.compile(r"\s(?:[–—-]\s|(?=\())|[,;]\s(?:but\s)?")

_IF_ABLE: Final = re.compile(r"(?i)\bif (?:you can|possible|at all|time permits)\b")
"""What may be left out holds nothing up."""


def gates_aside(reader: Reader, block: Block, case: Case = (None, False)) -> list[Claim]:
    """Add the gates that stand aside in a sentence over what is run: “Drop it (ask Ann first):”."""
    claims = list[Claim]()
    for start, stop in sentence_places(block.text):
        ahead = gate_before(block.text[start:stop])
        if waits(ahead):
            at = block.text.index(ahead, start)
            claims.append(_added(reader, block, ahead, at, (text_of(ahead), *case) if case[0] else None))
        for found in _ASIDE.finditer(block.text, start, stop):
            bracket = block.text.find(")", found.end(), stop)
            end = bracket if bracket >= 0 and "(" in block.text[start : found.end() + 1] else stop
            part = gate_behind(block.text[found.end() : end].rstrip(" :!"))
            if part and _IF_ABLE.search(part) is None:
                at = block.text.index(part, found.end())
                claims.append(_added(reader, block, part, at, (text_of(part), *case) if case[0] else None))
                break
    return claims


def gates_of_title(reader: Reader, block: Block) -> list[Claim]:
    """Add the gates that the title of a box tells."""
    claims = list[Claim]()
    for start, end in sentence_places(block.text):
        if is_gate(block.text[start:end]):
            claims.append(_added(reader, block, block.text[start:end], start))
    return claims


def gate_in_heading(reader: Reader, block: Block) -> list[Claim]:
    """Add the gate that a heading right over code tells; nothing else would say it."""
    over_code = reader.following is not None and reader.following.kind == "code"
    if over_code and is_gate(block.text):
        return [_added(reader, block, block.text, 0)]
    return gates_aside(reader, block) if over_code else []


def _added(reader: Reader, block: Block, part: str, start: int, told: Told | None = None) -> Claim:
    end = start + len(part)
    text, condition, otherwise = told or (text_of(part), *reader.condition_here())
    index = reader.add(
        Draft("manual", text, title_of(text), block.line, block.end_line, reader.section,
              condition, otherwise, spans=(block.place(start, end),), block=block)
    )  # fmt: skip
    return Claim(start, end, "step", _WHY, index)
