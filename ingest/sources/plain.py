"""Plain text: numbered lines, bullets, prompts, indented commands, underlined headings, AsciiDoc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Final

from ingest.blocks import Block, BlockKind, InlineCode
from ingest.extract.commands import looks_like_command
from ingest.extract.consoles import is_sql
from ingest.extract.vocabulary import PREREQUISITES, SUBCOMMANDS
from ingest.trace import Trace, Writer
from scanner.tables import tool

_ITEM: Final = re.compile(r"^(\s*)(?:(\d{1,3}[.)]|[a-z][.)]|\.{1,3})|[-*•–])\s+(.*)$")
_STEP: Final = re.compile(r"(?i)^(\s*)(?:step|phase) ?(\d{1,3})\s?(?::|[.)–—-](?=\s))\s*(\S.*)$")
"""`Step 3: look at the disk`: what begins a step where no list is written as one."""

_STEP_ALONE: Final = re.compile(r"(?i)^\s*(?:step|phase) ?\d{1,3}\s?[:.]?\s*$")
_SURE: Final = re.compile(r"\s(?:\||-{1,2}[A-Za-z]|~?\.{0,2}/\S)")
_PROMPT: Final = re.compile(r"^\s*(?:\$|[\w.-]+@[\w.-]+:[^\s]*[$#])\s+\S")
_MORE: Final = re.compile(r"^\s{0,8}>(?: |$)")
"""Below a prompt: that of a line that goes on."""
_UNDERLINE: Final = re.compile(r"^([=~^\-])\1{3,}\s*$")
_ADOC_HEADING: Final = re.compile(r"^(={1,5})\s+(\S.*)$")
_OTHER_CASE: Final = re.compile(r"(?i)^(?:otherwise|else|if not)\b")
"""It goes on with the case above, and stands over nothing."""

CHAT_LINE: Final = re.compile(r"^(?:\S.{0,60}[ \t]{1,4})?\[?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?\]?[ \t]*$")
_ADOC_FENCE: Final = re.compile(r"^(-{4,}|\.{4,})\s*$")
_ADOC_SOURCE: Final = re.compile(r"^\[(?:source|listing)?,?\s{0,9}([a-z]{0,20})[^\]\n]{0,200}\]\s*$")
_ADOC_SIGN: Final = re.compile(r"^(?:={1,5} \S|\[source\b|ifdef::|include::|//|:_?[a-z][\w-]*:\s*$)")
_ADOC_SKIPPED: Final = re.compile(r"^(?:\+|--|//.*|:[\w-]{1,60}:.*|(?:ifdef|ifndef|endif|include)::.*)\s*$")
_ADOC_IF: Final = re.compile(r"^if(n?)def::([\w,+.-]{1,80})\[\s*\]\s*$")
_ADOC_COMMENT: Final = re.compile(r"^/{4,}\s*$")
_ADOC_BOX: Final = re.compile(
    r"^(?:={4,}|\[(?:NOTE|TIP|WARNING|CAUTION|IMPORTANT|%|\.|#|cols=|options=)[^\]\n]{0,120}\])\s*$"
)
"""The lines around a box, and what says of which kind it is."""

_ADOC_CALLOUT: Final = re.compile(r"[ \t]{1,8}(?:(?:#|//|--)[ \t]{0,3})?<(?:\d{1,2}|\.)>[ \t]*$")
_ADOC_TITLE: Final = re.compile(r"^\.([A-Z][^.\n]{1,100})$")
_BACKTICKS: Final = re.compile(r"(?<!`)(`{1,3})(?!`) ?([^\n]{1,4000}?)(?<!`)\1(?!`)")
"""Code in a sentence: between as many backticks as before it, so that others may stand in it."""
_FENCE: Final = re.compile(r"^\s*```+\s*(\w*)\s*$")


@dataclass
class _Lines:
    """The lines, where each begins, and where the reader is."""

    lines: list[str]
    starts: list[int]
    asciidoc: bool = False
    place: int = 0
    pending_language: str = ""
    paragraph: list[str] = field(default_factory=list)
    paragraph_line: int = 1
    boxes: tuple[int, ...] = ()


def read_plain(text: str) -> Iterator[Block]:
    """The blocks of a plain text, in order."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    return _in_boxes(_Lines(lines, starts, any(_ADOC_SIGN.match(line) for line in lines)))


def _blocks(state: _Lines) -> Iterator[Block]:
    while state.place < len(state.lines):
        found = _special(state)
        if found is None:
            if _STEP.match(state.lines[state.place]):
                yield from _end_paragraph(state)
            _to_paragraph(state)
            continue
        yield from _end_paragraph(state)
        yield from found
    yield from _end_paragraph(state)


def _in_boxes(state: _Lines) -> Iterator[Block]:
    """The blocks with the parts of an AsciiDoc text around them that it shows in some cases only."""
    for block in _blocks(state):
        yield replace(block, boxes=state.boxes) if state.boxes and not block.boxes else block


def _special(state: _Lines) -> list[Block] | None:
    """The block that begins at this line, with the place moved behind it; None for a line of prose."""
    line = state.lines[state.place]
    number = state.place + 1
    if state.asciidoc and _ADOC_COMMENT.match(line):
        return _commented(state)
    if not line.strip() or _is_skipped(state, line):
        state.place += 1
        return _case_of_part(state, line)
    if _STEP_ALONE.match(line):
        state.place += 1
        return [_title(state, number, line.strip().rstrip(":."), line.find(line.strip()), level=3)]
    if CHAT_LINE.match(line):
        state.place += 1
        return [_title(state, number, line, 0, level=0, kind="paragraph")]
    if _FENCE.match(line) or (_ADOC_FENCE.match(line) and not state.paragraph):
        return _fenced(state)
    found = _of_asciidoc(state, line, number)
    if found is not None:
        return found
    if _is_heading(state):
        return [_heading(state)]
    if _OTHER_CASE.match(line.strip()) and line.rstrip().endswith(":") and not state.paragraph:
        state.place += 1
        return [_title(state, number, line.strip(), line.find(line.strip()), level=0, kind="paragraph")]
    if _PROMPT.match(line) or _is_indented_code(state, line):
        return _indented(state)
    item = _ITEM.match(line)
    return [_item(state, item)] if item else None


def _case_of_part(state: _Lines, line: str) -> list[Block]:
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


def _of_asciidoc(state: _Lines, line: str, number: int) -> list[Block] | None:
    """A title, a heading or a listing of AsciiDoc; None for any other line."""
    title, heading = _ADOC_TITLE.match(line), _ADOC_HEADING.match(line)
    if title:
        state.place += 1
        return [_title(state, number, title[1], title.start(1), level=3)]
    if heading:
        state.place += 1
        return [_title(state, number, heading[2], heading.start(2), level=len(heading[1]))]
    source = _ADOC_SOURCE.match(line)
    if source is None:
        return None
    state.pending_language = source[1]
    state.place += 1
    following = state.lines[state.place] if state.place < len(state.lines) else ""
    if following.strip() and not _FENCE.match(following) and not _ADOC_FENCE.match(following):
        return _unfenced(state)
    return []


def _is_indented_code(state: _Lines, line: str) -> bool:
    """An indented line after an empty one; below a line of prose only what looks like a command, and where it
    is hardly indented, or only stands below what announces it, what surely is one.
    """
    if _ITEM.match(line):
        return False
    if not line.startswith(("    ", "\t")):
        return _is_announced(state, line)
    above = state.lines[state.place - 1] if state.place else ""
    if _STEP_ALONE.match(above) and line.strip()[:1].isupper() and not looks_like_command(_plain_quotes(line)):
        return False
    return not state.paragraph or looks_like_command(_plain_quotes(line)) or is_sql(f"{line.strip()};")


def _is_announced(state: _Lines, line: str) -> bool:
    """Whether a line is a command below a step, a colon, or a line that is less indented."""
    above = state.lines[state.place - 1] if state.place else ""
    if not above.strip() or not looks_like_command(_plain_quotes(line)):
        return False
    words = line.split()
    known = tool(words[0]) if words[0] in SUBCOMMANDS else None
    if not (_SURE.search(line) or (known is not None and words[1] in known.verbs)):
        return False
    deeper = len(line) - len(line.lstrip()) > len(above) - len(above.lstrip())
    return deeper or above.rstrip().endswith(":") or _STEP.match(above) is not None


def _is_skipped(state: _Lines, line: str) -> bool:
    """Directives of AsciiDoc; in any other text such a line says something."""
    return state.asciidoc and (_ADOC_SKIPPED.match(line) or _ADOC_BOX.match(line)) is not None


def _title(
    state: _Lines, number: int, text: str, column: int, *, level: int, kind: BlockKind = "heading"
) -> Block:
    out = Writer()
    out.put(text.strip(), state.starts[number - 1] + column + len(text) - len(text.lstrip()))
    return Block(kind, out.text, number, number, level=level, trace=out.trace)


def _plain_quotes(line: str) -> str:
    return line.replace("–", "--").replace("—", "--")


def _to_paragraph(state: _Lines) -> None:
    if not state.paragraph:
        state.paragraph_line = state.place + 1
    state.paragraph.append(state.lines[state.place])
    state.place += 1


def _end_paragraph(state: _Lines) -> Iterator[Block]:
    if state.paragraph:
        first = state.paragraph_line
        text, code, trace = _with_code(_joined(state, first - 1, state.paragraph))
        last = first + len(state.paragraph) - 1
        state.paragraph = []
        yield Block("paragraph", text, first, last, code=code, trace=trace)


def _joined(state: _Lines, first: int, parts: list[str], column: int = 0) -> Writer:
    """The parts of lines from `first` (from 0) on, stripped, as one line; `column` is the first one's."""
    out = Writer()
    for number, part in enumerate(parts):
        out.put(" " if number else "", state.starts[first + number] - 1)
        before = len(part) - len(part.lstrip()) + (0 if number else column)
        out.put(part.strip(), state.starts[first + number] + before)
    return out


def _fenced(state: _Lines) -> list[Block]:
    opening = state.lines[state.place].strip()
    label = _FENCE.match(opening)
    closing = "```" if label else opening
    begin = state.place + 1
    end = begin
    while end < len(state.lines) and not state.lines[end].strip().startswith(closing):
        end += 1
    language = (label[1] if label else "") or state.pending_language
    state.pending_language = ""
    state.place = end + 1
    text = "\n".join(state.lines[begin:end])
    if not text.strip():
        return []
    out = Writer()
    for number, line in enumerate(state.lines[begin:end]):
        out.put("\n" if number else "", state.starts[begin + number] - 1)
        called = _ADOC_CALLOUT.search(line) if state.asciidoc else None
        out.put(line[: called.start()] if called else line, state.starts[begin + number])
    return [
        Block("code", out.text, begin + 1, max(begin + 1, end), language=language.lower(), trace=out.trace)
    ]


def _commented(state: _Lines) -> list[Block]:
    """Nothing of a comment block: it goes to the line that closes it, or to the end."""
    opening = state.lines[state.place].strip()
    state.place += 1
    while state.place < len(state.lines) and state.lines[state.place].strip() != opening:
        state.place += 1
    state.place += 1
    return []


def _unfenced(state: _Lines) -> list[Block]:
    """A listing of AsciiDoc without a fence: it goes to the next empty line."""
    begin = state.place
    while state.place < len(state.lines) and state.lines[state.place].strip():
        state.place += 1
    out = Writer()
    out.put("\n".join(state.lines[begin : state.place]), state.starts[begin])
    language, state.pending_language = state.pending_language, ""
    return [Block("code", out.text, begin + 1, state.place, language=language, trace=out.trace)]


def _is_heading(state: _Lines) -> bool:
    line = state.lines[state.place].strip()
    following = state.lines[state.place + 1] if state.place + 1 < len(state.lines) else ""
    if _UNDERLINE.match(following) and not state.paragraph:
        return not state.asciidoc or abs(len(following.rstrip()) - len(line)) <= 3
    shouted = _is_shouted(line)
    if not state.paragraph and PREREQUISITES.match(line) and _ITEM.match(following) and len(line) < 60:
        return not _ITEM.match(line)
    alone = not state.paragraph and not following.strip() and not _OTHER_CASE.match(line)
    alone = alone and not line.endswith(";")  # a statement of SQL is shouted, too
    return alone and (shouted or (line.endswith(":") and len(line) < 60 and not _ITEM.match(line)))


def _is_shouted(line: str) -> bool:
    """Whether a line is written in capitals, its beginning and two thirds of all its letters."""
    if line[:12].upper() != line[:12]:
        return False
    letters = [character for character in line if character.isalpha()]
    return len(letters) > 3 and sum(map(str.isupper, letters)) * 3 > len(letters) * 2


def _heading(state: _Lines) -> Block:
    number = state.place + 1
    line = state.lines[state.place].strip()
    following = state.lines[state.place + 1] if state.place + 1 < len(state.lines) else ""
    state.place += 2 if _UNDERLINE.match(following) else 1
    column = state.lines[number - 1].find(line)
    return _title(state, number, line.rstrip(":"), column, level=2)


def _indented(state: _Lines) -> list[Block]:
    begin = state.place
    while state.place < len(state.lines) and _goes_on(state, begin):
        state.place += 1
    taken = state.lines[begin : state.place]
    margin = min((len(line) - len(line.lstrip()) for line in taken if line.strip()), default=0)
    out = Writer()
    for number, line in enumerate("\n".join(line[margin:] for line in taken).rstrip().split("\n")):
        out.put("\n" if number else "", state.starts[begin + number] - 1)
        out.put(line, state.starts[begin + number] + margin)
    return [Block("code", out.text, begin + 1, state.place, trace=out.trace)]


def _goes_on(state: _Lines, begin: int) -> bool:
    line = state.lines[state.place]
    if state.place == begin or _PROMPT.match(line):
        return True
    if _MORE.match(line) and (_PROMPT.match(state.lines[state.place - 1]) or _MORE.match(state.lines[state.place - 1])):
        return True
    previous = state.lines[state.place - 1].rstrip()
    return bool(line.strip()) and (line.startswith(("    ", "\t", "  ")) or previous.endswith("\\"))


def _item(state: _Lines, found: re.Match[str]) -> Block:
    number = state.place + 1
    indent = len(found[1].expandtabs(4))
    parts = [found[3]]
    state.place += 1
    while state.place < len(state.lines):
        line = state.lines[state.place]
        inner = len(line) - len(line.lstrip())
        if (
            not line.strip()
            or inner <= indent
            or _ITEM.match(line)
            or _STEP.match(line)
            or _PROMPT.match(line)
            or _is_skipped(state, line)
            or inner >= indent + 6
            or _is_indented_code(state, line)
        ):
            break
        parts.append(line)
        state.place += 1
    text, code, trace = _with_code(_joined(state, number - 1, parts, found.start(3)))
    level = 1 + indent // 2
    return Block("item", text, number, state.place, level, found[2] is not None, code=code, trace=trace)


def _with_code(written: Writer) -> tuple[str, tuple[InlineCode, ...], Trace]:
    """Take backticks away and say where the code stands."""
    text, place = written.text, 0
    out = Writer()
    spans: list[InlineCode] = []
    for found in _BACKTICKS.finditer(text):
        out.put(text[place : found.start()], place)
        code = found[2].rstrip(" \t") or found[2]
        spans.append(InlineCode(out.length, out.length + len(code)))
        out.put(code, found.start(2))
        place = found.end()
    out.put(text[place:], place)
    return out.text, tuple(spans), out.trace.over(written.trace)
