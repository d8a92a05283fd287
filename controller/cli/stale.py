"""`dd0c stale`: which runbooks may no longer be what they were, why, and what to do."""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from controller.cli.context import Session, with_session
from controller.cli.errors import ExitCode
from controller.cli.output import Printer, inert


@click.command("stale")
@with_session
def stale_command(session: Session) -> None:
    """List the runbooks that may no longer be what they were: who owns them, when they last ran and were
    reviewed, what the scanner does not know any more, whether git and what serves agree.

    Exit code 9 where there is one.
    """
    if show_stale(session):
        click.get_current_context().exit(ExitCode.FOUND_STALE)


def show_stale(session: Session) -> int:
    """Print them, the one with the most reasons first; how many there are."""
    items = [item for item in session.client.pages("runbooks", 10_000) if item.get("stale")]
    items.sort(key=lambda item: (-len(item["stale"]), item["name"]))
    printer = session.printer
    if not printer.for_people:
        printer.document({"items": items})
        return len(items)
    for item in items:
        printer.console.print(Text(inert(item["name"]), style="bold"), soft_wrap=True)
        show_reasons(printer, item)
    if not items:
        printer.say("No runbook is stale.")
    return len(items)


def show_reasons(printer: Printer, runbook: dict[str, Any]) -> None:
    """Each reason of one runbook with what to do about it."""
    for reason in runbook.get("stale", ()):
        printer.console.print(Text(f"  ! {inert(reason['message'])}"), soft_wrap=True)
        printer.console.print(Text(f"    → {inert(reason['hint'])}", style="dim"), soft_wrap=True)
