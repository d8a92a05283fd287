"""`dd0c classify`: what the product thinks of one command, without running it."""

from __future__ import annotations

from typing import Final

import click

from controller.cli.context import Session, with_session

_PAIRS: Final = [("why", "why"), ("rules", "ruleIds"), ("resources", "resources"), ("id", "id")]


@click.command("classify")
@click.argument("command")
@click.option("--language", type=click.Choice(["bash", "sql"]), default="bash", show_default=True)
@with_session
def classify_command(session: Session, command: str, language: str) -> None:
    """Classify COMMAND: its risk, the rules that decided, and why."""
    found = session.client.post("classify", {"command": command, "language": language})
    badge = "unknown" if found["unknown"] else found["risk"]
    session.printer.facts(found, [("risk", badge), *((name, found.get(key, "–")) for name, key in _PAIRS)])
