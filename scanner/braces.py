"""Brace expansion: the words that `a{b,c}` and `{1..3}` become, as bash makes them (Bash manual 3.5.1).

It comes before every other expansion, so only braces, commas and dots that stand in the text count: not those
that were quoted or escaped, and not those in the value of a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

MAX_WORDS: Final = 64
"""More words of one are not made: the whole is then not known."""
MAX_NUMBERS: Final = 8
"""Of more numbers in a row the first ones and the last one stand for all: they are alike but for digits."""

_ATOM: Final = re.compile(r"[^\\{},.*?\[]++|\\(.)|.", re.DOTALL)
_NUMBERS: Final = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.-?\d{1,9})?")
_LETTERS: Final = re.compile(r"([A-Za-z])\.\.([A-Za-z])(?:\.\.-?\d{1,9})?")


class UnknownBraces(Exception):
    """A word that becomes more than MAX_WORDS."""


MAX_MADE: Final = 1_000_000
"""Words that a shell may make of one and hold in its memory: some 100 MB."""
_MAKES: Final = re.compile(
    r"\{(-?\d{1,19})\.\.(-?\d{1,19})(?:\.\.(-?\d{1,19}))?\}|\{([A-Za-z])\.\.([A-Za-z])[^{}]*\}|\{([^{}]*)\}"
)


_GROWS: Final = re.compile(r"\$\w+(?=[,}]).*\}\w")
"""`{a,$x}b` is `ab` and the value of `xb`: braces come before names."""


def refused(text: str) -> str | None:
    """Why the braces of a word are not expanded, if they are not."""
    if makes_too_many(text):
        return "braces that become millions of words"
    return "braces that make another name of one in them" if _GROWS.search(text) is not None else None


def makes_too_many(text: str) -> bool:
    """Whether the braces of a word become more words than fit into memory; nested ones count as more."""
    made = 1
    for first, last, step, letter, other, listed in _MAKES.findall(text):
        if first:
            made *= abs(int(last) - int(first)) // max(1, abs(int(step or 1))) + 1
        else:
            made *= abs(ord(other) - ord(letter)) + 1 if letter else listed.count(",") + 1
        if made > MAX_MADE:
            return True
    return False


class Atom(NamedTuple):
    """A character that may mean something, or a run that stays whole. `bare`: it stands in the text,
    neither quoted nor escaped.
    """

    text: str
    bare: bool
    source: int
    """Which piece of the word it is of."""


Atoms = tuple[Atom, ...]


def atoms_of(pieces: Iterable[tuple[str, str | None]]) -> Atoms:
    """The atoms of a word's pieces: each its text, and how it stands in the text where it is not quoted."""
    found: list[Atom] = []
    for source, (text, raw) in enumerate(pieces):
        if raw is None:
            found.append(Atom(text, False, source))
            continue
        for match in _ATOM.finditer(raw):
            if match[1] is not None and match[1] != "\n":
                found.append(Atom(match[1], False, source))
            elif match[1] is None:
                found.append(Atom(match[0], True, source))
    return tuple(found)


def expand(atoms: Atoms) -> list[Atoms]:
    """The words, in bash's order; one where nothing expands. Raises UnknownBraces."""
    found = list(_expand(atoms))
    if len(found) > MAX_WORDS:
        raise UnknownBraces
    return found


def _expand(atoms: Atoms) -> Iterator[Atoms]:
    for at, atom in enumerate(atoms):
        if not _is(atom, "{"):
            continue
        end = _closing(atoms, at)
        alternatives = [] if end is None else _alternatives(atoms[at + 1 : end])
        if end is None or not alternatives:
            continue
        rests = expand(atoms[end + 1 :])
        if len(alternatives) * len(rests) > MAX_WORDS:
            raise UnknownBraces
        for alternative in alternatives:
            for rest in rests:
                yield (*atoms[:at], *alternative, *rest)
        return
    yield atoms


def _is(atom: Atom, character: str) -> bool:
    return atom.bare and atom.text == character


def _closing(atoms: Atoms, opening: int) -> int | None:
    """The brace that ends it: one before the first comma, or two dots, of its own level ends nothing."""
    if opening == 0 and len(atoms) > 1 and _is(atoms[1], "}"):
        return None  # a word that begins with `{}`
    depth, is_divided = 0, False
    for at in range(opening + 1, len(atoms)):
        if depth == 0 and is_divided and _is(atoms[at], "}"):
            return at
        is_divided = is_divided or (depth == 0 and _divides(atoms, at))
        depth = _depth(depth, atoms[at])
    return None


def _divides(atoms: Atoms, at: int) -> bool:
    if _is(atoms[at], ","):
        return True
    following = atoms[at + 1 : at + 3]
    dots = _is(atoms[at], ".") and len(following) == 2 and _is(following[0], ".")
    return dots and not _is(following[1], "}")


def _depth(depth: int, atom: Atom) -> int:
    return depth + 1 if _is(atom, "{") else depth - (depth > 0 and _is(atom, "}"))


def _alternatives(inside: Atoms) -> list[Atoms]:
    """What may stand in the place of the braces; none where they are only characters."""
    depth, begin, parts = 0, 0, list[Atoms]()
    for at, atom in enumerate(inside):
        if depth == 0 and _is(atom, ","):
            parts.append(inside[begin:at])
            begin = at + 1
        depth = _depth(depth, atom)
    if parts:
        parts.append(inside[begin:])
        if len(parts) > MAX_WORDS:
            raise UnknownBraces
        return [word for part in parts for word in expand(part)]
    if inside and all(atom.bare for atom in inside):
        return [(Atom(text, True, inside[0].source),) for text in _sequence("".join(a.text for a in inside))]
    return []


def _sequence(text: str) -> list[str]:
    """`1..3` and `a..c`; the step only leaves some of them out."""
    numbers, letters = _NUMBERS.fullmatch(text), _LETTERS.fullmatch(text)
    if numbers is not None:
        first, last = int(numbers[1]), int(numbers[2])
        is_padded = any(re.match(r"-?0\d", bound) for bound in (numbers[1], numbers[2]))
        width = max(len(numbers[1]), len(numbers[2])) if is_padded else 0
        return [f"{number:0{width}d}" for number in _some(first, last, MAX_NUMBERS)]
    if letters is not None:
        return [chr(code) for code in _some(ord(letters[1]), ord(letters[2]), MAX_WORDS)]
    return []


def _some(first: int, last: int, most: int) -> list[int]:
    step = 1 if last >= first else -1
    some = list(range(first, last + step, step)[: most - 1])
    return some if some[-1] == last else [*some, last]
