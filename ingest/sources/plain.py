"""Plain text: numbered lines, bullets, prompts, indented commands, underlined headings, AsciiDoc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Final

from ingest.blocks import Block
from ingest.extract.announced import announces_contents, announces_output
from ingest.extract.commands import looks_like_command
from ingest.extract.consoles import is_sql
from ingest.extract.prompts import prompt_end
from ingest.extract.vocabulary import PREREQUISITES
from ingest.sources.asciidoc import case_of_part, commented, is_skipped, of_asciidoc
from ingest.sources.line_ends import paragraphs_of
from ingest.sources.outline import outlined, script_end
from ingest.sources.plain_lines import ADOC_FENCE, FENCE, Lines, joined_lines, title_block, with_code
from ingest.sources.typed_lines import (
    all_commands,
    ends_in_line,
    is_by_root,
    is_section,
    is_statement,
    is_typed,
    labels_ahead,
    plain_quotes,
    stands_alone,
    tells_on,
    widest,
)
from ingest.trace import Writer

_ITEM: Final = re.compile(
    r"^(\s*)(?:(\d{1,3}(?:\.\d{1,2}){0,3}[.)]|[a-zA-Z][.)]|[ivx]{2,5}[.)]|\([a-z\d]{1,2}\)|\.{1,5})|\*{2,5}|--|->|[-*•–+·»→])\s+(.*)$"
)
_DEPTH: Final = re.compile(r"\s*(?:\.{2,5}|\*{2,5})(?=\s)")
"""A list in a list, as AsciiDoc and wikis write it."""
_STEP: Final = re.compile(r"(?i)^(\s*)(?:step|phase) ?(\d{1,3})\s?(?::|[.)–—-](?=\s))\s*(\S.*)$")
"""`Step 3: look at the disk`: what begins a step where no list is written as one."""

_STEP_ALONE: Final = re.compile(r"(?i)^\s*(?:step|phase) ?\d{1,3}\s?[:.]?\s*$")
_NUMBERED: Final = re.compile(r"\s*\d{1,3}(?:\.\d{1,2}){0,3}[.)]\s+\S")
_PROMPT: Final = re.compile(r"^\s*(?:\$|[\w.-]+@[\w.-]+:[^\s]*[$#])\s+\S")
_MORE: Final = re.compile(r"^\s{0,8}>(?: |$)")
"""Below a prompt: that of a line that goes on."""
_UNDERLINE: Final = re.compile(r"^([=~^\-])\1{3,}\s*$")
_OTHER_CASE: Final = re.compile(r"(?i)^(?:otherwise|else|if not)\b")
"""It goes on with the case above, and stands over nothing."""

CHAT_LINE: Final = re.compile(r"^(?:\S.{0,60}[ \t]{1,4})?\[?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?\]?[ \t]*$")
_ADOC_SIGN: Final = re.compile(r"^(?:={1,5} \S|\[source\b|ifdef::|include::|//|:_?[a-z][\w-]*:\s*$)")
_ADOC_COMMENT: Final = re.compile(r"^/{4,}\s*$")

_ADOC_CALLOUT: Final = re.compile(r"[ \t]{1,8}(?:(?:#|//|--)[ \t]{0,3})?<(?:\d{1,2}|\.)>[ \t]*$")


def read_plain(text: str) -> Iterator[Block]:
    """The blocks of a plain text, in order."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    return _in_boxes(Lines(lines, starts, any(_ADOC_SIGN.match(line) for line in lines)))


def _blocks(state: Lines) -> Iterator[Block]:
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


def _in_boxes(state: Lines) -> Iterator[Block]:
    """The blocks with the parts of an AsciiDoc text around them that it shows in some cases only."""
    for block in _blocks(state):
        yield replace(block, boxes=state.boxes) if state.boxes and not block.boxes else block


def _special(state: Lines) -> list[Block] | None:
    """The block that begins at this line, with the place moved behind it; None for a line of prose."""
    line = state.lines[state.place]
    number = state.place + 1
    if state.asciidoc and _ADOC_COMMENT.match(line):
        return commented(state)
    if not line.strip() or is_skipped(state, line):
        state.place += 1
        return case_of_part(state, line)
    if _STEP_ALONE.match(line):
        state.place += 1
        return [title_block(state, number, line.strip().rstrip(":."), line.find(line.strip()), level=3)]
    if CHAT_LINE.match(line):
        state.place += 1
        return [title_block(state, number, line, 0, level=0, kind="paragraph")]
    found = _whole(state, line, number)
    if found is not None:
        return found
    if _is_heading(state):
        return [_heading(state)]
    if _OTHER_CASE.match(line.strip()) and line.rstrip().endswith(":") and not state.paragraph:
        state.place += 1
        return [title_block(state, number, line.strip(), line.find(line.strip()), level=0, kind="paragraph")]
    labels = labels_ahead(state.lines, state.place)
    if labels or _PROMPT.match(line) or _is_prompted(state) or _is_indented_code(state, line):
        state.place += labels
        return _indented(state)
    item = _ITEM.match(line)
    return [_item(state, item)] if item else None


def _whole(state: Lines, line: str, number: int) -> list[Block] | None:
    """What begins at this line and says itself where it ends: a listing, a block of AsciiDoc, a script."""
    if FENCE.match(line) or (ADOC_FENCE.match(line) and not state.paragraph):
        return _fenced(state)
    found = of_asciidoc(state, line, number)
    if found is not None:
        return found
    script = script_end(state)
    return None if script is None else [_code_of(state, state.place, script)]


def _is_prompted(state: Lines) -> bool:
    """Whether a line is a command behind a prompt in brackets, or of root: `[root@db1 /]# df -h`. With a `#`
    at its head a text has a title, as in Markdown.
    """
    line = state.lines[state.place]
    if line.lstrip().startswith("#"):
        return is_by_root(line) and any(above.strip() for above in state.lines[: state.place])
    return line.lstrip().startswith("[") and prompt_end(line) > 0


def _is_indented_code(state: Lines, line: str) -> bool:
    """An indented line after an empty one; below a line of prose only what looks like a command, and where it
    is hardly indented, or only stands below what announces it, what surely is one.
    """
    if _ITEM.match(line):
        return False
    if not line.startswith(("    ", "\t")):
        return _is_announced(state, line)
    above = state.lines[state.place - 1] if state.place else ""
    if _STEP_ALONE.match(above) and line.strip()[:1].isupper() and not looks_like_command(plain_quotes(line)):
        return False
    return not state.paragraph or looks_like_command(plain_quotes(line)) or is_sql(f"{line.strip()};")


def _is_announced(state: Lines, line: str) -> bool:
    """Whether a line is a command below a numbered item, a step, a colon, or a less indented line."""
    above = state.lines[state.place - 1] if state.place else ""
    if not is_typed(line):
        return False
    if not above.strip():
        below = state.lines[state.place + 1] if state.place + 1 < len(state.lines) else ""
        return bool(below.strip()) and _is_alone(state)
    if _NUMBERED.match(above) or state.place == state.typed:
        return True
    if _is_alone(state):
        return True
    deeper = len(line) - len(line.lstrip()) > len(above) - len(above.lstrip())
    return deeper or above.rstrip().endswith(":") or _STEP.match(above) is not None


def _is_alone(state: Lines) -> bool:
    return stands_alone(state.lines, state.place, widest(state.lines, state.place))


def _to_paragraph(state: Lines) -> None:
    if not state.paragraph:
        state.paragraph_line = state.place + 1
    state.paragraph.append(state.lines[state.place])
    state.place += 1


def _end_paragraph(state: Lines) -> Iterator[Block]:
    if state.paragraph:
        first = state.paragraph_line
        typed = len(state.paragraph) > 1 and all_commands(state.paragraph)
        if typed or is_statement(state.paragraph):
            yield _typed_paragraph(state)
            return
        lines, state.paragraph = state.paragraph, []
        alone = state.asciidoc or len(lines) == 1
        last = first - 1 + len(lines)
        parts = [(0, len(lines))] if alone else paragraphs_of(state.lines, first - 1, last)
        for begin, end in parts:
            text, code, trace = with_code(joined_lines(state, first - 1 + begin, lines[begin:end]))
            yield Block("paragraph", text, first + begin, first + end - 1, code=code, trace=trace)


def _typed_paragraph(state: Lines) -> Block:
    """A paragraph of which every line is a command."""
    first, lines = state.paragraph_line, state.paragraph
    state.paragraph = []
    out = Writer()
    for number, line in enumerate(lines):
        shown = line.strip()
        out.put("\n" if number else "", state.starts[first - 1 + number] - 1)
        out.put(shown, state.starts[first - 1 + number] + line.index(shown))
    return Block("code", out.text, first, first + len(lines) - 1, trace=out.trace)


def _fenced(state: Lines) -> list[Block]:
    opening = state.lines[state.place].strip()
    label = FENCE.match(opening)
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


def _is_heading(state: Lines) -> bool:
    line = state.lines[state.place].strip()
    following = state.lines[state.place + 1] if state.place + 1 < len(state.lines) else ""
    if _UNDERLINE.match(following) and not state.paragraph and not line.endswith(";"):
        return not state.asciidoc or abs(len(following.rstrip()) - len(line)) <= 3
    shouted = _is_shouted(line)
    named = PREREQUISITES.match(line) if not state.paragraph else is_section(line)
    if is_section(line) and not state.paragraph and following.strip():
        return True
    if named and _ITEM.match(following) and len(line) < 60:
        return not _ITEM.match(line)
    alone = not state.paragraph and not following.strip() and not _OTHER_CASE.match(line)
    alone = alone and not line.endswith(";")  # a statement of SQL is shouted, too
    labels = line.endswith(":") and len(line) < 60 and not (_ITEM.match(line) or _announces(line))
    return alone and (shouted or labels)


def _announces(line: str) -> bool:
    """Whether a line says that what stands below is printed or written into a file: that is not run."""
    said = line.rstrip(":")
    return announces_output(said) or announces_contents(said)


def _is_shouted(line: str) -> bool:
    """Whether a line is written in capitals, its beginning and two thirds of all its letters."""
    if line[:12].upper() != line[:12]:
        return False
    letters = [character for character in line if character.isalpha()]
    return len(letters) > 3 and sum(map(str.isupper, letters)) * 3 > len(letters) * 2


def _heading(state: Lines) -> Block:
    number = state.place + 1
    line = state.lines[state.place].strip()
    following = state.lines[state.place + 1] if state.place + 1 < len(state.lines) else ""
    state.place += 2 if _UNDERLINE.match(following) else 1
    column = state.lines[number - 1].find(line)
    return title_block(state, number, line.rstrip(":"), column, level=2)


def _indented(state: Lines) -> list[Block]:
    begin = state.place
    while state.place < len(state.lines) and _goes_on(state, begin):
        state.place += 1
    items = None if state.asciidoc else outlined(state, begin, state.place)
    if items is not None:
        return items
    return [_code_of(state, begin, state.place)]


def _code_of(state: Lines, begin: int, end: int) -> Block:
    """Lines as a block of code, without what all of them are indented by; the reader stands behind it."""
    taken = state.lines[begin:end]
    state.place = state.typed = end
    margin = min((len(line) - len(line.lstrip()) for line in taken if line.strip()), default=0)
    out = Writer()
    for number, line in enumerate("\n".join(line[margin:] for line in taken).rstrip().split("\n")):
        out.put("\n" if number else "", state.starts[begin + number] - 1)
        out.put(line, state.starts[begin + number] + margin)
    return Block("code", out.text, begin + 1, end, trace=out.trace)


def _goes_on(state: Lines, begin: int) -> bool:
    line = state.lines[state.place]
    if state.place == begin or _PROMPT.match(line) or _is_prompted(state):
        return True
    if _MORE.match(line) and (
        _PROMPT.match(state.lines[state.place - 1]) or _MORE.match(state.lines[state.place - 1])
    ):
        return True
    previous = state.lines[state.place - 1].rstrip()
    if state.lines[begin][:1].strip() and is_typed(line) and not _ITEM.match(line):
        return True
    if previous.endswith("\\"):
        return bool(line.strip())
    if _ITEM.match(line) and _indent(line) < _indent(state.lines[begin]):
        return False
    return (
        line.startswith(("\t", "  "))
        and bool(line.strip())
        and not tells_on(state.lines[begin : state.place], line)
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _item(state: Lines, found: re.Match[str]) -> Block:
    number = state.place + 1
    indent = len(found[1].expandtabs(4))
    parts, wide = [found[3]], widest(state.lines, state.place)
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
            or is_skipped(state, line)
            or inner >= indent + 6
            or _is_indented_code(state, line)
            or labels_ahead(state.lines, state.place)
            or (len(parts) == 1 and ends_in_line(found[3], state.lines[number - 1], line, wide))
        ):
            break
        parts.append(line)
        state.place += 1
    text, code, trace = with_code(joined_lines(state, number - 1, parts, found.start(3)))
    marks = line_marks[0] if (line_marks := _DEPTH.match(state.lines[number - 1])) else ""
    level = max(1 + indent // 2, len(marks.strip()))
    return Block("item", text, number, state.place, level, found[2] is not None, code=code, trace=trace)
