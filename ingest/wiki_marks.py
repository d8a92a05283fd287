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
    r"\{(?P<name>panel|info|warning|note|tip|expand|toc|quote|color|anchor|section|column|excerpt|status|"
    r"align|div|"
    r"jira|include|children|attachments)(?::(?P<how>[^{}\n]{0,200}))?\}"
)
_BOXES: Final = frozenset("panel info warning note tip expand quote section column".split())
_TITLE: Final = re.compile(r"(?:^|\|)[ \t]*title[ \t]*=[ \t]*(?P<title>[^|{}\n]*[^|{}\s])")
_FIRST: Final = re.compile(r"(?P<title>[^|={}\n]*[^|={}\s])[ \t]*(?:$|\|)")
"""`{expand:Do not run}`."""
_STRUCK: Final = re.compile(r"(?<![^\s(])-(?=[^\s-])[^\n]{0,400}?[^\s-]-(?=$|[\s.,;:!?)])")
_MONO: Final = re.compile(r"\{\{((?:[^{}\\\n]|\\[^\n]){1,400})\}\}")
_LINK: Final = re.compile(r"\[([^\[\]|\n]{1,200})\|([^\[\]|\s]{1,500})(?:\|[^\[\]\n]{0,200})?\]")
_ROW: Final = re.compile(r"[ \t]*\|")
_ESCAPED: Final = re.compile(r"\|(?<!\\\|)|\\(?=[{}\[\]*_|-])")
"""In code: a bar, which would end a cell, and the backslash before what the wiki reads as a mark."""
_LANGUAGE: Final = re.compile(r"(?:^|\|)(?:language=)?([A-Za-z][\w+#-]{0,20})(?=\||$)")
_LINES: Final = re.compile(r"(?m)^(?:h[1-6]\.[ \t]+\S|bq\.[ \t]+\S|[ \t]*\|\|.+\|\|[ \t]*$)")


def is_wiki(text: str) -> bool:
    """Whether a text is wiki markup: bodies of code or lines that only it has, and no fence of Markdown."""
    head = text[:_LOOKED_AT]
    if "```" in head or "~~~" in head:
        return False
    lines = len(_LINES.findall(head))
    return len(_BODY.findall(head)) >= 2 or lines >= 2 or (lines > 0 and _MONO.search(head) is not None)


def wiki_marks(text: str) -> list[Edit]:
    """The edits that make Markdown of it, in order; none where it is no wiki markup, or has more marks than
    any page. Code stays as it is.
    """
    if not is_wiki(text) or text.count("{") + text.count("[") > _MARKS_MAX:
        return []
    edits: list[Edit] = []
    place = 0
    opens = _opens(text)
    opened: re.Match[str] | None = None
    for mark in _BODY.finditer(text):
        if opened is None and mark.start() < place:
            continue
        if opened is None and (end := _in_cell(text, mark)) is not None:
            edits += _prose(text, place, mark.start(), opens)
            edits += [Edit(mark.start(), mark.end(), "`"), Edit(end.start(), end.end(), "`")]
            place = end.end()
        elif opened is None:
            edits += _prose(text, place, mark.start(), opens)
            edits += _opening(text, mark)
            opened = mark
        elif mark["macro"] == opened["macro"] and mark["how"] is None:
            edits.append(_closing(text, mark, titled=_TITLE.search(opened["how"] or "") is not None))
            opened, place = None, mark.end()
    if opened is None:
        edits += _prose(text, place, len(text), opens)
    return edits


def _in_cell(text: str, mark: re.Match[str]) -> re.Match[str] | None:
    """What closes a body of code in the same cell of a table; None for any other."""
    begin = text.rfind("\n", 0, mark.start()) + 1
    end = text.find("\n", mark.end())
    if not text.startswith("|", begin):
        return None
    closing = _BODY.search(text, mark.end(), len(text) if end < 0 else end)
    inside = text[mark.end() : closing.start()] if closing else ""
    return closing if closing and closing["how"] is None and "|" not in inside and "`" not in inside else None


def _opens(text: str) -> frozenset[int]:
    """Where the macros stand that open a box; one of the same name closes it."""
    waiting: set[str] = set()
    found: set[int] = set()
    for mark in _MACRO.finditer(text):
        if mark["name"] not in _BOXES:
            continue
        if mark["how"] is None and mark["name"] in waiting:
            waiting.discard(mark["name"])
        else:
            waiting.add(mark["name"])
            found.add(mark.start())
    return frozenset(found)


def _opening(text: str, mark: re.Match[str]) -> list[Edit]:
    """A fence on a line of its own, with the language where one is given; its title stands over it."""
    how = mark["how"] or ""
    title = _TITLE.search(how)
    rest = how if title is None else how[: title.start()] + how[title.end() :]
    language = _LANGUAGE.search(rest) if mark["macro"] == "code" else None
    before = "" if _begins_line(text, mark.start()) else "\n"
    behind = "" if text[mark.end() : mark.end() + 1] in ("\n", "") else "\n"
    fence = f"```{language[1] if language else ''}{behind}"
    if title is None:
        return [Edit(mark.start(), mark.end(), f"{before}{fence}")]
    begin = mark.start("how") + title.start("title")
    return [
        Edit(mark.start(), begin, f"{before}\n<details><summary>"),
        Edit(begin + len(title["title"]), mark.end(), f"</summary>\n\n{fence}"),
    ]


def _closing(text: str, mark: re.Match[str], *, titled: bool) -> Edit:
    before = "" if _begins_line(text, mark.start()) else "\n"
    behind = "" if text[mark.end() : mark.end() + 1] in ("\n", "") else "\n"
    return Edit(mark.start(), mark.end(), f"{before}```" + ("\n\n</details>\n\n" if titled else behind))


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip(" \t")


def _prose(text: str, start: int, end: int, opens: frozenset[int]) -> Iterator[Edit]:
    """The marks between two bodies of code, line by line."""
    place = start
    header = False
    for line in text[start:end].split("\n"):
        if place == 0 or text[place - 1] == "\n":
            mark = _line_mark(line, place)
            if mark is not None:
                yield mark
        is_header = _HEADER.match(line) is not None and (place == 0 or text[place - 1] == "\n")
        yield from _row(line, place) if is_header and not header else _inline(line, place, opens)
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
    return Edit(place, place + quote.end(), "> > ") if quote else None


def _row(line: str, place: int) -> Iterator[Edit]:
    """The header of a table, with the line that Markdown wants below it."""
    marks = list(re.finditer(r"\|\|", line))
    for mark in marks:
        yield Edit(place + mark.start(), place + mark.end(), "|")
    columns = max(1, len(marks) - 1)
    yield Edit(place + len(line), place + len(line), "\n|" + "---|" * columns)


def _inline(line: str, place: int, opens: frozenset[int]) -> Iterator[Edit]:
    taken = 0
    found = [*_MONO.finditer(line), *_MACRO.finditer(line), *_LINK.finditer(line), *_STRUCK.finditer(line)]
    for mark in sorted(found, key=lambda item: item.start()):
        if mark.start() < taken:
            continue
        taken = mark.end()
        begin, end = place + mark.start(), place + mark.end()
        if mark.re is _MONO:
            yield Edit(begin, begin + 2, "`")
            in_row = _ROW.match(line) is not None
            for inner in _ESCAPED.finditer(line, mark.start(1), mark.end(1)):
                if inner[0] != "|" or in_row:
                    at = place + inner.start()
                    yield Edit(at, at + 1, "\\|" if inner[0] == "|" else "")
            yield Edit(end - 2, end, "`")
        elif mark.re is _MACRO:
            yield from _macro(mark, begin, opens=begin in opens)
        elif mark.re is _STRUCK:
            yield Edit(begin, end, "")
        else:
            yield Edit(place + mark.end(1), end, f"]({mark[2]})")


def _macro(mark: re.Match[str], place: int, *, opens: bool) -> Iterator[Edit]:
    """A macro goes; of a panel its title stands over what is in it; a quotation is cited."""
    name, how = mark["name"], mark["how"] or ""
    element = "blockquote" if name == "quote" else "details"
    end = place + len(mark[0])
    if name not in _BOXES:
        yield Edit(place, end, "")
        return
    if not opens:
        yield Edit(place, end, f"\n\n</{element}>\n\n")
        return
    title = _TITLE.search(how) or (_FIRST.match(how) if name == "expand" else None)
    if title is None or name == "quote":
        yield Edit(place, end, '\n\n<blockquote type="cite">\n\n' if name == "quote" else "\n\n<details>\n\n")
        return
    begin = mark.start("how") - mark.start() + title.start("title")
    yield Edit(place, place + begin, "\n\n<details><summary>")
    yield Edit(place + begin + len(title["title"]), end, "</summary>\n\n")
