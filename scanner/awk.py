"""awk programs: the code without its strings, patterns and comments, read from left to right.

Whether a slash begins a pattern or divides depends on what stands before it; awks differ about slashes and
quotes inside a bracket expression. Where that is in doubt, the raw text must hold nothing that acts either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_STRING: Final = re.compile(r'"((?:[^"\\\n]|\\.|\\\n)*)"')
_COMMENT: Final = re.compile(r"#[^\n]*")
_PATTERN: Final = re.compile(r"/((?:[^/\\\n]|\\.)*)/")
_WORD: Final = re.compile(r"[A-Za-z_]\w*|\d[\w.]*")
_SPACE: Final = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_BEFORE_PATTERN: Final = frozenset(
    {"return", "print", "printf", "in", "else", "do", "case", "getline", "delete", "exit"}
)
"""Keywords behind which an operand stands."""
_PLACES: Final = frozenset({"/dev/stderr", "/dev/stdout"})
_GOES_ON: Final = re.compile(r"(,|&&|\|\||\bdo|\belse)[ \t]*\n\s*")
_RUNS: Final = re.compile(
    r"\bsystem\b|\bARGV\b|\bgetline\b|(?<!\|)\|(?!\|)|@|\|&|\bclose\b|\bfflush\b|\bENVIRON\b|\bPROCINFO\b"
)
_PRINT: Final = re.compile(r"\bprintf?\b")
_OWN_OUTPUT: Final = re.compile(r'>+\s*"-"\s*(?=[;}\n]|\Z)')


@dataclass(frozen=True, slots=True)
class AwkCode:
    """A program with `""` for each string (`"-"` for its own output) and `1` for each pattern."""

    text: str
    doubtful: bool
    """Another awk may see other strings and patterns in it."""


def read_awk(program: str) -> AwkCode:
    """Take the constants out. Linear in the program."""
    out: list[str] = []
    at, doubtful, operand = 0, False, False
    while at < len(program):
        character = program[at]
        if blank := _SPACE.match(program, at):
            out.append(" ")
            at = blank.end()
            continue
        if comment := _COMMENT.match(program, at):
            at = comment.end()
            continue
        if character == '"':
            at, text, odd = _string(program, at)
            operand = True
        elif character == "/" and not operand:
            at, text, odd = _pattern(program, at)
            operand = True
        else:
            at, text, odd = _other(program, at, out)
            operand = text[-1].isalnum() or text[-1] in "_)]$" or text in ("++", "--")
            operand = operand and text not in _BEFORE_PATTERN
        doubtful = doubtful or odd
        out.append(text)
    return AwkCode(_GOES_ON.sub(r"\1 ", "".join(out)), doubtful)


def _string(program: str, at: int) -> tuple[int, str, bool]:
    found = _STRING.match(program, at)
    if found is None:
        return at + 1, " ", True
    return found.end(), '"-"' if found.group(1) in _PLACES else '""', False


def _pattern(program: str, at: int) -> tuple[int, str, bool]:
    found = _PATTERN.match(program, at)
    if found is None:
        return at + 1, "/", True
    return found.end(), " 1 ", '"' in found.group(1) or "[" in found.group(1) or "#" in found.group(1)


def _other(program: str, at: int, before: list[str]) -> tuple[int, str, bool]:
    if word := _WORD.match(program, at):
        return word.end(), word.group(), False
    if program.startswith(("++", "--"), at):
        return at + 2, program[at : at + 2], False
    last = next((text for text in reversed(before[-2:]) if text != " "), "")
    return at + 1, program[at], program[at] == "/" and last in (")", "++", "--")


def runs(code: AwkCode, program: str) -> bool:
    """Whether it may start a program, read a file or the environment, or call what is not shown."""
    return _RUNS.search(code.text) is not None or (code.doubtful and _RUNS.search(program) is not None)


def writes(code: AwkCode, program: str) -> bool:
    """Whether a print goes into a file: `>` outside parentheses, up to the end of the statement."""
    text = _OWN_OUTPUT.sub(" ", code.text)
    at = 0
    while (found := _PRINT.search(text, at)) is not None:
        redirected, at = _redirected(text, found.end())
        if redirected:
            return True
    return code.doubtful and re.search(r"\bprintf?\b[^>]*>", program) is not None


def _redirected(text: str, at: int) -> tuple[bool, int]:
    depth = 0
    for index in range(at, len(text)):
        character = text[index]
        depth += (character in "([") - (character in ")]")
        if character in ";}\n" or depth < 0:
            return False, index
        if character == ">" and depth == 0:
            return True, index
    return False, len(text)
