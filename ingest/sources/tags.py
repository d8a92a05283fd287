"""The tags of HTML that stand open between the blocks of a Markdown text: what they hide or strike out is no
part of it, and what was said inside one ends with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from base.limits import SCAN_MAX_DEPTH
from ingest.sources.hidden import is_unseen
from ingest.sources.nesting import too_deep

_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w:-]{0,40})((?:[^<>\"']|\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}')*)>")
_MAY_HIDE: Final = re.compile(
    r"(?i)style|hidden|color|<(?:dialog|datalist|iframe|canvas|audio|video|noframes|noembed|object)"
)
_STRUCK: Final = frozenset({"s", "del", "strike"})
_CONTROLS: Final = frozenset({"button", "select", "textarea", "option", "clipboard-copy"})
"""What a reader presses or fills in: none of it is text."""
_CITES: Final = re.compile(r"(?i)\btype\s?=\s?[\"']?cite|\bgmail_quote\b")
_REOPENED: Final = frozenset({"s", "strike"})
"""What a browser opens again in the next paragraph."""
_CONTAINERS: Final = frozenset(
    "div details section article aside blockquote fieldset figure table td th li dd main center".split()
)
_VOID: Final = frozenset("br hr img input meta link col wbr area base embed source track".split())


@lru_cache(maxsize=256)
def hides(tag: str) -> bool:
    """Whether an opening tag, as it is written, hides or strikes out what stands in it."""
    found = _TAG.match(tag)
    if found is None:
        return False
    name = found[2].lower()
    if name in _STRUCK or name in _CONTROLS:
        return True
    if _MAY_HIDE.search(tag) is None:
        return False
    node = LexborHTMLParser(f"<body>{tag}x").css_first(f"body > {name}") if name.isalnum() else None
    return node is not None and is_unseen(node)


@dataclass
class OpenTags:
    """The open tags, outermost first: the name, whether it hides, the number of its box, 0 for none, and
    whether it cites.
    """

    stack: list[tuple[str, bool, int, bool]] = field(default_factory=list)
    count: int = 0

    @property
    def unseen(self) -> bool:
        """Whether no reader sees what stands here as something that holds."""
        return any(item[1] for item in self.stack)

    @property
    def boxes(self) -> tuple[int, ...]:
        """The boxes around what stands here, outermost first."""
        return tuple(item[2] for item in self.stack if item[2])

    @property
    def quoted(self) -> bool:
        """Whether what stands here is cited from a mail or a comment."""
        return any(item[3] for item in self.stack)

    def read(self, html: str, *, inline: bool = False) -> None:
        """Open and close the tags of a piece of HTML. `inline`: it stands in a sentence, and opens no box.
        Raises Unprocessable where too many are open.
        """
        for found in _TAG.finditer(html):
            name = found[2].lower()
            if name in _VOID or found[3].rstrip().endswith("/"):
                continue
            if found[1]:
                self._close(name)
                continue
            if len(self.stack) >= SCAN_MAX_DEPTH:
                raise too_deep()
            box = 0
            if name in _CONTAINERS and not inline:
                self.count += 1
                box = self.count
            cites = name == "blockquote" and _CITES.search(found[3]) is not None
            self.stack.append((name, hides(found[0]), box, cites))

    def _close(self, name: str) -> None:
        at = next((at for at in range(len(self.stack) - 1, -1, -1) if self.stack[at][0] == name), None)
        if at is not None:
            del self.stack[at:]

    def end_paragraph(self, depth: int) -> None:
        """Close what a paragraph opened, but for what a browser opens again in the next one."""
        self.stack[depth:] = [item for item in self.stack[depth:] if item[0] in _REOPENED]
