"""Where a text is what somebody types: what stands there is read by a program, and no sentence tells it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from ingest.extract.spoken import spoken_commands
from ingest.extract.vocabulary import COMMANDS

_FENCES: Final = re.compile(r"`{3,}|~{3,}")
_INLINE: Final = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]{1,400}\1(?!`)")
_TAGS: Final = re.compile(r"(?i)<(/?)(?:pre|code|kbd|samp|tt)\b[^<>\n]{0,200}>")
_LISTING: Final = re.compile(r"(?m)^\[(?:source|listing)\b[^\n]{0,100}\]\n(-{4,}|\.{4,})\n")
_MARKS: Final = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?[`\"]*")
_PROMPT: Final = re.compile(r"(?:[\w.@:~/-]{0,60}[$#%][ \t]+|PS[^>\n]{0,60}>[ \t]*)")
_PROGRAM: Final = re.compile(r"(?:[a-z][\w.-]*|[.~]{0,2}/[\w./-]+|[A-Z_]+=\S*)(?=[ \t])")
_LONGEST: Final = 4_000
"""Characters of a line that are looked at before and behind a place."""
_PART: Final = 1_000
"""Places of one part of a line are looked at together."""


class TypedPlaces:
    """The places of code in a text, of any markup."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._named: dict[tuple[int, int], list[tuple[int, int]]] = {}

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        text = self._text
        return sorted([*_fenced(text), *_tagged(text), *_listed(text), *_inline(text)])

    @cached_property
    def _begins(self) -> list[int]:
        return [start for start, _ in self._spans]

    def in_command(self, place: int) -> bool:
        """Whether a command goes on at a place: a program stands before it where code begins or on its line,
        or a sentence names the command that it is in.
        """
        part = place - place % _PART
        begin = max(self._text.rfind("\n", 0, place) + 1, part - _LONGEST)
        code = self._code_at(place)
        if code is not None:
            begin = max(begin, code)
        marks = _MARKS.match(self._text, begin)
        begin = begin if marks is None or marks.end() > place else marks.end()
        prompt = _PROMPT.match(self._text, begin)
        if prompt is not None and prompt.end() <= place:
            code, begin = begin, prompt.end()
        program = _PROGRAM.match(self._text, begin)
        if code is not None and program is not None:
            return program.end() <= place or program[0] in COMMANDS
        end = self._text.find("\n", place)
        end = min(len(self._text) if end < 0 else end, part + _PART + _LONGEST)
        return any(start <= place - begin < stop for start, stop in self._spoken(begin, end))

    def _spoken(self, begin: int, end: int) -> list[tuple[int, int]]:
        """The commands that a part of a line names; it is asked for many places of the same."""
        if (begin, end) not in self._named:
            self._named[begin, end] = list(spoken_commands(self._text[begin:end], [], whole=True))
        return self._named[begin, end]

    def _code_at(self, place: int) -> int | None:
        """Where the code begins that a place is in."""
        index = bisect_right(self._begins, place) - 1
        for start, end in reversed(self._spans[max(0, index - 3) : index + 1]):
            if start <= place < end:
                return start
        return None


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    opened: re.Match[str] | None = None
    for run in _FENCES.finditer(text):
        if opened is None:
            opened = run
        elif run[0].startswith(opened[0]):
            yield opened.end(), run.start()
            opened = None


def _tagged(text: str) -> Iterator[tuple[int, int]]:
    opened, depth = 0, 0
    for tag in _TAGS.finditer(text):
        if not tag[1]:
            opened = tag.end() if not depth else opened
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield opened, tag.start()


def _listed(text: str) -> Iterator[tuple[int, int]]:
    for found in _LISTING.finditer(text):
        end = text.find(f"\n{found[1]}", found.end() - 1)
        if end >= 0:
            yield found.end(), end


def _inline(text: str) -> Iterator[tuple[int, int]]:
    for found in _INLINE.finditer(text):
        yield found.start() + len(found[1]), found.end() - len(found[1])
