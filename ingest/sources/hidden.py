"""What a page holds and its reader does not see: comments, and text hidden by its style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.sources.colours import WHITE, Colour, colour_of, is_faint, is_lost
from ingest.sources.nesting import require_shallow
from ingest.sources.style_sheets import with_style_sheets
from ingest.sources.styles import as_read, ground_in, hides, letters_in

_MAY_HIDE: Final = re.compile(
    r"(?i)<!--|html-comment|excerpt|style|hidden|color|<(?:dialog|datalist|iframe|canvas|audio|video|"
    r"noframes|noembed|object|noscript|template|svg)"
)
_ANCESTORS: Final = 64
_ATTRIBUTES: Final = re.compile(
    r"(?i)<(?:meta|input|img)\b|\b(?:alt|title|content|value|aria-\w{1,20}|data-[\w-]{1,40})="
)
_UNSAID: Final = frozenset("style class href src srcset sizes d points transform viewbox rel id".split())
"""Attributes that say nothing in words."""
_OPEN_ALONE: Final = frozenset({"dialog"})
_NOT_DRAWN: Final = frozenset(
    "datalist iframe canvas audio video noframes noembed object noscript template svg".split()
)
"""What stands in these is shown where they can't be, and nowhere that matters."""


@dataclass(frozen=True, slots=True)
class HiddenText:
    """A text that stands in the source and on no screen; `line` of the source, from 1. `attribute`: it is one
    of an element.
    """

    text: str
    line: int
    comment: bool
    attribute: bool = False


def is_unseen(node: LexborNode) -> bool:
    """Whether an element's attributes hide it: by style, by `hidden`, or letters of the colour of their
    ground, which is white where nothing around them sets one.
    """
    attributes = node.attributes
    if "hidden" in attributes or node.tag in _NOT_DRAWN:
        return True
    if node.tag in _OPEN_ALONE and "open" not in attributes:
        return True
    if node.tag == "ac:structured-macro" and _is_unseen_macro(node):
        return True
    style = _style(node)
    if style and hides(style):
        return True
    letters, ground = _letters(node), _ground(node)
    if letters is not None and is_faint(letters):
        return True
    return (letters is not None or ground is not None) and _is_lost(node, letters, ground)


def _is_unseen_macro(node: LexborNode) -> bool:
    """Whether a macro of Confluence is a comment, or an excerpt that is shown elsewhere."""
    name = node.attributes.get("ac:name")
    if name == "html-comment":
        return True
    if name not in ("excerpt", "multiexcerpt", "multiexcerpt-macro"):
        return False
    return any(
        inner.tag == "ac:parameter"
        and inner.attributes.get("ac:name") == "hidden"
        and inner.text().strip().lower() == "true"
        for inner in node.iter()
    )


def _style(node: LexborNode) -> str:
    return as_read(node.attributes.get("style") or "")


def _letters(node: LexborNode) -> Colour | None:
    """The colour that an element gives its letters."""
    written = letters_in(_style(node))
    if node.tag == "font" and node.attributes.get("color"):
        written.insert(0, node.attributes["color"] or "")
    found = [colour for colour in map(colour_of, written) if colour is not None]
    faint = [colour for colour in found if is_faint(colour)]
    return next(reversed(faint or found), None)


def _ground(node: LexborNode) -> str | None:
    """The ground that an element has, as it is written; None where what is behind it shows."""
    return ground_in(_style(node)) or node.attributes.get("bgcolor")


def _is_lost(node: LexborNode, letters: Colour | None, ground: str | None) -> bool:
    """Whether letters and ground, its own or of what is around it, are one colour."""
    around = node.parent
    for _ in range(_ANCESTORS):
        if around is None or (letters is not None and ground is not None):
            break
        letters = _letters(around) if letters is None else letters
        ground = _ground(around) if ground is None else ground
        around = around.parent
    if letters is None:
        return False  # the page's style sheets may give them one
    behind = WHITE if ground is None else colour_of(ground)
    return behind is not None and not is_faint(behind) and is_lost(letters, behind)


def hidden_texts(source: str, known: frozenset[str] | None = None) -> Iterator[HiddenText]:
    """The comments and hidden elements of HTML, also of that in Markdown, outermost only, in order. `known`:
    as of `require_shallow`. Raises Unprocessable for one that is nested too deeply.
    """
    if _MAY_HIDE.search(source) is None and _ATTRIBUTES.search(source) is None:
        return
    require_shallow(source, known)
    root = with_style_sheets(LexborHTMLParser(source)).root
    place, line = 0, 1
    for node in root.traverse() if root is not None else ():
        comment = bool(node.is_comment_node)
        for said in _said(node):
            at = max(place, source.find(said.split(" ", 1)[0], place))
            yield HiddenText(said, line + source.count("\n", place, at), comment=True, attribute=True)
        if not comment and (not is_unseen(node) or _is_in_unseen(node)):
            continue
        text = " ".join(((node.comment_content if comment else node.text()) or "").split())
        if text:
            at = max(place, source.find(text.split(" ", 1)[0], place))
            line += source.count("\n", place, at)
            place = at
            yield HiddenText(text, line, comment)


def _said(node: LexborNode) -> Iterator[str]:
    """What the attributes of an element say in words."""
    if not node.is_element_node:
        return
    for name, value in node.attributes.items():
        if value and (" " in value.strip() or not value.isascii()) and name not in _UNSAID:
            yield " ".join(value.split())


def _is_in_unseen(node: LexborNode) -> bool:
    """Whether an element around it is hidden already: its text holds this one's."""
    around = node.parent
    for _ in range(_ANCESTORS):
        if around is None:
            return False
        if is_unseen(around):
            return True
        around = around.parent
    return False
