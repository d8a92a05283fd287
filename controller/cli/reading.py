"""What the command line reads from this machine: files and standard input, never more than a bound."""

from __future__ import annotations

import os
import stat
import sys
from typing import Final

import click

from base.limits import KIB, MIB
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import inert

STDIN: Final = frozenset({"-", "/dev/stdin", "/proc/self/fd/0", "/dev/fd/0"})
_HANDED_OVER: Final = ("/dev/fd/", "/proc/self/fd/")
"""Pipes that a shell opens for us: `dd0c parse <(pandoc …)`. Their other end is there already."""

_KINDS: Final = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a named pipe, on which nobody may ever write"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


class TooLarge(CliError):
    """More than is read here."""


def read_input(name: str, most_bytes: int) -> bytes:
    """The bytes of a file; `-` is standard input. Raises CliError for what is no file or is too large."""
    if name in STDIN:
        return _read_standard_input(most_bytes)
    try:
        return read_file(name, most_bytes)
    except OSError as error:
        raise CliError(f"{inert(name)} can't be read: {error.strerror or error}.", ExitCode.USAGE) from error


def read_file(name: str | os.PathLike[str], most_bytes: int) -> bytes:
    """The bytes of a file that is one. Raises OSError, and CliError for another kind or a larger one.

    1. Open without waiting: a named pipe without a writer would hold us for ever; 2. look at what was
    opened, not at the name; 3. read one byte more than is allowed, and no further.
    """
    shown = inert(os.fsdecode(name))
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError as error:  # a NUL in the name
        raise CliError(f"{shown} is no name of a file.", ExitCode.USAGE) from error
    mode = os.fstat(descriptor).st_mode
    kind = next((what for is_kind, what in _KINDS if is_kind(mode)), None)
    handed = stat.S_ISFIFO(mode) and os.fsdecode(name).startswith(_HANDED_OVER)
    if kind is not None and not handed:
        os.close(descriptor)
        hint = "Name a file, or give the text on standard input (`-`)."
        raise CliError(f"{shown} {kind}.", ExitCode.USAGE, hint)
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "rb") as file:
        return _bounded(file.read(most_bytes + 1), most_bytes, shown)


def _read_standard_input(most_bytes: int) -> bytes:
    if sys.stdin is None:  # `dd0c … <&-`
        raise CliError("Standard input is closed.", ExitCode.USAGE, "Name a file.")
    if sys.stdin.isatty():
        click.echo("Reading standard input; end it with Ctrl-D.", err=True)
    try:
        data = sys.stdin.buffer.read(most_bytes + 1)
    except OSError as error:
        raise CliError(f"Standard input can't be read: {error.strerror or error}.", ExitCode.USAGE) from error
    return _bounded(data, most_bytes, "Standard input")


def _bounded(data: bytes, most_bytes: int, shown: str) -> bytes:
    if len(data) > most_bytes:
        raise TooLarge(
            f"{shown} is larger than {size(most_bytes)}, the most that is read here.", ExitCode.USAGE
        )
    return data


def size(count: int) -> str:
    """A bound in the largest unit that divides it: 512 KiB, 1 MiB."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if count >= unit and count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count:,} bytes"


def as_text(data: bytes, name: str) -> str:
    """The bytes as UTF-8, without its mark. Raises CliError that says which byte is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        shown = "Standard input" if name in STDIN else inert(name)
        raise CliError(
            f"{shown} is not UTF-8 text (byte {error.start} is {data[error.start]:#04x}).",
            ExitCode.USAGE,
            "Convert it first, e.g. with iconv.",
        ) from error
