"""Which markup a text is written in, by its signs."""

from __future__ import annotations

import re
from typing import Final

_HTML: Final = re.compile(r"(?i)<(?:!doctype html|/?[a-z][a-z0-9:-]{0,40}[\s>/])")
_TERMINAL: Final = re.compile(
    r"(?m)^(?:\$|[\w.-]{1,40}@[\w.-]{1,60}[:\s][^\n$#]{0,80}[$#]) [^\n]{1,2000}\n> "
)
"""A prompt, and below it that of a line that goes on: a pasted terminal, whose `>` cites nothing."""
_FRAMED: Final = re.compile(
    r"(?is)\A\s*<(?:aside|details|div|p|h1|br|img|center|a)\b(?=.{0,60000}?^```)", re.MULTILINE
)
"""A Markdown text that begins with a piece of HTML, as a README does or an export with a callout."""
_MARKDOWN: Final = re.compile(
    r"(?m)^(?:#{1,6} \S|```|~~~|[ \t]{0,40}(?:[-*+]|\d{1,3}\.) \S|> |\|.+\|[ \t]*$|---[ \t]*$)|"
    r"`[^`\n]+`|<(?:code|kbd)>[^<>\n]{1,400}</|\[[^\]\[\n]{1,200}\]\("
)
_ASCIIDOC: Final = re.compile(
    r"(?m)^(?:={1,5} \S|\[source\b|:_?[a-z][\w-]{0,60}:|\[(?:role|id|NOTE|discrete)\b|"
    r"ifdef::|include::|----$)"
)
_RST: Final = re.compile(
    r"(?m)^[ \t]{0,40}\.\. (?:_[^\n]{1,100}:[ \t]*$|[A-Za-z][\w:.+-]{0,60}::(?:[ \t]|$))"
    r"|:[a-z][\w:-]{0,40}:`[^`\n]+`|`[^`\n]+ <[^<>\n]+>`__?|::[ \t]*\n[ \t]*\n[ \t]+\S"
)
_RST_SURE: Final = re.compile(
    r"(?m)^\.\. (?:code-block|code|sourcecode|note|warning|tip|important|caution|danger|hint|contents|"
    r"toctree|admonition|parsed-literal|list-table|csv-table|rubric|meta)::(?:[ \t]|$)"
)
"""A directive that no other text has at the begin of a line."""
_RST_TITLE: Final = re.compile(r"\A\s*([#=*~^\"-])\1{3,}[ \t]*\n[^\s#=*~^-][^\n]*\n\1{4,}[ \t]*\n")
"""A text that begins with a title between two lines; Markdown has no such."""
_CHAT_LINE: Final = re.compile(
    r"(?m)^(?:\S[^\n]{0,60}[ \t]{1,4})?\[?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?\]?[ \t]*$"
)
"""Who wrote next, or when."""


def is_markup(text: str) -> bool:
    """Whether a text begins with an element of HTML."""
    return _HTML.match(text) is not None


def recognise(text: str) -> str:
    """Which of FORMS a text is. Pure."""
    if _HTML.match(_behind_comments(text[:4000])) and not _FRAMED.match(text):
        return "html"
    if "```" not in text and len(_ASCIIDOC.findall(text[:60_000])) >= 3:
        return "asciidoc"
    if "```" not in text and _rst_signs(text) >= 2:
        return "rst"
    if "```" not in text and _TERMINAL.search(text[:60_000]):
        return "plain"
    if len(_CHAT_LINE.findall(text[:60_000])) >= 3:
        return "plain"
    return "markdown" if len(_MARKDOWN.findall(text[:60_000])) >= 2 else "plain"


def _rst_signs(text: str) -> int:
    sure = bool(_RST_TITLE.search(text)) + bool(_RST_SURE.search(text[:60_000]))
    return len(_RST.findall(text[:60_000])) + 2 * sure


def _behind_comments(text: str) -> str:
    """The text from its first character that belongs to no comment of HTML."""
    rest = text.lstrip()
    while rest.startswith("<!--"):
        _, found, behind = rest.partition("-->")
        rest = behind.lstrip() if found else ""
    return rest
