"""`--repository`: which repository a number or a name is of, where a tenant has several."""

from __future__ import annotations

import click

in_repository = click.option(
    "--repository", "-r", metavar="NAME", help="Its repository; needed where there are several."
)
