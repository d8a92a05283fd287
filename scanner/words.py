"""Shell words: from syntax nodes to the text a program would see, with what can't be known marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tree_sitter import Node

from scanner import braces
from scanner.escapes import GLOB, OPAQUE, ansi_c, unescape_bare, unescape_double
from scanner.expansions import substitutes
from scanner.folded import folded
from scanner.word import Array, Piece, Word, as_it_stands, is_plain_braces, joined, regrouped, split_fields

_NUMBERS: Final = frozenset("?#$!")
"""Variables of the shell that hold one number."""
SUBSTITUTED_FILE: Final = "/dev/fd/63"
"""What a program sees in place of `<(…)` and `>(…)`."""

_NAMED: Final = re.compile(r"\$\{!?(\w+|[@*])")
_WHOLE_ARRAY: Final = re.compile(r'("?)\$\{(\w+|@)\[([@*])\]\}\1')
_ALL_GIVEN: Final = frozenset({'"$@"', "$@", '"${@}"', "${@}"})
MAX_ELEMENTS: Final = 4_096
"""Characters of the elements of arrays that are put in their place in one text; then they are unknown."""
MAX_MADE: Final = 192
"""Words that braces make in one text; the words of more braces have no rule."""
_SEVERAL: Final = re.compile(r"\$\{!?\w+(?:\[@\]|@\})|\$\{@[^}]")
"""An expansion that is several words in double quotes too."""
_MADE: Final = re.compile(r"\$\{[\w@*]+(?:\[[^\]]*\])?/[^}]*[-$]")
"""A replacement that may put a hyphen in front: one that holds it, or the value of another name."""
_CHANGED: Final = re.compile(rb"[\\{}\s]")
"""Bytes that make a bare word more than itself: escapes, braces, blanks."""
_MARKED: Final = re.compile(rb"[\\{}\s*?\[]")
"""The same, and what makes a pattern of it."""
_SIGNS: Final = {rb"{}": "{}", rb"\;": ";", rb"\(": "(", rb"\)": ")", rb"\!": "!"}
"""Words of two bytes that commands of find are full of."""


class UnreadableWord(Exception):
    """A node that this reader has no rule for: the command around it stays unknown."""


Lookup = Callable[[str], Piece | None]
Substitute = Callable[[Node], Piece]


class WordReader:
    """Reads word nodes. `lookup` knows variables; `substitute` is told of each substitution on the way."""

    def __init__(
        self,
        source: bytes,
        lookup: Lookup,
        substitute: Substitute,
        expanded: Callable[[Node], None] | None = None,
        arrays: Mapping[str, Array] | None = None,
        either: Callable[[str, str], None] | None = None,
    ) -> None:
        self._source = source
        self._lookup = lookup
        self._substitute = substitute
        self._expanded = expanded
        """Told of each `${…}` that is read, for what its subscripts and offsets evaluate."""
        self._arrays = arrays
        self._either = either  # told of a name that may hold this text as well
        self._folded = 0
        """Characters of arrays that were put in their place."""
        self._made = 0
        """Words that braces made."""

    def words(self, node: Node) -> list[Word]:
        """The words that a node becomes: one, but where an unquoted known variable splits into several."""
        plain = self._plain(node)
        if plain is not None:
            return [plain]
        if node.type == "command_name" and node.child_count == 1:
            node = node.children[0]
        if self._arrays and node.type in ("string", "expansion", "simple_expansion"):
            listed = self._elements(node)
            if listed is not None:
                return listed
        pieces = list(self._pieces(node))
        if not _has_braces(node, self._source) or is_plain_braces(pieces):
            return list(split_fields(pieces, node.start_byte, node.end_byte))
        if self._made > MAX_MADE:
            raise UnreadableWord("braces behind those that made very many words")
        if (why := braces.refused(self._text(node.start_byte, node.end_byte))) is not None:
            raise UnreadableWord(why)
        try:
            expanded = braces.expand(braces.atoms_of((piece.text, piece.bare) for piece in pieces))
        except braces.UnknownBraces:
            self._made += braces.MAX_WORDS
            return [Word(OPAQUE, node.start_byte, node.end_byte, splits=True)]
        self._made += len(expanded)
        each = [regrouped(pieces, atoms) for atoms in expanded]
        if len(each) == 1 and "".join(piece.text for piece in each[0]) == "".join(one.text for one in pieces):
            each = [pieces]
        return [word for one in each for word in split_fields(one, node.start_byte, node.end_byte)]

    def _elements(self, node: Node) -> list[Word] | None:
        """`${X[@]}` as the words of an array that the script sets; None for anything else.

        Outside of quotes each text falls apart at blanks and may be a pattern; `"${X[*]}"` is one word.
        """
        raw = self._text(node.start_byte, node.end_byte)
        if raw in _ALL_GIVEN:
            raw = raw.replace("@", "{@[@]}") if "{" not in raw else raw.replace("@", "@[@]")
        match = _WHOLE_ARRAY.fullmatch(raw)
        array = self._arrays.get(match.group(2)) if match is not None and self._arrays else None
        if match is None or array is None:
            return None
        start, end = node.start_byte, node.end_byte
        quoted = bool(match.group(1))
        single = quoted and match.group(3) == "*"
        if self._folded <= MAX_ELEMENTS:
            self._folded += sum(len(text) + 1 for text in array.texts)
        otherwise = (not quoted or single) and b"IFS" in self._source
        if not array.texts or otherwise or self._folded > MAX_ELEMENTS:
            return [Word(OPAQUE, start, end, splits=not single, read=True)]
        if single:
            return [Word(" ".join(array.texts), start, end, True, certain=array.certain)]
        if quoted:
            return [Word(text, start, end, True, certain=array.certain) for text in array.texts]
        pieces = [Piece(text, False, array.certain, any(g in text for g in GLOB)) for text in array.texts]
        return [word for piece in pieces for word in split_fields([piece], start, end)]

    def _plain(self, node: Node) -> Word | None:
        """A bare word that nothing changes, or the name of a command that is one; most words are."""
        kind = node.type
        if kind == "command_name":
            if node.child_count != 1:
                return None
            node = node.children[0]
            kind = node.type
        start, end = node.start_byte, node.end_byte
        if end - start == 2 and (sign := _SIGNS.get(self._source[start:end])) is not None:
            return as_it_stands(sign, start, end, quoted=sign != "{}")
        if kind == "raw_string":
            return as_it_stands(self._text(start + 1, end - 1), start, end, quoted=True)
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
        return as_it_stands(raw.decode("utf-8", "replace"), start, end, pattern=marked)

    def _plain_string(self, node: Node, start: int, end: int) -> Word | None:
        """A string in double quotes with nothing in it but text."""
        if node.child_count != 3:
            return None
        content = node.children[1]
        if content.type != "string_content" or (content.start_byte, content.end_byte) != (start + 1, end - 1):
            return None
        text = unescape_double(self._text(start + 1, end - 1))
        return as_it_stands(text, start, end, quoted=True)

    def word(self, node: Node) -> Word:
        """The node as exactly one word, unsplit: for values and redirect targets."""
        plain = self._plain(node)
        if plain is not None:
            return plain
        return joined(list(self._pieces(node)), node.start_byte, node.end_byte)

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
        before = ""
        for child in node.children:
            raw = self._text(child.start_byte, child.end_byte)
            if raw.startswith("}") and before.startswith("${") and "{" in before[2:]:
                yield Piece("*", False, False, True)  # the tree ends `${x:-{a,b}}` at the first brace
            elif child.is_named:
                yield from self._pieces(child)
            elif child.type != "$" or not _is_quoted(child.next_sibling):  # the dollar of $"…"
                yield Piece(raw, bare=raw)
            before = raw

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
                apart = _SEVERAL.match(raw.lstrip()) is not None
                every = raw.lstrip() in _ALL_GIVEN
                for piece in self._pieces(child):
                    loose = apart or piece.several or (every and " " in piece.text)
                    yield piece._replace(quoted=not loose, pattern=False, bare=None, several=loose)
            at = child.end_byte

    def _literal(self, start: int, end: int) -> Piece:
        return Piece(unescape_double(self._text(start, end)), True)

    def _variable(self, name: str) -> Piece:
        known = self._lookup(name)
        if known is None:
            return Piece(OPAQUE, quoted=name in _NUMBERS)
        return known._replace(pattern=True) if any(mark in known.text for mark in GLOB) else known

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
        if substitutes(self._source, node, inside):
            raise UnreadableWord("expansion with a command in it")
        if "@" in operators and "P" in operators:
            raise UnreadableWord("prompt expansion")
        if len(named) == 1 and not operators and named[0].type == "variable_name":
            return self._variable(self._text(named[0].start_byte, named[0].end_byte))
        if len(named) == 2 and operators in ([":+"], ["+"]) and not inside:
            return self._alternative(named[1])._replace(absent=True)
        if len(named) == 2 and operators in ([":-"], ["-"], [":="], ["="]):
            name = self._text(named[0].start_byte, named[0].end_byte)
            return self._default(name, named[1], bool(inside), colon=operators[0][0] == ":")
        return self._made_of(raw, bool(inside))

    def _default(self, name: str, node: Node, inside: bool, *, colon: bool) -> Piece:
        """`${x:-word}`: the value where there is one, with a colon one that is not empty; else the word."""
        value = self._lookup(name)
        opaque = value is not None and value.text == OPAQUE
        kept = None if opaque or (value is not None and colon and not value.text) else value
        if kept is not None and kept.certain:
            return kept
        if inside:
            return Piece(OPAQUE, read=True)
        other = self._alternative(node)
        if value is None or not (kept or opaque):
            return other._replace(absent=not colon)
        if self._either is not None:
            self._either(name, other.text)
        return value

    def _alternative(self, node: Node) -> Piece:
        """The word in `${x:-word}`, `${x:+word}`: a pattern stays one, and for braces any name stands."""
        pieces = list(self._pieces(node))
        text = "".join(piece.text for piece in pieces)
        pattern = any(piece.pattern for piece in pieces)
        if any("{" in piece.text and not piece.quoted for piece in pieces):
            return Piece(text.split("{", 1)[0] + "*", certain=False, pattern=True)
        return Piece(text, certain=False, pattern=pattern)

    def _made_of(self, raw: str, inside: bool) -> Piece:
        """Any other form: what it makes of a value of the script may be an option, in quotes too."""
        name = _NAMED.match(raw)
        if name is None:
            return Piece(OPAQUE, read=inside)
        known = self._lookup(name.group(1))
        if known is not None and OPAQUE not in known.text and not raw.startswith("${!"):
            text = folded(known.text, raw[name.end() : -1])
            if text is not None:
                pattern = any(mark in text for mark in GLOB)
                return known._replace(text=text, pattern=pattern)
            inside = True
        array = (self._arrays or {}).get(name.group(1)) if "[" in raw else None
        ours = array is not None
        texts = [*(array.texts if array is not None else ()), *([known.text] if known is not None else ())]
        cut = any("-" in text for text in texts)
        several = raw.startswith("${!") or _MADE.match(raw) is not None or cut
        read = inside or ours or several or (known is not None and known.read)
        given = known is not None and known.option
        return Piece(
            OPAQUE, read=read, several=several, named=known is not None and known.named, option=given
        )


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


def _is_quoted(node: Node | None) -> bool:
    return node is not None and node.type in ("string", "raw_string")


def _has_braces(node: Node, source: bytes) -> bool:
    raw = source[node.start_byte : node.end_byte]
    return node.type in ("concatenation", "word", "brace_expression") and b"{" in raw and b"}" in raw
