"""The pull request that a proposal became."""

from __future__ import annotations

from typing import Any

from controller.cli.context import Session
from controller.cli.places import place_of


def show_opened(session: Session, opened: dict[str, Any]) -> None:
    """Print the pull request that a proposal became."""
    pull = opened["pull"]
    session.printer.facts(
        opened,
        [
            ("pull request", f"#{pull['number']} {pull['title']}"),
            ("branch", pull["branch"]),
            ("state", pull["state"]),
        ],
    )
    session.printer.say(f"\nNext: dd0c pr show {pull['number']}{place_of(pull)}")
