"""Markdown, by markdown-it-py: blocks with the lines and the characters that its tokens came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from base.limits import PASTE_MAX_MARKS, TEXT_MAX_CHARACTERS
from ingest.blocks import Block, InlineCode
from ingest.sources.html import read_html
from ingest.sources.inline import Inline, read_inline
from ingest.sources.nesting import too_many_marks
from ingest.sources.quotes import Quotes
from ingest.sources.tags import OpenTags
from ingest.sources.typed_lines import ends_in_line, is_by_root
from ingest.sources.typed_parts import parts_of
from ingest.trace import Run, Trace, Writer, by_words

_MAX_COLUMNS: Final = 64
"""Wider rows are read as text: a table's missing cells are filled in, which multiplies rows by columns."""
_MARKS: Final = "`*_<[~\\&"
"""At each of these the inline parser stops and tries its rules."""


_AS_TEXT: Final = re.compile(r"(?i)<(/?)(?:aside|header|footer|nav)\b")
"""What frames a page, and in a Markdown text is part of it: a callout."""
_OWN_BOXES: Final = 1_000_000
"""Times the line of a piece of HTML: more boxes than a text has, so that its own have other numbers."""


def _parser(*rules: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 50}).enable(list(rules))
    # An entity or an escape stays a token of its own, with what was written; the inline texts are read one by
    # one (`_Place.read`), so that a text with too many blocks is refused before all of them are.
    parser.disable(["inline", "text_join"])
    return parser


_PARSER: Final = _parser("table", "strikethrough")
_WITHOUT_TABLES: Final = _parser("strikethrough")
_CLOSE_TITLE: Final = re.compile(
    r"(#{1,6})(?=[A-Z][^\n]*$)[^\n]*?((?:\s{0,4}#{1,6})?(?:\s{0,4}\{#[\w-]{1,80}\})?\s*)$"
)
"""A title without a blank behind its signs, as Markdown once took it: `##Before {#before}`."""


@dataclass
class _Place:
    """Where the walk is: how deep in lists, and whether each is ordered; the cells of the row so far."""

    text: str
    starts: list[int]
    parser: MarkdownIt
    env: dict[str, Any]
    lists: list[bool] = field(default_factory=list)
    in_item: int = 0
    row_line: int = 0
    cursor: int = 0
    cells: list[str] = field(default_factory=list)
    codes: list[InlineCode] = field(default_factory=list)
    row: Writer = field(default_factory=Writer)
    marks: int = 0
    tags: OpenTags = field(default_factory=OpenTags)
    quotes: Quotes = field(default_factory=Quotes)

    titled: bool = False
    wide: int = 0
    """The length of the longest line."""

    def begin(self, line: int) -> int:
        """Where a line (from 0) begins; the end of the text behind the last one."""
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def read(self, token: Token) -> Inline:
        """What a reader sees of an inline token, whose parts are parsed now. A text longer than a document's
        stays plain: links and emphasis in it take the square of its length. Raises Unprocessable for a text
        with too many marks.
        """
        token.children = []
        if len(token.content) > TEXT_MAX_CHARACTERS:
            token.children.append(Token("text", "", 0, content=token.content))
        else:
            self.marks += sum(map(token.content.count, _MARKS))
            if self.marks > PASTE_MAX_MARKS:
                raise too_many_marks()
            self.parser.inline.parse(token.content, self.parser, self.env, token.children)
        return read_inline(token, self.tags)


def read_markdown(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text, in order."""
    wide = any(line.count("|") > _MAX_COLUMNS for line in text.split("\n"))
    parser, env = _WITHOUT_TABLES if wide else _PARSER, dict[str, Any]()
    tokens = parser.parse(text, env)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    place = _Place(text, starts[:-1], parser, env)
    place.wide = max(after - before - 1 for before, after in pairwise(starts))
    return _blocks(tokens, place)


def _blocks(tokens: list[Token], place: _Place) -> Iterator[Block]:
    for index, token in enumerate(tokens):
        _enter(place, token)
        for block in _of_token(tokens, index, place):
            quoted = place.quotes.quoted(block.text) or place.tags.quoted
            boxes = block.boxes or place.tags.boxes
            yield replace(block, boxes=boxes, quoted=quoted) if boxes or quoted else block


def _of_token(tokens: list[Token], index: int, place: _Place) -> Iterator[Block]:
    token = tokens[index]
    if token.type == "inline":
        opening = tokens[index - 1]
        if opening.type in ("td_open", "th_open"):
            _cell(token, place)
        elif opening.type == "paragraph_open":
            yield from _paragraph(token, opening, place)
        else:
            yield from _heading(token, opening, place)
    elif token.type == "html_block":
        yield from _html(token, place)
    elif place.tags.unseen:
        return
    elif token.type in ("fence", "code_block"):
        yield _code(token, place)
    elif token.type == "tr_close":
        line = place.row_line + 1
        yield Block(
            "row", place.row.text, line, line, cells=tuple(place.cells), code=tuple(place.codes),
            trace=place.row.trace,
        )  # fmt: skip


def _enter(place: _Place, token: Token) -> None:
    if token.type in ("bullet_list_open", "ordered_list_open"):
        place.lists.append(token.type.startswith("ordered"))
    elif token.type in ("bullet_list_close", "ordered_list_close"):
        place.lists.pop()
    elif token.type in ("blockquote_open", "blockquote_close"):
        place.quotes.depth += 1 if token.nesting > 0 else -1
    elif token.type == "list_item_open":
        place.in_item = 1
    elif token.type == "list_item_close":
        place.in_item = 0
    elif token.type == "tr_open":
        place.row_line = token.map[0] if token.map else place.row_line
        place.cursor = place.begin(place.row_line)
        place.cells, place.codes, place.row = [], [], Writer()


def _cell(token: Token, place: _Place) -> None:
    """One cell: markdown-it gives no place for it, so it is looked for in its row."""
    inline = place.read(token)
    end = place.begin(place.row_line + 1)
    written = token.content if "|" not in token.content else token.content.replace("|", "\\|")
    found = place.text.find(written, place.cursor, end)
    if place.cells:
        place.row.put(" | ")
    base = place.row.length
    trace = inline.trace
    if found >= 0:
        place.cursor = found + len(written)
        outer = _escaped(token.content, found)
        trace = trace.over(outer)
    else:
        trace = by_words(inline.text, place.text, place.cursor, end)
    place.row.parts.append(inline.text)
    place.row.length += len(inline.text)
    place.row.runs += [Run(base + run.at, run.length, run.begin, run.extent) for run in trace.runs]
    place.cells.append(inline.text)
    place.codes += [InlineCode(base + code.start, base + code.end) for code in inline.code]


def _escaped(content: str, begin: int) -> Trace:
    """The trace of a cell in whose source each `|` has a backslash before it."""
    out = Writer()
    for number, part in enumerate(content.split("|")):
        if number:
            out.put("|", begin, 2)
            begin += 2
        out.put(part, begin)
        begin += len(part)
    return out.trace


def _paragraph(token: Token, opening: Token, place: _Place) -> Iterator[Block]:
    """The blocks of a paragraph: its prose, and its commands that stand on lines of their own."""
    lines = token.content.split("\n")
    close = _CLOSE_TITLE.match(token.content) if not place.lists and len(lines) == 1 else None
    if close is not None:
        content = token.content[close.end(1) : close.start(2)]
        opens = Token("heading_open", f"h{close.end(1)}", 1, markup="#")
        yield from _heading(Token("inline", "", 0, content=content, map=token.map), opens, place)
        return
    if place.in_item and len(lines) > 1 and ends_in_line(lines[0], lines[0], lines[1], place.wide):
        begin = token.map[0] if token.map else 0
        for taken, at in ((lines[:1], begin), (lines[1:], begin + 1)):
            own = Token("inline", "", 0, content="\n".join(taken), map=[at, at + len(taken)])
            yield from _paragraph(own, opening, place)
        return
    parts = parts_of(lines, place.wide)
    if len(parts) == 1 and not (parts[0].typed and (len(lines) > 1 or parts[0].cut is not None)):
        yield from _text_block(token, opening, place)
        return
    first = token.map[0] if token.map else 0
    for part in parts:
        content = "\n".join(_at_margin(lines[part.begin : part.end]))[part.cut or 0 :]
        own = Token("inline", "", 0, content=content, map=[first + part.begin, first + part.end])
        if part.typed:
            begin, end = _lines(own)
            yield Block("code", content, begin, end, trace=_content(own, place))
        else:
            yield from _text_block(own, opening, place)


def _at_margin(lines: list[str]) -> list[str]:
    """The lines of a part; those of a here-document without what indents its last one."""
    last = lines[-1]
    margin = len(last) - len(last.lstrip()) if any("<<" in line for line in lines) else 0
    return [line[min(margin, len(line) - len(line.lstrip())) :] for line in lines] if margin else lines


def _heading(token: Token, opening: Token, place: _Place) -> Iterator[Block]:
    """A heading; below another one `# cp a /srv` is what root typed, and commands over a rule are none."""
    if "\n" in token.content and parts_of(token.content.split("\n"), place.wide)[0].typed:
        yield from _paragraph(token, Token("paragraph_open", "p", 1), place)
        return
    if place.titled and opening.tag == "h1" and opening.markup == "#" and is_by_root(f"# {token.content}"):
        first, last = _lines(token)
        yield Block("code", token.content, first, last, trace=_content(token, place))
        return
    place.titled = True
    yield from _text_block(token, opening, place)


def _text_block(token: Token, opening: Token, place: _Place) -> Iterator[Block]:
    inline = place.read(token)
    text, code = inline.text, tuple(inline.code)
    if not text.strip():
        if opening.type == "heading_open" and token.content.strip():
            yield _struck_heading(token, opening, place)
        return
    first, last = _lines(token)
    trace = inline.trace.over(_content(token, place))
    if opening.type == "heading_open":
        yield Block("heading", text, first, last, level=int(opening.tag[1]), code=code, trace=trace)
    elif place.lists and place.in_item:
        place.in_item = 0  # the first paragraph is the item, further ones are paragraphs inside it
        level = len(place.lists)
        linked = _link_of(token)
        yield Block("item", text, first, last, level, place.lists[-1], code=code, trace=trace, linked=linked)
    else:
        yield Block("paragraph", text, first, last, len(place.lists), code=code, trace=trace)


def _struck_heading(token: Token, opening: Token, place: _Place) -> Block:
    """A heading that is struck out: what stands below it is, too."""
    first, last = _lines(token)
    trace = _content(token, place)
    return Block("heading", token.content, first, last, level=int(opening.tag[1]), trace=trace, struck=True)


def _link_of(token: Token) -> str:
    """Where an inline token leads that is one link and nothing else; empty where it is none."""
    parts = [child for child in token.children or () if child.type != "text" or child.content.strip()]
    kinds = [child.type for child in parts]
    if kinds[:1] != ["link_open"] or kinds[-1:] != ["link_close"] or kinds.count("link_open") != 1:
        return ""
    return str(parts[0].attrs.get("href") or "/")


def _content(token: Token, place: _Place) -> Trace:
    """The trace of an inline token's content: its lines, without what stands before them."""
    first = token.map[0] if token.map else 0
    out = Writer()
    for number, line in enumerate(token.content.split("\n")):
        if number:
            out.put("\n", max(0, place.begin(first + number) - 1))
        shown = line.strip()
        begin, end = place.begin(first + number), place.begin(first + number + 1)
        found = place.text.find(shown, begin, end) if shown else -1
        out.put(line[: len(line) - len(line.lstrip())])
        out.put(shown, *((found,) if found >= 0 else (begin, end - begin)))
        out.put(line[len(line.rstrip()) :] if shown else "")
    return out.trace


def _code(token: Token, place: _Place) -> Block:
    first, last = _lines(token)
    words = token.info.strip().lower().split()
    language = words[0].strip("{}.") if words else ""
    inside = first + 1 if token.type == "fence" else first
    text = token.content.rstrip("\n")
    out = Writer()
    for number, line in enumerate(text.split("\n")):
        begin, end = place.begin(inside - 1 + number), place.begin(inside + number)
        written = place.text[begin:end].rstrip("\n")
        if number:
            out.put("\n", max(0, begin - 1))
        if written.endswith(line):
            out.put(line, begin + len(written) - len(line))
        else:
            out.put(line, begin, len(written))
    return Block("code", text, inside, last, language=language, trace=out.trace)


def _html(token: Token, place: _Place) -> Iterator[Block]:
    first, last = _lines(token)
    cursor, end = place.begin(first - 1), place.begin(last)
    unseen, before = place.tags.unseen, place.tags.boxes
    place.tags.read(token.content)
    if unseen:
        return
    for block in read_html(_AS_TEXT.sub(r"<\1div", token.content)):
        if block.struck:
            continue
        if before == place.tags.boxes:
            boxes = (*before, *(_OWN_BOXES * first + box for box in block.boxes))
        else:
            boxes = place.tags.boxes
        trace = by_words(block.text, place.text, cursor, end)
        if trace.runs:
            cursor = trace.whole().end
        yield replace(
            block,
            boxes=boxes,
            line=min(last, first + block.line - 1),
            end_line=min(last, first + block.end_line - 1),
            trace=trace,
        )


def _lines(token: Token) -> tuple[int, int]:
    first, last = token.map or [0, 1]
    return first + 1, max(first + 1, last)
