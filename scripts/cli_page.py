"""`docs/cli.md`: the command line as its own help tells it, and the exit codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

HEAD = """# Command line

Written by `make generate` from the help of the commands; do not edit.

`dd0c` talks to the server over HTTP, and to nothing else but a few notes in the state folder. `make run`
leaves address and token there; elsewhere set `DD0C_URL` and `DD0C_TOKEN`, or pass `--url`. `-o json` and
`-o yaml` print for programs what `-o table` prints for people. Where there is no terminal nothing is ever
assumed to be approved: a command that meets a gate ends with its own exit code.
"""

WIDTH = 100
"""Columns of the help texts, whatever the terminal is that generates them."""


def exit_codes(meanings: Mapping[int, str]) -> str:
    """The table of exit codes."""
    rows = "\n".join(f"| {int(code)} | {meaning} |" for code, meaning in sorted(meanings.items()))
    return f"## Exit codes\n\n| code | meaning |\n| --- | --- |\n{rows}\n"


def _walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _walk(child, click.Context(child, context, name, terminal_width=WIDTH))


def render(root: click.Command, meanings: Mapping[int, str]) -> str:
    """The whole page: each visible command with its help, groups before their commands."""
    names = root.context_settings.get("help_option_names")
    top = click.Context(root, info_name="dd0c", terminal_width=WIDTH, help_option_names=names)
    parts = [HEAD, exit_codes(meanings), "## Commands\n"]
    for command, context in _walk(root, top):
        with context:
            text = command.get_help(context).rstrip()
        depth = "###" if context.parent is None or context.parent is top else "####"
        parts.append(f"{depth} {context.command_path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)
