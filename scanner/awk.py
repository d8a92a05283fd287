"""awk programs: the code without its strings, patterns and comments, read from left to right.

Whether a slash begins a pattern or divides depends on what stands before it; awks differ about slashes and
quotes inside a bracket expression. Where that is in doubt, the raw text must hold nothing that acts either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import re2

MAX_PARTS: Final = 3_000
"""Signs and words of all programs of a scan that are read one by one; where there are more, the raw text must
hold nothing that acts. The longest program at hand has 78.
"""
_SPACE: Final = r"(?:[ \t\r]|\\\r?\n)++"
_COMMENT: Final = r"#[^\n]*+"
_STRING: Final = r'"(?P<string>(?:[^"\\\n]|\\.|\\\n)*+)"'
_PATTERN: Final = r"/(?P<pattern>(?:[^/\\\n]|\\.)*+)/"
_WORD: Final = r"[A-Za-z_]\w*+|\d[\w.]*+"
_OTHER: Final = r"\+\+|--|(?s:.)"
_BEHIND_OPERAND: Final = re.compile(
    rf"(?P<space>{_SPACE})|(?P<comment>{_COMMENT})|{_STRING}|(?P<word>{_WORD})|{_OTHER}"
)
_ELSEWHERE: Final = re.compile(
    rf"(?P<space>{_SPACE})|(?P<comment>{_COMMENT})|{_STRING}|{_PATTERN}|(?P<word>{_WORD})|{_OTHER}"
)
MAX_OPEN: Final = 20
"""Strings and patterns without an end, each of which is looked for up to the end of its line."""
_BEFORE_PATTERN: Final = frozenset(
    {"return", "print", "printf", "in", "else", "do", "case", "getline", "delete", "exit"}
)
"""Keywords behind which an operand stands."""
_PLACES: Final = frozenset({"/dev/stderr", "/dev/stdout"})
_GOES_ON: Final = re.compile(r"(,|&&|\|\||\bdo|\belse)[ \t]*\n\s*")
_RUNS: Final = re2.compile(
    r"\b(?:system|ARGV|getline|close|fflush|ENVIRON|PROCINFO|SYMTAB)\b|@|\|&|(?:^|[^|])\|(?:[^|]|$)"
)
_PRINT: Final = re.compile(r"\bprintf?\b")
_OWN_OUTPUT: Final = re.compile(r'(?<!>)>++\s*+"-"\s*(?=[;}\n]|\Z)')


@dataclass(frozen=True, slots=True)
class AwkCode:
    """A program with `""` for each string (`"-"` for its own output) and `1` for each pattern."""

    text: str
    doubtful: bool
    """Another awk may see other strings and patterns in it, or it was not read to its end."""
    parts: int
    """Signs and words that were read."""


def read_awk(program: str, most: int = MAX_PARTS) -> AwkCode:
    """Take the constants out of the first `most` parts. Linear in the program."""
    out: list[str] = []
    at, parts, opened, doubtful, operand = 0, 0, 0, False, False
    while at < len(program):
        parts += 1
        if parts > most or opened > MAX_OPEN:
            out.append(program[at:])
            doubtful = True
            break
        found = (_BEHIND_OPERAND if operand else _ELSEWHERE).match(program, at)
        if found is None:
            raise AssertionError("a part begins at every character")
        at, kind = found.end(), found.lastgroup
        if kind == "space":
            out.append(" ")
            continue
        if kind == "comment":
            continue
        if kind is None:
            text = found.group()
            begins = text == '"' or (text == "/" and not operand)
            opened += begins
            odd = begins or (text == "/" and _last(out) in (")", "++", "--"))
            operand = begins or _is_operand(text)
            text = " " if text == '"' else text
        else:
            text, odd = _constant(kind, found.group(kind))
            operand = kind != "word" or _is_operand(text)
        doubtful = doubtful or odd
        out.append(text)
    return AwkCode(_GOES_ON.sub(r"\1 ", "".join(out)), doubtful, parts)


def _constant(kind: str, inner: str) -> tuple[str, bool]:
    """What stands for a string or pattern, or a word as it is; whether it is in doubt."""
    if kind == "string":
        return '"-"' if inner in _PLACES else '""', False
    if kind == "pattern":
        return " 1 ", '"' in inner or "[" in inner or "#" in inner
    return inner, False


def _is_operand(text: str) -> bool:
    """Whether a slash behind a word or sign divides."""
    ends = text[-1].isalnum() or text[-1] in "_)]$" or text in ("++", "--")
    return ends and text not in _BEFORE_PATTERN


def _last(before: list[str]) -> str:
    return next((text for text in reversed(before[-2:]) if text != " "), "")


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
    first = _PRINT.search(program) if code.doubtful else None
    return first is not None and program.find(">", first.end()) >= 0


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
