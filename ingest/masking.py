"""Secrets are blanked before anything else reads the text, character for character: no place moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.blocks import Block, Masked
from ingest.prose_secrets import prose_secrets
from ingest.trace import Span
from scanner.secret import Secret
from scanner.secrets import at_places, disjoint, find_named, find_secrets, without

BLANK: Final = "\u2022"
"""Stands for each character of a secret but its line breaks."""

MASKS: Final = re.compile(f"{BLANK}{{3,}}(?:\n{BLANK}+)*")
"""A blanked secret inside a text; a single bullet is none."""

_APART: Final = 1_000_000
"""Groups of secrets that showed late begin here."""

_MARKUP: Final = re.compile(
    r"<!--[^<>]{0,400}-->|</?[A-Za-z][^<>\n]{0,400}>|\*+|`+|\\(?=[_*`~-])|~~|"
    r"&(?:shy|zwnj|zwj|ZeroWidthSpace|NoBreak|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});|\]\([^()\s]{0,400}\)|\[|''|\"\""
)
"""What stands in a text and is not seen, or parts a word without parting it."""

_SWITCH: Final = re.compile(
    r"\b(?:psql|pg_[a-z]+|createdb|dropdb|createuser|dropuser|vacuumdb|reindexdb|clusterdb)\b"
    r"[^\n|;&]{0,300}?\s--password $"
)
"""`--password` asks for one here and takes none: the next word is a name (PostgreSQL's manual)."""

_CUT_WORD: Final = re.compile(rf"\w(?:{_MARKUP.pattern})++[A-Za-z]")
_NAME: Final = re.compile(r"[a-z]+(?:[-_][a-z]+)*(?:[-_]?\d{1,2})?")
_SHOWN: Final = re.compile(r"[^\n\r]")


def blanked(text: str) -> tuple[str, tuple[Masked, ...]]:
    """The text with every secret blanked, and where they stood."""
    known = [item for item in find_secrets(text) if not _is_operand(text, item)]
    found = disjoint([*known, *_behind_markup(text), *prose_secrets(text)])
    parts: list[str] = []
    place = 0
    for secret in found:
        parts += [text[place : secret.start], _SHOWN.sub(BLANK, text[secret.start : secret.end])]
        place = secret.end
    parts.append(text[place:])
    groups: dict[str, int] = {}
    masked = tuple(
        Masked(Span(item.start, item.end), item.kind, groups.setdefault(text[item.start : item.end], index))
        for index, item in enumerate(found)
    )
    return "".join(parts), masked


def _is_operand(text: str, item: Secret) -> bool:
    """Whether what stands behind a flag is no value of it, and has the look of a name."""
    if item.kind != "flag" or not _NAME.fullmatch(text[item.start : item.end]):
        return False
    begin = text.rfind("\n", 0, item.start) + 1
    return _SWITCH.search(text[max(begin, item.start - 400) : item.start]) is not None


def _behind_markup(text: str) -> list[Secret]:
    """The secrets whose name is cut by markup, so that only a reader sees it: `pass**word**: …`. Markup right
    before a value is none of these: `password=<yours>` is a placeholder.
    """
    if not _CUT_WORD.search(text):
        return []
    seen, places = without(text, _MARKUP)
    found = []
    for item in find_named(seen):
        named = at_places(item, places)
        name = seen[item.begin : item.secret.start].rstrip(" \t'\"").rstrip("=:> ")
        behind = places[item.begin + len(name) - 1] if name else named.begin
        if behind - named.begin >= len(name) > 0:
            found.append(named.secret)
    return found


def blank_blocks(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Masked, ...]]:
    """The blocks without the secrets that only show once the markup is gone: an entity, a tag or a soft
    hyphen stood in them. One look at the whole text first: most texts have none left.
    """
    whole = "\n".join(block.text for block in blocks)
    if not find_secrets(whole) and not _behind_markup(whole) and not any(prose_secrets(whole)):
        return tuple(blocks), ()
    kept: list[Block] = []
    found: list[Masked] = []
    for block in blocks:
        text, secrets = blanked(block.text)
        new = [item for item in secrets if not _is_blank(block.text[item.span.start : item.span.end])]
        found += [
            Masked(block.place(item.span.start, item.span.end), item.kind, _APART + len(found) + index)
            for index, item in enumerate(new)
        ]
        cells = tuple(blanked(cell)[0] for cell in block.cells)
        kept.append(replace(block, text=text, cells=cells) if secrets else block)
    return tuple(kept), tuple(found)


def _is_blank(text: str) -> bool:
    return not text.strip(BLANK + "\n")


def cut_out(text: str, spans: Sequence[Span]) -> str:
    """The text with these places blanked, too; spans in any order."""
    for span in spans:
        text = text[: span.start] + _SHOWN.sub(BLANK, text[span.start : span.end]) + text[span.end :]
    return text
