"""Rows of tables: commands in code, and in a table that tells a procedure what a person does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.commands import FoundCommand, looks_like_command
from ingest.extract.drafts import Draft, Undoing
from ingest.extract.gates import gate_before, is_gate
from ingest.extract.inline_commands import codes_of
from ingest.extract.negation import negated
from ingest.extract.reader import BANNED, Reader, title_of
from ingest.extract.sentence_cases import ToldBefore
from ingest.extract.tables import Columns, banned_in, case_of, cells_of, other_case, told_in, undo_cell
from ingest.extract.vocabulary import sentences, text_of

_CASE: Final = re.compile(
    r"(?i)^(?:only )?(?:if|when|in case)\b[^.;`|]{3,120}?(?=,|:|\brun\b|\bthen\b|[.;`|]|$)"
)
_BRACKETS: Final = re.compile(r"\(([^()]{4,120})\)")
ROW_TOLD: Final = "a table row with an instruction for a person"
ROW_COMMAND: Final = "a table row with a command"


def row(reader: Reader, block: Block, columns: Columns | None) -> None:
    """A table with commands as inline code: each is a step, the longest other cell its title. `columns`: of
    a table that tells a procedure, where a row without a command is an instruction for a person.
    """
    reader.place(block)
    codes = block.code_texts()
    found = [item for item in codes_of(block) if looks_like_command(item.text)]
    commands = [item for item in found if not banned_in(block, columns, item.start)]
    begin, end = undo_cell(block, columns)
    forward = [item for item in commands if not begin <= item.start < end]
    told = told_in(block, columns) if columns and not forward else None
    if found and not commands:
        reader.account(block, "ignored", BANNED)
        return
    if not commands and told is None:
        reader.account(block, "note", "a table row without a command in code")
        return
    if reader.banned or any(negated(cell) for cell in block.cells):
        reader.account(block, "ignored", BANNED)
        return
    case = case_of(block, columns) if columns else None
    condition = columns.said(block.text[slice(*case)]) if case and columns else _case_told(block)
    apart = set() if columns is None else {columns.otherwise, columns.expected, columns.case, columns.undo}
    _gates(reader, block, forward, condition, apart)
    if told is not None:
        text = block.text[slice(*told)]
        index = reader.add(
            Draft("manual", text, title_of(text), block.line, block.end_line, reader.section, condition,
                  spans=(block.place(*told),), block=block, start=told[0], end=told[1])
        )  # fmt: skip
        if not commands:
            reader.account(block, "step", ROW_TOLD, [Claim(0, len(block.text), "step", ROW_TOLD, index)])
            return
    words = [
        cell
        for at, cell in enumerate(block.cells)
        if cell and at not in apart and not any(code in cell for code in codes)
    ]
    index = -1
    reader.group += 1
    for command in commands:
        title = max(words, key=len) if words else command.text
        undoing: Undoing = "" if command in forward else "sentence"
        case_here, negated_here, within = _case_here(block, columns, command, condition)
        added = reader.add(
            Draft("command", command.text, title_of(title), block.line, block.end_line, reader.section,
                  case_here, negated_here, spans=(block.place(),), block=block, start=command.start,
                  end=command.end, undoing=undoing, within=within)
        )  # fmt: skip
        index = index if undoing and index >= 0 else added
    claims = [Claim(0, len(block.text), "step", ROW_COMMAND, index)]
    reader.account(block, "step", ROW_COMMAND, claims)


def _case_here(
    block: Block, columns: Columns | None, command: FoundCommand, condition: str | None
) -> tuple[str | None, bool, tuple[tuple[str, bool], ...]]:
    """The case of a command in a row, whether it is for the other one, and the cases around it: that of the
    row, `condition`, may hold another one, by the column of its cell or by the words beside it.
    """
    own = other_case(block, columns, command.start) or _case_in_cell(block, command, condition)
    if own is None:
        return condition, False, ()
    around = () if condition is None else ((condition, False),)
    return own[0], own[1], around


def _case_in_cell(block: Block, command: FoundCommand, condition: str | None) -> tuple[str, bool] | None:
    """The case that the cell of a command names beside it: “`x` if it was changed”."""
    place = next((item for item in cells_of(block) if item[0] <= command.start < item[1]), None)
    if place is None:
        return None
    begin, end = place
    codes = tuple(
        replace(code, start=code.start - begin, end=code.end - begin)
        for code in block.code
        if begin <= code.start and code.end <= end
    )
    cell = Block("item", block.text[begin:end], block.line, block.end_line, code=codes)
    found = ToldBefore(cell).case_beside(command.start - begin, command.end - begin)
    return None if found is None or _is_of(found[0], condition) else found


def _is_of(case: str, condition: str | None) -> bool:
    """Whether a case is the row's own one, said in the cell of its command."""
    return condition is not None and (case.lower() in condition.lower() or condition.lower() in case.lower())


def _case_told(block: Block) -> str | None:
    """The case that a cell of a table without a column for it begins with: “If the disk is full”."""
    for cell in block.cells:
        found = _CASE.match(cell)
        if found is not None and found[0].strip():
            return found[0].strip(" ,:")
    return None


def _gates(
    reader: Reader, block: Block, commands: list[FoundCommand], condition: str | None, apart: set[int | None]
) -> None:
    """Add what the cells of a row tell a person to do before its commands, but for those of columns `apart`:
    what is done where it fails, or expected.
    """
    first = commands[0].start if commands else 0
    begin = 0
    for number, cell in enumerate(block.cells):
        at = block.text.find(cell, begin)
        begin = at + len(cell) if at >= 0 else begin
        lead = cell[: first - at] if at <= first < at + len(cell) else cell
        told = (
            [*sentences(lead), *_BRACKETS.findall(lead)]
            if commands and at >= 0 and number not in apart
            else []
        )
        for part in {gate_before(item) or item.strip(): None for item in told}:
            place = block.text.find(part, at)
            if part and is_gate(part) and place >= 0:
                reader.add(
                    Draft("manual", part, title_of(text_of(part)), block.line, block.end_line, reader.section,
                          condition, spans=(block.place(place, place + len(part)),), block=block,
                          start=place, end=place + len(part))
                )  # fmt: skip
