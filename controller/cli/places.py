"""Which pull request is meant, and at which commit: `--repository` and `--head`."""

from __future__ import annotations

import re
from typing import Any

import click

from controller.cli.output import inert


def place_of(pull: dict[str, Any]) -> str:
    """` -r NAME` for a next command about a pull request, where its address says that there are several."""
    _, several, _ = str(pull.get("url", "")).partition("?repository=")
    return f" -r {inert(pull['repository'])}" if several else ""


of_runbook = click.option(
    "--repository",
    "-r",
    metavar="NAME",
    help="With --onto: the runbook's repository, where several have one.",
)

in_repository = click.option(
    "--repository", "-r", metavar="NAME", help="Its repository; needed where there are several."
)


def refuse_without_onto(repository: str | None, onto: str | None) -> None:
    """Raises UsageError where `--repository` names one for no runbook: what is new has a place of its own."""
    if repository is not None and onto is None:
        raise click.UsageError("--repository is the one of the runbook that --onto names.")


def whole_commit(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The whole id: of a shortened one another commit can be made."""
    if value is not None and re.fullmatch(r"[0-9a-f]{40}", value) is None:
        raise click.BadParameter("it takes the whole commit, 40 hex digits.", ctx, param)
    return value
