"""Rows of tables: commands in code, and in a table that tells a procedure what a person does."""

from __future__ import annotations

from typing import Final

from ingest.blocks import Block
from ingest.extract.accounts import Claim
from ingest.extract.commands import looks_like_command
from ingest.extract.drafts import Draft, Undoing
from ingest.extract.inline_commands import codes_of
from ingest.extract.negation import negated
from ingest.extract.reader import BANNED, Reader, title_of
from ingest.extract.tables import Columns, case_of, told_in, undo_cell

ROW_TOLD: Final = "a table row with an instruction for a person"
ROW_COMMAND: Final = "a table row with a command"


def row(reader: Reader, block: Block, columns: Columns | None) -> None:
    """A table with commands as inline code: each is a step, the longest other cell its title. `columns`: of
    a table that tells a procedure, where a row without a command is an instruction for a person.
    """
    reader.place(block)
    codes = block.code_texts()
    commands = [item for item in codes_of(block) if looks_like_command(item.text)]
    begin, end = undo_cell(block, columns)
    forward = [item for item in commands if not begin <= item.start < end]
    told = told_in(block, columns) if columns and not forward else None
    if not commands and told is None:
        reader.account(block, "note", "a table row without a command in code")
        return
    if reader.banned or any(negated(cell) for cell in block.cells):
        reader.account(block, "ignored", BANNED)
        return
    case = case_of(block, columns) if columns else None
    condition = block.text[slice(*case)] if case else None
    if told is not None:
        text = block.text[slice(*told)]
        index = reader.add(
            Draft("manual", text, title_of(text), block.line, block.end_line, reader.section, condition,
                  spans=(block.place(*told),), block=block, start=told[0], end=told[1])
        )  # fmt: skip
        if not commands:
            reader.account(block, "step", ROW_TOLD, [Claim(0, len(block.text), "step", ROW_TOLD, index)])
            return
    apart = set() if columns is None else {columns.otherwise, columns.expected, columns.case, columns.undo}
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
        added = reader.add(
            Draft("command", command.text, title_of(title), block.line, block.end_line, reader.section,
                  condition, spans=(block.place(),), block=block, start=command.start, end=command.end,
                  undoing=undoing)
        )  # fmt: skip
        index = index if undoing and index >= 0 else added
    claims = [Claim(0, len(block.text), "step", ROW_COMMAND, index)]
    reader.account(block, "step", ROW_COMMAND, claims)
