"""The text that a reader of an HTML element sees: what is hidden or struck out is no part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborNode

from base.limits import SCAN_MAX_DEPTH
from ingest.blocks import InlineCode
from ingest.sources.hidden import is_unseen
from ingest.sources.nesting import too_deep

_SKIPPED: Final = frozenset(
    "script style nav footer header noscript svg head form s del strike template button select option "
    "clipboard-copy ac:parameter ac:task-id ac:task-status ac:placeholder ac:adf-fallback".split()
)
CODE_BLOCKS: Final = frozenset({"pre", "textarea"})
LISTS: Final = frozenset({"ul", "ol"})
ITEMS: Final = frozenset({"li", "ac:task-body"})
"""Of lists, and of Confluence's lists of tasks."""
OWN_BLOCKS: Final = CODE_BLOCKS | LISTS | {"table"}
"""What is told by itself also where it stands in a list item or a heading."""
BLOCKS: Final = frozenset(
    "p div section article table tr li blockquote dl ul ol pre textarea h1 h2 h3 h4 h5 h6 summary details "
    "ac:task-body".split()
)
_HEADED: Final = frozenset("h1 h2 h3 h4 h5 h6 dt".split())
_INLINE_CODE: Final = frozenset({"code", "kbd", "tt"})
OUTPUT: Final = "samp"
"""What a program prints, by its element: no code that is typed."""
_LINE_CLASSES: Final = frozenset("line view-line code-line cm-line CodeMirror-line".split())
"""What highlighters and editors (Shiki, Monaco, CodeMirror) call an element that is one line of code."""
_NUMBERS: Final = frozenset(
    "linenumber lineno linenos line-number react-syntax-highlighter-line-number hljs-ln-n ln".split()
)
_REPLACED: Final = frozenset({"var", "replaceable", "placeholder", "user-input", "userinput"})
"""Elements and classes of what a reader puts a word of their own for."""
_WORD: Final = re.compile(r"[A-Za-z][\w -]{0,60}")
_GOES_ON: Final = ("-", "|", "&&", ">")
_STRIKES: Final = frozenset({"s", "del", "strike"})
_LINE_THROUGH: Final = re.compile(r"(?i)line-through")
_STRUCK: Final = re.compile(r"(?i)line-through|mso-list\s{0,9}:\s{0,9}ignore")
"""What is struck out, and the number or bullet that Word writes before an item: none of its text."""
_MONOSPACE: Final = re.compile(
    r"(?i)font-family:[^;]{0,80}\b(?:monospace|courier|consolas|menlo|monaco|"
    r"(?:roboto|source code|jetbrains) mono|inconsolata|sfmono)"
)
"""Word processors know no code: a reader sees it by its letters."""


def left_out(node: LexborNode, tag: str) -> bool:
    """Page chrome, comments, what is hidden and what is struck out."""
    if tag in _SKIPPED or tag.startswith("!"):
        return not (tag == "header" and _heads_a_text(node))
    if tag == "-text":
        return False
    if (tag == "aside" and _leads_elsewhere(node)) or (tag == "a" and _leads_here(node)):
        return True
    return is_unseen(node) or _STRUCK.search(node.attributes.get("style") or "") is not None


def _heads_a_text(node: LexborNode) -> bool:
    """Whether a `<header>` is that of a text and holds its title, as a page of documentation has it."""
    if node.css_first("h1") is None or node.css_first("nav") is not None:
        return False
    around = node.parent
    while around is not None and around.tag not in ("article", "main", "body"):
        around = around.parent
    return around is not None and around.tag != "body"


def _leads_here(node: LexborNode) -> bool:
    """Whether a link is the sign behind a heading that leads to itself: `¶`, `#`."""
    text = (node.text() or "").strip()
    return (
        0 < len(text) <= 2
        and not text.isalnum()
        and (node.attributes.get("href") or "").startswith("#")
        and node.parent is not None
        and (node.parent.tag or "") in _HEADED
    )


def _leads_elsewhere(node: LexborNode) -> bool:
    """Whether an `<aside>` is a page's list of links; else it is a box of the text, as Notion's callouts."""
    if node.css_first("nav") is not None:
        return True
    links = sum(len(link.text().strip()) for link in node.css("a[href]"))
    return 2 * links > len(node.text().strip())


def struck_text(node: LexborNode, tag: str) -> str:
    """The words of what is struck out, on one line; empty for everything else and for what nobody sees."""
    struck = tag in _STRIKES or _LINE_THROUGH.search(node.attributes.get("style") or "") is not None
    if not struck or is_unseen(node):
        return ""
    return " ".join(node.text().split())


def holds(node: LexborNode, tags: frozenset[str]) -> bool:
    """Whether a node has a descendant of these tags; looks no further than the first."""
    own = node.mem_id
    return any(inner.tag in tags and inner.mem_id != own for inner in node.traverse())


def visible_line(node: LexborNode) -> str:
    """The text of a paragraph of code: a line end of the page's own source is a blank there, as browsers show
    it, but where a style keeps it. Raises Unprocessable for one that is nested too deeply.
    """
    return visible_code(node, flows=_KEPT.search(node.html or "") is None)


def visible_code(node: LexborNode, *, output: bool = True, flows: bool = False) -> str:
    """The text of an element of code, as it is shown: a `<br>`, a block, or an element
    that highlighters use for a line begins a new one; without what its elements say that a program prints
    where that is not wanted. Raises Unprocessable for one that is nested too deeply.
    """
    parts: list[str] = []
    _collect_code(node, parts, 0, output=output, flows=flows)
    return "".join(parts)


_KEPT: Final = re.compile(r"(?i)white-space:\s{0,3}(?:pre|break-spaces)")
_SOURCE_END: Final = re.compile(r"[ \t]{0,80}\r?\n\s{0,400}")


def _collect_code(node: LexborNode, parts: list[str], depth: int, *, output: bool, flows: bool) -> None:
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if left_out(child, tag) or (tag == OUTPUT and not output) or _is_number(child, tag):
            continue
        if tag == "-text":
            text = child.text_content or ""
            parts.append(_SOURCE_END.sub(" ", text) if flows else text)
        elif hole := _placeholder(child, tag):
            parts.append(hole)
        elif tag == "br":
            parts.append("\n")
        else:
            line = tag in BLOCKS or not _LINE_CLASSES.isdisjoint(
                (child.attributes.get("class") or "").split()
            )
            if line:
                _end_line(parts)
            _collect_code(child, parts, depth + 1, output=output, flows=flows)
            if line:
                _end_line(parts)


def _placeholder(node: LexborNode, tag: str) -> str:
    """What an element of code is that a reader replaces, as it is written in text; empty for others."""
    names = (node.attributes.get("class") or "").lower().split()
    if tag not in _REPLACED and _REPLACED.isdisjoint(names):
        return ""
    word = (node.text() or "").strip()
    return f"<{word}>" if _WORD.fullmatch(word) else ""


def _is_number(node: LexborNode, tag: str) -> bool:
    """Whether an element of a listing is the number of its line."""
    if tag not in ("span", "td", "a", "div"):
        return False
    names = (node.attributes.get("class") or "").lower().split()
    return not _NUMBERS.isdisjoint(names) and (node.text() or "").strip().isdigit()


def _end_line(parts: list[str]) -> None:
    last = next((part for part in reversed(parts) if part), "\n")
    if not last.endswith("\n"):
        parts.append("\n")


@dataclass
class _Text:
    """Inline text as it is put together: `length` is that of all parts, `last` the last character."""

    nested: bool
    without: frozenset[int] = frozenset()
    tables: bool = True
    pending: str = ""
    parts: list[str] = field(default_factory=list)
    spans: list[InlineCode] = field(default_factory=list)
    length: int = 0
    last: str = ""

    def takes(self, tag: str) -> bool:
        """Whether what stands in such an element belongs to this text, and to no block of its own."""
        return self.nested or tag not in OWN_BLOCKS or (tag == "table" and self.tables)

    def put(self, text: str) -> None:
        """Add a piece as it is."""
        self.end_code()
        self._add(text)

    def _add(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)
            self.last = text[-1]

    def fold(self, text: str) -> None:
        """Add text with its white space folded; no blank at the start or after another one."""
        folded = " ".join(text.split())
        self.end_code()
        if text[:1].isspace() and self.last and not self.last.isspace():
            self._add(" ")
        self._add(folded)
        if folded and text[-1:].isspace():
            self._add(" ")

    def line_break(self) -> None:
        """End a line: of the code where one is open, since an editor sets each piece of it by itself."""
        if self.pending:
            self.pending += "\n"
        else:
            self.put("\n")

    def code(self, text: str) -> None:
        """Add a piece of inline code; pieces with nothing between them are one."""
        self.pending += text

    def end_code(self) -> None:
        """Put the code that is open: a line of it is a code of its own, unless it goes on from another."""
        raw, self.pending = self.pending, ""
        if not raw.strip():
            self._add("\n" if "\n" in raw else "")
            return
        if raw[0].isspace() and self.last and not self.last.isspace():
            self._add("\n" if "\n" in raw[: len(raw) - len(raw.lstrip())] else " ")
        for number, line in enumerate(_whole_lines(raw)):
            if number:
                self._add("\n")
            self.spans.append(InlineCode(self.length, self.length + len(line)))
            self._add(line)
        if raw[-1].isspace():
            self._add("\n" if "\n" in raw[len(raw.rstrip()) :] else " ")


def _whole_lines(text: str) -> list[str]:
    """The lines of a code that are not blank, folded; as one line those that a backslash joins, and what goes
    on with an option or an operator, since no command begins with one.
    """
    found: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        folded = " ".join(line.split())
        if not folded:
            continue
        more = folded.endswith("\\")
        folded = folded[:-1].rstrip() if more else folded
        if found and (goes_on or folded.startswith(_GOES_ON)):
            found[-1] = f"{found[-1]} {folded}"
        else:
            found.append(folded)
        goes_on = more
    if found and goes_on:
        found[-1] += " \\"  # the rest stands elsewhere, so this is no whole command
    return found


def inline_text(
    node: LexborNode, *, nested: bool = False, without: frozenset[int] = frozenset(), tables: bool = True
) -> tuple[str, tuple[InlineCode, ...]]:
    """The text of a node, and where its inline code stands. Without its code blocks and lists, unless
    `nested`; without its `tables` where their rows are blocks of their own; and `without` the nodes of these
    ids. Raises Unprocessable for a node that is nested too deeply.
    """
    text = _Text(nested, without, tables)
    _collect(node, text, 0)
    text.end_code()
    whole = "".join(text.parts).rstrip()
    return whole, tuple(span for span in text.spans if span.start < span.end <= len(whole))


def run_text(nodes: Sequence[LexborNode]) -> tuple[str, tuple[InlineCode, ...]]:
    """As `inline_text`, of a run of neighbouring nodes."""
    text = _Text(nested=False)
    for node in nodes:
        _collect_one(node, text, 0)
    text.end_code()
    whole = "".join(text.parts).rstrip()
    return whole, tuple(span for span in text.spans if span.start < span.end <= len(whole))


def is_typewritten(node: LexborNode, tag: str) -> bool:
    """Whether a piece of text is set in letters of one width, and nothing in it in others."""
    if tag not in ("span", "font"):
        return False
    style = f"{node.attributes.get('style') or ''};font-family:{node.attributes.get('face') or ''}"
    return _MONOSPACE.search(style) is not None and not holds(node, BLOCKS)


def _collect(node: LexborNode, text: _Text, depth: int) -> None:
    if depth > SCAN_MAX_DEPTH:
        raise too_deep()
    for child in node.iter(include_text=True):
        _collect_one(child, text, depth)


def _collect_one(child: LexborNode, text: _Text, depth: int) -> None:
    tag = child.tag or ""
    if left_out(child, tag) or child.mem_id in text.without:
        return
    if tag == "-text":
        text.fold(child.text_content or "")
    elif tag in _INLINE_CODE or (text.nested and tag in CODE_BLOCKS) or is_typewritten(child, tag):
        text.code(visible_code(child))
    elif tag == "br":
        text.line_break()
    elif text.takes(tag):
        _collect_block(child, tag, text, depth)


def _collect_block(child: LexborNode, tag: str, text: _Text, depth: int) -> None:
    if tag in ("p", "div", "summary"):
        _new_line(text)
    _collect(child, text, depth + 1)
    if text.nested and tag in BLOCKS:
        _new_line(text)


def _new_line(text: _Text) -> None:
    text.end_code()
    if text.last not in ("", "\n"):
        text.put("\n")
