"""PowerShell and cmd as programs: which of their options stands before the text that they run.

Options are read as CommandLineParameterParser.cs of PowerShell 7.4 does: any case, any beginning that fits
only one; `-c` and `-e` are the beginnings of -Command and -EncodedCommand.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from scanner.flow import Place
from scanner.judge import Judge
from scanner.judgement import SAFE, Judgement
from scanner.shells import from_input, script_file, span
from scanner.tables import Wrapper
from scanner.word import Word

_PLAIN: Final = re.compile(r"(?:[\w \t./:,*|;=@'\"-]|\\(?!['\"]))*", re.ASCII)
"""Text that PowerShell and bash read alike: no expressions, no backtick, no backslash before a quote."""
_OTHER_NAMES: Final = re.compile(
    r"(?i)(?:^|[|;])[ \t]*(?:curl|wget|cat|type|sort|tee|diff|compare|ls|dir|ps|kill|sleep|man|history|mount|"
    r"cp|mv|rm|start|where|select|group|measure)(?![-\w])|\b(?:env|variable|function|alias|cert|hklm|hkcu):|::"
)
"""Aliases of cmdlets, whose options are not those of the programs of that name, and drives whose items are
variables, functions or keys (about_Aliases, about_Providers).
"""
_BEGINNINGS: Final = {"command": "-command", "encodedcommand": "-encodedcommand"}
"""Options whose every beginning counts, whatever else begins so."""
_ASKED: Final = frozenset({"-version", "-v", "-help", "-h", "-?", "--version", "--help"})


def powershell(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """pwsh and powershell: the text behind -Command, a base64 text, a file, or what is read."""
    start, end = span(words)
    if len(words) == 2 and words[1].literal and words[1].text.lower() in _ASKED:
        judge.add(Judgement(SAFE, "help", "prints its version or help", start, end))
        return
    index = 1
    while index < len(words):
        word = words[index]
        name = _option(known, word)
        following = words[index + 1 :]
        if name in known.flags:
            index += 1
        elif name in known.values and following and following[0].literal:
            index += 2
        elif name == "-command":
            _text(judge, known, words, following, place)
            return
        else:
            _other(judge, known, words, name, following if name and following else words[index:], place)
            return
    from_input(judge, known, words, place)


def _option(known: Wrapper, word: Word) -> str:
    """The option in full, in lower case; empty where it is none, or none that is known."""
    if not word.literal or word.text[:1] not in "-/" or len(word.text) < 2:
        return ""
    given = word.text.lower().removeprefix("-").removeprefix("-").removeprefix("/")
    full = {name.removeprefix("-") for name in known.flags | known.values | known.exec}
    if given in full:
        return "-" + given
    if given == "ec":
        return "-encodedcommand"
    begins = next((name for whole, name in _BEGINNINGS.items() if given and whole.startswith(given)), None)
    if begins is not None:
        return begins
    fits = [name for name in full if name.startswith(given)]
    return "-" + fits[0] if len(fits) == 1 else ""


def _text(judge: Judge, known: Wrapper, words: list[Word], rest: list[Word], place: Place) -> None:
    """All words behind -Command are one text; a hyphen alone reads the input."""
    if not rest or [word.text for word in rest] == ["-"]:
        from_input(judge, known, words, place)
        return
    text = " ".join(word.text for word in rest)
    start, end = rest[0].start, rest[-1].end
    if _PLAIN.fullmatch(text) is None or _OTHER_NAMES.search(text) is not None:
        judge.unknown("shell.syntax", f"{known.name} reads a part of it otherwise than bash does", start, end)
    judge.inner(text, start, end, "shell.text", stdin=place.stdin)


def _other(
    judge: Judge, known: Wrapper, words: list[Word], name: str, rest: list[Word], place: Place
) -> None:
    """A file, a text in base64, or an option that is not listed: unknown, but looked into."""
    start, end = span(words)
    if name == "-file" and rest[0].text != "-":
        script_file(judge, known, words, rest[0])
        return
    judge.unknown("shell.option", f"what {known.name} is asked to run is not shown", start, end)
    text = _decoded(rest[0].text) if name == "-encodedcommand" else " ".join(word.text for word in rest)
    if text is not None:
        judge.inner(text, start, end, "shell.text", stdin=place.stdin)


def _decoded(text: str) -> str | None:
    """The text of -EncodedCommand: base64 of UTF-16LE (about_pwsh)."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def cmd(judge: Judge, known: Wrapper, words: list[Word], inner: list[Word], place: Place) -> None:
    """cmd: quotes, `&` and `^` are not those of bash, so what `/c` names is unknown, but looked into."""
    if len(words) == 1:
        from_input(judge, known, words, place)
        return
    start, end = span(words)
    judge.unknown("shell.option", "cmd runs a text of its own language", start, end)
    judge.guess(words[1:])
