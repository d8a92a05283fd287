"""HTML, by selectolax: pages and clipboard content. Nothing in it is fetched or executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from base.limits import SCAN_MAX_DEPTH
from ingest.blocks import Block, InlineCode
from ingest.sources.behind_code import behind_code
from ingest.sources.confluence_storage import as_html
from ingest.sources.continued import continued
from ingest.sources.html_text import (
    BLOCKS,
    CODE_BLOCKS,
    ITEMS,
    LISTS,
    OUTPUT,
    OWN_BLOCKS,
    holds,
    inline_text,
    left_out,
    run_text,
    struck_text,
    visible_code,
    visible_line,
)
from ingest.sources.levels import MergedCells, level_of_list, level_of_paragraph
from ingest.sources.lined_code import is_lined, lined_language, lined_text
from ingest.sources.nesting import require_shallow, too_deep
from ingest.sources.quotes import HEADS, WROTE, begins_original, is_quote
from ingest.sources.style_sheets import with_style_sheets
from ingest.sources.typewritten import is_alone, is_gap, is_line, language_of

_LISTING: Final = "data-ds--code--code-block"
"""How Atlassian's editor marks a listing."""
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_NO_NUMBERS: Final = -1
_START: Final = re.compile(r"[1-9]\d{0,5}")
_BOXES: Final = frozenset(
    "div details section article aside blockquote fieldset figure table main ac:structured-macro "
    "ac:adf-extension".split()
)
"""Whose end is the end of what a title or a ban in them holds for."""
_LOOKED_FOR: Final = 40
_NEAR: Final = 400
_LOOK_AHEAD: Final = 8_192
"""Characters in which the line of a block is looked for, from the last block on."""


@dataclass
class _Reader:
    """Finds the line of each block by searching on from where the last one was found."""

    source: str
    offset: int = 0
    behind: int = 0
    counted: int = 0
    lines: int = 1
    lists: list[int] = field(default_factory=list)
    """Of each list that is open: the number of its last item, _NO_NUMBERS where they have none."""
    boxes: tuple[int, ...] = ()
    boxes_count: int = 0
    rest_quoted: bool = False
    quotes: int = 0
    told: bool = False
    merged: MergedCells = field(default_factory=MergedCells)

    def line(self, text: str) -> int:
        """The line where the first word of a text stands, from the last found place on."""
        words = text.split(None, _LOOKED_FOR)[:_LOOKED_FOR]
        whole = text.split("\n", 1)[0].strip()
        for word in (whole, *words[:3]):
            found = self.source.find(word, self.behind, self.behind + _LOOK_AHEAD)
            if found >= 0:
                self.offset = self.behind = found
                break
        self._pass_by(words)
        self.lines += self.source.count("\n", self.counted, self.offset)
        self.counted = self.offset
        return self.lines

    def _pass_by(self, words: list[str]) -> None:
        """Go behind the words of this block, so that the next one is not found in them."""
        for word in words:
            found = self.source.find(word, self.behind, self.behind + _NEAR)
            if found >= 0:
                self.behind = found + len(word)

    def number(self) -> int:
        """The number of the next item of the list that is open; 0 where it is none or has no numbers."""
        if not self.lists or self.lists[-1] == _NO_NUMBERS:
            return 0
        self.lists[-1] += 1
        return self.lists[-1]

    def block(self, kind: str, text: str, **more: object) -> Block:
        """A block at the place where its text is found."""
        first = self.line(text)
        if not self.quotes and HEADS.match(text) and self.counted > 0:
            self.rest_quoted = True
        quoted = self.rest_quoted or self.quotes > 0
        self.told = not quoted and WROTE.search(text) is not None
        return Block(kind, text, first, first + text.count("\n"), boxes=self.boxes, quoted=quoted, **more)  # type: ignore[arg-type]  # fields by name

    def enter(self, node: LexborNode, tag: str) -> tuple[tuple[int, ...], int, MergedCells]:
        """Go into an element; gives what `leave` needs."""
        before = self.boxes, self.quotes, self.merged
        if tag == "table":
            self.merged = MergedCells()
        if tag in _BOXES:
            self.boxes_count += 1
            self.boxes = (*self.boxes, self.boxes_count)
        if is_quote(node, tag, told=self.told):
            self.quotes += 1
        return before

    def leave(self, before: tuple[tuple[int, ...], int, MergedCells]) -> None:
        """Leave an element."""
        self.boxes, self.quotes, self.merged = before


def read_html(text: str) -> Iterator[Block]:
    """The blocks of an HTML text, in order. Page chrome (navigation, header, footer) is left out, and so is
    what a reader does not see or what is struck out. Raises Unprocessable for one that is nested too deeply.
    """
    shown = as_html(text)
    require_shallow(shown)
    tree = with_style_sheets(LexborHTMLParser(shown))
    root = tree.css_first("main, article, [role=main]") or tree.body
    if root is not None:
        yield from continued(_walk(root, _Reader(text), 0))


def _walk(node: LexborNode, reader: _Reader, depth: int) -> Iterator[Block]:
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    run: list[LexborNode] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if not left_out(child, tag) and (is_line(child, tag) or (run and is_gap(child, tag))):
            run.append(child)
            continue
        yield from _listing(run, reader)
        run = []
        if left_out(child, tag):
            yield from _struck(child, tag, reader)
            continue
        if begins_original(child, tag):
            reader.rest_quoted = True
        before = reader.enter(child, tag)
        yield from _one(child, tag, reader, depth)
        reader.leave(before)
    yield from _listing(run, reader)


def _listing(run: list[LexborNode], reader: _Reader) -> Iterator[Block]:
    """Typewritten paragraphs behind each other: a listing."""
    if run:
        lines = [visible_line(line).strip("\n") for line in run]
        yield reader.block("code", "\n".join(lines).strip("\n"))


def _struck(node: LexborNode, tag: str, reader: _Reader) -> Iterator[Block]:
    """What is struck out: a reader sees it, and that it holds no more."""
    if text := struck_text(node, tag):
        listed = tag in ITEMS and bool(reader.lists)
        level = len(reader.lists) if listed else 0
        number = reader.number() if listed else 0
        kind = "item" if listed else "paragraph"
        yield replace(reader.block(kind, text, level=level, ordered=number > 0, number=number), struck=True)


def _struck_inside(node: LexborNode, reader: _Reader, depth: int) -> Iterator[Block]:
    """What is struck out within a block that is told already, and in none of its own blocks."""
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    for child in node.iter():
        tag = child.tag or ""
        if left_out(child, tag):
            yield from _struck(child, tag, reader)
        elif tag not in OWN_BLOCKS:
            yield from _struck_inside(child, reader, depth + 1)


def _one(child: LexborNode, tag: str, reader: _Reader, depth: int) -> Iterator[Block]:
    if tag == "summary":
        yield from _leaf("heading", child, reader, level=0)
    elif tag in _HEADINGS:
        yield from _heading(child, reader, depth, _HEADINGS[tag])
    elif is_lined(child):
        if (text := lined_text(child)).strip():
            yield reader.block("code", text, language=lined_language(child))
    elif tag in CODE_BLOCKS or _LISTING in child.attributes:
        yield from _code(child, reader)
    elif tag in LISTS:
        before = list(reader.lists)
        reader.lists += [_NO_NUMBERS] * (level_of_list(child) - len(before) - 1)
        reader.lists.append(_first(child, nested=bool(reader.lists)) if tag == "ol" else _NO_NUMBERS)
        yield from _walk(child, reader, depth + 1)
        reader.lists = before
    elif tag in ITEMS:
        yield from _item(child, reader, depth)
    elif tag == "tr":
        yield from _walk(child, reader, depth + 1) if is_alone(child) else _row(child, reader)
    elif tag != "-text" and holds(child, BLOCKS):
        yield from _walk(child, reader, depth + 1)
    else:
        yield from _other(child, tag, reader)


def _other(child: LexborNode, tag: str, reader: _Reader) -> Iterator[Block]:
    """A text, or an element that holds nothing but one."""
    if tag != "-text":
        level = level_of_paragraph(child, tag)
        yield from _leaf("item" if level else "paragraph", child, reader, level=level)
        return
    text = " ".join((child.text_content or "").split())
    if text:
        yield reader.block("paragraph", text)


def _first(node: LexborNode, *, nested: bool) -> int:
    """One before the number with which a list begins. A nested one begins with 1: no other number opens a
    list below a line of text in Markdown, as which the page is shown.
    """
    start = node.attributes.get("start") or "1"
    return int(start) - 1 if not nested and _START.fullmatch(start) else 0


def _heading(node: LexborNode, reader: _Reader, depth: int, level: int) -> Iterator[Block]:
    """A heading; what is no text of a heading follows it."""
    text, code = inline_text(node, tables=False)
    if text:
        yield reader.block("heading", text, code=code, level=level)
    yield from _struck_inside(node, reader, depth)
    if holds(node, OWN_BLOCKS):
        yield from _own_blocks(node, frozenset(), reader, depth, level)


def _row(node: LexborNode, reader: _Reader) -> Iterator[Block]:
    """A table row: its cells, and the inline code of all of them."""
    cells: list[str] = []
    spans: list[InlineCode] = []
    length = 0
    for cell in node.iter():
        if cell.tag in ("td", "th") and not left_out(cell, cell.tag):
            while (above := reader.merged.above(len(cells))) is not None:
                cells.append(above)
                length += len(above) + len(" | ")
            text, code = inline_text(cell, nested=True)
            reader.merged.note(len(cells), text, cell)
            spans += [InlineCode(length + span.start, length + span.end) for span in code]
            cells.append(text)
            length += len(text) + len(" | ")
    if any(cells):
        yield reader.block("row", " | ".join(cells), cells=tuple(cells), code=tuple(spans))
    yield from _struck_inside(node, reader, 0)


def _item(child: LexborNode, reader: _Reader, depth: int) -> Iterator[Block]:
    level = max(1, len(reader.lists))
    number = reader.number()
    behind = frozenset(behind_code(child))
    text, code = inline_text(child, without=behind, tables=False)
    if text:
        linked = _link_of(child, text)
        told = {"level": level, "ordered": number > 0, "number": number, "code": code, "linked": linked}
        yield reader.block("item", text, **told)
    yield from _struck_inside(child, reader, depth)
    yield from _own_blocks(child, behind, reader, depth, level)


def _own_blocks(
    node: LexborNode, behind: frozenset[int], reader: _Reader, depth: int, level: int
) -> Iterator[Block]:
    """The code, lists and tables in an item or a heading, whose other text is told already; and its
    text `behind` them.
    """
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    run: list[LexborNode] = []
    for inner in node.iter(include_text=True):
        tag = inner.tag or ""
        if left_out(inner, tag):
            continue
        if inner.mem_id in behind and tag not in BLOCKS:
            run.append(inner)
            continue
        yield from _run(run, reader, level)
        run = []
        if inner.mem_id in behind:
            yield from _leaf("paragraph", inner, reader, level=level)
        elif tag in OWN_BLOCKS:
            yield from _one(inner, tag, reader, depth + 1)
        elif tag != "-text" and holds(inner, OWN_BLOCKS):
            yield from _own_blocks(inner, behind, reader, depth + 1, level)
    yield from _run(run, reader, level)


def _run(nodes: list[LexborNode], reader: _Reader, level: int) -> Iterator[Block]:
    """A paragraph of loose text."""
    text, code = run_text(nodes)
    if text:
        yield reader.block("paragraph", text, code=code, level=level)


def _link_of(node: LexborNode, text: str) -> str:
    """Where a node leads whose whole text is one link; empty where it is none."""
    link = node.css_first("a[href]")
    if link is None or " ".join(link.text().split()) != text:
        return ""
    return link.attributes.get("href") or "/"


def _leaf(kind: str, node: LexborNode, reader: _Reader, **more: int) -> Iterator[Block]:
    text, code = inline_text(node)
    if text:
        yield reader.block(kind, text, code=code, **more)
    yield from _struck_inside(node, reader, 0)


def _code(node: LexborNode, reader: _Reader) -> Iterator[Block]:
    """A listing; what an element in it says that a program prints, and what is to be filled in, is told apart
    from what is typed.
    """
    if node.tag == "textarea" or node.css_first(OUTPUT) is not None:
        typed = "" if node.tag == "textarea" else visible_code(node, output=False).strip("\n")
        if typed.strip():
            yield reader.block("code", typed)
        shown = [node] if not typed.strip() else node.css(OUTPUT)
        printed = "\n".join(visible_code(part).strip("\n") for part in shown)
        if printed.strip():
            yield reader.block("code", printed, language="output")
        return
    text = visible_code(node).strip("\n")
    if not text.strip():
        return
    yield reader.block("code", text, language=language_of(node))
