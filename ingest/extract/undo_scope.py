"""How far words about undoing reach: a line such as “Rollback”, an item “To roll back:”, a heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Undoing

_NO_LEVEL: Final = -1


@dataclass
class UndoScope:
    """What holds between two headings. `line`: below a line such as “Rollback”. `level`: of the item or
    paragraph whose words hold for all that stands inside it, with the number of drafts there were; where
    nothing stands inside, its next sibling is meant, and of those behind that nobody says. `shape`: whether
    the section's first command stood in a list. `past`: a block stood behind its commands that may belong
    to it or not.
    """

    line: bool = False
    level: int | None = None
    before: int = 0
    siblings: int = _NO_LEVEL
    sibling: int = 0
    shape: bool | None = None
    past: bool = False

    def says(self, *, in_section: bool) -> Undoing:
        """Of the block at hand."""
        if self.level is not None or self.sibling == 1:
            return "sentence"
        if self.sibling > 1 or (self.past and (self.line or in_section)):
            return "maybe"
        return "section" if self.line or in_section else ""

    def opened(self, level: int, drafts: int) -> None:
        """Words at this level introduce what undoes something."""
        self.level, self.before = level, drafts
        self.siblings, self.sibling = _NO_LEVEL, 0

    def interrupted(self, *, label: bool) -> None:
        """A paragraph without a command that says nothing of undoing: a label (“Next step”) ends what a line
        such as “Rollback” stands over; behind a sentence it may go on.
        """
        if self.shape is None:
            return
        self.line = self.line and not label
        self.past = self.line

    def reached(self, block: Block, drafts: int) -> bool:
        """Leave what a block ends; whether the block must be asked about by itself."""
        if self.level is not None and block.level <= self.level:
            empty = block.kind == "item" and block.level == self.level and drafts == self.before
            self.siblings = self.level if empty else _NO_LEVEL
            self.level = None
        if block.kind == "row" or block.level < self.siblings:
            self.siblings = _NO_LEVEL
        if self.siblings == _NO_LEVEL:
            self.sibling = 0
            return False
        self.sibling += block.kind == "item" and block.level == self.siblings
        return self.sibling > 1 and block.level == self.siblings

    def left_by(self, block: Block, *, in_section: bool) -> bool:
        """Whether a block that tells something stands behind the commands of its section: a paragraph behind
        its list; below a line such as “Rollback” any paragraph, and a list behind code.
        """
        if self.shape is None or not (self.line or in_section):
            return False
        inside = block.level > 0
        self.past = self.past or (not inside and (self.shape or self.line))
        self.past = self.past or (inside and self.line and not self.shape)
        return self.past

    def told(self, undoing: Undoing, *, listed: bool) -> None:
        """A step was found."""
        if undoing in ("section", "sentence") and self.shape is None:
            self.shape = listed
