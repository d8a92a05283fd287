"""`--repository`: which repository a number or a name is of, where a tenant has several."""

from __future__ import annotations

from typing import Any

import click

from controller.cli.output import inert


def place_of(pull: dict[str, Any]) -> str:
    """` -r NAME` for a next command about a pull request, where its address says that there are several."""
    _, several, _ = str(pull.get("url", "")).partition("?repository=")
    return f" -r {inert(pull['repository'])}" if several else ""


in_repository = click.option(
    "--repository", "-r", metavar="NAME", help="Its repository; needed where there are several."
)
