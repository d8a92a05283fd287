"""The output of commands that only print what the script holds: echo, printf, cat of a here-document."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final

from scanner.escapes import ansi_c
from scanner.word import Word

_FORMAT: Final = re.compile(r"%(%|[-0-9.]*[sbdq])")


_ECHO_OPTION: Final = re.compile("-[neE]+")
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


def _echo(arguments: list[str]) -> str:
    escapes = newline = False
    begin = 0
    while begin < len(arguments) and _ECHO_OPTION.fullmatch(arguments[begin]) is not None:
        escapes = escapes or "e" in arguments[begin]
        newline = newline or "n" in arguments[begin]
        begin += 1
    text = " ".join(arguments[begin:])
    return (ansi_c(text) if escapes else text) + ("" if newline else "\n")


def _printf(arguments: list[str]) -> str | None:
    form, rest = ansi_c(arguments[0]), arguments[1:]
    holes = [match for match in _FORMAT.finditer(form) if match.group(1) != "%"]
    if form.count("%") != len(holes) + 2 * form.count("%%") or (rest and not holes):
        return None
    values = iter(rest + [""] * (-len(rest) % len(holes) if holes else 0))
    rounds = max(1, -(-len(rest) // len(holes))) if holes else 1
    return "".join(
        _FORMAT.sub(lambda match: "%" if match.group(1) == "%" else next(values, ""), form)
        for _ in range(rounds)
    )


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
