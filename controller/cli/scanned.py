"""The commands of a runbook file, each with its line: steps of a YAML document, fenced blocks of Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from base.limits import DOCUMENT_MAX_BYTES, PASTE_MAX_BYTES
from controller.cli.reading import TooLarge, read_file, size
from controller.governance.sample import sample_command
from schemas.errors import Place
from schemas.risk import Risk
from schemas.yaml_codec import check_document

_BASH: Final = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "shell-session", "shellsession", "terminal"}
)
_SQL: Final = frozenset({"sql", "psql", "mysql", "postgres", "postgresql", "sqlite", "plsql", "pgsql"})
_PROMPT: Final = re.compile(r"^(?:\[[^\]]*\])?(?:[\w.-]+@[\w.-]+)?[:\w~/.-]*[$#%❯] (.*)$")


@dataclass(frozen=True, slots=True)
class Scanned:
    """One command as it stands in a file: first line, a name to show, the risk that the file declares."""

    text: str
    line: int
    name: str = ""
    language: Literal["bash", "sql"] = "bash"
    declared: Risk | None = None


@dataclass(frozen=True, slots=True)
class FileCommands:
    """What reading a file gave: its commands, and what is wrong with it."""

    commands: tuple[Scanned, ...]
    problems: tuple[Place, ...] = ()


def read_commands(path: Path) -> FileCommands:
    """Read a runbook in YAML or Markdown; anything too large to be one is a problem, not a crash.

    Raises OSError, and CliError for what is no file.
    """
    limit = DOCUMENT_MAX_BYTES if path.suffix.lower() in (".yaml", ".yml") else PASTE_MAX_BYTES
    try:
        data = read_file(path, limit)
    except TooLarge:
        return FileCommands((), (Place(1, 1, "", f"larger than {size(limit)}", code="too_large"),))
    if path.suffix.lower() in (".yaml", ".yml"):
        return _yaml(data, str(path))
    return FileCommands(tuple(_markdown(data.decode("utf-8", "replace"))))


def _yaml(data: bytes, path: str) -> FileCommands:
    checked = check_document(data, path=path)
    if checked.runbook is None or checked.tree is None:
        return FileCommands((), checked.places)
    commands = [
        Scanned(
            sample_command(checked.runbook, step.command),
            checked.tree.place(("spec", "steps", at, "command"), "", code="command").line,
            step.id,
            declared=step.declared_risk,
        )
        for at, step in enumerate(checked.runbook.spec.steps)
        if step.command is not None
    ]
    return FileCommands(tuple(commands), checked.places)


def _markdown(text: str) -> list[Scanned]:
    found: list[Scanned] = []
    heading = ""
    tokens = MarkdownIt("commonmark").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and at + 1 < len(tokens):
            heading = tokens[at + 1].content
        elif token.type == "fence":
            found.extend(_fence(token, heading))
    return found


def _fence(token: Token, heading: str) -> list[Scanned]:
    """The commands of one fenced block. A console block shows output too: only its prompts count."""
    language = token.info.strip().split(" ")[0].split("{")[0].lower()
    line = (token.map[0] if token.map else 0) + 2
    if language in _SQL:
        return [Scanned(token.content, line, heading, "sql")] if token.content.strip() else []
    if language not in _BASH:
        return []
    lines = token.content.split("\n")
    prompted = [(at, match.group(1)) for at, text in enumerate(lines) if (match := _PROMPT.match(text))]
    if prompted and (language not in ("bash", "sh", "zsh") or prompted[0][0] == 0):
        return [Scanned(text, line + at, heading) for at, text in prompted if text.strip()]
    return [Scanned(token.content, line, heading)] if token.content.strip() else []
