"""Confluence's storage format, which is XML with macros, given the form of HTML."""

from __future__ import annotations

import html
import re
from typing import Final

_VOID: Final = frozenset("br hr img input meta link col wbr area base embed source track".split())
_CDATA: Final = "<![CDATA["
_CDATA_END: Final = "]]>"
_PARAMETER: Final = re.compile(r"<ac:parameter\b[^<>]*>([^<]*)</ac:parameter>")
_TITLE: Final = re.compile(r"^<ac:parameter\b[^<>]*\bac:name=[\"']title[\"']")
_HIDDEN: Final = re.compile(r"^<ac:parameter\b[^<>]*\bac:name=[\"']hidden[\"']")
_EMPTY: Final = re.compile(r"<([A-Za-z][\w:-]{0,60})\b[^<>]*/>")
"""Each runs no further than to the next `<`, so that all starts together are linear in time."""


def as_html(text: str) -> str:
    """Confluence's storage format is XML: give its code bodies and empty elements the form of HTML."""
    shown = _PARAMETER.sub(_shown_title, _with_code_bodies(text))
    return _EMPTY.sub(lambda tag: tag[0] if tag[1].lower() in _VOID else "", shown)


def _shown_title(parameter: re.Match[str]) -> str:
    """Of a macro's parameters a reader sees its title, which stands over what is inside: “Do not run”, “Ask
    the DBA first”, “Rollback”.
    """
    if _HIDDEN.search(parameter[0]):
        return parameter[0]
    shown = parameter[1].strip() if _TITLE.search(parameter[0]) else ""
    return f"<summary>{shown}</summary>" if shown else ""


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
