"""Where the lines of a paragraph of a plain text end because its author began anew, not for want of room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ingest.extract.spoken import FUNCTION_WORDS
from ingest.extract.vocabulary import is_imperative
from ingest.sources.typed_lines import is_typed

_CASE: Final = re.compile(
    r"(?i)(?:(?:but|and|or)\s+)?(?:if|when|once|unless|in case|otherwise|else)\b[^\n]{0,200}?"
    r"(?:[,:→]|->|\bthen\b)\s*\S|[A-Za-z][\w /-]{1,40}\s{1,8}(?:->|→|=>)\s+\S"
)
"""“if it is the journal: …” begins anew; “if it is slow.” may be the end of what stands above."""
_BAN: Final = re.compile(r"(?i)(?:please\s+)?(?:do\s+not|don['’`´]?t|never|must\s+not|avoid)\b")
_SAID: Final = re.compile(r"[.!?:;…][)\"”’'*_]{0,3}$")
_OPEN: Final = re.compile(r"[,(/\\&|-]$")
_LEADS: Final = frozenset("run execute type enter using use via with issue".split())
_BEGINS: Final = frozenset("if when once until please first then".split())
_WORDS_MIN: Final = 2
_NARROW: Final = 60
"""Characters: nobody wraps lines at less."""
_NEAR: Final = 40
"""Lines above and below, which show how wide a paragraph is."""
_FAR: Final = 12
"""Characters: lines wrapped by hand end less far from the edge."""


def paragraphs_of(lines: Sequence[str], first: int = 0, last: int | None = None) -> Iterator[tuple[int, int]]:
    """Where each paragraph of `lines[first:last]` begins and ends, counted from `first`: a line that ends
    though the next word had room on it, and behind which something new begins, is the last one of its own.
    Where one does, the author writes a line for each thought, and so do others that end in a sentence or far
    from the edge, or all, where most do. One pair alone where the lines belong together. The lines around
    them, up to an empty one, show how wide the text is.
    """
    last = len(lines) if last is None else last
    ends = _ends(lines, first, last)
    begin, seen, marks = first, first, 0
    for at in sorted(ends):
        marks += sum(lines[place].count("`") for place in range(seen, at))
        seen = at
        if marks % 2 == 0:  # else a piece of code goes on in the next line
            yield begin - first, at - first
            begin = at
    yield begin - first, last - first


def thoughts_of(text: str) -> Iterator[int]:
    """The line breaks of a paragraph of Markdown behind which its author began anew: the next word had room
    on a narrow line, and a sentence with a capital begins that tells, bans or names a case. Markdown shows
    them as blanks, so that all else is a sentence that goes on.
    """
    if "\n" not in text:
        return
    lines = text.split("\n")
    width = max(_NARROW, *(len(line.rstrip()) for line in lines))
    place = -1
    for line, following in pairwise(lines):
        place += len(line) + 1
        begun = following.lstrip().lstrip("*_")
        if not (line.strip() and following.strip()) or _goes_on(line):
            continue
        has_room, heads = _room(line, following, width) >= 0, _HEADS.fullmatch(begun) is not None
        if (has_room and (heads or (begun[:1].isupper() and _begins(begun)))) or (heads and is_typed(line)):
            yield place


_HEADS: Final = re.compile(r"(?:if|when|unless|otherwise|else)\b[^\n:]{0,160}(?:\"[^\"\n]{0,80}\")?:\s*")
"""“if it says true:”, alone in its line."""


def _begins(text: str) -> bool:
    return is_imperative(text) or _CASE.match(text) is not None or _BAN.match(text) is not None


def _ends(lines: Sequence[str], first: int, last: int) -> set[int]:
    """The lines before which another one ends."""
    top = next((at + 1 for at in range(first - 1, max(-1, first - _NEAR), -1) if not lines[at].strip()), None)
    top = max(0, first - _NEAR) if top is None else top
    near = range(last, min(len(lines), last + _NEAR))
    bottom = next((at for at in near if not lines[at].strip()), near.stop)
    width = max((len(line.rstrip()) for line in lines[top:bottom]), default=0)
    breaks = range(top + 1, bottom)
    ends = {at for at in breaks if _ends_there(lines[at - 1], lines[at], width)}
    if ends:
        may = [at for at in breaks if _may_end_there(lines[at - 1], lines[at])]
        said = {at for at in may if _SAID.search(lines[at - 1].rstrip())} | ends
        far = {at for at in may if _room(lines[at - 1], lines[at], width) >= _FAR}
        ends = said | (set(may) if len(said) * 2 >= len(breaks) else far)
    return {at for at in ends if first < at < last}


def _ends_there(line: str, following: str, width: int) -> bool:
    if _goes_on(line) or _room(line, following, width) < 0:
        return False
    begun = following.strip()
    return _SAID.search(line.rstrip()) is not None or _begins(begun) or is_typed(begun)


def _may_end_there(line: str, following: str) -> bool:
    return not _goes_on(line) and following.split()[0].lower() not in FUNCTION_WORDS - _BEGINS


def _goes_on(line: str) -> bool:
    """Whether a line surely is not all: “and”, “run”, a comma at its end."""
    words = line.split()
    if len(words) == 1 and "://" in line:
        return False
    last = words[-1].strip("*_").lower()
    return (
        len(words) < _WORDS_MIN
        or _OPEN.search(line.rstrip()) is not None
        or last in FUNCTION_WORDS
        or last in _LEADS
    )


def _room(line: str, following: str, width: int) -> int:
    """How many characters were left behind the next word, had it been written on this line."""
    return width - len(line.rstrip()) - 1 - len(following.split()[0])
