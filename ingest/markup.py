"""What stands between the sentences of a source: marks, fences, where links lead, comments, and the rest.

With the sentences it makes a partition of the source text: every character that is not blank has one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.trace import Span

LEFT_OUT: Final = "left out when the text was taken apart"
"""The reason of words that no rule for markup knows: they are shown to the author."""
DIRECTIVE: Final = "a directive of the format"

_REASONS: Final = (
    (re.compile(r"\A---[ \t]*\n[\s\S]*?^---[ \t]*$", re.MULTILINE), "front matter"),
    (
        re.compile(
            r"<!--[\s\S]*?(?:-->|\Z)|"
            r"^[ \t]*%%(?:[^%\n]{1,2000}|[ \t]*\n(?:(?![ \t]*%%)[^\n]*\n){0,2000}[ \t]*)%%[ \t]*$",
            re.MULTILINE,
        ),
        "a comment of the source",
    ),
    (
        re.compile(
            r"^[ \t]*(?:!!!|\?\?\?\+?|===[!+]?)[ \t][^\n\"]{0,80}(?:\"|$)|"
            r"^[ \t]*:{3,}[ \t]{0,3}\{?[\w-]{0,30}\}?[\[ ]?$|"
            r"^[ \t]*\{[%{][^\n]{0,300}$",
            re.MULTILINE,
        ),
        "the frame of a box",
    ),
    (
        re.compile(r"!\[[^\]\n]{0,400}\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,400}\])?"),
        "a picture",
    ),
    (
        re.compile(
            r"\]\((?:[^()\n]|\([^()\n]{0,400}\)){0,2000}\)|\]\[[^\]\n]{0,400}\]|"
            r"^[ \t]*\[[^\]\n]{1,400}\]:[^\n]*$",
            re.MULTILINE,
        ),
        "where a link leads",
    ),
    (re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE), "the fence of a code block"),
    (
        re.compile(
            r"\{(?:code|noformat|panel|info|warning|note|tip|expand|toc|quote|color|anchor|section|column|excerpt|"
            r"status|align|div|jira|include|children|attachments)(?::[^{}\n]{0,200})?(?:\}|\Z)|"
            r"\A(?:\|[^{}\n]{0,200})?\}|^h[1-6]\.(?=\s|$)|"
            r"^bq\.(?=\s|$)|\|[^\[\]|\s]{1,500}(?:\|[^\[\]\n]{0,200})?\]",
            re.MULTILINE,
        ),
        "a mark of a wiki",
    ),
    (re.compile(r"</?[A-Za-z][^<>\n]*>"), "a tag"),
    (
        re.compile(
            r"^[ \t]*(?:\[[^\]\n]*\]|:[\w-]+:[^\n]*|(?:ifdef|ifndef|ifeval|endif|include)::[^\n]*|//[^\n]*|"
            r"\.\.[ \t][^\n]*|:[\w-]+:)[ \t]*$",
            re.MULTILINE,
        ),
        DIRECTIVE,
    ),
    (re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,20});"), "a character written by its name"),
    (
        re.compile(r"(?:(?<=\s)|^)(?:\d{1,4}(?:\.\d{1,2}){0,3}|[A-Za-z])[.)](?=\s|$)", re.MULTILINE),
        "the number of an item",
    ),
    (re.compile(r"(?:(?<=\s)|^)\[[ xX]?\](?=\s|$)", re.MULTILINE), "a box to tick"),
    (re.compile(r"(?:(?<=\s)|^)[A-Z]\d{1,2}[.):]?(?=\s|$)", re.MULTILINE), "the number of an item"),
    (re.compile(r"[^\w\s]+|_+"), "a mark of the format"),
)  # fmt: skip

_RETURN: Final = re.compile(r"\r\n?|\u2028")


def between(text: str, taken: Iterable[Span]) -> Iterator[tuple[Span, str]]:
    """The places that no sentence takes, in order, apart, each with what stands there. `taken` in order."""
    text, place = _RETURN.sub(lambda found: "\n".rjust(len(found[0])), text), 0
    for span in taken:
        yield from _pieces(text, place, span.start, first=place == 0)
        place = max(place, span.end)
    yield from _pieces(text, place, len(text), first=place == 0)


def _pieces(text: str, start: int, end: int, *, first: bool) -> Iterator[tuple[Span, str]]:
    """A gap, taken apart by kinds; neighbours of one kind with nothing but blanks between are one."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    kinds = _kinds(text[start:end], first=first)
    begin, last = -1, ""
    behind = start
    for offset, kind in enumerate(kinds):
        if text[start + offset].isspace():
            continue
        if kind != last:
            if begin >= 0:
                yield Span(begin, behind), last
            begin, last = start + offset, kind
        behind = start + offset + 1
    yield Span(begin, behind), last


def _kinds(gap: str, *, first: bool) -> list[str]:
    """The kind of each character of a gap; the first pattern that takes it wins."""
    kinds = [""] * len(gap)
    for pattern, reason in _REASONS:
        if reason == "front matter" and not first:
            continue
        for found in pattern.finditer(gap):
            for at in range(*found.span()):
                kinds[at] = kinds[at] or reason
    return [kind or LEFT_OUT for kind in kinds]
