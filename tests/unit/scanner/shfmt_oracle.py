"""shfmt as a second reader of bash: where its syntax tree has a simple command, our walk must have one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tree_sitter import Node

from scanner.flow import Place
from scanner.parse import parse_bash
from scanner.reading import Redirect
from scanner.walk import Walker
from scanner.word import Word


class Starts:
    """A sink that keeps the byte at which each simple command begins, and whether something was doubtful."""

    def __init__(self) -> None:
        self.at: set[int] = set()
        self.doubtful = False

    def command(self, words: list[Word], assignments: list[tuple[str, Word | None]], place: Place) -> None:
        """One simple command."""
        self.at.add(words[0].start)

    def unknown(self, rule: str, why: str, start: int, end: int) -> None:
        """A part that the walk can't read."""
        self.doubtful = True

    def backquotes(self, text: str, start: int, end: int) -> None:
        """A command that the tree does not show: judged from its text."""
        self.doubtful = True

    def assignment(self, name: str, value: Word | None, node: Node, *, exported: bool) -> None:
        """An assignment is no command."""

    def redirect(self, redirect: Redirect) -> None:
        """A redirection is no command."""

    def listed(self, word: Word) -> None:
        """A word of a list is no command."""

    def heredoc(self, text: str, expanded: Node | None) -> None:
        """A here-document is no command."""

    def function(self, name: str, body: Node, node: Node) -> None:
        """A definition is no command; its body is walked."""

    def shows_variables(self, names: list[str], start: int, end: int) -> None:
        """`declare -p`: shfmt calls it a clause of its own."""


def our_commands(text: str) -> Starts:
    """Where our walk sees commands; doubtful too where the parser could not read the whole."""
    found = Starts()
    parsed = parse_bash(text)
    Walker(parsed.source, found).walk(parsed.root)
    found.doubtful = found.doubtful or not parsed.complete
    return found


def their_commands(binary: Path, text: str) -> set[int] | None:
    """Where shfmt sees commands; None where it can't parse the text."""
    ended = subprocess.run(
        [binary, "--to-json", "-ln", "bash"],
        input=text.encode(),
        capture_output=True,
        timeout=20,
        check=False,
    )
    return set(_calls(json.loads(ended.stdout))) if ended.returncode == 0 else None


def _calls(node: Any) -> Iterator[int]:
    if isinstance(node, list):
        for child in node:
            yield from _calls(child)
    elif isinstance(node, dict):
        arguments = node.get("Args")
        if node.get("Type") == "CallExpr" and arguments:
            yield arguments[0]["Pos"]["Offset"]
        for child in node.values():
            yield from _calls(child)
