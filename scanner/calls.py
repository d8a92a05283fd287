"""Calls of the script's own functions: their bodies are walked with the words of each call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tree_sitter import Node

from scanner.definitions import Definitions
from scanner.escapes import OPAQUE
from scanner.flow import INHERITED, Elements, Place
from scanner.word import Piece, Word
from scanner.work import MAX_AGAIN

MAX_CALLS_IN_CALLS: Final = 3
_MOVES: Final = re.compile(r"\b(?:shift|set|getopts)\b")
"""What gives the positional parameters other values."""
_QUOTES: Final = str.maketrans("", "", "\\'\"")
"""`sh\\ift` and `"shi"ft` are the same word to a shell."""
_EXPANDS: Final = re.compile(r"[$`]|\b(?:for|select)\b")
"""Without any of these a body is the same whatever it is given."""
_ALL: Final = "@"
_ANY_GIVEN: Final = dict.fromkeys([*map(str, range(1, 10)), _ALL, "*"], Piece(OPAQUE, read=True))
"""The parameters of a function that moves them: each may be any word of its calls."""


def _moves(text: str) -> bool:
    return _MOVES.search(text.translate(_QUOTES)) is not None


class Calls(Definitions):
    """The part of a walk that goes into functions."""

    _inside = 0

    def _has_room(self, body: Node, times: int) -> bool:
        return self.work.again + body.descendant_count * times <= MAX_AGAIN

    def _tell(self, words: list[Word], assignments: list[tuple[str, Word | None]], place: Place) -> None:
        """Tell the sink of a command; one of a function is followed."""
        self._sink.command(words, assignments, place)
        while len(words) > 1 and words[0].text in ("time", "-p"):
            words = words[1:]
        name = words[0].text
        if len(words) < 2 or name not in self.bodies or not self.is_function(name):
            return
        key = (name, *(word[:1] + word[3:] for word in words[1:]))
        if key in self._called:
            return
        self._called.add(key)
        for body in self.bodies[name]:
            if not self._is_told(body, place):
                self._call(body, words[1:], place)

    def _is_told(self, body: Node, place: Place) -> bool:
        """Whether a call of the script's only function shows nothing that its definition did not: it takes
        nothing of what it is given, and reads nothing of its own.
        """
        alone = len(self.bodies) == 1 and place.stdin is INHERITED
        return alone and _EXPANDS.search(self.text(body)) is None

    @contextmanager
    def parameters(self, words: list[Word]) -> Iterator[None]:
        """What a text is given: `$0`, and the others as those of a call. Where it moves them or has functions
        with parameters of their own, each may be any of them.
        """
        if not any(word.known and not word.pattern for word in words):
            yield
            return
        name, rest = words[0], words[1:]
        moves = _moves(self._source.decode("utf-8", "replace")) or b"()" in self._source
        moved = moves or b"function" in self._source or any(word.splits or word.pattern for word in words)
        known = name.known and not (name.pattern or name.splits)
        zero = Piece(name.text, certain=name.certain) if known else Piece(OPAQUE, read=True)
        others = self._values.turns_of(_ANY_GIVEN) if moved else self._positional(rest)
        with self._values.turns_of({"0": zero}), others:
            yield

    def _call(self, body: Node, given: list[Word], place: Place) -> None:
        """Walk the body of a function with what it is given; unknown where that is too much."""
        if self._inside >= MAX_CALLS_IN_CALLS or not self._has_room(body, 1):
            self._unknown(body, "more calls of functions than are followed")
            return
        self.work.again += body.descendant_count
        self._inside += 1
        before = self._values.mark()
        moved = _moves(self.text(body))
        with self._values.turns_of(_ANY_GIVEN) if moved else self._positional(given):
            self._statement(body, place._replace(conditional=True, repeated=True))
        self._values.back_to(before)
        self._inside -= 1

    @contextmanager
    def _positional(self, words: list[Word]) -> Iterator[None]:
        """`$1`, `$2` …, `$@` and `$*` as a call gives them."""
        known = all(word.known and not word.pattern for word in words)
        certain = all(word.certain for word in words)
        pieces: dict[str, Piece | None] = {
            str(at): Piece(word.text, certain=word.certain) if word.known and not word.pattern else None
            for at, word in enumerate(words, start=1)
        }
        pieces[_ALL] = pieces["*"] = (
            Piece(" ".join(word.text for word in words), certain=certain) if known else None
        )
        with self._values.turns_of(pieces):
            outer = self._values.arrays.get(_ALL)
            if known:
                self._values.arrays[_ALL] = Elements(tuple(word.text for word in words), certain)
            yield
            self._values.arrays.pop(_ALL, None)
            if outer is not None:
                self._values.arrays[_ALL] = outer
