"""What a walk carries from command to command: variables with known values, standard input, the place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from scanner.escapes import OPAQUE
from scanner.listing import Listed
from scanner.word import Piece

MAX_INNER_DEPTH: Final = 8
"""How often text may be lifted out of text (bash -c in ssh in sudo …) before the rest counts as unknown."""

MAX_FOLDED_CHARACTERS: Final = 4_096
"""Longer constants are not carried along; their uses are opaque."""


class Stdin(NamedTuple):
    """Where a command reads from; `text` where that is a constant of the script."""

    kind: Literal["inherited", "pipe", "file", "text"] = "inherited"
    text: str | None = None
    listed: Listed = "data"
    """What a pipe hands on as a list."""


INHERITED: Final = Stdin()
PIPE: Final = Stdin("pipe")
FILE: Final = Stdin("file")
EMPTY_FILE: Final = Stdin("file", "")
"""`< /dev/null`: nothing is read."""


class Place(NamedTuple):
    """Where in the script a command stands: what it reads, and whether it surely runs once, in order."""

    stdin: Stdin = INHERITED
    conditional: bool = False
    repeated: bool = False


class Elements(NamedTuple):
    """The words of an array; none where they are not all shown. `certain` as for a value."""

    texts: tuple[str, ...] = ()
    certain: bool = False


@dataclass(slots=True)
class Values:
    """Variables whose value the script fixes. A value is certain only where its one assignment always ran."""

    repeated_names: frozenset[str] = frozenset()
    steered: frozenset[str] = frozenset()
    """Names that another text of the same shell may set at any time."""
    integers: frozenset[str] = frozenset()
    """Names that such a text declares to hold numbers: what is assigned to them is evaluated."""
    pinned: Mapping[str, str | None] | None = None
    """What names hold throughout, in a walk that tries one of several texts."""
    given: dict[str, dict[str | None, None]] = field(default_factory=dict)
    """Every text that a name is set to; None where one is not known."""
    listed: dict[str, dict[str | None, None]] = field(default_factory=dict)
    """Those of the lists of loops."""
    missed: set[str] = field(default_factory=set)
    """Names that are used where they are not set, or not known."""
    _surely_set: dict[str, None] = field(default_factory=dict)
    """Names that the script has surely set where the walk stands, in this order."""
    _known: dict[str, Piece | None] = field(default_factory=dict)
    turns: set[str] = field(default_factory=set)
    """Names that a loop sets, where the walk stands in a turn of it."""
    arrays: dict[str, Elements] = field(default_factory=dict)
    """Arrays that the script sets."""

    def assign(self, name: str, text: str | None, *, certain: bool) -> None:
        """Record an assignment; None makes the name opaque from here on."""
        self.now_set(name)
        self.given.setdefault(name, {}).setdefault(text)
        if text is None or len(text) > MAX_FOLDED_CHARACTERS or name in self.steered:
            self._known[name] = None
            return
        self._known[name] = Piece(text, certain=certain and name not in self.repeated_names)

    def may_be(self, name: str, text: str) -> None:
        """A place where the name is not surely set has this text for it."""
        self.given.setdefault(name, {}).setdefault(None if OPAQUE in text else text)

    def now_set(self, name: str) -> None:
        """The script has set this name on the way to here."""
        self._surely_set.setdefault(name)

    def is_set(self, name: str) -> bool:
        """Whether the script has surely set this name."""
        return name in self._surely_set

    def was_set(self, name: str) -> bool:
        """Whether the script has set it somewhere before."""
        return name in self._known

    def all_set(self) -> Iterable[str]:
        """Every name that the script has surely set."""
        return self._surely_set

    def mark(self) -> int:
        """A point to go back to, where what follows may not run."""
        return len(self._surely_set)

    def back_to(self, mark: int) -> None:
        """Forget that names were surely set since a mark."""
        while len(self._surely_set) > mark:
            self._surely_set.popitem()

    def forget(self, name: str) -> None:
        """The name takes a value that the script does not show."""
        self.given.setdefault(name, {}).setdefault(None)
        self._known[name] = None

    def forget_all(self) -> None:
        """Something may have set any name."""
        for name in self._known:
            self._known[name] = None

    def look(self, name: str, *, certain: bool) -> Piece | None:
        """The value, if it is known; `certain=False` where the reading place itself may repeat."""
        if self.pinned is not None and name in self.pinned and name not in self.turns:
            text = self.pinned[name]
            return None if text is None else Piece(text, certain=False)
        piece = self._known.get(name)
        if piece is None and name not in self.turns:
            self.missed.add(name)
        if piece is None or name in self.turns or (certain and name in self._surely_set):
            return piece
        return piece._replace(certain=False)

    @contextmanager
    def turns_of(self, pieces: Mapping[str, Piece | None]) -> Iterator[None]:
        """A loop or a call gives names words of the script, for one turn; None is any of them."""
        before = [(name, self._known.get(name), name in self.turns) for name in pieces]
        self._known.update(pieces)
        self.turns.update(pieces)
        yield
        for name, piece, turned in before:
            self._known[name] = piece if turned else None
            if not turned:
                self.turns.discard(name)
