"""Which characters a text may hold, and durations as text.

A command is bytes that a machine obeys and a person reads: nothing in it may look different from what it is.
"""

from __future__ import annotations

from typing import Annotated, Final

import re2
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from base.limits import COMMAND_MAX_BYTES, TEXT_MAX_CHARACTERS, TITLE_MAX_CHARACTERS

_options = re2.Options()
_options.log_errors = False

# C0 but tab and newline, DEL and C1, every format character (bidi, zero-width, soft hyphen, tags), line and
# paragraph separators, lone surrogates can't reach RE2; Hangul fillers and Braille blank look like blanks.
_IN_COMMAND: Final = re2.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\p{Cf}\p{Zl}\p{Zp}\x{115f}\x{1160}\x{2800}\x{3164}\x{ffa0}]", _options
)
# Prose may hold the two joiners that Persian and emoji need, but no other format character.
_IN_TEXT: Final = re2.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{ad}\x{600}-\x{605}\x{61c}\x{6dd}\x{70f}\x{180e}\x{200b}\x{200e}\x{200f}"
    r"\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}\x{e0000}-\x{e007f}]",
    _options,
)
_DURATION: Final = re2.compile(r"([1-9][0-9]{0,8})(ms|s|m|h)", _options)
_UNIT_MS: Final = {"h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
DURATION_HINT: Final = "write a whole number and a unit: 500ms, 20s, 5m, 1h"


def _encodable(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PydanticCustomError("text_character", "half of a surrogate pair stands in this text") from error


def forbidden_in_command(text: str) -> tuple[int, str] | None:
    """The first character that a command may not hold: (offset, `U+XXXX`); None for a clean text."""
    found = _IN_COMMAND.search(text)
    return None if found is None else (found.start(), f"U+{ord(found.group()):04X}")


def check_command(text: str) -> str:
    """The command text: the scalar without trailing newlines (CONTRACTS.md §1).

    Raises PydanticCustomError for a CR, NUL or other control character, a bidi or zero-width character,
    more than 16 KiB of UTF-8, or nothing at all.
    """
    _encodable(text)
    command = text.rstrip("\n")
    if not command.strip():
        raise PydanticCustomError("command_empty", "the command is empty")
    size = len(command.encode("utf-8"))
    if size > COMMAND_MAX_BYTES:
        raise PydanticCustomError(
            "command_size",
            "the command has {size} bytes, at most {max} are allowed",
            {"size": size, "max": COMMAND_MAX_BYTES},
        )
    found = forbidden_in_command(command)
    if found is not None:
        raise PydanticCustomError(
            "command_character",
            "the character {character} at offset {offset} may not stand in a command",
            {"offset": found[0], "character": found[1]},
        )
    return command


def check_text(text: str) -> str:
    """Prose of one or more lines; raises PydanticCustomError for control and invisible characters."""
    _encodable(text)
    found = _IN_TEXT.search(text)
    if found is not None:
        raise PydanticCustomError(
            "text_character",
            "the character {character} at offset {offset} may not stand in this text",
            {"offset": found.start(), "character": f"U+{ord(found.group()):04X}"},
        )
    stripped = text.rstrip("\n")
    if not stripped.strip():
        raise PydanticCustomError("text_empty", "the text is empty")
    return stripped


def check_line(text: str) -> str:
    """Prose of one line without blanks around it."""
    line = check_text(text).strip()
    if "\n" in line or "\t" in line:
        raise PydanticCustomError("text_line", "this must be a single line")
    return line


def parse_duration(text: str) -> int:
    """Milliseconds of `500ms`, `20s`, `5m` or `1h`; raises ValueError for any other form."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(DURATION_HINT)
    return int(found.group(1)) * _UNIT_MS[found.group(2)]


def format_duration(milliseconds: int) -> str:
    """The shortest exact text: 300000 → `5m`. Raises ValueError for zero and less."""
    if milliseconds <= 0:
        raise ValueError("a duration is positive")
    for unit, factor in _UNIT_MS.items():
        if milliseconds % factor == 0:
            return f"{milliseconds // factor}{unit}"
    raise AssertionError("milliseconds divide by one")


def _duration(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError as error:
            raise PydanticCustomError("duration", "not a duration") from error
    if info.context and info.context.get("document"):
        raise PydanticCustomError("duration", "not a duration")
    return value


CommandText = Annotated[str, Strict(), AfterValidator(check_command)]
Text = Annotated[str, Strict(), Field(max_length=TEXT_MAX_CHARACTERS), AfterValidator(check_text)]
Line = Annotated[str, Strict(), Field(max_length=TITLE_MAX_CHARACTERS), AfterValidator(check_line)]
DurationMs = Annotated[
    int,
    BeforeValidator(_duration),
    Strict(),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,8}(ms|s|m|h)$"}),
]
"""Milliseconds in Python, `20s` in documents; under `{"document": True}` a bare number is refused."""
