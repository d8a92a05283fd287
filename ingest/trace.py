"""Where the characters of a text came from: positions in a derived text, told as places in its source.

All offsets are in code points. A text is derived by leaving markup out, folding blanks and repairing
characters; none of that changes the order, so a place is found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from operator import attrgetter
from typing import Final

_AT: Final = attrgetter("at")
_NEAR: Final = 2_000
"""Characters in which the next word is looked for, so that the time stays linear."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`source[start:end]`."""

    start: int
    end: int

    def to_json(self) -> dict[str, int]:
        """As the API shows it."""
        return {"start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Run:
    """`text[at : at + length]` came from `source[begin : begin + extent]`: character for character where both
    are equally long, else the whole from the whole.
    """

    at: int
    length: int
    begin: int
    extent: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The runs of a text, in order. Characters between runs (a blank that was put in) came from nowhere."""

    runs: tuple[Run, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`; an empty one beside its neighbour where it came from nowhere."""
        if not self.runs:
            return Span(start, end)
        first = bisect_right(self.runs, start, key=_AT) - 1
        if first < 0 or _behind(self.runs[first]) <= start:
            first += 1
        last = bisect_left(self.runs, end, max(0, first), key=_AT) - 1
        if first > last:
            place = self.runs[first].begin if first < len(self.runs) else _end(self.runs[-1])
            return Span(place, place)
        one, other = self.runs[first], self.runs[last]
        begin = one.begin + max(0, start - one.at) if one.length == one.extent else one.begin
        if other.length == other.extent:
            return Span(begin, other.begin + min(other.length, end - other.at))
        return Span(begin, _end(other))

    def whole(self) -> Span:
        """From the first run's begin to the last one's end."""
        return Span(self.runs[0].begin, _end(self.runs[-1])) if self.runs else Span(0, 0)

    def over(self, outer: Trace | None) -> Trace:
        """This trace, told in the source of its source; None is the identity."""
        if outer is None:
            return self
        found, near = list[Run](), 0
        for run in self.runs:
            if near and run.begin < _behind(outer.runs[near - 1]):
                near = 0
            near = _through(run, outer, near, found)
        if self.runs and not found:  # a text whose words stand nowhere keeps its place
            place = outer.span(self.runs[0].begin, self.runs[0].begin).start
            found.append(Run(0, 0, place, 0))
        return Trace(tuple(found))


def _end(run: Run) -> int:
    return run.begin + run.extent


def _through(run: Run, outer: Trace, near: int, found: list[Run]) -> int:
    """Add the parts of a run, told in the source of `outer`. `near` is at or before the first of its runs
    that reaches beyond the run's beginning, which is given back: the next run mostly begins there, or behind.
    """
    runs, end = outer.runs, _end(run)
    if near < len(runs) and _behind(runs[near]) <= run.begin:
        near = bisect_right(runs, run.begin, near, key=_AT) - 1
        if _behind(runs[near]) <= run.begin:
            near += 1
    if run.length != run.extent:
        span = outer.span(run.begin, end)
        found.append(Run(run.at, run.length, span.start, span.end - span.start))
        return near
    for index in range(near, len(runs)):  # no slice: it would copy all that follow, each time
        step = runs[index]
        if step.at >= end:
            break
        begin, stop = max(step.at, run.begin), min(_behind(step), end)
        span = _within(step, begin, stop) if begin < stop else outer.span(begin, stop)
        found.append(Run(run.at + begin - run.begin, stop - begin, span.start, span.end - span.start))
    return near


def _within(run: Run, start: int, end: int) -> Span:
    """The place of a part of one run's text: all of the run's, where its characters are no single ones."""
    if run.length != run.extent:
        return Span(run.begin, _end(run))
    return Span(run.begin + start - run.at, run.begin + end - run.at)


def _behind(run: Run) -> int:
    return run.at + run.length


NOWHERE: Final = Trace()
"""The trace of a text that has no source: its places are its own."""


class Writer:
    """A derived text while it is put together."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.runs: list[Run] = []
        self.length = 0

    def put(self, text: str, begin: int | None = None, extent: int | None = None) -> None:
        """Add a text that stands at `begin` of the source; None for one that came from nowhere."""
        if not text:
            return
        if begin is not None:
            self.runs.append(Run(self.length, len(text), begin, len(text) if extent is None else extent))
        self.parts.append(text)
        self.length += len(text)

    @property
    def text(self) -> str:
        """What was put together so far."""
        return "".join(self.parts)

    @property
    def trace(self) -> Trace:
        """Where it came from."""
        return Trace(tuple(self.runs))


def part_of(trace: Trace, start: int, text: str) -> Trace:
    """The trace of a piece of a text, which begins at `start` of it."""
    if trace == NOWHERE:
        return trace
    out = Writer()
    out.put(text, start)
    return out.trace.over(trace)


@dataclass(frozen=True, slots=True)
class Edit:
    """`text[start:end]` becomes `now`."""

    start: int
    end: int
    now: str


def edited(text: str, edits: Sequence[Edit]) -> tuple[str, Trace]:
    """The text with its edits (in order, apart), and where each character of it stood."""
    out, place = Writer(), 0
    for edit in edits:
        out.put(text[place : edit.start], place)
        out.put(edit.now, edit.start, edit.end - edit.start)
        place = edit.end
    out.put(text[place:], place)
    return out.text, out.trace


def by_words(text: str, source: str, start: int, end: int) -> Trace:
    """The trace of a text whose words stand in `source[start:end]` in order, with markup between them.

    A word that is not found near the last one, nor with its signs by their names (`&lt;`), came from nowhere;
    a text of none but such stands at `start`.
    """
    runs: list[Run] = []
    place, at = start, 0
    for word in text.split():
        at = text.index(word, at)
        for written in dict.fromkeys((word, escape(word, quote=False), escape(word))):
            found = source.find(written, place, min(end, place + _NEAR))
            if found >= 0:
                runs.append(Run(at, len(word), found, len(written)))
                place = found + len(written)
                break
        at += len(word)
    return Trace(tuple(runs) or (Run(0, 0, start, 0),))
