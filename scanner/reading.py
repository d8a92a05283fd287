"""Reading the words of a script: variables, substitutions, and what constant commands print."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container
from typing import Final, NamedTuple, Protocol

from tree_sitter import Node

from scanner.constant import may_print, output_of
from scanner.escapes import OPAQUE
from scanner.flow import INHERITED, PIPE, Place, Values
from scanner.numeric_output import prints_numbers
from scanner.read_names import FILES, NO_READ_NAMES, ReadNames, canonical, takes_data
from scanner.word import Piece, Word
from scanner.words import SUBSTITUTED_FILE, UnreadableWord, WordReader, descendants

_NUMBERS: Final = frozenset("?#$!")
MAX_SUBSTITUTIONS: Final = 100
"""Of one text: what the commands in more of them print is not asked."""


class Redirect(NamedTuple):
    """One redirection to or from a file: `operator` as written, its target as one word."""

    operator: str
    target: Word
    start: int
    end: int


class Sink(Protocol):
    """Who is told what the walk meets; the judge in production, a recorder in tests."""

    def command(self, words: list[Word], assignments: list[tuple[str, Word | None]], place: Place) -> None:
        """A simple command, its name first; `assignments` stand before it."""

    def assignment(self, name: str, value: Word | None, node: Node, *, exported: bool) -> None:
        """An assignment on its own; the value is None where it is an array."""

    def listed(self, word: Word) -> None:
        """One word of the list that a loop goes through."""

    def redirect(self, redirect: Redirect) -> None:
        """A redirection to or from a file."""

    def heredoc(self, text: str, expanded: Node | None) -> None:
        """The body of a here-document or here-string, with its node where names in it are expanded."""

    def function(self, name: str, body: Node, node: Node) -> None:
        """A function is defined; its body is walked right after."""

    def shows_variables(self, names: list[str], start: int, end: int) -> None:
        """`declare -p`, `export`: these variables are printed, with their values; all if none is named."""

    def unknown(self, rule: str, why: str, start: int, end: int) -> None:
        """Something that the walk has no rule for."""

    def backquotes(self, text: str, start: int, end: int) -> None:
        """A command in backquotes that the tree does not show."""


_BETWEEN: Final = frozenset(b" \t\n(")
"""What stands between the elements of a list."""
CUT_IN_TWO: Final = "a word that the parser cuts in two"
REDIRECTS: Final = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
"""Nodes that redirect; the parser hangs later words of a command on them too."""


class Reading(ABC):
    """The part of a walk that turns nodes into words. `_place` is where the walk stands."""

    read_names: ReadNames = NO_READ_NAMES
    """Variables that data decides."""
    lettered: Container[str] = ()
    """Names that hold other letters than they are given."""
    given: Container[str] | None = None
    """Names that the script gives words that may be options."""

    def __init__(self, source: bytes, sink: Sink, values: Values | None = None) -> None:
        self._source = source
        self._sink = sink
        self._values = values or Values()
        self._place = Place()
        self._substituted = 0
        """Substitutions of commands so far."""
        self._reader = WordReader(
            source, self._lookup, self._substitute, self._expanded, self._values.arrays, self._values.may_be
        )

    @abstractmethod
    def _statement(self, node: Node, place: Place) -> None:
        """Walk one node that stands where a statement can."""

    @abstractmethod
    def _expanded(self, node: Node) -> None:
        """Judge what a `${…}` evaluates besides its value."""

    @abstractmethod
    def _calculated(self, node: Node) -> None:
        """Judge an arithmetic expression."""

    def text(self, node: Node) -> str:
        """The raw text of a node."""
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _lookup(self, name: str) -> Piece | None:
        if name in self.lettered:
            return Piece(OPAQUE, read=True)
        piece = self._values.look(name, certain=not self._place.repeated)
        if piece is None and self._values.was_set(name):
            piece = Piece(OPAQUE, certain=False)
        named = bool(self.read_names.named) and canonical(name) in self.read_names.named
        if self.read_names.data and canonical(name) in self.read_names.data:
            return Piece(OPAQUE, quoted=name in self.read_names.single, read=True)
        if named:
            unset = Piece(OPAQUE, quoted=name in self.read_names.single)
            piece = (piece or unset)._replace(certain=False, named=True)
        if self.given is not None and (piece is None or not piece.certain) and name in self.given:
            return (piece or Piece(OPAQUE, quoted=name in _NUMBERS))._replace(option=True)
        return piece

    def _substitute(self, node: Node) -> Piece:
        if node.type == "arithmetic_expansion":
            self._calculated(node)
            self._inner_of(node)
            return Piece(OPAQUE, quoted=True)  # one number, one word
        outer = self._place
        constant = self._constant(node) if self._substituted < MAX_SUBSTITUTIONS else None
        receives = self.text(node).startswith(">(")
        self._statement(node, outer._replace(stdin=PIPE if receives else INHERITED))
        self._place = outer
        if node.type == "process_substitution":
            return Piece(SUBSTITUTED_FILE)
        self._substituted += 1
        if self._substituted > MAX_SUBSTITUTIONS:
            self._unknown(node, "more substitutions than are followed")
            return Piece(OPAQUE, read=True, named=True)
        if constant is not None:
            return Piece(constant.rstrip("\n"), certain=False)
        if prints_numbers(node, self._source):
            return Piece(OPAQUE, quoted=True)
        names: set[str] = set()
        read = takes_data(node, self._source, names) or not self.read_names.data.isdisjoint(names)
        return Piece(OPAQUE, read=read, named=FILES in names or not self.read_names.named.isdisjoint(names))

    def _inner_of(self, node: Node) -> None:
        for child in node.children:
            for inner in descendants(child, ("command_substitution", "process_substitution")):
                self._substitute(inner)

    def _words(self, nodes: list[Node]) -> list[Word]:
        found: list[Word] = []
        for node in nodes:
            try:
                found.extend(self._reader.words(node))
            except UnreadableWord as error:
                self._unknown(node, f"the word form “{error}” has no rule")
                found.append(Word(OPAQUE, node.start_byte, node.end_byte))
        return found

    def _word(self, node: Node) -> Word:
        try:
            return self._reader.word(node)
        except UnreadableWord as error:
            self._unknown(node, f"the word form “{error}” has no rule")
            return Word(OPAQUE, node.start_byte, node.end_byte)

    def _listed_words(self, node: Node) -> list[Word]:
        """Those of an element of a list; the parser cuts `"a"\\b` in two there."""
        before = self._source[node.start_byte - 1 : node.start_byte + 1]
        if before[0] not in _BETWEEN and before[1] not in _BETWEEN:
            self._unknown(node, CUT_IN_TWO)
        return self._words([node])

    def _unknown(self, node: Node, why: str) -> None:
        self._sink.unknown("shell.construct", why, node.start_byte, node.end_byte)

    def _constant(self, node: Node) -> str | None:
        """What a node prints, where the script alone decides that; reads words without telling the sink."""
        if node.type == "command":
            if any(child.type in REDIRECTS or child.type == "variable_assignment" for child in node.children):
                return None
            return self._output_of(node, None)
        if node.type == "pipeline":
            return self._constant_pipeline(node)
        if node.type in ("subshell", "list", "compound_statement", "command_substitution"):
            if any(not child.is_named and child.type in ("&&", "||", "&") for child in node.children):
                return None
            parts = [self._constant(child) for child in node.named_children]
            return None if None in parts or not parts else "".join(part for part in parts if part is not None)
        return None

    def _output_of(self, command: Node, stdin: str | None) -> str | None:
        """What a simple command prints; its words are read up to one that is not literal."""
        if command.child_count > len(command.named_children):
            return None  # a dollar alone, which is no word of the tree
        quiet = WordReader(self._source, self._lookup, lambda _: Piece(OPAQUE))
        words: list[Word] = []
        try:
            for child in command.named_children:
                words += quiet.words(child)
                if words and not (words[-1].literal and may_print(words[0])):
                    return None
        except UnreadableWord:
            return None
        return output_of(words, stdin)

    def _constant_pipeline(self, node: Node) -> str | None:
        text: str | None = None
        for child in node.named_children:
            if child.type != "command":
                return None
            text = self._output_of(child, text)
            if text is None:
                return None
        return text
