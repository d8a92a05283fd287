"""Disguises of words: the shell runs the same command, the text looks different."""

from __future__ import annotations

import random
import shlex
from collections.abc import Callable, Sequence
from typing import Final

Words = Sequence[str]
Spelling = Callable[[random.Random, str], str]
"""One word, spelled anew; used on words of ASCII letters, digits and plain signs."""


def plain(_rng: random.Random, word: str) -> str:
    """As a careful person writes it."""
    return shlex.quote(word)


def backslashes(_rng: random.Random, word: str) -> str:
    """A backslash before every letter."""
    return "".join(f"\\{character}" for character in word)


def split_quotes(rng: random.Random, word: str) -> str:
    """Empty quotes in the middle, each part quoted for itself."""
    if len(word) < 2:
        return shlex.quote(word) + '""'
    cut = rng.randrange(1, len(word))
    return shlex.quote(word[:cut]) + rng.choice(('""', "''")) + shlex.quote(word[cut:])


def single_quotes(_rng: random.Random, word: str) -> str:
    """The whole word in quotes."""
    return "'" + word.replace("'", "'\\''") + "'"


def double_quotes(_rng: random.Random, word: str) -> str:
    """The whole word in double quotes."""
    return '"' + "".join(f"\\{c}" if c in '"\\$`' else c for c in word) + '"'


def hexadecimal(_rng: random.Random, word: str) -> str:
    """`$'…'` with the letters' codes."""
    return "$'" + "".join(f"\\x{ord(character):02x}" for character in word) + "'"


def octal(_rng: random.Random, word: str) -> str:
    """`$'…'` with octal codes."""
    return "$'" + "".join(f"\\{ord(character):03o}" for character in word) + "'"


def unicode_escapes(_rng: random.Random, word: str) -> str:
    """`$'…'` with Unicode escapes."""
    return "$'" + "".join(f"\\u{ord(character):04x}" for character in word) + "'"


def continued(rng: random.Random, word: str) -> str:
    """A line continuation inside of it, where no quote is needed."""
    if len(word) < 2 or shlex.quote(word) != word:
        return shlex.quote(word)
    cut = rng.randrange(1, len(word))
    return f"{word[:cut]}\\\n{word[cut:]}"


def empty_expansion(rng: random.Random, word: str) -> str:
    """An expansion to nothing inside of it."""
    nothing = rng.choice(("$@", "${none}", "$(true)", "``", "${none:-}", "$*"))
    cut = rng.randrange(0, len(word) + 1)
    if shlex.quote(word) != word:
        return shlex.quote(word[:cut]) + f'"{nothing}"' + shlex.quote(word[cut:])
    return word[:cut] + nothing + word[cut:]


def echoed(_rng: random.Random, word: str) -> str:
    """The output of an echo."""
    return f'"$(echo {shlex.quote(word)})"'


def printed(_rng: random.Random, word: str) -> str:
    """The output of printf."""
    return "\"$(printf '%s' " + shlex.quote(word) + ')"'


def defaulted(_rng: random.Random, word: str) -> str:
    """The default of a variable that is not set."""
    return '"${never_set:-' + word.replace('"', '\\"') + '}"'


SPELLINGS: Final[dict[str, Spelling]] = {
    "quote.plain": plain,
    "quote.backslash": backslashes,
    "quote.split": split_quotes,
    "quote.single": single_quotes,
    "quote.double": double_quotes,
    "quote.hex": hexadecimal,
    "quote.octal": octal,
    "quote.unicode": unicode_escapes,
    "quote.continuation": continued,
    "expansion.empty": empty_expansion,
    "expansion.echo": echoed,
    "expansion.printf": printed,
    "expansion.default": defaulted,
}


def joined(rng: random.Random, words: Words, spelling: Spelling, *, every: bool) -> str:
    """The command with its program, or every word, spelled so."""
    return " ".join(
        spelling(rng, word) if every or not at else plain(rng, word) for at, word in enumerate(words)
    )
