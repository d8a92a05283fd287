"""What AsciiDoc adds to a plain text: titles, listings, comments, parts that are shown in some cases only."""

from __future__ import annotations

import re
from typing import Final

from ingest.blocks import Block
from ingest.sources.plain_lines import ADOC_FENCE, FENCE, Lines, title_block, with_code
from ingest.trace import Writer

_ADOC_HEADING: Final = re.compile(r"^(={1,5})\s+(\S.*)$")
_ADOC_SOURCE: Final = re.compile(
    r"^\[(?P<shows>\"?(?:source|listing|literal)\b\"?(?:%\w{1,20})?|(?=,\s{0,3}[\"a-z]))?(?:,\s{0,9})?"
    r"\"?(?P<language>[a-z]{0,20})(?P<names>=)?[^\]\n]{0,200}\]\s*$"
)
"""What stands over a listing and says in which language it is, or gives any block a name or a role."""
_ADOC_SKIPPED: Final = re.compile(
    r"^(?:\+|--|//.*|:[\w-]{1,60}:.*|\[\[[^\]\n]{1,120}\]\]|(?:ifdef|ifndef|endif|include|image|video|audio)::.*)\s*$"
)
_ADOC_IF: Final = re.compile(r"^if(n?)def::([\w,+.-]{1,80})\[\s*\]\s*$")
_ADOC_BOX: Final = re.compile(
    r"^(?:={3,}|\[(?:NOTE|TIP|WARNING|CAUTION|IMPORTANT|%|\.|#|cols=|options=)[^\]\n]{0,120}\])\s*$"
)
"""The lines around a box, and what says of which kind it is."""
_ADOC_TITLE: Final = re.compile(r"^\.([A-Z][^.\n]{1,100})$")


def of_asciidoc(state: Lines, line: str, number: int) -> list[Block] | None:
    """A title, a heading or a listing of AsciiDoc; None for any other line."""
    if _TABLE.match(line):
        return _table(state)
    title, heading = _ADOC_TITLE.match(line), _ADOC_HEADING.match(line)
    if title:
        state.place += 1
        return [title_block(state, number, title[1], title.start(1), level=3)]
    if heading:
        state.place += 1
        return [title_block(state, number, heading[2], heading.start(2), level=len(heading[1]))]
    source = _ADOC_SOURCE.match(line)
    if source is None or not (source["shows"] is not None or state.asciidoc):
        return None
    state.pending_language = "" if source["names"] else source["language"]
    state.place += 1
    following = state.lines[state.place] if state.place < len(state.lines) else ""
    if FENCE.match(following) or ADOC_FENCE.match(following):
        return []
    if source["shows"] is not None and following.strip():
        return unfenced(state)
    state.pending_language = ""
    return []


def case_of_part(state: Lines, line: str) -> list[Block]:
    """The title of a part that is shown where an attribute is set, or is not; what ends one has none."""
    found = _ADOC_IF.match(line) if state.asciidoc else None
    if found is None:
        if state.asciidoc and line.startswith("endif::"):
            state.boxes = state.boxes[:-1]
        return []
    state.boxes = (*state.boxes, state.place)
    out = Writer()
    out.put("Unless " if found[1] == "n" else "If ")
    out.put(found[2], state.starts[state.place - 1] + found.start(2))
    return [Block("heading", out.text, state.place, state.place, trace=out.trace, boxes=state.boxes)]


def commented(state: Lines) -> list[Block]:
    """Nothing of a comment block: it goes to the line that closes it, or to the end."""
    opening = state.lines[state.place].strip()
    state.place += 1
    while state.place < len(state.lines) and state.lines[state.place].strip() != opening:
        state.place += 1
    state.place += 1
    return []


def unfenced(state: Lines) -> list[Block]:
    """A listing of AsciiDoc without a fence: it goes to the next empty line."""
    begin = state.place
    while state.place < len(state.lines) and state.lines[state.place].strip():
        state.place += 1
    out = Writer()
    out.put("\n".join(state.lines[begin : state.place]), state.starts[begin])
    language, state.pending_language = state.pending_language, ""
    return [Block("code", out.text, begin + 1, state.place, language=language, trace=out.trace)]


def is_skipped(state: Lines, line: str) -> bool:
    """Directives of AsciiDoc; in any other text such a line says something."""
    return state.asciidoc and (_ADOC_SKIPPED.match(line) or _ADOC_BOX.match(line)) is not None


_TABLE: Final = re.compile(r"^\|={3,}\s*$")
_BAR: Final = re.compile(r"(?:(?<=\s)|^)(?:\d{1,2}\+|\.\d{1,2}\+)?[<^>]?[aehlmsv]?\|(?!=)")
"""Where a cell begins, with what its writer says of its form."""
_CELLS_MAX: Final = 20_000


def _table(state: Lines) -> list[Block]:
    """The rows of a table: as many cells each as its first line has that has any."""
    state.place += 1
    cells: list[list[tuple[int, str]]] = []
    width = 0
    while state.place < len(state.lines) and not _TABLE.match(state.lines[state.place]):
        line = state.lines[state.place]
        found = list(_BAR.finditer(line))
        if cells and line[: found[0].start() if found else len(line)].strip():
            cells[-1].append((state.starts[state.place], line[: found[0].start() if found else len(line)]))
        for number, bar in enumerate(found, 1):
            end = found[number].start() if number < len(found) else len(line)
            cells.append([(state.starts[state.place] + bar.end(), line[bar.end() : end])])
        width = width or len(found)
        state.place += 1
        if len(cells) > _CELLS_MAX:
            break
    state.place += 1
    return [_row(state, cells[at : at + width]) for at in range(0, len(cells), width or 1)]


def _row(state: Lines, cells: list[list[tuple[int, str]]]) -> Block:
    out = Writer()
    shown: list[str] = []
    for number, cell in enumerate(cells):
        if number:
            out.put(" | ")
        said = list[str]()
        for begin, text in cell:
            word = text.strip()
            if word:
                out.put(" " if said else "")
                out.put(word, begin + len(text) - len(text.lstrip()))
                said.append(word)
        shown.append(" ".join(said).replace("`", ""))
    text, code, trace = with_code(out)
    line = state.text_line(cells[0][0][0]) if cells and cells[0] else state.place
    return Block("row", text, line, line, cells=tuple(shown), code=code, trace=trace)
