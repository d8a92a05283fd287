"""Acting with the right of whoever may read the state folder: a one-time sign-in, used at once."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from controller.cli.client import Client
from controller.cli.errors import CliError, ExitCode
from controller.cli.host import make_sign_in_url, served_url, settings_or_exit
from controller.config import Settings

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def can_sign_in(client: Client) -> bool:
    """Whether the client talks to the controller whose state folder is on this machine."""
    settings = settings_or_exit()
    there = settings.database_url is not None or settings.state_dir.is_dir()
    return there and _is_local(client, settings)


def clear_on_host(client: Client) -> Any:
    """Clear the panic by a fresh sign-in from this host. Raises CliError.

    The sign-in is that of the member behind the token, so that one person stays one person where two
    are needed; of the first owner where there is no token that works.
    """
    settings = settings_or_exit()
    if not _is_local(client, settings):
        # A sign-in link of this host is nothing to show to another machine.
        raise CliError(
            f"{client.url} is not the controller of this machine.",
            ExitCode.USAGE,
            "Run it on the machine of the controller, without --url.",
        )
    url = asyncio.run(make_sign_in_url(settings, _email(client)))
    signed_in = client.signed_in(url.rpartition("token=")[2], origin=served_url(settings))
    try:
        return signed_in.post("panic/clear")
    finally:
        signed_in.delete("session")


def _is_local(client: Client, settings: Settings) -> bool:
    return urlsplit(client.url).hostname in (*_LOOPBACK, urlsplit(served_url(settings)).hostname)


def _email(client: Client) -> str | None:
    try:
        return str(client.get("me")["email"])
    except CliError as error:
        if error.code is not ExitCode.UNAUTHENTICATED:
            raise
        return None
