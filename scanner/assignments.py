"""Assignments and declarations in a walk: the values that later words take, and the names that are set."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Final

from tree_sitter import Node

from scanner.calculation import Calculation
from scanner.escapes import OPAQUE
from scanner.flow import INHERITED, Elements, Place
from scanner.numbers import name_of
from scanner.reading import REDIRECTS
from scanner.redirection import WORDS
from scanner.word import Piece, Word
from scanner.words import UnreadableWord, WordReader

_EXPORTS: Final = re.compile(r"-[a-zA-Z]*x[a-zA-Z]*")
_PARTS_WORDS: Final = ("", " ", "\t", "\n", ",", ";", ":", "|")
"""How a text begins that is appended to a list, or nothing."""
_KEY_OF: Final = re.compile(r"(?s)\[(.*?)\]\+?=")
_KEY: Final = re.compile(r"^\[[^\]]*\]\+?=")


class Assignments(Calculation):
    """The part of a walk that carries values along."""

    @abstractmethod
    def _declared(self, node: Node) -> None:
        """A declaration, before its values are walked."""

    @abstractmethod
    def _expression(self, node: Node, place: Place) -> None:
        """Walk a test, an arithmetic expression, a subscript or an array."""

    def _assignments(self, node: Node, place: Place) -> None:
        if node.type == "variable_assignment":
            self._assign(node, place, exported=False)
            return
        exported = node.type == "declaration_command"
        exports = exported and self._exports(node)
        if exported:
            self._declared(node)
            place = self._sets_in(node, place)
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, place, exported=exports)
            elif child.type == "variable_name":
                self._named_alone(
                    self.text(child), child, unset=node.type == "unset_command", exports=exports
                )
            elif child.type in REDIRECTS:
                self._redirect(child, INHERITED, place)
            elif child.type in WORDS:
                word = self._word(child)
                if not exported and ("[" in word.text or not word.literal):
                    self._unknown(child, "a subscript that is evaluated when the variable is unset")
                if exported and (
                    not word.literal
                    or re.fullmatch(r"[-+][a-zA-Z]*[nfF][a-zA-Z]*", word.text)
                    or set("=[") & set(word.text)
                ):
                    self._values.forget_all()
                    self._unknown(child, "a declaration that can rename, run or compute")

    def _sets_in(self, node: Node, place: Place) -> Place:
        """Where a declaration sets names: `local` may fail, since outside of a function it does."""
        return place._replace(conditional=True) if self.text(node.children[0]) == "local" else place

    def _set_array(self, name: str, node: Node, *, certain: bool) -> None:
        """`X=(a b)`: the words, where all of them are shown and the name is set once."""
        values = [child for child in node.named_children if child.type == "array"]
        quiet = WordReader(self._source, self._lookup, lambda _: Piece(OPAQUE))
        try:
            words = [word for child in values for one in child.named_children for word in quiet.words(one)]
        except UnreadableWord:
            words = []
        once = certain and name not in self._values.repeated_names | self._values.steered
        shown = bool(words) and all(word.literal and not word.text.startswith("[") for word in words)
        self._values.arrays[name] = (
            Elements(tuple(word.text for word in words), True) if once and shown else Elements()
        )

    def _named_alone(self, name: str, node: Node, *, unset: bool, exports: bool) -> None:
        """`unset NAME`, `export NAME`: the name without a value."""
        if unset:
            self._values.forget(name)
        if unset or exports:
            self._sink.assignment(name, None, node, exported=exports)

    def _exports(self, node: Node) -> bool:
        """`export`, or a declaration with `-x`: programs get the variable."""
        texts = [self.text(child) for child in node.children]
        return texts[0] == "export" or any(_EXPORTS.fullmatch(text) is not None for text in texts[1:])

    def _assignment_value(self, node: Node) -> tuple[str, Word | None]:
        name = name_of(node, self._source)
        values = [child for child in node.named_children if child.type not in ("variable_name", "subscript")]
        for child in node.named_children:
            if child.type in ("subscript", "array"):
                self._expression(child, self._place)
            if child.type == "array" and not self._is_map(name):
                self._keys(child)
        if not values:
            return name, Word("", node.start_byte, node.end_byte)
        return name, None if values[0].type == "array" else self._word(values[0])

    def _keys(self, array: Node) -> None:
        """`x=([KEY]=a)`: an expression, as in `x[KEY]=a`, unless the array is an associative one."""
        for element in array.named_children:
            text = self.text(element)
            match = _KEY_OF.match(text)
            if match is None and text.startswith("["):
                self._unknown(element, "a key of an array that the parser cuts in two: it is evaluated")
            if match is not None:
                start = element.start_byte + 1
                self._evaluate(start, start + len(match.group(1).encode()), element)

    def _kept(self, node: Node) -> list[Word]:
        """The words of an element of an array, told without `[key]=`: something may open it later."""
        words = self._listed_words(node)
        for word in words:
            self._sink.listed(word._replace(text=_KEY.sub("", word.text)))
        return words

    def _appended(self, node: Node, name: str, value: Word, place: Place) -> str | None:
        """`x+=y`: both texts in one where the script fixes them; a path may be put together so."""
        before = self._values.look(name, certain=True)
        if self._is_integer(name):
            return None
        fixed = value.known and not value.pattern and not place.conditional and not place.repeated
        element = any(child.type == "subscript" for child in node.named_children)
        if before is None or not fixed or element:
            base = before.text if before is not None else OPAQUE
            if value.text[:1] not in _PARTS_WORDS:
                self._may_be_opened(base + (OPAQUE if place.repeated else value.text), node)
                self._may_be_opened(OPAQUE + value.text, node)
            return None
        self._may_be_opened(before.text + value.text, node)
        return before.text + value.text

    def _assign(self, node: Node, place: Place, *, exported: bool) -> None:
        name, value = self._assignment_value(node)
        plain = any(child.type == "=" for child in node.children)
        known = value.text if value is not None and value.known and not value.pattern and plain else None
        if value is not None and not plain:
            known = self._appended(node, name, value, place)
        certain = value is not None and value.certain and not place.conditional
        if known is not None and ("$(" in known or "`" in known):
            self._unknown(node, "a text with a command in it is kept for later")
        if self._is_integer(name):
            for child in node.named_children:
                if child.type not in ("variable_name", "subscript"):
                    self._evaluate(child.start_byte, child.end_byte, node)
        if value is not None and value.other is not None:
            self._values.assign(name, value.other, certain=False)
        self._values.assign(name, known, certain=certain)
        if value is None or name in self._values.arrays:
            self._set_array(name, node, certain=plain and not place.conditional)
        self._sink.assignment(name, value, node, exported=exported)
