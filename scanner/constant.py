"""The output of commands that only print what the script holds: echo, printf, cat of a here-document.

Without NULs: what is substituted loses them.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Sequence
from typing import Final

from scanner.escapes import unescape_all
from scanner.word import Word

_FORMAT: Final = re.compile(r"%([%sbdq])")
_ECHO_OPTION: Final = re.compile("-[neE]+")
_ESCAPED: Final = re.compile(r"\\(?:[abfnrtv\\]|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|(.?))", re.DOTALL)
"""What every shell's printf reads alike in a format, and what else is behind a backslash."""
_AS_IT_IS: Final = {
    "s": re.compile(".*", re.DOTALL),
    "b": re.compile(r"[^\\]*", re.DOTALL),
    "d": re.compile(r"0|-?[1-9][0-9]*"),
    "q": re.compile(r"[\w./-]+", re.ASCII),
}
"""The values that a conversion prints as they are."""
_PRINTS: Final = frozenset({"echo", "printf", "cat", "tee", "base64"})


def may_print(name: Word) -> bool:
    """Whether a program of this name may print what the script holds, and nothing else."""
    return name.text.rsplit("/", 1)[-1] in _PRINTS


def output_of(words: Sequence[Word], stdin: str | None) -> str | None:
    """What a simple command prints, or None where that is not a constant."""
    if not words or not all(word.literal for word in words):
        return None
    name = words[0].text.rsplit("/", 1)[-1]
    arguments = [word.text for word in words[1:]]
    if name == "echo":
        return _echo(arguments)
    if name == "printf" and arguments:
        return _printf(arguments)
    if name in ("cat", "tee") and not arguments:
        return stdin
    if (
        name == "base64"
        and stdin is not None
        and arguments
        and arguments[0] in ("-d", "-D", "--decode", "-di")
    ):
        return _decoded(stdin)
    return None


def _echo(arguments: list[str]) -> str | None:
    """Shells differ in the options that echo takes, but for -n, and in whether it reads escapes."""
    begin = 1 if arguments[:1] == ["-n"] else 0
    text = " ".join(arguments[begin:])
    if "\\" in text or any(_ECHO_OPTION.fullmatch(option) for option in arguments[begin : begin + 1]):
        return None
    return text if begin else text + "\n"


def _printf(arguments: list[str]) -> str | None:
    if any(match.group(1) is not None for match in _ESCAPED.finditer(arguments[0])):
        return None
    form, rest = unescape_all(arguments[0]).replace("\0", ""), arguments[1:]
    printed: list[str] = []
    pieces = _FORMAT.split(form)
    kinds = [kind for kind in pieces[1::2] if kind != "%"]
    if form.count("%") != len(kinds) + 2 * form.count("%%") or (rest and not kinds):
        return None
    # The format is printed until the values end, once without any; those that are missing are empty.
    rounds = max(1, math.ceil(len(rest) / len(kinds))) if kinds else 1
    values = rest + [""] * (rounds * len(kinds) - len(rest))
    if not all(_AS_IT_IS[kind].fullmatch(value) for kind, value in zip(kinds * rounds, values, strict=True)):
        return None
    left = iter(values)
    for _ in range(rounds):
        pieces[1::2] = ["%" if kind == "%" else next(left) for kind in _FORMAT.findall(form)]
        printed.append("".join(pieces))
    return "".join(printed)


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode().replace("\0", "")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
