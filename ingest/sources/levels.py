"""How word processors tell what lies below what: lists by a class or a style, cells that reach over rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborNode

_DOCS: Final = re.compile(r"\blst-[\w-]{1,60}-(\d)(?=\s|$)")
"""Of Google Docs: each level is a list of its own, beside the one that it lies below."""
_WORD: Final = re.compile(r"(?i)mso-list\s{0,9}:\s{0,9}\w{1,20}\s{1,9}level(\d)")
_SPAN: Final = re.compile(r"[1-9]\d{0,3}")


def level_of_list(node: LexborNode) -> int:
    """The level of the items of a list, from 1, as its class tells it; 0 where none does."""
    found = _DOCS.search(node.attributes.get("class") or "")
    return int(found[1]) + 1 if found else 0


def level_of_paragraph(node: LexborNode, tag: str) -> int:
    """The level of a paragraph of Word that is an item, from 1; 0 of one that is none."""
    found = _WORD.search(node.attributes.get("style") or "") if tag == "p" else None
    return max(1, int(found[1])) if found else 0


@dataclass
class MergedCells:
    """The cells of a table that reach into the next rows: by column, their text and how many rows more."""

    cells: dict[int, tuple[str, int]] = field(default_factory=dict)

    def above(self, column: int) -> str | None:
        """The text of the cell above that reaches into this row; None where none does."""
        text, left = self.cells.get(column, ("", 0))
        if not left:
            return None
        self.cells[column] = (text, left - 1)
        return text

    def note(self, column: int, text: str, cell: LexborNode) -> None:
        """Remember a cell that reaches into the rows below it."""
        span = cell.attributes.get("rowspan") or "1"
        if _SPAN.fullmatch(span) and span != "1":
            self.cells[column] = (text, int(span) - 1)
