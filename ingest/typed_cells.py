"""Cells of a column that is headed “Command” and hold one: code, also where nothing marks it as such. Word
processors and mails know no code in a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ingest.blocks import Block, InlineCode
from ingest.extract.commands import looks_like_command
from ingest.repairs import repaired

_HEAD: Final = re.compile(
    r"(?i)\W{0,4}(?:(?:shell|cli|bash|linux|exact|example)\s)?(?:commands?|cmds?|befehle?|kommandos?|"
    r"commandes?|comandos?|"
    r"команда|命令|コマンド|명령)(?:\s(?:to (?:run|use|execute)|line|\(s\)))?\W{0,4}"
)
_SENTENCE: Final = re.compile(r"[.!?]\s+[A-Z]|[a-z]\.$")
"""What a cell of prose has and a command has not."""


def typed_cells(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; in a row of a table below such a head, what is typed is code."""
    heads: frozenset[int] = frozenset()
    width = 0
    for block in blocks:
        if block.kind != "row":
            width = 0
        elif len(block.cells) != width:
            width = len(block.cells)
            heads = frozenset(at for at, cell in enumerate(block.cells) if _HEAD.fullmatch(cell))
        yield _with_code(block, heads) if block.kind == "row" and heads else block


def _with_code(block: Block, heads: frozenset[int]) -> Block:
    found: list[InlineCode] = []
    begin = 0
    for at, cell in enumerate(block.cells):
        start = block.text.find(cell, begin) if cell.strip() else -1
        if start < 0:
            continue
        begin = start + len(cell)
        marked = any(code.start < begin and start < code.end for code in block.code)
        if at in heads and not marked and _is_typed(cell):
            found.append(InlineCode(start, begin))
    if not found:
        return block
    return replace(block, code=tuple(sorted((*block.code, *found), key=lambda code: code.start)))


def _is_typed(cell: str) -> bool:
    return looks_like_command(repaired(cell.strip())) and _SENTENCE.search(cell) is None
