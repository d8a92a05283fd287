"""Wiki markup of Confluence and Jira, read as Markdown: `{code}`, `{noformat}`, `h2.`, `#` lists, `{{mono}}`.

Each mark is an edit of the text, so that every character keeps its place in what was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.trace import Edit

_LOOKED_AT: Final = 60_000
_MARKS_MAX: Final = 20_000
_BODY: Final = re.compile(r"\{(?P<macro>code|noformat)(?::(?P<how>[^{}\n]{0,200}))?\}")
_HEADING: Final = re.compile(r"h([1-6])\.[ \t]+(?=\S)")
_ITEM: Final = re.compile(r"[ \t]{0,8}([*#-]{1,6})[ \t]+(?=\S)")
_HEADER: Final = re.compile(r"[ \t]*\|\|")
_QUOTE: Final = re.compile(r"bq\.[ \t]+(?=\S)")
_MACRO: Final = re.compile(
    r"\{(?:panel|info|warning|note|tip|expand|toc|quote|color|anchor|section|column|excerpt|status|align|div|"
    r"jira|include|children|attachments)(?::[^{}\n]{0,200})?\}"
)
_MONO: Final = re.compile(r"\{\{([^{}\n]{1,400})\}\}")
_LINK: Final = re.compile(r"\[([^\[\]|\n]{1,200})\|([^\[\]|\s]{1,500})(?:\|[^\[\]\n]{0,200})?\]")
_LANGUAGE: Final = re.compile(r"(?:^|\|)(?:language=)?([A-Za-z][\w+#-]{0,20})(?=\||$)")
_LINES: Final = re.compile(r"(?m)^(?:h[1-6]\.[ \t]+\S|bq\.[ \t]+\S|[ \t]*\|\|.+\|\|[ \t]*$)")


def is_wiki(text: str) -> bool:
    """Whether a text is wiki markup: bodies of code or lines that only it has, and no fence of Markdown."""
    head = text[:_LOOKED_AT]
    if "```" in head or "~~~" in head:
        return False
    return len(_BODY.findall(head)) >= 2 or len(_LINES.findall(head)) >= 2


def wiki_marks(text: str) -> list[Edit]:
    """The edits that make Markdown of it, in order; none where it is no wiki markup, or has more marks than
    any page. Code stays as it is.
    """
    if not is_wiki(text) or text.count("{") + text.count("[") > _MARKS_MAX:
        return []
    edits: list[Edit] = []
    place = 0
    opened: re.Match[str] | None = None
    for mark in _BODY.finditer(text):
        if opened is None:
            edits += _prose(text, place, mark.start())
            edits.append(_opening(text, mark))
            opened = mark
        elif mark["macro"] == opened["macro"] and mark["how"] is None:
            edits.append(_closing(text, mark))
            opened, place = None, mark.end()
    if opened is None:
        edits += _prose(text, place, len(text))
    return edits


def _opening(text: str, mark: re.Match[str]) -> Edit:
    """A fence on a line of its own, with the language where one is given."""
    language = _LANGUAGE.search(mark["how"] or "") if mark["macro"] == "code" else None
    before = "" if _begins_line(text, mark.start()) else "\n"
    behind = "" if text[mark.end() : mark.end() + 1] in ("\n", "") else "\n"
    return Edit(mark.start(), mark.end(), f"{before}```{language[1] if language else ''}{behind}")


def _closing(text: str, mark: re.Match[str]) -> Edit:
    before = "" if _begins_line(text, mark.start()) else "\n"
    behind = "" if text[mark.end() : mark.end() + 1] in ("\n", "") else "\n"
    return Edit(mark.start(), mark.end(), f"{before}```{behind}")


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip(" \t")


def _prose(text: str, start: int, end: int) -> Iterator[Edit]:
    """The marks between two bodies of code, line by line."""
    place = start
    header = False
    for line in text[start:end].split("\n"):
        if place == 0 or text[place - 1] == "\n":
            mark = _line_mark(line, place)
            if mark is not None:
                yield mark
        is_header = _HEADER.match(line) is not None and (place == 0 or text[place - 1] == "\n")
        yield from _row(line, place) if is_header and not header else _inline(line, place)
        header = is_header
        place += len(line) + 1


def _line_mark(line: str, place: int) -> Edit | None:
    """What a line begins with: a heading, an item of a list, a quotation."""
    heading = _HEADING.match(line)
    if heading:
        return Edit(place, place + heading.end(), "#" * int(heading[1]) + " ")
    item = _ITEM.match(line)
    if item and set(item[1]) != {"-"}:
        bullet = "1. " if item[1].endswith("#") else "- "
        return Edit(place, place + item.end(), "   " * (len(item[1]) - 1) + bullet)
    quote = _QUOTE.match(line)
    return Edit(place, place + quote.end(), "> ") if quote else None


def _row(line: str, place: int) -> Iterator[Edit]:
    """The header of a table, with the line that Markdown wants below it."""
    marks = list(re.finditer(r"\|\|", line))
    for mark in marks:
        yield Edit(place + mark.start(), place + mark.end(), "|")
    columns = max(1, len(marks) - 1)
    yield Edit(place + len(line), place + len(line), "\n|" + "---|" * columns)


def _inline(line: str, place: int) -> Iterator[Edit]:
    taken = 0
    found = [*_MONO.finditer(line), *_MACRO.finditer(line), *_LINK.finditer(line)]
    for mark in sorted(found, key=lambda item: item.start()):
        if mark.start() < taken:
            continue
        taken = mark.end()
        begin, end = place + mark.start(), place + mark.end()
        if mark.re is _MONO:
            yield Edit(begin, begin + 2, "`")
            yield Edit(end - 2, end, "`")
        elif mark.re is _MACRO:
            yield Edit(begin, end, "")
        else:
            yield Edit(place + mark.end(1), end, f"]({mark[2]})")
