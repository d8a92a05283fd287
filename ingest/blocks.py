"""What every source is turned into: blocks of text in order, each with its place in the source text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from ingest.sources.hidden import HiddenText
from ingest.trace import NOWHERE, Span, Trace

Form = Literal["markdown", "html", "asciidoc", "rst", "plain"]
"""What a text can be written in."""

FORMS: Final[tuple[str, ...]] = get_args(Form)

BlockKind = Literal["heading", "paragraph", "item", "code", "row"]

Taken = Literal["", "instruction", "prerequisite"]


@dataclass(frozen=True)
class InlineCode:
    """Code inside a sentence: `block.text[start:end]`. `taken`: a person says that it is a step."""

    start: int
    end: int
    taken: bool = False


@dataclass(frozen=True)
class Block:
    """One block. Lines count from 1 in the source text, both ends included.

    `level`: of a heading 1 to 6, 0 of the title of a box, of an item its nesting from 1; `number`: of an item
    in HTML, from 1. `language` is a code block's label in lower case. `linked`: where all of its text leads,
    where it is one link. `taken`: what a person says that it is. `struck`: struck out in a page: shown with
    it, read by nobody. `boxes`: numbers of the boxes around it (`<details>`, a panel), the outermost first.
    `quoted`: it is cited from what somebody else wrote before. `typed`: where in its text a person says that
    somebody types what stands there.
    """

    kind: BlockKind
    text: str
    line: int
    end_line: int
    level: int = 0
    ordered: bool = False
    language: str = ""
    code: tuple[InlineCode, ...] = ()
    cells: tuple[str, ...] = ()
    trace: Trace = NOWHERE
    linked: str = ""
    taken: Taken = ""
    struck: bool = False
    number: int = 0
    boxes: tuple[int, ...] = ()
    quoted: bool = False
    typed: tuple[tuple[int, int], ...] = ()

    def code_texts(self) -> list[str]:
        """The inline code of the block, in order."""
        return [self.text[span.start : span.end] for span in self.code]

    def place(self, start: int = 0, end: int | None = None) -> Span:
        """Where `text[start:end]` stands in the source text."""
        return self.trace.span(start, len(self.text) if end is None else end)


@dataclass(frozen=True)
class Repair:
    """Characters that were read as others, so that commands are commands again; `now` may be empty."""

    line: int
    span: Span
    was: str
    now: str
    kind: str


@dataclass(frozen=True)
class Masked:
    """Where a secret stood in the source text, and of which kind; equal ones are of one group. Never its
    value.
    """

    span: Span
    kind: str
    group: int = 0


@dataclass(frozen=True)
class Normalized:
    """The source text, taken apart. `sha256` is of the pasted text's UTF-8 bytes, before masking.

    `text` is what the spans count in: the pasted text with its secrets blanked, character for character; of
    HTML what a reader of the page sees.
    """

    form: str
    sha256: str
    text: str
    blocks: tuple[Block, ...]
    repairs: tuple[Repair, ...] = ()
    masked: tuple[Masked, ...] = ()
    title: str | None = None
    front_matter: dict[str, str] = field(default_factory=dict)
    hidden: tuple[HiddenText, ...] = ()
