"""What a statement of a script prints: names, tables of them, what its words give, or any data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from tree_sitter import Node

from scanner.filters import chooses, shapes
from scanner.listing import listed_by
from scanner.numeric_output import text_of, words_of_command
from scanner.word import Word

Printed = Literal["names", "table", "rows", "given", "data"]
"""As the lists of xargs; `given`: made of the words of the commands, and of the names of files in folders."""

COMPLAINTS: Final = re.compile(r"2>\s*/dev/null")
"""Redirections that leave what a command prints as it is."""
_GIVEN: Final = re.compile(
    r"(?:echo|printf|pwd|which|type -P|command -v|mktemp|dirname|basename|realpath|readlink|hostname|date|"
    r"uname|whoami|logname|id|arch|tty|seq|nproc|getconf|git rev-parse)(?: .*)?|"
    r"ls(?: -[1trSdUvXaAh]+)*(?: [^ -][^ ]*)?|"
    r"(?:docker|podman) inspect (?:-f|--format)[ =]\{\{ ?\.(?:LogPath|Id|Name) ?\}\} [^ ]+|"
    r"systemctl show(?: --value| (?:-p ?|--property=)(?:InvocationID|MainPID|ControlPID|Id)|"
    r" [\w@.][\w@.-]*)+|"
    r"systemctl is-(?:active|enabled|failed)(?: [\w@.][\w@.-]*)+|"
    r"kubectl config (?:current-context|view --minify (?:-o ?|--output[ =])jsonpath=\{\.\.namespace\})",
    re.DOTALL,
)
"""Commands that print what their words say, or where a file of that name is; `ls` prints names in a folder,
in which no slash can be; where the log of a container lies is up to the engine.
"""
LISTS_FILES: Final = re.compile(r"\b(?:ls|find|readlink|realpath|pwd|git rev-parse|(?:OLD)?PWD)\b|[*?\[]")
"""What gives names of files, in a statement that prints what its words say."""
_ESCAPE: Final = re.compile(r"\\(?:[^nt]|$)")
_LINE_MAX: Final = 2_000
"""Characters of a command that these forms are tried on."""


def printed(node: Node, source: bytes, before: Printed = "data") -> Printed:
    """What a statement prints; `before` is what it reads."""
    if node.type == "pipeline":
        for child in node.named_children:
            before = printed(child, source, before)
        return before
    if node.type in ("command_substitution", "process_substitution"):
        return printed(node.named_children[0], source) if node.named_child_count == 1 else "data"
    if node.type == "redirected_statement":
        body, *redirects = node.named_children
        quiet = all(COMPLAINTS.fullmatch(text_of(one, source)) for one in redirects)
        return printed(body, source, before) if quiet else "data"
    return _printed_by(words_of_command(node, source), before)


def _printed_by(words: Sequence[Word], before: Printed) -> Printed:
    if not words:
        return "data"
    line = " ".join([words[0].text.rsplit("/", 1)[-1], *(word.text for word in words[1:])])
    if len(line) > _LINE_MAX or _decodes(line):
        return "data"
    if before == "names" and shapes(words):
        return before
    if before == "given" and shapes(words) and chooses(words):
        return before  # it holds slashes, so that a letter less or another makes another path of it
    listed = listed_by(words, "data" if before == "given" else before)
    if listed == "paths" or listed == "ended paths":
        return "given"
    return "given" if listed == "data" and _GIVEN.fullmatch(line) is not None else listed


def _decodes(line: str) -> bool:
    """echo and printf that make other letters of what they are given; line breaks and blanks aside."""
    if "\\" not in line:
        return False
    return line.startswith("echo ") or (
        line.startswith("printf ") and ("%b" in line or _ESCAPE.search(line) is not None)
    )
