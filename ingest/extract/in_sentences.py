"""The commands that the sentences of a block tell to run: for which case, behind which gate, undoing what."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.alternatives import instead_of_above, joined_by_or
from ingest.extract.behind import said_behind, said_in
from ingest.extract.cases import without_case
from ingest.extract.commands import FoundCommand
from ingest.extract.comments import Said
from ingest.extract.deeds import DEEDS
from ingest.extract.drafts import Draft
from ingest.extract.gate_steps import gate_after, gate_ahead, gates_between
from ingest.extract.instructions import lead_of, undone_by_hand
from ingest.extract.needs_beside import needs_beside
from ingest.extract.negation import forbids_its_like
from ingest.extract.reader import BANNED, UNDONE, Reader, although, title_of
from ingest.extract.sentence_cases import ToldBefore
from ingest.extract.undoing import undoing_words
from ingest.extract.vocabulary import sentence_places, sentences, text_of


def in_sentences(
    reader: Reader, block: Block, commands: list[FoundCommand], text: str, case: tuple[str | None, bool]
) -> None:
    """The commands that the sentences of a block tell to run, each for the case of its own sentence; what
    one of them undoes is said by the words between it and the command before it.
    """
    claims, told = list[Claim](), ToldBefore(block)
    starts, above = [command.start for command in commands], len(reader.found.drafts)
    first = _said_first(block, told, starts)
    later = [place for place in told.places if place not in first]
    for command in commands:
        claims += gates_between(reader, block, later, told.end, command.start, case=case, ahead=command.text)
        undoing, again = told.undoing(command.start, beside=reader.beside_command())
        reader.group += bool(undoing) and not again
        said = _behind(reader, block, command, starts)
        if said.why:
            claims.append(Claim(command.start, command.end, "ignored", BANNED))
            continue
        condition, otherwise = told.case_beside(command.start, command.end) or case
        like = forbids_its_like(block.text, command.start, command.end)
        if condition is None and like is not None:
            condition, otherwise = although(like), False
        if condition is None:
            condition, otherwise = said.case, said.otherwise
        if condition is None and told.end and joined_by_or(block.text[told.end : command.start]):
            condition, otherwise = instead_of_above(reader, last_only=True), False
        place = told.sentence(command.start)
        behind = min([place[1], *(start for start in starts if start > command.start)])
        gated = gate_after(reader, block, command.end, behind)
        until = min((start for start in starts if start > command.start), default=len(block.text))
        gated += gates_between(reader, block, first, command.end, until, case=case)
        if undoing and told.end and not again:
            # What is undone is not called after how that is done.
            told.title(reader, title_of(lead_of(text_of(block.text[: told.end]))))
        title = title_of(without_case(told.says(command.start, starts)) or lead_of(text))
        index = reader.add(
            Draft("command", command.text, title, block.line, block.end_line,
                  reader.section, condition, otherwise, spans=reader.spans(block.place(*place)), block=block,
                  dialect=command.dialect, start=command.start, end=command.end, undoing=undoing)
        )  # fmt: skip
        told.end = command.end
        claims += [Claim(command.start, command.end, "step", "a command in a sentence", index), *gated]
    rest = block.text[told.end :].lstrip(" .,;:)`*_\n")
    if undoing_words(rest) is None:
        places = [*_clause_behind(block, told), *later]
        claims += gates_between(reader, block, places, told.end, len(block.text), case=case)
    if undoing_words(rest) is not None:
        told.title(reader, title_of(lead_of(text_of(block.text[: told.end]))))
        begin = len(block.text) - len(rest)
        index = undone_by_hand(reader, block, rest, block.place(begin, len(block.text)))
        claims.append(Claim(begin, len(block.text), "step", UNDONE, index))
    claims = _in_order(reader, block, first, claims, above) if first else claims
    claims += needs_beside(reader, block, told.places, claims, first=above)
    reader.account(block, "note", "it says more about the step beside it", claims)
    if told.places and told.places[-1][0] >= told.end:
        reader.undo(text, block)


_FIRST: Final = re.compile(
    r"(?i)^(?:but |and )?(?:first|beforehand|before (?:that|this|you do(?: so| that| this)?)|up front)\b|"
    r"\b(?:first|beforehand|before (?:that|this)|up front|in advance)[.!)]{0,3}$"
)
_ASIDE: Final = re.compile(r"\([^()]{0,200}\)[.!]?$")
"""“(announce it first)” is about the command beside it."""


def _said_first(block: Block, told: ToldBefore, starts: list[int]) -> list[tuple[int, int]]:
    """The sentences behind a command that say what is done before it: “`x`. First drain the node.”"""
    return [
        (begin, end)
        for begin, end in told.places
        if starts and begin > starts[0] and _FIRST.search(_ASIDE.sub("", block.text[begin:end].strip()))
    ]


def _in_order(
    reader: Reader, block: Block, first: list[tuple[int, int]], claims: list[Claim], above: int
) -> list[Claim]:
    """Put the commands of sentences that are done first before those of the sentence above: “Run `x`. Before
    that, run `y`.” Gives the claims with the places of the steps as they are then, from `above` on.
    """
    drafts = reader.found.drafts
    places = sentence_places(block.text)
    spans = [block.place(begin, end) for begin, end in places]

    def at(index: int) -> int:
        own = drafts[index].command_span or drafts[index].spans[-1]
        return next((at for at, span in enumerate(spans) if span.start <= own.start < span.end), 0)

    typed = [at(index) for index in range(above, len(drafts)) if drafts[index].kind == "command"]

    def order(index: int) -> tuple[int, int]:
        place = at(index)
        over = (
            [other for other in typed if other < place and not drafts[index].undoing]
            if places[place] in first
            else []
        )
        return (over[-1], 0) if over else (place, 1)

    ordered = sorted(range(above, len(drafts)), key=order)
    now: dict[int | None, int] = {was: above + at for at, was in enumerate(ordered)}
    drafts[above:] = [drafts[was] for was in ordered]
    return [replace(claim, draft=now[claim.draft]) if claim.draft in now else claim for claim in claims]


_CLAUSE: Final = re.compile(
    r"[`)\s]{0,4}(?:[;–—]\s{1,3}|,\s{1,3}(?=(?:and |but )?(?:then|if)\b)|"
    rf"(?<=[`)\s])and\s{{1,3}}(?=(?:then\s{{1,3}})?{DEEDS}\b))(?:and |but )?(?=\w)"
)
"""Where what is done next begins in the sentence of a command: “`x`; if it hangs, call Ann”."""


def _clause_behind(block: Block, told: ToldBefore) -> list[tuple[int, int]]:
    """The place of the last clause of the last command's sentence, where it has one of its own."""
    stop = told.sentence(max(0, told.end - 1))[1]
    found = _CLAUSE.match(block.text, told.end, stop)
    return [(found.end(), stop)] if found is not None and found.end() < stop else []


def _behind(reader: Reader, block: Block, command: FoundCommand, starts: list[int]) -> Said:
    """What the sentence right behind a command says of it, or the paragraph behind its block."""
    if any(start > command.start for start in starts):
        return Said()
    rest = block.text[command.end :].lstrip(" .,;:)`*_\n")
    if rest:
        return said_in((sentences(rest) or [""])[0])
    behind, place = said_behind(reader.following)
    gate_ahead(reader, behind.gate, place)
    if behind.why or behind.case is not None:
        reader.spend()
    return behind
