"""`dd0c classify`: what the product thinks of one command, without running it."""

from __future__ import annotations

from typing import Final

import click

from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode

_PAIRS: Final = [("why", "why"), ("rules", "ruleIds"), ("resources", "resources"), ("id", "id")]


@click.command("classify")
@click.argument("command")
@click.option("--language", type=click.Choice(["bash", "sql"]), default="bash", show_default=True)
@with_session
def classify_command(session: Session, command: str, language: str) -> None:
    """Classify COMMAND: its risk, the rules that decided, and why."""
    if not command.strip():
        hint = "Give a command: dd0c classify 'df -h'."
        raise CliError("There is nothing to classify: the text is empty.", ExitCode.USAGE, hint)
    found = session.client.post("classify", {"command": command, "language": language})
    badge = "unknown" if found["unknown"] else found["risk"]
    session.printer.facts(found, [("risk", badge), *((name, _shown(found.get(key))) for name, key in _PAIRS)])


def _shown(value: object) -> object:
    """A list in words; a dash for what is not there."""
    return (", ".join(str(item) for item in value) if isinstance(value, list) else value) or "–"
