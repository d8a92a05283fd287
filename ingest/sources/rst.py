"""reStructuredText, Sphinx's words included: translated line by line into Markdown, then read as that.

Not by docutils: it knows no directive of an extension and puts an error in its place, and gives no columns;
an import must keep what it does not know, and say where each character stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from ingest.blocks import Block
from ingest.extract.spoken import all_typed
from ingest.sources.markdown import read_markdown
from ingest.sources.rst_directives import TABLES, put_directive_table
from ingest.sources.rst_inline import is_open, put_inline
from ingest.sources.rst_tables import put_table, table_at
from ingest.sources.told import told_in
from ingest.trace import Writer

_ADORNMENT: Final = re.compile(r"([!-/:-@\[-`{-~])\1+\s*$")
_EXPLICIT: Final = re.compile(r"(\s*)\.\.(?:\s+(\S.*))?\s*$")
_DIRECTIVE: Final = re.compile(r"([A-Za-z][\w:.+-]{0,60})::(?:\s+(.*?))?\s*$")
_ONE_COLON: Final = re.compile(r"(code|code-block|sourcecode):(?:\s+(\w{1,30}))?\s*$")
"""A listing that lost a colon, and would be a comment."""
_OPTION: Final = re.compile(r"\s+:[\w-]+:(?:\s.*)?$")
_FIELD: Final = re.compile(r":(?![\w:.+-]{1,60}:`)[A-Za-z][\w -]{0,40}:[ \t]+(?=\S)")
"""A field: a name, and what is said under it."""
_FOOTNOTE: Final = re.compile(r"\[[\w#*-]{1,40}\]\s+(?=\S)")
_MARKER: Final = re.compile(r"(\s*)(?:([-*+•])|\(?(?:\d{1,3}|#|[A-Za-z])[.)])(\s+)(?=\S)")
_CODE: Final = frozenset(
    "code code-block sourcecode parsed-literal prompt command-output program-output literal console".split()
)
_DROPPED: Final = frozenset(
    """
    contents toctree image figure index meta raw include literalinclude highlight tabularcolumns role
    default-role sectnum only_html mermaid graphviz uml plantuml title _
    """.split()
)
"""Directives whose body is no sentence of the text."""
_BOXES: Final = frozenset(
    "topic admonition sidebar dropdown collapse tab tab-item group-tab card toggle".split()
)
"""Directives whose argument is the title of their body."""
_SPOKEN: Final = {
    "warning": "Warning: ", "danger": "Danger: ", "caution": "Caution: ", "important": "Important: ",
    "note": "Note: ", "tip": "Tip: ", "hint": "Hint: ", "attention": "Attention: ", "error": "Error: ",
}  # fmt: skip
_FENCE: Final = "~~~~~~~~"
"""Longer than any that a listing is likely to hold; one that holds it ends there, and nothing is lost."""


@dataclass
class _Page:
    """The lines, where each begins, where the reader is, and the Markdown so far.

    `contexts` are the list items around this line: the columns at which their text begins, here and there.
    """

    lines: list[str]
    starts: list[int]
    out: Writer = field(default_factory=Writer)
    at: int = 0
    contexts: list[tuple[int, int]] = field(default_factory=list)
    titles: list[tuple[str, bool]] = field(default_factory=list)
    boxes: list[tuple[int, str]] = field(default_factory=list)
    """Of the boxes that are open: behind which line each ends, and the indent of its marks."""

    def line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def end_line(self) -> None:
        """The line end of the line before the reader's."""
        self.put_break(self.at - 1)

    def put_break(self, number: int) -> None:
        """The line end of a line; the last one's is not in the text."""
        is_last = number == len(self.lines) - 1
        self.out.put("\n", None if is_last else self.starts[number + 1] - 1)

    def blank(self, behind: int) -> None:
        """Nothing is read up to there."""
        self.at = behind
        self.out.put("\n")

    def body_end(self, begin: int, indent: int) -> int:
        """Behind the last line that is indented by more than `indent`, empty ones between included."""
        end = begin
        for number in range(begin, len(self.lines)):
            line = self.lines[number]
            if line.strip():
                if _indent(line) <= indent:
                    break
                end = number + 1
        return end

    def base(self, indent: int) -> tuple[int, int]:
        """The text column of the list item that a line of this indent stands in, here and in the Markdown."""
        while self.contexts and self.contexts[-1][0] > indent:
            self.contexts.pop()
        return self.contexts[-1] if self.contexts else (0, 0)


def read_rst(text: str) -> Iterator[Block]:
    """The blocks of a reStructuredText, in order."""
    lines = text.split("\n")
    page = _Page(lines, [0, *accumulate(len(line) + 1 for line in lines)])
    while page.at < len(lines):
        _end_boxes(page)
        if not page.lines[page.at].strip():
            page.at += 1
            page.end_line()
        else:
            _block(page)
    return iter(told_in(text, read_markdown(page.out.text), page.out.trace))


def _end_boxes(page: _Page) -> None:
    while page.boxes and page.at >= page.boxes[-1][0]:
        page.out.put(f"\n{page.boxes.pop()[1]}</details>\n\n")


def _block(page: _Page) -> None:
    if _title(page) or _explicit(page):
        return
    table = table_at(page.lines, page.at)
    if table is None:
        _prose(page)
        return
    put_table(page.out, page.lines, page.starts, table)
    page.blank(table.behind)


def _title(page: _Page) -> bool:
    """A title between or above lines of one punctuation mark; its level is the order of the styles."""
    line, following = page.line(page.at), page.line(page.at + 1)
    over = _ADORNMENT.match(line)
    if over:
        closed = _ADORNMENT.match(page.line(page.at + 2))
        if not (closed and closed[1] == over[1] and following.strip()):
            if len(line.strip()) >= 4:
                page.blank(page.at + 1)
                return True
            return False
        _heading(page, page.at + 1, (over[1], True))
        page.blank(page.at + 3)
        return True
    under = _ADORNMENT.match(following)
    if under is None or line[0].isspace() or len(following.strip()) < min(len(line.strip()), 4):
        return False
    if page.at and page.line(page.at - 1).strip():
        return False  # the last line of a paragraph; a list below it may begin with a dash
    _heading(page, page.at, (under[1], False))
    page.blank(page.at + 2)
    return True


def _heading(page: _Page, number: int, style: tuple[str, bool]) -> None:
    page.contexts.clear()
    if style not in page.titles:
        page.titles.append(style)
    page.out.put("\n" + "#" * min(6, page.titles.index(style) + 1) + " ")
    line = page.lines[number]
    put_inline(page.out, line.strip(), page.starts[number] + _blank(line))
    page.out.put("\n")


def _explicit(page: _Page) -> bool:
    """A directive, a comment, a target, a footnote: what begins with two dots."""
    found = _EXPLICIT.match(page.line(page.at))
    if found is None:
        return False
    indent, said = len(found[1]), found[2] or ""
    behind = page.body_end(page.at + 1, indent)
    directive = _DIRECTIVE.match(said) or _ONE_COLON.match(said)
    footnote = _FOOTNOTE.match(said)
    if directive:
        _directive(page, directive, found.start(2), behind)
    elif footnote:
        page.out.put("\n")
        _put_prose(page, page.at, found.start(2) + footnote.end(), indent)
        page.at += 1
        page.out.put("\n")
    else:
        page.blank(behind)
    return True


def _directive(page: _Page, found: re.Match[str], column: int, behind: int) -> None:
    name = found[1].lower().rpartition(":")[2]
    indent = _indent(page.line(page.at))
    if name in _DROPPED:
        page.blank(behind)
        return
    body = page.at + 1
    while body < behind and _OPTION.match(page.line(body)):
        body += 1
    if name in _CODE:
        _code(page, indent, body, behind, (found[2] or "").split(" ")[0])
        return
    if name in TABLES:
        put_directive_table(page.out, page.lines, page.starts, name, (page.at + 1, behind))
        page.blank(behind)
        return
    if found[2] and (name in _BOXES or _is_case(name, found[2])):
        _open_box(page, name, found, column, (indent, body, behind))
        return
    page.out.put("\n")
    if found[2]:
        new = page.base(indent)[1]
        page.out.put(" " * new + _SPOKEN.get(name, ""))
        put_inline(page.out, found[2], page.starts[page.at] + column + found.start(2))
        page.out.put("\n")
    page.at = body  # its body is read as any text, at the indent of the directive


def _is_case(name: str, said: str) -> bool:
    """Whether a directive shows its body in some builds only."""
    shown = name == "only" and "html" in said and "not" not in said.split()
    return name in ("ifconfig", "only") and not shown


def _open_box(page: _Page, name: str, found: re.Match[str], column: int, place: tuple[int, int, int]) -> None:
    """A box with a title: it ends with the body of its directive."""
    indent, body, behind = place
    new = " " * page.base(indent)[1]
    page.out.put(f"\n{new}<details><summary>" + ("If " if name not in _BOXES else ""))
    put_inline(page.out, found[2], page.starts[page.at] + column + found.start(2))
    page.out.put("</summary>\n\n")
    page.boxes.append((behind, new))
    page.at = body


def _code(page: _Page, indent: int, begin: int, behind: int, language: str) -> None:
    """A listing becomes a fenced one; its lines lose what indents all of them."""
    new = " " * page.base(indent)[1]
    while begin < behind and not page.line(begin).strip():
        begin += 1
    margin = min((_indent(line) for line in page.lines[begin:behind] if line.strip()), default=0)
    word = language if re.fullmatch(r"[\w+-]{1,30}", language) else ""
    page.out.put(f"\n{new}{_FENCE}{word}\n")
    for number in range(begin, behind):
        line = page.lines[number]
        if line.strip():
            cut, left = _cut(line, margin)
            page.out.put(new + " " * left)
            page.out.put(line[cut:], page.starts[number] + cut)
        page.put_break(number)
    page.out.put(f"{new}{_FENCE}\n")
    page.at = behind


def _prose(page: _Page) -> None:
    """A line of text or of a list; `::` at the end of a paragraph begins a listing."""
    number = page.at
    line = page.lines[number]
    indent = _indent(line)
    typed = _typed_end(page, number)
    if typed > number:
        _code(page, indent, number, typed, "")
        return
    column = _put_prose(page, number, _blank(line), indent)
    listing = page.line(page.at).rstrip().endswith("::") and not page.line(page.at + 1).strip()
    page.at += 1
    page.end_line()
    behind = page.body_end(page.at, column) if listing else 0
    if behind > page.at:
        _code(page, column, page.at, behind, "")


def _typed_end(page: _Page, number: int) -> int:
    """The line behind an indented paragraph of which every line is a command; the same line for any other."""
    if not page.lines[number][:1].isspace() or (number and page.line(number - 1).strip()):
        return number
    end = number
    while end < len(page.lines) and page.lines[end].strip():
        end += 1
    return end if all_typed(page.lines[number:end]) else number


def _put_prose(page: _Page, number: int, first: int, indent: int) -> int:
    """A line from its character `first` on, where its indent belongs in the Markdown, and those that markup
    joins to it, the last of which the reader is then at; gives the column of its text.
    """
    line, begin = page.lines[number], page.starts[number]
    _, new = page.base(indent)
    page.out.put(" " * new)
    marker = _MARKER.match(line) if first == _blank(line) else None
    named = _FIELD.match(line, first)
    if named:
        page.out.put("- ", begin + first, named.end() - first)
        first = named.end()
    elif marker:
        sign = f"{marker[2]} " if marker[2] in ("-", "*", "+") else "- " if marker[2] else "1. "
        page.out.put(sign, begin + first, marker.end() - first)
        first = marker.end()
        page.contexts.append((len(line[:first].expandtabs(8)), new + len(sign)))
    page.at = _joined_end(page, number, first)
    text = "\n".join([line[first:], *page.lines[number + 1 : page.at + 1]]).rstrip()
    if text.endswith("::") and not page.line(page.at + 1).strip():
        text = text[:-1] if text.strip() != "::" else ""
    put_inline(page.out, text, begin + first)
    return len(line[:first].expandtabs(8))


def _joined_end(page: _Page, number: int, first: int) -> int:
    """The last of the lines that a role or a link of a line goes on in; the same line where none does."""
    text, end = page.lines[number][first:], number
    while is_open(text) and end - number < _JOINED_MAX and page.line(end + 1).strip():
        end += 1
        text = f"{text}\n{page.lines[end]}"
    return number if is_open(text) else end


_JOINED_MAX: Final = 4
"""Lines: a link is no longer."""


def _indent(line: str) -> int:
    """The column at which the line's text begins; tabs go to the next multiple of eight."""
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.expandtabs(8))


def _blank(line: str) -> int:
    """How many characters stand before the line's text."""
    return len(line) - len(line.lstrip())


def _cut(line: str, margin: int) -> tuple[int, int]:
    """Behind how many characters the column `margin` is, and how far a tab goes beyond it."""
    column = 0
    for count, character in enumerate(line):
        if column >= margin:
            return count, column - margin
        column += 8 - column % 8 if character == "\t" else 1
    return len(line), 0
