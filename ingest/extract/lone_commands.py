"""A paragraph or an item that is nothing but a command, without any mark of code."""

from __future__ import annotations

import re
from typing import Final

from ingest.blocks import Block
from ingest.extract.commands import looks_like_command
from ingest.extract.programs import is_program
from ingest.extract.spoken import ENGLISH, FUNCTION_WORDS
from ingest.extract.vocabulary import COMMANDS, SUBCOMMANDS, is_imperative
from ingest.extract.windows_lines import is_for_windows
from scanner.tables import tool

_WHOLE: Final = re.compile(
    r"\./(?:[\w./-]{1,80}\.(?:sh|bash|py|rb|pl)|(?:[\w.-]{1,40}/){0,6}[a-z][a-z0-9_-]{1,60})(?: "
    r"[^\s`]{1,80}){0,12}|"
    r"(?P<name>[a-z]\w{0,20}) (?P<verb>[a-z][a-z-]{1,20})"
)
_WHOLE_VERBS: Final = frozenset(
    "login logout version ps ls pull push fetch init plan cluster-info daemon-reload list-units".split()
)
"""What does its work without arguments, and names no thing: “docker images” in a list is one of tools."""

_LOGINS: Final = frozenset({"login", "logout"})
"""Of these the tables need not tell, and the scanner then says that it does not know them."""
_SIGNED: Final = re.compile(r"\s(?:-{1,2}[A-Za-z]|/\w[\w.-]*/)")
_WORD: Final = r"(?: <[A-Za-z][^<>\n]{0,60}>|(?: |=)[\w./:@{}$-]{1,100})"
_NEW: Final = re.compile(
    rf"[a-z][a-z0-9_-]{{1,30}}(?: [a-z][a-z-]{{1,30}}){{1,3}}{_WORD}{{0,9}} --?[A-Za-z][\w-]{{0,40}}"
    rf"(?:=<[A-Za-z][^<>\n]{{0,60}}>|{_WORD}){{0,12}}"
)
"""`acme ks worker reload -c <name>`: a program that no list knows, its verb, and a flag."""
_LEAST: Final = 2
_LINE_MAX: Final = 400
"""Characters of a paragraph that is nothing but a command."""


def is_whole_command(block: Block) -> bool:
    """Whether a paragraph or an item is nothing but `./a-program` or a program and its verb: `az login`."""
    text = block.text.strip()
    if block.kind not in ("item", "paragraph"):
        return False
    found = _WHOLE.fullmatch(text)
    if found is None:
        return _is_signed(text) or is_for_windows(text)
    if found["name"] is None:
        return True
    known = tool(found["name"]) if found["name"] in SUBCOMMANDS else None
    return known is not None and found["verb"] in _WHOLE_VERBS & (known.verbs.keys() | _LOGINS)


def _is_signed(text: str) -> bool:
    """Whether a line is a command of a program that only the scanner knows, by a flag or a path behind it."""
    words = text.split(None, 1)
    if len(words) < _LEAST or "\n" in text or len(text) > _LINE_MAX or words[0] in COMMANDS | ENGLISH:
        return False  # those of prose are looked for word by word
    if _NEW.fullmatch(text) and not is_imperative(text):
        return FUNCTION_WORDS.isdisjoint(text.split())
    known = is_program(words[0]) and _SIGNED.search(text) is not None
    spoken = text.endswith((".", ":", ",", "?", "!")) or not FUNCTION_WORDS.isdisjoint(words[1].split())
    return known and not spoken and looks_like_command(text)
