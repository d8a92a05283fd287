"""Loops over words of the script: each turn is walked with its word, where that is cheap."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from tree_sitter import Node

from scanner.calls import Calls
from scanner.escapes import OPAQUE
from scanner.flow import Place
from scanner.numbers import value_kind
from scanner.redirection import WORDS
from scanner.word import Piece, Word

MAX_TURNS: Final = 16
"""Of a loop; with more, words that differ in numbers only are one turn."""
_NUMBER: Final = re.compile(r"\d+")
_OPERAND: Final = re.compile(r"[\w.:@/+%][\w.:@/+%-]*", re.ASCII)
_ONE_OF: Final = Piece(OPAQUE, quoted=True, certain=False, operand=True)


class Turns(Calls):
    """The part of a walk that goes through loops."""

    def _loop_or_case(self, node: Node, place: Place) -> None:
        inner = place._replace(conditional=True, repeated=True)
        before = self._values.mark()
        if node.type == "c_style_for_statement":
            self._repeats(node)
            self._evaluate_header(node)
        name, words = "", list[Word]()
        for child in node.named_children:
            if child.type == "variable_name":
                name = self.text(child)
                self._taken(name, node, number=self._counts(node))
            elif child.type in WORDS and node.type == "for_statement":
                self._place = place
                words += self._listed(child, name)
            elif child.type == "do_group" and not words and self._given_words(node, name):
                self._each_turn(child, name, self._given_words(node, name), inner)
            elif child.type == "do_group" and self._shown(node, name, words):
                self._each_turn(child, name, words, inner)
            else:
                self._statement(child, inner)
        self._values.back_to(before)

    def _given_words(self, loop: Node, name: str) -> list[Word]:
        """`for x; do` in a function that is followed: what the call gives."""
        given = self._values.arrays.get("@")
        if given is None or any(child.type == "in" for child in loop.children):
            return []
        return [Word(text, loop.start_byte, loop.end_byte) for text in given.texts]

    def _counts(self, loop: Node) -> bool:
        """Whether a loop goes over numbers only."""
        values = [child for child in loop.named_children[1:] if child.type in WORDS]
        return (
            loop.children[0].type == "for"
            and bool(values)
            and all(value_kind(value, self._source) == "" for value in values)
        )

    def _listed(self, node: Node, name: str) -> list[Word]:
        """Words of a list; one that a variable with doubts gives is none that is shown."""
        words = self._listed_words(node)
        for word in words:
            self._sink.listed(word)
            texts = self._values.listed.setdefault(name, {})
            texts.setdefault(word.text if word.known and not word.pattern else None)
        if b"$" not in self._source[node.start_byte : node.end_byte]:
            return words
        return [word if word.literal else word._replace(text=OPAQUE) for word in words]

    def _shown(self, loop: Node, name: str, words: list[Word]) -> bool:
        """Whether the name holds these words in the loop, and nothing else sets it."""
        if not words or loop.children[0].type != "for" or self.facts.anything:
            return False
        others = self.facts.counts[name] > self.facts.loops[name] or name in self._values.turns
        doubtful = others or self._undone(name) or self._is_integer(name)
        return not doubtful and all(word.known and not word.pattern for word in words)

    def _each_turn(self, body: Node, name: str, words: list[Word], place: Place) -> None:
        """Walk a loop's body with each word: where these are too many, once for all that differ in numbers
        only, and where even that is too much once without a word, as unknown.
        """
        given = list(dict.fromkeys(Piece(word.text, certain=word.certain) for word in words))
        pieces: list[Piece | None] = [*given]
        if len(given) > MAX_TURNS or not self._has_room(body, len(given) - 1):
            kinds = Counter(_NUMBER.sub("0", piece.text) for piece in given)
            alone = [piece for piece in given if kinds[_NUMBER.sub("0", piece.text)] == 1]
            operands = all(_OPERAND.fullmatch(piece.text) for piece in given)
            pieces = [*alone, *([_ONE_OF if operands else None] if len(alone) < len(given) else [])]
            if not self._has_room(body, len(pieces) - 1):
                self._unknown(body, "a loop with more words than are followed")
                pieces = [None]
        self.work.again += body.descendant_count * (len(pieces) - 1)
        for piece in pieces:
            with self._values.turns_of({name: piece}):
                self._statement(body, place)
