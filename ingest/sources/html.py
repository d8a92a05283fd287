"""HTML, by selectolax: pages and clipboard content. Nothing in it is fetched or executed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from base.limits import SCAN_MAX_DEPTH
from ingest.blocks import Block, InlineCode
from ingest.extract.undoing import undoing_heading
from ingest.sources.hidden import is_unseen
from ingest.sources.nesting import require_shallow, too_deep

_SKIPPED: Final = frozenset(
    "script style nav footer header aside noscript svg head form s del strike template".split()
)
_VOID: Final = frozenset("br hr img input meta link col wbr area base embed source track".split())
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_CODE_BLOCKS: Final = frozenset({"pre", "textarea"})
_LISTS: Final = frozenset({"ul", "ol"})
_INLINE_CODE: Final = frozenset({"code", "kbd", "samp", "tt"})
_BLOCKS: Final = frozenset(
    "p div section article table tr li blockquote dl ul ol pre h1 h2 h3 h4 h5 h6".split()
)
_IN_ITEM: Final = frozenset("pre ul ol table".split())
_LOOKED_FOR: Final = 40
_NEAR: Final = 400
_LOOK_AHEAD: Final = 8_192
"""Characters in which the line of a block is looked for, from the last block on."""

_CDATA: Final = "<![CDATA["
_CDATA_END: Final = "]]>"
_PARAMETER: Final = re.compile(r"<ac:parameter\b[^<>]*>([^<]*)</ac:parameter>")
_TITLE: Final = re.compile(r"^<ac:parameter\b[^<>]*\bac:name=[\"']title[\"']")
_EMPTY: Final = re.compile(r"<([A-Za-z][\w:-]{0,60})\b[^<>]*/>")
"""Each runs no further than to the next `<`, so that all starts together are linear in time."""
_STRUCK: Final = re.compile(r"(?i)line-through")
_MONOSPACE: Final = re.compile(
    r"(?i)font-family:[^;]{0,80}\b(?:monospace|courier|consolas|menlo|monaco|"
    r"(?:roboto|source code|jetbrains) mono|inconsolata|sfmono)"
)
"""Word processors know no code: a reader sees it by its letters."""


@dataclass
class _Reader:
    """Finds the line of each block by searching on from where the last one was found."""

    source: str
    offset: int = 0
    behind: int = 0
    counted: int = 0
    lines: int = 1
    lists: list[bool] = field(default_factory=list)

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

    def block(self, kind: str, text: str, **more: object) -> Block:
        """A block at the place where its text is found."""
        first = self.line(text)
        return Block(kind, text, first, first + text.count("\n"), **more)  # type: ignore[arg-type]  # fields by name


def read_html(text: str) -> Iterator[Block]:
    """The blocks of an HTML text, in order. Page chrome (navigation, header, footer) is left out, and so is
    what a reader does not see or what is struck out. Raises Unprocessable for one that is nested too deeply.
    """
    shown = _as_html(text)
    require_shallow(shown)
    tree = LexborHTMLParser(shown)
    root = tree.css_first("main, article, [role=main]") or tree.body
    if root is not None:
        yield from _walk(root, _Reader(text), 0)


def _as_html(text: str) -> str:
    """Confluence's storage format is XML: give its code bodies and empty elements the form of HTML."""
    shown = _PARAMETER.sub(_title_of_undoing, _with_code_bodies(text))
    return _EMPTY.sub(lambda tag: tag[0] if tag[1].lower() in _VOID else "", shown)


def _title_of_undoing(parameter: re.Match[str]) -> str:
    """Of a macro's parameters a reader sees its title; kept is one that says that what is inside undoes
    something, since that must not be read as steps.
    """
    shown = parameter[1] if _TITLE.search(parameter[0]) else ""
    return f"<p>{shown}</p>" if shown and undoing_heading(html.unescape(shown)) else ""


def _with_code_bodies(text: str) -> str:
    """CDATA is a code body as it is; an unfinished one goes to the end."""
    if _CDATA not in text:
        return text
    parts: list[str] = []
    place = 0
    while (start := text.find(_CDATA, place)) >= 0:
        end = text.find(_CDATA_END, start)
        end = len(text) if end < 0 else end
        parts += [text[place:start], f"<pre>{html.escape(text[start + len(_CDATA) : end])}</pre>"]
        place = min(len(text), end + len(_CDATA_END))
    return "".join([*parts, text[place:]])


def _walk(node: LexborNode, reader: _Reader, depth: int) -> Iterator[Block]:
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if _left_out(child, tag):
            continue
        yield from _one(child, tag, reader, depth)


def _one(child: LexborNode, tag: str, reader: _Reader, depth: int) -> Iterator[Block]:
    if tag in _HEADINGS:
        yield from _leaf("heading", child, reader, level=_HEADINGS[tag])
    elif tag in _CODE_BLOCKS:
        yield from _code(child, reader)
    elif tag in _LISTS:
        reader.lists.append(tag == "ol")
        yield from _walk(child, reader, depth + 1)
        reader.lists.pop()
    elif tag == "li":
        yield from _item(child, reader, depth)
    elif tag == "tr":
        yield from _row(child, reader)
    elif tag == "-text":
        text = " ".join((child.text_content or "").split())
        if text:
            yield reader.block("paragraph", text)
    elif _holds(child, _BLOCKS):
        yield from _walk(child, reader, depth + 1)
    else:
        yield from _leaf("paragraph", child, reader)


def _left_out(node: LexborNode, tag: str) -> bool:
    """Page chrome, comments, what is hidden and what is struck out."""
    if tag in _SKIPPED or tag.startswith("!"):
        return True
    if tag == "-text":
        return False
    return is_unseen(node) or _STRUCK.search(node.attributes.get("style") or "") is not None


def _holds(node: LexborNode, tags: frozenset[str]) -> bool:
    """Whether a node has a descendant of these tags; looks no further than the first."""
    own = node.mem_id
    return any(inner.tag in tags and inner.mem_id != own for inner in node.traverse())


def _row(node: LexborNode, reader: _Reader) -> Iterator[Block]:
    """A table row: its cells, and the inline code of all of them."""
    cells: list[str] = []
    spans: list[InlineCode] = []
    length = 0
    for cell in node.iter():
        if cell.tag in ("td", "th"):
            text, code = _inline(cell, nested=True)
            spans += [InlineCode(length + span.start, length + span.end) for span in code]
            cells.append(text)
            length += len(text) + len(" | ")
    if any(cells):
        yield reader.block("row", " | ".join(cells), cells=tuple(cells), code=tuple(spans))


def _item(child: LexborNode, reader: _Reader, depth: int) -> Iterator[Block]:
    level = max(1, len(reader.lists))
    ordered = bool(reader.lists and reader.lists[-1])
    later = _behind_code(child)
    text, code = _inline(child, without=later)
    if text:
        linked = _link_of(child, text)
        yield reader.block("item", text, level=level, ordered=ordered, code=code, linked=linked)
    for inner in child.iter():
        if inner.mem_id in later:
            yield from _leaf("paragraph", inner, reader, level=level)
        elif inner.tag in _CODE_BLOCKS or inner.tag in _LISTS or inner.tag == "table":
            yield from _one(inner, inner.tag or "", reader, depth + 1)
        elif _holds(inner, _IN_ITEM):
            yield from _walk(inner, reader, depth + 1)


def _behind_code(item: LexborNode) -> frozenset[int]:
    """The paragraphs of an item behind its first code block or list: they speak of what stands before them,
    so they are blocks of their own.
    """
    found: list[int] = []
    behind = False
    for inner in item.iter():
        if inner.tag == "p" and behind and not _holds(inner, _IN_ITEM):
            found.append(inner.mem_id)
        behind = behind or inner.tag in _CODE_BLOCKS or inner.tag in _LISTS or _holds(inner, _IN_ITEM)
    return frozenset(found)


def _link_of(node: LexborNode, text: str) -> str:
    """Where a node leads whose whole text is one link; empty where it is none."""
    link = node.css_first("a[href]")
    if link is None or " ".join(link.text().split()) != text:
        return ""
    return link.attributes.get("href") or "/"


def _leaf(kind: str, node: LexborNode, reader: _Reader, **more: int) -> Iterator[Block]:
    text, code = _inline(node)
    if text:
        yield reader.block(kind, text, code=code, **more)


def _code(node: LexborNode, reader: _Reader) -> Iterator[Block]:
    text = node.text().strip("\n")
    if not text.strip():
        return
    inner = node.css_first("code")
    classes = " ".join(
        filter(None, (node.attributes.get("class"), inner.attributes.get("class") if inner else ""))
    )
    language = next(
        (
            word.split("-", 1)[1]
            for word in classes.lower().split()
            if word.startswith(("language-", "lang-"))
        ),
        "",
    )
    yield reader.block("code", text, language=language)


@dataclass
class _Text:
    """Inline text as it is put together: `length` is that of all parts, `last` the last character."""

    nested: bool
    without: frozenset[int] = frozenset()
    parts: list[str] = field(default_factory=list)
    spans: list[InlineCode] = field(default_factory=list)
    length: int = 0
    last: str = ""

    def put(self, text: str) -> None:
        """Add a piece as it is."""
        if text:
            self.parts.append(text)
            self.length += len(text)
            self.last = text[-1]

    def fold(self, text: str) -> None:
        """Add text with its white space folded; no blank at the start or after another one."""
        folded = " ".join(text.split())
        if text[:1].isspace() and self.last and not self.last.isspace():
            self.put(" ")
        self.put(folded)
        if folded and text[-1:].isspace():
            self.put(" ")

    def code(self, text: str) -> None:
        """Add inline code."""
        folded = " ".join(text.split())
        self.spans.append(InlineCode(self.length, self.length + len(folded)))
        self.put(folded)


def _inline(
    node: LexborNode, *, nested: bool = False, without: frozenset[int] = frozenset()
) -> tuple[str, tuple[InlineCode, ...]]:
    """The text of a node, and where its inline code stands. Without its block children, unless `nested`, and
    `without` the nodes of these ids.
    """
    text = _Text(nested, without)
    _collect(node, text, 0)
    whole = "".join(text.parts).rstrip()
    return whole, tuple(span for span in text.spans if span.start < span.end <= len(whole))


def _is_typewritten(node: LexborNode, tag: str) -> bool:
    """Whether a piece of text is set in letters of one width, and nothing in it in others."""
    if tag not in ("span", "font"):
        return False
    style = f"{node.attributes.get('style') or ''};font-family:{node.attributes.get('face') or ''}"
    return _MONOSPACE.search(style) is not None and not _holds(node, _BLOCKS)


def _collect(node: LexborNode, text: _Text, depth: int) -> None:
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if _left_out(child, tag) or child.mem_id in text.without:
            continue
        if tag == "-text":
            text.fold(child.text_content or "")
        elif tag in _INLINE_CODE or (text.nested and tag in _CODE_BLOCKS) or _is_typewritten(child, tag):
            text.code(child.text())
        elif tag == "br":
            text.put("\n")
        elif text.nested or (tag not in _LISTS and tag not in _CODE_BLOCKS):
            if tag in ("p", "div") and text.last not in ("", "\n"):
                text.put("\n")
            _collect(child, text, depth + 1)
            if text.nested and tag in _BLOCKS and text.last not in ("", "\n"):
                text.put("\n")
