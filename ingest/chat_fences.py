"""Fences as chats write them: right before the first and right behind the last character of code.

Markdown reads what stands right behind a fence as the name of a language, and a fence behind code as code.
So both are put on lines of their own; what is code stays code, whatever backticks stand in it, and what is
fenced well already stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from base.limits import PASTE_LINE_MAX_CHARACTERS
from ingest.extract.commands import looks_like_command
from ingest.trace import Edit

_RUN: Final = re.compile(r"`{3,}")
_BEGIN: Final = re.compile(r"[ \t]*(?:(?:>|[-*+]|\d{1,3}[.)])[ \t]*)*")
"""What may stand before a fence of Markdown: quotes and list marks."""
_LANGUAGES: Final = (
    r"(?:bash|console|csh|fish|ini|json|powershell|ps1|psql|py|python|sh|shell|shell-session|sql"
    r"|terminal|text|toml|txt|xml|ya?ml|zsh)"
)
_LANGUAGE: Final = re.compile(rf"(?i)[ \t]*{_LANGUAGES}[ \t]*")
_LABELLED: Final = re.compile(rf"(?i)[ \t]*{_LANGUAGES}(?P<blank>[ \t]+)(?=\S)")
"""A language with more behind it on its line."""
_ATTRIBUTES: Final = re.compile(r"[ \t]*\{|[ \t]*[\w+-]+[ \t]+[\w:-]*[={]")
"""More that Markdown's dialects say of a block: a title, line numbers."""
_MARK: Final = 3
"""Longer marks are Markdown's own way to show shorter ones: they are left alone."""


@dataclass(frozen=True)
class _Fence:
    """One pair of marks: where each begins."""

    text: str
    opening: int
    closing: int

    @property
    def before(self) -> str:
        return self.text[self.text.rfind("\n", 0, self.opening) + 1 : self.opening]

    @property
    def first(self) -> str:
        """The rest of the opening's line, up to the closing where that is on it."""
        return self.text[self.opening + _MARK : min(_line_end(self.text, self.opening), self.closing)]

    @property
    def last(self) -> str:
        """What stands before the closing on its line."""
        return self.text[self.text.rfind("\n", 0, self.closing) + 1 : self.closing]

    @property
    def behind(self) -> str:
        return self.text[self.closing + _MARK : _line_end(self.text, self.closing)]

    @property
    def is_one_line(self) -> bool:
        return "\n" not in self.text[self.opening : self.closing]


def chat_fences(text: str) -> list[Edit]:
    """The edits, in order; none where a fence is never closed, since then nobody can say which are pairs.

    None either where a line is longer than is read: its ends would be looked for from each fence on it.
    """
    if "`" * _MARK not in text or max(map(len, text.split("\n"))) > PASTE_LINE_MAX_CHARACTERS:
        return []
    edits: list[Edit] = []
    place = 0
    while (found := _RUN.search(text, place)) is not None:
        fence = _paired(text, found)
        if fence is None:
            return []
        if len(found[0]) == _MARK:
            edits += _edits(fence)
        place = fence.closing + _MARK
    return edits


def _paired(text: str, opening: re.Match[str]) -> _Fence | None:
    """The fence with its closing mark: on the same line, or else the last thing of a later one."""
    end, width = _line_end(text, opening.start()), len(opening[0])
    is_block = _is_block(text, opening)
    for run in _RUN.finditer(text, opening.end()):
        if run.start() < end:
            closes = not is_block and len(run[0]) >= width
        else:
            closes = len(run[0]) >= width and not text[run.end() : _line_end(text, run.start())].strip()
        if closes:
            return _Fence(text, opening.start(), run.end() - _MARK)
    return None


def _is_block(text: str, opening: re.Match[str]) -> bool:
    """Whether the line says no more than a language: its code begins on the next one."""
    rest = text[opening.end() : _line_end(text, opening.start())]
    return not rest.strip() or (_LANGUAGE.fullmatch(rest) is not None)


def _edits(fence: _Fence) -> Iterator[Edit]:
    starts_line = not fence.before.strip()
    if fence.is_one_line:
        if starts_line and not fence.behind.strip() and fence.first.strip():
            yield from _opened(fence)
            yield from _closed(fence)
        elif fence.text[fence.closing - 1] == "`":  # else the mark and the backtick of the code were one
            yield Edit(fence.closing, fence.closing, " ")
        return
    is_marked = _BEGIN.fullmatch(fence.before) is not None
    is_glued = _is_glued(fence, is_marked=is_marked)
    if not is_marked or (is_glued and not starts_line):
        yield Edit(fence.opening, fence.opening, "\n")
    if is_glued:
        yield from _opened(fence)
    if fence.last.strip(" \t>"):
        yield from _closed(fence)


def _is_glued(fence: _Fence, *, is_marked: bool) -> bool:
    """Whether code stands on the opening's line, and not what Markdown says of a block."""
    rest = fence.first
    if not rest.strip() or _LANGUAGE.fullmatch(rest):
        return False
    is_closed_late = bool(fence.last.strip(" \t>"))
    return is_closed_late or not is_marked or (_is_typed(rest) and not _ATTRIBUTES.match(rest))


def _is_typed(rest: str) -> bool:
    """Whether what stands behind a mark is a command. Behind a language one word that is none is a file's
    name: so Markdown's dialects tell what the block shows.
    """
    labelled = _LABELLED.match(rest)
    if labelled is None:
        return looks_like_command(rest)
    behind = rest[labelled.end() :]
    is_name = len(behind.split()) == 1 and not behind.startswith("-")
    return looks_like_command(behind) or (looks_like_command(rest) and not is_name)


def _opened(fence: _Fence) -> Iterator[Edit]:
    """The line break behind the mark, or behind the language where a command stands there."""
    place = fence.opening + _MARK
    labelled = _LABELLED.match(fence.first)
    if labelled and looks_like_command(fence.first[labelled.end() :]):
        yield Edit(place + labelled.start("blank"), place + labelled.end(), "\n")
    else:
        yield Edit(place, place, "\n")


def _closed(fence: _Fence) -> Iterator[Edit]:
    blank = len(fence.last) - len(fence.last.rstrip(" \t"))
    yield Edit(fence.closing - blank, fence.closing, "\n")


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end
