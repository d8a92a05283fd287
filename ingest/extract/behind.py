"""What the paragraph behind a command says of it: not to run it, only in a case, only when it was agreed."""

from __future__ import annotations

import re
from typing import Final

from ingest.blocks import Block
from ingest.extract.comments import Said
from ingest.extract.gates import gate_behind, is_gate
from ingest.extract.short_cases import left_out_case, whole_case
from ingest.extract.vocabulary import is_imperative, sentence_places, text_of

_CALLOUT: Final = re.compile(r"<(?:\d{1,2}|\.)>\s+")
"""Of AsciiDoc: it speaks of the line of a listing above that has the same mark."""
_NOTE: Final = r"^(?:(?:but|and|note|warning|important|caution|attention|please|also|danger)\b[\s,:!]*)*"
_BAN: Final = re.compile(
    rf"(?i){_NOTE}(?:(?:do\s+not|don['’`´]?t|never|you\s+must\s+not|you\s+should\s+not|"
    rf"must\s+not)\s+(?:ever\s+)?"
    r"(?:run|use|execute|do|apply|try|type|paste|perform)\s+(?:this|that|it|these|them|the above|"
    r"the commands? above|"
    r"any of (?:this|these))\b|(?:this|these|it|the command above)(?: commands?)?\s+(?:must|should|"
    r"may)\s+(?:not|never)\s+"
    r"(?:ever\s+)?be\s+(?:run|used|executed|done)\b)(?P<rest>[^.;:]{0,160})$"
)
_BUT: Final = re.compile(
    r"(?i)^(?:but|however|though|only)\b[\s,]*(?:before (?:that|this|you do|doing (?:that|this|so))[\s,]*)?"
)
_FIRST: Final = re.compile(r"(?i)\b(?:first|before(?:hand| that| this)?)\W*$")
_AHEAD: Final = re.compile(
    r"(?i)[\s*_]{0,4}(?:but |and )?(?:before (?:that|this|doing so|you do(?: so| that| this)?)|beforehand|"
    r"prior to (?:that|this))\b"
)
"""“Before that, stop the app.”"""
_WITHOUT: Final = re.compile(r"(?i)^\s*(?:without|until|unless|before)\b")
_ANYMORE: Final = re.compile(r"(?i)^\W*+(?:any ?more|ever|again|yourself|manually|by hand)?\W*$")


def said_behind(following: Block | None) -> tuple[Said, tuple[int, int]]:
    """What a paragraph right behind a command says of it, and where; nothing for one that speaks of what
    stands below it.
    """
    nothing = Said(), (0, 0)
    if following is None or following.kind != "paragraph" or following.code:
        return nothing
    places = sentence_places(following.text)
    if not places or following.text.rstrip().endswith((":", "→")):
        return nothing
    begin = places[0][0]
    if len(places) == 1 and done_ahead(following.text[begin:]):
        return Said(gate=following.text[begin : places[0][1]]), (begin, places[0][1])
    callout = _CALLOUT.match(following.text, begin)
    begin = callout.end() if callout else begin
    said = said_in(following.text[begin : places[0][1]])
    if said == Said():
        for start, end in places[1:]:
            part = following.text[start:end]
            if is_gate(part) and _FIRST.search(part.rstrip(" .!")):
                return Said(gate=part), (start, end)
    return said, (begin, places[0][1])


def done_ahead(text: str) -> bool:
    """Whether a text tells to do something before what stands above it."""
    ahead = _AHEAD.match(text)
    return ahead is not None and is_imperative(text[ahead.end() :].lstrip(" ,"))


def said_in(sentence: str) -> Said:
    """What a sentence behind a command says of it."""
    text = text_of(sentence).strip("*_() ").rstrip(".! )")
    ban = _BAN.match(text)
    if ban is not None:
        if _WITHOUT.match(ban["rest"]):
            return Said()
        return (
            Said("banned")
            if _ANYMORE.match(ban["rest"])
            else Said("", ban["rest"].strip(" ,()"), otherwise=True)
        )
    case = whole_case(text) or left_out_case(text, alone=True)
    if case is not None:
        return Said("", *case)
    but = _BUT.match(text)
    told = text[but.end() :] if but else text
    if (is_gate(told) or gate_behind(sentence)) and (
        but is not None and (but.end() > len("however, ") or _FIRST.search(told))
    ):
        return Said(gate=sentence)
    return Said()
