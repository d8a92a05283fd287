"""Names that texts of one shell share: a script, and what its `eval` and `trap` run.

What such a text sets holds in the script too, and in the other ones, in whatever order they run. So a text is
judged again where a name that it uses may be set by another one: that name's value is then nobody's to tell.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class SharedNames:
    """Which text sets which names, and which texts the shell around them runs itself."""

    set_by: dict[str, set[str]] = field(default_factory=dict)
    integers: set[str] = field(default_factory=set)
    """Names that such texts declare to hold numbers."""
    joined: set[str] = field(default_factory=set)
    """Texts that the shell of the script itself runs."""
    last: set[str] = field(default_factory=set)
    """Those of them that run when the script has ended, and call no function of it."""

    def sets(self, name: str, text: str) -> None:
        """A text sets a name; `@` is all positional parameters."""
        self.set_by.setdefault(name, set()).add(text)

    def join(self, text: str, *, at_the_end: bool) -> None:
        """The shell of the script runs this text."""
        if not at_the_end:
            self.last.discard(text)
        elif text not in self.joined:
            self.last.add(text)
        self.joined.add(text)

    def calls(self, text: str) -> None:
        """A text calls a function of the script, in which its names hold."""
        self.last.discard(text)

    def any_joined(self) -> bool:
        """Whether one of those texts sets a name."""
        if self.integers:
            return True
        return bool(self.joined) and any(not texts.isdisjoint(self.joined) for texts in self.set_by.values())

    def steered_in(self, text: str) -> frozenset[str]:
        """Names that another text may set while this one runs."""
        others = self.joined - {text}
        if text not in self.joined:
            others -= self.last
        return frozenset(name for name, texts in self.set_by.items() if not texts.isdisjoint(others))

    def own(self, text: str) -> frozenset[str]:
        """Names that nothing else than this text sets."""
        return frozenset(name for name, texts in self.set_by.items() if texts == {text})


class Around(NamedTuple):
    """What a text has from the shell that runs it, if that is the one of the script itself."""

    joined: bool = False
    given: tuple[Container[str], ...] = ()
    """Names that may hold options."""
    named: frozenset[str] = frozenset()
    """Names that hold names of files."""
    functions: frozenset[str] = frozenset()
    integers: frozenset[str] = frozenset()
    """Names whose values are evaluated when they are set."""
