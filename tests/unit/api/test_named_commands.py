"""Every command of ours that a text names is one that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import click
import pytest

from controller.cli import root
from controller.cli.groups import ListGroup

ROOT: Final = Path(__file__).resolve().parents[3]
_NAMED: Final = re.compile(r"`dd0c( [^`]+)`|(?:Next|Go on with|Go on in a terminal): dd0c( [^\n]+)")


def _named() -> list[tuple[str, str]]:
    found = []
    for room in ("controller", "agent"):
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "dd0c " in text else ():
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    found += [(where, a or b) for a, b in _NAMED.findall(node.value)]
    return found


def unknown_part(line: str) -> str | None:
    """The first word of a command line that no command or option of ours is called; None: all are known."""
    command: click.Command = root
    for word in line.split():
        if word.startswith("-"):
            names = {name for option in command.params for name in option.opts}
            if word.partition("=")[0] not in names | {"-h", "--help"}:
                return word
        elif isinstance(command, ListGroup) and word == "list" and word not in command.commands:
            continue  # what the group takes for itself; its options come behind it
        elif isinstance(command, click.Group):
            context = click.Context(command)
            following = command.get_command(context, word)
            if following is None:
                return word
            command = following
        # Anything else is an argument or the value of an option.
        if word == "…":
            return None
    return None


def test_every_command_that_a_text_names_exists() -> None:
    named = _named()
    assert len(named) > 30, "the search finds nothing any more"
    wrong = [(where, line, part) for where, line in named if (part := unknown_part(line)) and part != "…"]
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("panic clear", "clear"),
        ("panic list", "list"),
        ("executions list", None),
        ("executions list --on-hosts", "--on-hosts"),
        ("sign-in", "sign-in"),
        ("panic off --on-hosts", "--on-hosts"),
        ("panic off --on-host", None),
        ("run --attach exe_1", None),
        ("executions approve", None),
    ],
)
def test_a_wrong_name_is_found(line: str, part: str | None) -> None:
    assert unknown_part(line) == part
