"""How much is done in one scan: its bounds, counted over the text, all texts inside it, and all tries.

What is beyond a bound is unknown. Each is some times the most of the texts at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from base.limits import KIB
from scanner.sql import Budget

MAX_COMMANDS: Final = 130
"""Simple commands judged per scan, inner texts included; the rest of a longer script counts as unknown, and
is only looked up. The longest step of the runbooks at hand has 65.
"""
MAX_ALL_WORDS: Final = 2_000
"""Words of all commands of a scan, counted again for each program around them and each try; the rest counts
as unknown, and is only looked up. The most in a text at hand is 519.
"""
MAX_TRIED_WORDS: Final = 1_000
"""Of them: behind so many no unknown program is tried any more."""
MAX_LISTED: Final = 800
"""Words of lists, and of what functions are given, that are asked whether they name a secret; beyond them
one may.
"""
MAX_INNER: Final = 40
"""Texts in a text that shells read. The most in a text at hand is 31."""
MAX_INNER_NODES: Final = 700
"""Of the trees of such texts: behind so many no further text is read. The most in a text at hand is 462."""
MAX_INNER_CHARACTERS: Final = 96 * KIB
"""Of all texts in a text that shells read: all of the longest text, and half of it again."""
MAX_WORDS: Final = 600
"""Words of one command; a longer one is not judged word by word. The most in a text at hand is 87."""
MAX_PAIRS: Final = 50
"""Of folders with names that find looks for there, and of addresses with what is asked there, in one scan.
The most in a text at hand is 36.
"""
MAX_AGAIN: Final = 1_500
"""Nodes that turns of loops, calls of functions and other texts of names are walked again for, in one scan.
The largest text at hand has 330.
"""
MAX_GUESSES: Final = 300
"""Tries of words of an unknown program as the beginning of another command."""


@dataclass(slots=True)
class Work:
    """What was done in one scan: counted over the text, all texts inside it, and all tries."""

    commands: int = 0
    words: int = 0
    guesses: int = 0
    again: int = 0
    """Nodes that are walked again."""
    pairs: int = 0
    """Folders with names, and addresses with values."""
    listed: int = 0
    """Words of lists."""
    inner: int = 0
    """Texts that shells read."""
    nodes: int = 0
    """Of their trees."""
    characters: int = 0
    """Of them."""
    parts: int = 0
    """Signs and words of awk programs."""
    sql: Budget | None = None
    """Of texts of SQL, once there is one."""

    def reads_no_more(self) -> bool:
        """Whether no further text of a shell is read."""
        many = self.inner > MAX_INNER or self.nodes > MAX_INNER_NODES
        return many or self.characters > MAX_INNER_CHARACTERS

    def walks_again(self, nodes: int) -> bool:
        """Count so many nodes; whether they are within the bound."""
        self.again += nodes
        return self.again <= MAX_AGAIN

    def has_room_for(self, pairs: int) -> bool:
        """Count so many pairs; whether they are within the bound."""
        self.pairs += pairs
        return self.pairs <= MAX_PAIRS
