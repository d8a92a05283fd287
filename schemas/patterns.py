"""Patterns that customers write: compiled by RE2 (linear time), and bounded in what they may admit.

A variable's value is put into a command. Its pattern is the first of three locks, so a pattern that admits a
character with a meaning for the shell is refused here, before anybody fills it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Protocol

import re2

from base.limits import PATTERN_MAX_CHARACTERS

DEFAULT_PATTERN: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
"""What a variable without a pattern admits: no blank, no shell metacharacter, no leading hyphen or dot."""

UNSAFE_CHARACTERS: Final = " \t\n\r\0'\"$`\\;&|<>(){}*?[]~#!\u202e\u2066\u200b\x1b"
PROBES: Final = (
    "",
    "-",
    "-x",
    "-a",
    "-A",
    "-1",
    "--all",
    " ",
    "a b",
    "\n",
    "a\n",
    "a\nb",
    "..",
    "../",
    "/..",
    "../a",
    "a/..",
    "/../",
    "a/../b",
    "/a/../b",
    "\0",
    "a\0",
    *(form.format(character) for character in UNSAFE_CHARACTERS for form in ("{0}", "{0}a", "a{0}", "a{0}b")),
)
"""No pattern of a variable may match one of these (CONTRACTS.md §1)."""

_MUTATED_MAX_CHARACTERS: Final = 128


class PatternError(ValueError):
    """A pattern that RE2 refuses, or that is too long; the text says why."""


class Pattern(Protocol):
    """What we use of a compiled RE2 pattern."""

    def fullmatch(self, text: str) -> object | None:
        """A match of the whole text, or None."""
        ...

    def search(self, text: str) -> object | None:
        """A match anywhere, or None."""
        ...


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern:
    """The compiled pattern; raises PatternError."""
    if len(pattern) > PATTERN_MAX_CHARACTERS:
        raise PatternError(f"longer than {PATTERN_MAX_CHARACTERS} characters")
    if "\0" in pattern:
        raise PatternError("holds a NUL")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        compiled: Pattern = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(error)
        raise PatternError(text) from error
    return compiled


def fullmatch(pattern: str, text: str) -> bool:
    """RE2 fullmatch. A lone surrogate matches nothing; raises PatternError for a bad pattern."""
    compiled = compile_pattern(pattern)
    try:
        return compiled.fullmatch(text) is not None
    except UnicodeEncodeError:
        return False


def search(pattern: str, text: str) -> bool:
    """RE2 search. A lone surrogate matches nothing; raises PatternError for a bad pattern."""
    compiled = compile_pattern(pattern)
    try:
        return compiled.search(text) is not None
    except UnicodeEncodeError:
        return False


def first_probe(pattern: str, example: str | None = None) -> str | None:
    """The first text that a variable's pattern must not admit, but does; None for a good pattern.

    Beside the fixed probes, the example is made hostile: each unsafe character is put into each place of it
    (inserted, and in place of what stands there), an option's hyphen before it, `..` around it. `web.1` as a
    pattern matches no fixed probe, but `web;1`.
    """
    compiled = compile_pattern(pattern)
    return next((probe for probe in _probes(example) if compiled.fullmatch(probe) is not None), None)


def _probes(example: str | None) -> Iterator[str]:
    yield from PROBES
    if example is None or len(example) > _MUTATED_MAX_CHARACTERS or not example.isprintable():
        return
    yield from ("-" + example, "--" + example, "../" + example, example + "/..")
    for character in UNSAFE_CHARACTERS:
        for place in range(len(example) + 1):
            yield example[:place] + character + example[place:]
            yield example[:place] + character + example[place + 1 :]
