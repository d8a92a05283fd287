"""`dd0c`: the product from a terminal. Commands are imported when they are called, so that it starts fast."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from typing import Final

import click

COMMANDS: Final = {
    "import": ("imports", "import_command"),
    "parse": ("parse", "parse_command"),
    "export": ("export", "export_command"),
    "pr": ("reviewing", "pr_group"),
    "runbooks": ("runbooks", "runbooks_group"),
    "stale": ("stale", "stale_command"),
    "run": ("run", "run_command"),
    "executions": ("executions", "executions_group"),
    "agents": ("agents", "agents_group"),
    "panic": ("agents", "panic_group"),
    "sync": ("repositories", "sync_group"),
    "upgrade": ("upgrade", "upgrade_group"),
    "classify": ("classify", "classify_command"),
    "scan": ("scan", "scan_command"),
    "lint": ("scan", "lint_command"),
    "members": ("people", "members_group"),
    "tokens": ("people", "tokens_group"),
    "audit": ("audit", "audit_group"),
    "sign-in-url": ("host", "sign_in_url_command"),
    "config": ("host", "config_command"),
    "db": ("host", "db_group"),
    "serve": ("host", "serve_command"),
    "home": ("host", "home_command"),
    "completion": ("host", "completion_command"),
}
"""Command → (module, object), in the order in which help shows them."""


class _Commands(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(f"controller.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="dd0c-run", prog_name="dd0c")
def root() -> None:
    """dd0c/run: from a pasted runbook to reviewed, versioned, executable code.

    The story: `dd0c import FILE`, `dd0c pr open`, `dd0c pr merge N`, `dd0c run NAME`, `dd0c audit verify`.
    """


def main() -> None:
    """The program. What the operating system refuses is one sentence; a closed pipe (`dd0c … | head`) none.

    Exit code 1 where the output could not be written, 2 where a file could not be read or written.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # whatever the locale: shown, never a traceback
    code: int | str | None = 0
    try:
        root(prog_name="dd0c")
    except SystemExit as end:
        code = end.code
    except OSError as error:
        code = _tell(error)
    try:
        if sys.stdout is not None:  # `dd0c … >&-`
            sys.stdout.flush()
    except OSError as error:
        code = code or _tell(error)
        _mute()
    sys.exit(code)


def _tell(error: OSError) -> int:
    """Say in a sentence what could not be read or written; gives the exit code."""
    if isinstance(error, BrokenPipeError):
        _mute()
        return 1
    text, code = f"The output can't be written: {error.strerror or error}.", 1
    if error.filename is not None:
        text, code = f"{os.fsdecode(error.filename)}: {error.strerror}.", 2
    else:
        _mute()
    with contextlib.suppress(OSError):  # standard error may be as full as standard output
        click.echo(f"dd0c: {text}", err=True)
    return code


def _mute() -> None:
    """What is still in the buffer goes nowhere, so that the interpreter's own flush at the end can't fail."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
