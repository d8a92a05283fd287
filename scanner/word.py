"""A word as a program gets it, and how the pieces of one become words: fields, braces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple, Protocol

from scanner import braces
from scanner.escapes import GLOB, OPAQUE

made: Final = tuple.__new__
"""A named tuple of all of its fields, in a third of the time that its own constructor takes."""
_PLAIN: Final = (False, False, False, False, False, False, None)
"""The rest of the fields of a word that holds nothing but what stands there."""
_BLANK: Final = re.compile(r"[ \t\n]")


class Array(Protocol):
    """The words of an array that the script sets, where they are all shown, and whether they are sure."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words, or none."""

    @property
    def certain(self) -> bool:
        """Whether it is these."""


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
    several: bool = False
    """It may be an option, or several words, though quotes stand around it."""
    named: bool = False
    """Names of files decide it, which hold what whoever makes files likes: blanks too."""
    option: bool = False
    """The script itself gives it words of which one begins with a hyphen."""
    operand: bool = False
    """One word of a list of the script, whichever it is; none is a pattern or begins with a hyphen."""
    absent: bool = False
    """`${x:+word}`: it may be nothing as well."""


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
    named: bool = False
    """A part of it is the names of files."""
    option: bool = False
    """The script itself gives it words of which one begins with a hyphen."""
    operand: bool = False
    """It begins with a word of a list that the script goes through, of which none is an option."""
    other: str | None = None
    """What it is without what may be nothing in it; no word at all where nothing is left, without quotes."""

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
        return self.splits and (self.read or self.data or self.option)

    @property
    def unbound(self) -> bool:
        """Loose, or names of files without quotes: those too become as many words as they hold."""
        return self.splits and (self.read or self.data or self.named)

    @property
    def may_be_option(self) -> bool:
        """Its first character is not known, so it could begin with a hyphen."""
        if self.text.startswith(OPAQUE):
            return True
        return self.pattern and self.text[:1] in GLOB and _may_match_hyphen(self.text)


def as_it_stands(text: str, start: int, end: int, *, quoted: bool = False, pattern: bool = False) -> Word:
    """A word that the text shows in full."""
    return made(Word, (text, start, end, quoted, pattern, True, *_PLAIN))


def all_literal(words: Iterable[Word]) -> bool:
    """Whether every one of them is literal: asked of most commands, so without a call for each."""
    return not [word for word in words if word.pattern or not word.certain or OPAQUE in word.text]


_LETTERS_ONLY: Final = re.compile(r"\[[A-Za-z0-9_.]+(?:-[A-Za-z0-9][A-Za-z0-9_.]*)*\]")
"""A class of letters, digits and ranges of them; ranges as wide as `.-z` are no letters."""


def _may_match_hyphen(text: str) -> bool:
    """Whether a name that fits this pattern could begin with a hyphen: `*`, `?`, `[!a]`; not `[n]ginx`."""
    match = _LETTERS_ONLY.match(text)
    return match is None or re.search(r"[_.]-", match.group()) is not None


def is_plain_braces(pieces: list[Piece]) -> bool:
    """`{}` and `{name}` stay as they are; only a comma or two dots expand."""
    bare = "".join(piece.text for piece in pieces if not piece.quoted)
    return "," not in bare and ".." not in bare


def regrouped(pieces: list[Piece], atoms: braces.Atoms) -> list[Piece]:
    """The pieces of one expanded word; not certain, because other shells leave braces as they are."""
    found = []
    for source, run in groupby(atoms, lambda atom: atom.source):
        piece, parts = pieces[source], list(run)
        pattern = piece.pattern if piece.bare is None else any(a.bare and a.text in GLOB for a in parts)
        text = "".join(atom.text for atom in parts)
        found.append(piece._replace(text=text, certain=False, pattern=pattern, bare=None))
    return found


def joined(pieces: list[Piece], start: int, end: int) -> Word:
    if len(pieces) == 1:
        piece = pieces[0]
        splits = OPAQUE in piece.text and not piece.quoted
        return Word(
            piece.text,
            start,
            end,
            piece.quoted,
            piece.pattern,
            piece.certain,
            splits,
            read=piece.read,
            named=piece.named,
            option=piece.option,
            operand=piece.operand,
            other="" if piece.absent else None,
        )
    quoted = pattern = splits = read = named = option = False
    certain = True
    for piece in pieces:
        quoted = quoted or piece.quoted
        pattern = pattern or piece.pattern
        certain = certain and piece.certain
        splits = splits or (not piece.quoted and OPAQUE in piece.text)
        read = read or piece.read
        named = named or piece.named
        option = option or piece.option
    option = option and _may_hold_option(pieces)
    text = "".join([piece.text for piece in pieces])
    operand = next((piece.operand for piece in pieces if piece.text), False)
    absent = any(piece.absent for piece in pieces)
    other = "".join([piece.text for piece in pieces if not piece.absent]) if absent else None
    return made(
        Word, (text, start, end, quoted, pattern, certain, splits, False, read, named, option, operand, other)
    )


def _may_hold_option(pieces: list[Piece]) -> bool:
    """At its beginning, or behind a blank where it is not quoted."""
    first = next((piece.option for piece in pieces if piece.text), False)
    return first or any(piece.option and not piece.quoted for piece in pieces)


def split_fields(pieces: list[Piece], start: int, end: int) -> Iterator[Word]:
    """Field splitting of a lone unquoted variable with blanks; as a part of a word it makes all unknown."""
    word = joined(pieces, start, end)
    if len(pieces) > 1 and any(_falls_apart(piece) for piece in pieces):
        yield Word(OPAQUE, start, end, splits=True, read=word.read, named=word.named, option=word.option)
        return
    if len(pieces) == 1 and not word.quoted and _BLANK.search(word.text) is not None:
        for part in word.text.split():
            pattern = word.pattern or any(g in part for g in GLOB)
            yield Word(part, start, end, False, pattern, word.certain, read=word.read, other=word.other)
        return
    if not word.text and not word.quoted:
        return
    yield word


def _falls_apart(piece: Piece) -> bool:
    """The value of a variable, or what a command prints, outside of quotes and with blanks in it."""
    return piece.bare is None and not piece.quoted and _BLANK.search(piece.text) is not None


def without(word: Word, gone: Sequence[int]) -> Word | None:
    """A word that begins at one of these bytes, without what may be nothing in it; None where that is all."""
    if word.other is None or word.start not in gone:
        return word
    return word._replace(text=word.other) if word.other or word.quoted else None
