"""From pasted text to blocks: recognise the kind, mask secrets, repair what word processors broke.

Line numbers stay those of the pasted text: masking and repairs never add or remove a line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from base.limits import (
    PASTE_LINE_MAX_CHARACTERS,
    PASTE_MAX_BLOCKS,
    PASTE_MAX_BYTES,
    PASTE_MAX_LINES,
    PASTE_MAX_LINKS,
    PASTE_MAX_MARKS,
    PASTE_MAX_PROSE_CHARACTERS,
    PASTE_MAX_SECRET_WORDS,
    PASTE_MAX_SENTENCES,
)
from ingest.answers_apart import answers_apart
from ingest.blocks import Block, Masked, Normalized, Repair
from ingest.bullets import box_marks, bullet_marks, sign_marks
from ingest.chat_fences import chat_fences
from ingest.fences import mended_fences, root_fences
from ingest.flavours import flavour_marks
from ingest.indented_fences import fences_apart
from ingest.lettered import coded_marks, letter_marks
from ingest.markups import refuse_other_markup
from ingest.masking import MASKS, blank_blocks, blanked, cut_out
from ingest.prose_in_code import parted
from ingest.recognising import is_markup, recognise
from ingest.repairs import repair
from ingest.sources.hidden import HiddenText, hidden_texts
from ingest.sources.html import read_html
from ingest.sources.inline import ELEMENTS
from ingest.sources.markdown import read_markdown
from ingest.sources.nesting import too_many_marks
from ingest.sources.page import as_page, page_title
from ingest.sources.plain import read_plain
from ingest.sources.rst import read_rst
from ingest.sources.told import told_in
from ingest.steps_apart import steps_apart
from ingest.suspicious import unseen
from ingest.trace import Edit, Span, Trace, edited
from ingest.typed_cells import typed_cells
from ingest.wiki_hidden import hidden_cuts, hidden_wiki_texts
from ingest.wiki_marks import is_wiki, wiki_marks
from schemas.errors import Place, TooLarge, Unprocessable

_BARS_MAX: Final = 40_000
"""Bars between the cells of tables: some 40 µs each; 6,000 rows of five columns have fewer."""
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\ud800-\udfff]")
_BESIDE_SECRETS: Final = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "clave",
    "senha",
    "парол",
    "密",
)
_RETURN: Final = re.compile(r"\r\n?")
_SENTENCE_END: Final = re.compile(r"[.!?:]\s|\n")
_FRONT_MATTER: Final = re.compile(r"\A---\n((?:[^\n]*\n){0,60}?)---\n")
_FRONT_LINE: Final = re.compile(r"^([A-Za-z][\w-]{0,40}):\s*(\S.{0,200})$")

_READERS: Final = {
    "html": read_html,
    "markdown": read_markdown,
    "rst": read_rst,
    "asciidoc": read_plain,
    "plain": read_plain,
}


def normalize(text: str, form: str | None = None) -> Normalized:
    """Raises TooLarge, or Unprocessable for an empty or binary text."""
    _refuse_unreadable(text)
    _refuse_crowded(text)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    shown, masked = blanked(text)
    wiki = form in (None, "markdown", "plain") and not is_markup(shown.lstrip()) and is_wiki(shown)
    if wiki:
        _refuse_many_lines(shown)
    clean, line_ends = _plain_lines(shown, wiki=wiki)
    if form is None and not wiki:
        refuse_other_markup(clean)
    chosen = "markdown" if wiki else form or recognise(clean)
    elements = None if chosen == "html" else ELEMENTS
    hidden = unseen([*(hidden_wiki_texts(shown) if wiki else ()), *hidden_texts(clean, elements)])
    front: dict[str, str] = {}
    if chosen in ("markdown", "plain"):
        for marks in (bullet_marks, box_marks, sign_marks, coded_marks):
            clean, line_ends = _moved(clean, marks(clean), line_ends)
    if chosen == "markdown":
        clean, line_ends = _moved(clean, root_fences(clean), line_ends)
        clean, line_ends = _moved(clean, letter_marks(clean), line_ends)
        _refuse_many_lines(clean)
        clean, front = _front_matter(clean)
        clean, line_ends, cut = _flavoured(clean, line_ends)
        hidden = (*cut, *hidden)
    blocks = _read(clean, chosen)
    if chosen == "markdown":
        blocks = list(_bounded(fences_apart(blocks)))
    if chosen == "html":
        shown, blocks = as_page(blocks)
        masked = _on_page(shown, masked)
    elif line_ends is not None:
        blocks = told_in(shown, blocks, line_ends)
    repaired, repairs = repair(_apart(blocks, fenced=chosen in ("html", "markdown") or "```" in clean))
    title = front.get("title") or (page_title(clean) if chosen == "html" else None)
    without_secrets, more = blank_blocks(repaired)
    if more:
        shown = cut_out(shown, [item.span for item in more])
        masked = tuple(sorted((*masked, *more), key=lambda item: item.span))
    return Normalized(
        chosen, digest, shown, without_secrets, _outside(repairs, masked), masked, title, front,
        hidden if chosen in ("html", "markdown") else (),
    )  # fmt: skip


def _apart(blocks: Iterable[Block], *, fenced: bool) -> Iterator[Block]:
    """The blocks, each of one thing: no prose among commands, one question with its answer. They are bounded
    anew, since one block may become thousands.
    """
    return _bounded(typed_cells(parted(answers_apart(steps_apart(blocks)), fenced=fenced)))


def _plain_lines(text: str, *, wiki: bool) -> tuple[str, Trace | None]:
    """Every line end as one `\\n`, wiki markup as Markdown, the fences of a chat on lines of their own; the
    trace to the text as it was sent, None where nothing moved.
    """
    plain = text.replace("\u2028", "\n")
    moved: Trace | None = None
    for find in (_returns, *((hidden_cuts, wiki_marks) if wiki else ()), chat_fences, mended_fences):
        if edits := find(plain):
            plain, trace = edited(plain, edits)
            moved = trace.over(moved)
    return plain, moved


def _flavoured(text: str, moved: Trace | None) -> tuple[str, Trace | None, list[HiddenText]]:
    """A Markdown text without what its flavour adds; the trace to the text as sent, and what was cut."""
    edits, cut = flavour_marks(text)
    return *_moved(text, edits, moved), cut


def _moved(text: str, edits: list[Edit], moved: Trace | None) -> tuple[str, Trace | None]:
    """The text with these edits, and the trace to the text as sent."""
    if not edits:
        return text, moved
    text, trace = edited(text, edits)
    return text, trace.over(moved)


def _returns(text: str) -> list[Edit]:
    return [Edit(found.start(), found.end(), "\n") for found in _RETURN.finditer(text)]


def _on_page(page: str, masked: tuple[Masked, ...]) -> tuple[Masked, ...]:
    """The masked secrets of an HTML text at their places in the page; one that nobody sees has none."""
    places = [Span(found.start(), found.end()) for found in MASKS.finditer(page)]
    placed: list[Masked] = []
    for item in masked:
        length = item.span.end - item.span.start
        seen = next((place for place in places if place.end - place.start == length), None)
        if seen is not None:
            places.remove(seen)
        placed.append(replace(item, span=seen or Span(0, 0)))
    return tuple(sorted(placed, key=lambda item: item.span))


def _outside(repairs: tuple[Repair, ...], masked: tuple[Masked, ...]) -> tuple[Repair, ...]:
    """The repairs that tell nothing of a secret."""
    if not masked:
        return repairs
    return tuple(
        item
        for item in repairs
        if not any(m.span.start < item.span.end and item.span.start < m.span.end for m in masked)
    )


def _refuse_unreadable(text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > PASTE_MAX_BYTES:
        raise TooLarge(
            f"The text has {size:,} bytes; {PASTE_MAX_BYTES:,} are read at most.", hint="Import it in parts."
        )
    if not text.strip():
        raise Unprocessable("The text is empty.", hint="Paste the runbook's text.", code="empty_text")
    found = _UNREADABLE.search(text)
    if found is not None:
        raise _binary(text, found.start())


def _refuse_crowded(text: str) -> None:
    """Each word beside which a secret may stand is looked at by itself; no text of people has so many."""
    low = text.lower()
    if sum(low.count(word) for word in _BESIDE_SECRETS) > PASTE_MAX_SECRET_WORDS:
        raise Unprocessable(
            f"The text has more than {PASTE_MAX_SECRET_WORDS:,} words beside which a secret may stand.",
            hint="Import it in parts.",
            code="too_many_names",
        )


def _binary(text: str, place: int) -> Unprocessable:
    character = text[place]
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    message = f"a {'NUL' if character == chr(0) else 'control'} character (U+{ord(character):04X})"
    return Unprocessable(
        f"This is no text: line {line}, column {column} has {message}.",
        hint="Paste text, Markdown or HTML; not a binary file.",
        code="binary_text",
        places=[Place(line, column, "", message)],
    )


def _front_matter(text: str) -> tuple[str, dict[str, str]]:
    found = _FRONT_MATTER.match(text)
    if found is None:
        return text, {}
    pairs = [match for line in found[1].split("\n") if (match := _FRONT_LINE.match(line))]
    # Its characters become blanks, so that every later one keeps its place.
    blank = "".join("\n" if character == "\n" else " " for character in found[0])
    return blank + text[found.end() :], {match[1].lower(): match[2].strip("\"' ") for match in pairs}


def _read(text: str, form: str) -> list[Block]:
    if form != "html":
        _refuse_many_lines(text)
    if form == "markdown" and text.count("](") > PASTE_MAX_LINKS:
        raise _too_many(f"{PASTE_MAX_LINKS:,} links", "too_many_links")
    if form == "markdown" and text.count("|") > _BARS_MAX:
        raise _too_many(f"{_BARS_MAX:,} cells of tables", "too_many_cells")
    blocks = list(_bounded(block for block in _READERS[form](text) if block.text.strip()))
    for block in blocks:
        if block.kind != "code" and len(block.text) > PASTE_LINE_MAX_CHARACTERS:
            most = f"{PASTE_LINE_MAX_CHARACTERS:,} are read at most"
            message = f"a paragraph of {len(block.text):,} characters; {most}"
            raise Unprocessable(
                f"Line {block.line} begins {message}.",
                hint="Break it into paragraphs, or put a log into a code block.",
                code="paragraph_too_long",
                places=[Place(block.line, 1, "", message)],
            )
    return blocks


def _bounded(found: Iterable[Block]) -> Iterator[Block]:
    """The blocks, as long as there are no more of them, of their sentences and of their characters than are
    read in bounded time; code is read by the line.
    """
    characters = ends = codes = 0
    for number, block in enumerate(found, 1):
        if block.kind != "code":
            characters += len(block.text)
            codes += len(block.code)
            ends += 1 + len(_SENTENCE_END.findall(block.text))
        if number > PASTE_MAX_BLOCKS:
            raise _too_many(f"{PASTE_MAX_BLOCKS:,} paragraphs, list items and table rows", "too_many_blocks")
        if codes > PASTE_MAX_MARKS // 2:
            raise too_many_marks()
        if ends > PASTE_MAX_SENTENCES:
            raise _too_many(f"{PASTE_MAX_SENTENCES:,} sentences", "too_many_sentences")
        if characters > PASTE_MAX_PROSE_CHARACTERS:
            raise _too_many(f"{PASTE_MAX_PROSE_CHARACTERS:,} characters outside of code", "too_much_prose")
        yield block


def _too_many(what: str, code: str) -> Unprocessable:
    return Unprocessable(f"The text has more than {what}.", hint="Import it in parts.", code=code)


def _refuse_many_lines(text: str) -> None:
    lines = text.split("\n")
    if len(lines) > PASTE_MAX_LINES:
        raise Unprocessable(
            f"The text has {len(lines):,} lines; {PASTE_MAX_LINES:,} are read at most.",
            hint="Import it in parts.",
            code="too_many_lines",
        )
    for number, line in enumerate(lines, 1):
        if len(line) > PASTE_LINE_MAX_CHARACTERS:
            message = f"a line of {len(line):,} characters; {PASTE_LINE_MAX_CHARACTERS:,} are read at most"
            raise Unprocessable(
                f"Line {number} is {message}.",
                hint="Break it into lines, or paste the page as HTML.",
                code="line_too_long",
                places=[Place(number, 1, "", message)],
            )
