"""What the rules found: steps as the text gives them, and what must be true before the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from ingest.blocks import Block
from ingest.extract.accounts import Accounted
from ingest.trace import Span

DraftKind = Literal["command", "manual"]
Undoing = Literal["", "sentence", "section", "named", "maybe"]
"""Who says that a command undoes something; “named”: it says in words what (“step 4”); “maybe”: it stands
behind such words, and nobody says whether.
"""


@dataclass(frozen=True)
class Draft:
    """A step as the text gives it. `condition` is its own "if …"; `negated` is for its "otherwise". `spans`:
    the sentence over it, its own, its command, in order and apart. `undoing`: it is shown as what undoes
    steps above, by a sentence or by its section; those of one `group` are told together, and `undoes` is the
    index of the step, once it is known. Such a draft is no step of its own. `item` numbers the items and
    paragraphs of the text, each with what stands inside it; `listed` ones are items of a list. `titled_by`:
    which model wrote its title, where the text's words did not. `inside`: the command that opened the shell
    into which it is typed. `within`: the cases around its own, the outermost first, and whether each is
    turned. `said`: a person says that it is typed, so that nothing in the text takes it back.
    """

    kind: DraftKind
    text: str
    title: str
    line: int
    end_line: int
    section: str = ""
    condition: str | None = None
    negated: bool = False
    comment: str = ""
    spans: tuple[Span, ...] = ()
    block: Block | None = None
    start: int = 0
    end: int = 0
    dialect: str = "shell"
    undoing: Undoing = ""
    group: int = 0
    item: int = 0
    listed: bool = False
    undoes: int | None = None
    titled_by: str = ""
    inside: str = ""
    within: tuple[tuple[str, bool], ...] = ()
    said: bool = False

    @property
    def command_span(self) -> Span | None:
        """Where the command stands in the source; None of an instruction."""
        if self.block is None or self.kind != "command":
            return None
        return self.block.place(self.start, self.end)

    def place_of(self, words: str, within: str = "") -> Span | None:
        """Where words of this step stand in the source: those in the sentence `within`, else the first."""
        if self.block is None or not words:
            return None
        begin = max(0, self.block.text.find(within)) if within else 0
        at = self.block.text.find(words, begin)
        return self.block.place(at, at + len(words)) if at >= 0 else None

    def places(self, words: str) -> Iterator[Span]:
        """Where words stand in the command, each time; in the block of an instruction."""
        if self.block is None or not words:
            return
        at, end = self.start, self.end if self.kind == "command" else len(self.block.text)
        while (at := self.block.text.find(words, at, end)) >= 0:
            yield self.block.place(at, at + len(words))
            at += len(words)


@dataclass(frozen=True)
class Required:
    """A sentence that says what must be true first, with the pieces of code in it."""

    text: str
    span: Span
    codes: tuple[str, ...] = ()


@dataclass
class Extraction:
    """Everything that the rules found, in the order of the text."""

    title: str | None = None
    drafts: list[Draft] = field(default_factory=list)
    prerequisites: list[Required] = field(default_factory=list)
    accounts: list[Accounted] = field(default_factory=list)


def without_repeats(drafts: list[Draft]) -> list[Draft]:
    """Number titles that stand several times, so that each step can be told apart."""
    counts: dict[str, int] = {}
    result = []
    for draft in drafts:
        if draft.undoes is not None:
            result.append(draft)
            continue
        counts[draft.title] = counts.get(draft.title, 0) + 1
        again = counts[draft.title]
        result.append(draft if again == 1 else replace(draft, title=f"{draft.title} ({again})"))
    return result
