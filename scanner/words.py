"""Shell words: from syntax nodes to the text a program would see, with what can't be known marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from tree_sitter import Node

from scanner import braces
from scanner.escapes import GLOB, OPAQUE, ansi_c, unescape_bare, unescape_double

_NUMBERS: Final = frozenset("?#$!")
"""Variables of the shell that hold one number."""
SUBSTITUTED_FILE: Final = "/dev/fd/63"
"""What a program sees in place of `<(…)` and `>(…)`."""

_NAMED: Final = re.compile(r"\$\{!?(\w+|[@*])")
_BLANK: Final = re.compile(r"[ \t\n]")
_CHANGED: Final = re.compile(rb"[\\{}\s]")
"""Bytes that make a bare word more than itself: escapes, braces, blanks."""
_MARKED: Final = re.compile(rb"[\\{}\s*?\[]")
"""The same, and what makes a pattern of it."""


class Piece(NamedTuple):
    """A run of one word: its text, whether quotes held it together, and whether it is sure to be this."""

    text: str
    quoted: bool = False
    certain: bool = True
    pattern: bool = False
    bare: str | None = None
    """How it stands in the text, where nothing is quoted: braces in it expand."""
    read: bool = False
    """What the script reads, or what a command prints, decides it."""


class Word(NamedTuple):
    """One word as a program gets it. Bytes `start:end` are where it stands in the scanned text."""

    text: str
    start: int
    end: int
    quoted: bool = False
    pattern: bool = False
    certain: bool = True
    splits: bool = False
    """A part of it that is not known stands outside of quotes: it may become several words, or none."""
    data: bool = False
    """A list that xargs reads decides it, not who wrote or ran the script."""
    read: bool = False
    """A part of it is what a variable took from a file or command, or what a command prints there."""

    @property
    def known(self) -> bool:
        """Nothing in it is opaque."""
        return OPAQUE not in self.text

    @property
    def literal(self) -> bool:
        """Exactly this one word, whatever is set and whatever files there are."""
        return self.certain and not self.pattern and OPAQUE not in self.text

    @property
    def loose(self) -> bool:
        """Data stands outside of quotes in it: it becomes as many words as that holds, options among them."""
        return self.splits and (self.read or self.data)

    @property
    def may_be_option(self) -> bool:
        """Its first character is not known, so it could begin with a hyphen."""
        if self.text.startswith(OPAQUE):
            return True
        return self.pattern and self.text[:1] in GLOB and _may_match_hyphen(self.text)


def all_literal(words: Iterable[Word]) -> bool:
    """Whether every one of them is literal: asked of most commands, so without a call for each."""
    return not [word for word in words if word.pattern or not word.certain or OPAQUE in word.text]


_LETTERS_ONLY: Final = re.compile(r"\[[A-Za-z0-9_.]+(?:-[A-Za-z0-9][A-Za-z0-9_.]*)*\]")
"""A class of letters, digits and ranges of them; ranges as wide as `.-z` are no letters."""


def _may_match_hyphen(text: str) -> bool:
    """Whether a name that fits this pattern could begin with a hyphen: `*`, `?`, `[!a]`; not `[n]ginx`."""
    match = _LETTERS_ONLY.match(text)
    return match is None or re.search(r"[_.]-", match.group()) is not None


class UnreadableWord(Exception):
    """A node that this reader has no rule for: the command around it stays unknown."""


Lookup = Callable[[str], "Piece | None"]
Substitute = Callable[[Node], "Piece"]


class WordReader:
    """Reads word nodes. `lookup` knows variables; `substitute` is told of each substitution on the way."""

    def __init__(
        self,
        source: bytes,
        lookup: Lookup,
        substitute: Substitute,
        expanded: Callable[[Node], None] | None = None,
    ) -> None:
        self._source = source
        self._lookup = lookup
        self._substitute = substitute
        self._expanded = expanded
        """Told of each `${…}` that is read, for what its subscripts and offsets evaluate."""

    def words(self, node: Node) -> list[Word]:
        """The words that a node becomes: one, but where an unquoted known variable splits into several."""
        plain = self._plain(node)
        if plain is not None:
            return [plain]
        pieces = list(self._pieces(node))
        if not _has_braces(node, self._source) or _is_plain_braces(pieces):
            return list(_split(pieces, node.start_byte, node.end_byte))
        try:
            expanded = braces.expand(braces.atoms_of((piece.text, piece.bare) for piece in pieces))
        except braces.UnknownBraces:
            return [Word(OPAQUE, node.start_byte, node.end_byte, splits=True)]
        each = [_regrouped(pieces, atoms) for atoms in expanded] if len(expanded) > 1 else [pieces]
        return [word for one in each for word in _split(one, node.start_byte, node.end_byte)]

    def _plain(self, node: Node) -> Word | None:
        """A bare word that nothing changes, or the name of a command that is one; most words are."""
        kind = node.type
        if kind == "command_name":
            if node.child_count != 1:
                return None
            node = node.children[0]
            kind = node.type
        start, end = node.start_byte, node.end_byte
        if kind == "raw_string":
            return Word(self._text(start + 1, end - 1), start, end, True)
        if kind == "string":
            return self._plain_string(node, start, end)
        if kind not in ("word", "number"):
            return None
        raw = self._source[start:end]
        if not raw:
            return None
        marked = _MARKED.search(raw) is not None
        if marked and _CHANGED.search(raw) is not None:
            return None
        return Word(raw.decode("utf-8", "replace"), start, end, False, marked)

    def _plain_string(self, node: Node, start: int, end: int) -> Word | None:
        """A string in double quotes with nothing in it but text."""
        if node.child_count != 3:
            return None
        content = node.children[1]
        if content.type != "string_content" or (content.start_byte, content.end_byte) != (start + 1, end - 1):
            return None
        return Word(unescape_double(self._text(start + 1, end - 1)), start, end, True)

    def word(self, node: Node) -> Word:
        """The node as exactly one word, unsplit: for values and redirect targets."""
        plain = self._plain(node)
        if plain is not None:
            return plain
        return _joined(list(self._pieces(node)), node.start_byte, node.end_byte)

    def _text(self, start: int, end: int) -> str:
        return self._source[start:end].decode("utf-8", "replace")

    def _pieces(self, node: Node) -> Iterator[Piece]:
        kind = node.type
        if kind in _BARE:
            yield self._bare(node)
        elif kind == "raw_string":
            yield Piece(self._text(node.start_byte + 1, node.end_byte - 1), True)
        elif kind == "ansi_c_string":
            yield Piece(ansi_c(self._text(node.start_byte + 2, node.end_byte - 1)), True)
        elif kind in ("string", "translated_string"):
            yield from self._quoted(node)
        elif kind in ("concatenation", "command_name"):
            yield from self._concatenation(node)
        elif kind == "simple_expansion":
            yield self._variable(self._text(node.start_byte, node.end_byte).lstrip().removeprefix("$"))
        elif kind == "expansion":
            yield self._expansion(node)
        elif kind in _SUBSTITUTIONS:
            yield self._substitute(node)
        elif kind == "brace_expression":
            raw = self._text(node.start_byte, node.end_byte)
            yield Piece(raw, False, True, True, raw)
        else:
            raise UnreadableWord(kind)

    def _bare(self, node: Node) -> Piece:
        raw = self._text(node.start_byte, node.end_byte)
        if "\n" in raw.replace("\\\n", ""):
            raise UnreadableWord("a line break inside a word")
        text, quoted, pattern = unescape_bare(raw)
        return Piece(text, quoted, True, pattern or node.type == "extglob_pattern", raw)

    def _concatenation(self, node: Node) -> Iterator[Piece]:
        for child in node.children:
            if child.is_named:
                yield from self._pieces(child)
            elif child.type != "$":  # the dollar of $"…"
                raw = self._text(child.start_byte, child.end_byte)
                yield Piece(raw, bare=raw)

    def _quoted(self, node: Node) -> Iterator[Piece]:
        """The inside of double quotes; bytes between the children are content too.

        In the tree blanks before a closing quote or an expansion are part of it; a dollar alone is a token.
        """
        at = node.start_byte
        yield Piece("", True)
        for child in node.children:
            if child.type == '"' and not child.is_named:
                yield self._literal(at, max(at, child.end_byte - 1))
            elif child.type == "$" and not child.is_named:
                yield self._literal(at, child.end_byte if node.type == "string" else child.start_byte)
            elif child.type == "string_content":
                yield self._literal(at, child.end_byte)
            elif child.type == "string":
                yield from self._quoted(child)
            else:
                raw = self._text(child.start_byte, child.end_byte)
                yield self._literal(at, child.start_byte + len(raw) - len(raw.lstrip(" \t\n")))
                for piece in self._pieces(child):
                    yield Piece(piece.text, True, piece.certain, read=piece.read)
            at = child.end_byte

    def _literal(self, start: int, end: int) -> Piece:
        return Piece(unescape_double(self._text(start, end)), True)

    def _variable(self, name: str) -> Piece:
        return self._lookup(name) or Piece(OPAQUE, quoted=name in _NUMBERS)

    def _expansion(self, node: Node) -> Piece:
        """`${…}`: a plain one and one with a default may be known; every other form is opaque."""
        if self._expanded is not None:
            self._expanded(node)
        named = [child for child in node.children if child.is_named]
        operators = [
            child.type for child in node.children if not child.is_named and child.type not in ("${", "}")
        ]
        inside = [inner for child in named for inner in descendants(child, _SUBSTITUTIONS)]
        for inner in inside:
            self._substitute(inner)
        raw = self._text(node.start_byte, node.end_byte)
        if not inside and ("$(" in raw or "`" in raw or "<(" in raw):
            raise UnreadableWord("expansion with a command in it")
        if "@" in operators and "P" in operators:
            raise UnreadableWord("prompt expansion")
        if len(named) == 1 and not operators and named[0].type == "variable_name":
            return self._variable(self._text(named[0].start_byte, named[0].end_byte))
        if len(named) == 2 and operators in ([":-"], ["-"], [":="], ["="]):
            value = self._lookup(self._text(named[0].start_byte, named[0].end_byte))
            if inside:
                return value or Piece(OPAQUE, read=True)
            default = "".join(piece.text for piece in self._pieces(named[1]))
            if value is not None and value.text != OPAQUE:
                return value
            return Piece(default, certain=False, read=value is not None)
        name = _NAMED.match(raw)
        known = self._lookup(name.group(1)) if name is not None else None
        return Piece(OPAQUE, read=bool(inside) or (known is not None and known.read))


_BARE: Final = frozenset(
    "word number variable_name extglob_pattern test_operator special_variable_name regex "
    "file_descriptor".split()
)
_SUBSTITUTIONS: Final = frozenset({"command_substitution", "process_substitution", "arithmetic_expansion"})


def descendants(node: Node, kinds: Iterable[str]) -> Iterator[Node]:
    """The outermost nodes of these kinds at or below a node."""
    if node.type in kinds:
        yield node
        return
    for child in node.children:
        yield from descendants(child, kinds)


def _has_braces(node: Node, source: bytes) -> bool:
    raw = source[node.start_byte : node.end_byte]
    return node.type in ("concatenation", "word", "brace_expression") and b"{" in raw and b"}" in raw


def _is_plain_braces(pieces: list[Piece]) -> bool:
    """`{}` and `{name}` stay as they are; only a comma or two dots expand."""
    bare = "".join(piece.text for piece in pieces if not piece.quoted)
    return "," not in bare and ".." not in bare


def _regrouped(pieces: list[Piece], atoms: braces.Atoms) -> list[Piece]:
    """The pieces of one expanded word; not certain, because other shells leave braces as they are."""
    found = []
    for source, run in groupby(atoms, lambda atom: atom.source):
        piece, parts = pieces[source], list(run)
        pattern = piece.pattern if piece.bare is None else any(a.bare and a.text in GLOB for a in parts)
        text = "".join(atom.text for atom in parts)
        found.append(Piece(text, piece.quoted, False, pattern, read=piece.read))
    return found


def _joined(pieces: list[Piece], start: int, end: int) -> Word:
    if len(pieces) == 1:
        piece = pieces[0]
        splits = OPAQUE in piece.text and not piece.quoted
        return Word(
            piece.text, start, end, piece.quoted, piece.pattern, piece.certain, splits, read=piece.read
        )
    return Word(
        "".join(piece.text for piece in pieces),
        start,
        end,
        quoted=any(piece.quoted for piece in pieces),
        pattern=any(piece.pattern for piece in pieces),
        certain=all(piece.certain for piece in pieces),
        splits=any(OPAQUE in piece.text and not piece.quoted for piece in pieces),
        read=any(piece.read for piece in pieces),
    )


def _split(pieces: list[Piece], start: int, end: int) -> Iterator[Word]:
    """Field splitting of a lone unquoted variable with blanks; as a part of a word it makes all unknown."""
    word = _joined(pieces, start, end)
    if len(pieces) > 1 and any(_falls_apart(piece) for piece in pieces):
        yield Word(OPAQUE, start, end, splits=True, read=word.read)
        return
    if len(pieces) == 1 and not word.quoted and _BLANK.search(word.text) is not None:
        for part in word.text.split():
            pattern = word.pattern or any(g in part for g in GLOB)
            yield Word(part, start, end, False, pattern, word.certain, read=word.read)
        return
    if not word.text and not word.quoted:
        return
    yield word


def _falls_apart(piece: Piece) -> bool:
    """The value of a variable, or what a command prints, outside of quotes and with blanks in it."""
    return piece.bare is None and not piece.quoted and _BLANK.search(piece.text) is not None
