"""Inline markup of reStructuredText, written as Markdown's."""

from __future__ import annotations

import re
from typing import Final

from ingest.trace import Writer

_INLINE: Final = re.compile(
    r"(?P<literal>``[^`\n](?:[^\n]{0,2000}?[^`\n])?``)"
    r"|:(?P<role>[A-Za-z][\w:.+-]{0,40}):`(?P<said>[^`]{1,2000})`"
    r"|`(?P<link>[^`]{1,2000})`__?(?!\w)"
    r"|(?P<joint>\\ )"
)
_TARGET: Final = re.compile(r"\s*<[^<>]{0,2000}>$")
_LITERAL: Final = re.compile(r"``[^`]{0,2000}``")
_CODE_ROLES: Final = frozenset(
    "command code file program envvar option kbd samp literal bash sh shell".split()
)


def put_inline(out: Writer, text: str, begin: int) -> None:
    """Write a line, or lines that one piece of markup joins; they stand at `begin` of the source."""
    place = 0
    for found in _INLINE.finditer(text):
        out.put(text[place : found.start()], begin + place)
        place = found.end()
        if found["literal"]:
            out.put(found[0], begin + found.start())
        elif found["joint"]:
            continue  # it parts a mark from the word beside it, and is not seen
        elif found["role"] and found["role"].rpartition(":")[2].lower() in _CODE_ROLES:
            out.put("`")
            out.put(found["said"], begin + found.start("said"))
            out.put("`")
        else:
            group = "said" if found["role"] else "link"
            target = _TARGET.search(found[group])
            shown = found[group][: target.start()] if target and target.start() else found[group]
            out.put(shown.lstrip("~!"), begin + found.start(group) + len(shown) - len(shown.lstrip("~!")))
    out.put(text[place:], begin + place)


def is_open(text: str) -> bool:
    """Whether a role or a link begins in a text that ends further down."""
    return _LITERAL.sub("", text).replace("``", "").count("`") % 2 == 1
