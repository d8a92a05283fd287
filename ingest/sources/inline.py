"""Markdown's inline text: what a reader sees of it, and where each character of that stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from markdown_it.token import Token

from ingest.blocks import InlineCode
from ingest.sources.line_ends import thoughts_of
from ingest.sources.tags import OpenTags
from ingest.trace import Trace, Writer

_LINK_END: Final = re.compile(
    r"\](?:\((?:[^()\s<>]|\([^()\s]{0,400}\)|<[^<>\n]{0,2000}>){0,2000}(?:\s+(?:\"[^\"]{0,400}\"|"
    r"'[^']{0,400}'))?\s*\)|"
    r"\[[^\]\[]{0,400}\])?"
)
_IMAGE: Final = re.compile(r"!\[[^\]]{0,2000}")
_TAG_NAME: Final = re.compile(r"</?([A-Za-z][\w-]*)")
ELEMENTS: Final = frozenset(
    """
    a abbr address article aside audio b bdi bdo big blockquote br button canvas caption center cite code
    col colgroup dd del details dfn div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4
    h5 h6 header hr i iframe img input ins kbd label legend li link main map mark meta nav ol option p
    picture pre q rp rt ruby s samp script section select small source span strike strong style sub
    summary sup svg table tbody td template textarea tfoot th thead time tr tt u ul var video wbr
    """.split()
)
"""Elements of HTML; `<name>` is none of them, and its reader is meant to see it."""

_BREAK: Final = re.compile(r"(?i)<br\s{0,3}/?>")
_STRUCK: Final = {"s_open": 1, "s_close": -1}
_CODE_TAGS: Final = frozenset({"code", "kbd", "tt"})


@dataclass
class Inline:
    """What a reader sees of an inline token: its text, its code, and its trace in the token's content."""

    out: Writer = field(default_factory=Writer)
    code: list[InlineCode] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text without markup and without what is struck out."""
        return self.out.text

    @property
    def trace(self) -> Trace:
        """Its places in the token's content."""
        return self.out.trace


def read_inline(token: Token, tags: OpenTags | None = None) -> Inline:
    """The text of an inline token. Each piece is looked for from where the last one ended, so linear. `tags`
    are those that stand open around it: what they hide or strike out is left out.
    """
    content, found, tags = token.content, Inline(), tags or OpenTags()
    ends = set(thoughts_of(content))
    place = struck = 0
    depth, code = len(tags.stack), -1
    for child in token.children or ():
        struck += _STRUCK.get(child.type, 0)
        shown, begin, place = _piece(child, content, place)
        if child.type == "softbreak" and begin in ends:
            shown = "\n"
        if child.type == "html_inline":
            tags.read(child.content, inline=True)
            code = _code_tag(child, found, code)
        if struck > 0 or not shown or tags.unseen:
            continue
        if child.type == "code_inline":
            _put_code(found, shown, begin)
            continue
        found.out.put(shown, begin, place - begin if child.type == "text_special" else None)
    tags.end_paragraph(depth)
    return found


def _code_tag(child: Token, found: Inline, opened: int) -> int:
    """Where code of HTML begins in the text, -1 outside of one; what stands in it is told where it ends."""
    name = _TAG_NAME.match(child.content)
    if name is None or name[1].lower() not in _CODE_TAGS:
        return opened
    if not child.content.startswith("</"):
        return found.out.length
    if 0 <= opened < found.out.length and not any(span.end > opened for span in found.code):
        found.code.append(InlineCode(opened, found.out.length))
    return -1


def _put_code(found: Inline, shown: str, begin: int) -> None:
    """Put code; a `<br>` in it, as tables need it, parts two codes."""
    last = 0
    for mark in [*_BREAK.finditer(shown), None]:
        part = shown[last : mark.start() if mark else len(shown)]
        code = part.strip() if mark or last else part
        if code:
            found.code.append(InlineCode(found.out.length, found.out.length + len(code)))
            found.out.put(code, begin + last + part.index(code))
        if mark:
            found.out.put("\n", begin + mark.start())
            last = mark.end()


def _piece(child: Token, content: str, place: int) -> tuple[str, int, int]:
    """What is shown of a token, where it begins in the content, and where the next one is looked for."""
    if child.type in ("softbreak", "hardbreak"):
        begin = max(place, content.find("\n", place))
        return " " if child.type == "softbreak" else "\n", begin, begin + 1
    if child.type == "code_inline":
        return _code(child, content, place)
    if child.type == "text_special":
        begin = _find(content, child.markup, place)
        return child.content, begin, begin + len(child.markup)
    if child.type == "link_close" and child.info != "auto":
        return "", place, _behind(_LINK_END, content, content.find("]", place), place)
    if child.type == "image":
        begin = content.find("![", place)
        inside = _behind(_IMAGE, content, begin, place)
        return "", place, _behind(_LINK_END, content, inside, place)
    if child.type == "html_inline":
        begin = _find(content, child.content, place)
        return _shown_tag(child.content), begin, begin + len(child.content)
    if child.content:
        begin = _find(content, child.content, place)
        return child.content, begin, begin + len(child.content)
    return "", place, _find(content, child.markup, place) + len(child.markup) if child.markup else place


def _shown_tag(written: str) -> str:
    """What a reader sees of a tag: a line break, nothing, or what is no tag but a placeholder."""
    if written.lower().startswith("<br"):
        return "\n"
    name = _TAG_NAME.match(written)
    return written if name and name[1].lower() not in ELEMENTS and "=" not in written else ""


def _code(child: Token, content: str, place: int) -> tuple[str, int, int]:
    """Inline code is shown as it is, but for line breaks and one blank at each end."""
    opening = _find(content, child.markup, place)
    inside = opening + len(child.markup)
    flat = content.replace("\n", " ") if "\n" in content else content
    begin = _find(flat, child.content, inside)
    behind = content.find(child.markup, begin + len(child.content))
    end = begin + len(child.content) if behind < 0 else behind + len(child.markup)
    return child.content, begin, end


def _find(content: str, text: str, place: int) -> int:
    found = content.find(text, place)
    return place if found < 0 else found


def _behind(pattern: re.Pattern[str], content: str, begin: int, otherwise: int) -> int:
    found = pattern.match(content, begin) if begin >= 0 else None
    return found.end() if found else otherwise
