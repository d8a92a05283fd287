"""What a page holds and its reader does not see: comments, and text hidden by its style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.sources.colours import lost_letters

_UNSEEN: Final = re.compile(
    r"(?i)display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|"
    r"(?<![\w-])font-size\s{0,9}:\s{0,9}0(?:\.0{1,9})?(?:px|pt|em|rem|%)?\s{0,9}(?:[;!]|$)|"
    r"(?<![\w-])opacity\s{0,9}:\s{0,9}0(?:\.0{1,9})?%?\s{0,9}(?:[;!]|$)|"
    r"(?<![\w-])(?:left|top|text-indent|margin-left)\s{0,9}:\s{0,9}-\d{3,9}"
)
_COLOUR: Final = re.compile(r"(?i)(?<![\w-])color\s{0,9}:\s{0,9}([^;\s][^;]{0,99})")
_GROUND: Final = re.compile(r"(?i)(?<![\w-])background")
_ANCESTORS: Final = 64


@dataclass(frozen=True, slots=True)
class HiddenText:
    """A text that stands in the source and on no screen; `line` of the source, from 1."""

    text: str
    line: int
    comment: bool


def is_unseen(node: LexborNode) -> bool:
    """Whether an element's attributes hide it: by style, by `hidden`, or letters as light as the page on no
    ground of their own.
    """
    attributes = node.attributes
    if "hidden" in attributes:
        return True
    style = attributes.get("style") or ""
    if style and _UNSEEN.search(style) is not None:
        return True
    colours = _COLOUR.findall(style) if style else []
    if node.tag == "font" and attributes.get("color"):
        colours.append(attributes["color"])
    lost = {lost_letters(colour) for colour in colours}
    return "transparent" in lost or ("light" in lost and not _has_ground(node))


def _has_ground(node: LexborNode) -> bool:
    """Whether the element or one around it sets a background, so that white text may be read."""
    around: LexborNode | None = node
    for _ in range(_ANCESTORS):
        if around is None:
            return False
        if _GROUND.search(around.attributes.get("style") or "") or "bgcolor" in around.attributes:
            return True
        around = around.parent
    return True


def hidden_texts(source: str) -> Iterator[HiddenText]:
    """The comments and hidden elements of HTML, also of that in Markdown, outermost only, in order."""
    if not any(mark in source for mark in ("<!--", "style", "hidden", "color", "STYLE", "HIDDEN", "COLOR")):
        return
    root = LexborHTMLParser(source).root
    place, line = 0, 1
    for node in root.traverse() if root is not None else ():
        comment = bool(node.is_comment_node)
        if not comment and (not is_unseen(node) or _is_in_unseen(node)):
            continue
        text = " ".join(((node.comment_content if comment else node.text()) or "").split())
        if text:
            at = max(place, source.find(text.split(" ", 1)[0], place))
            line += source.count("\n", place, at)
            place = at
            yield HiddenText(text, line, comment)


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
