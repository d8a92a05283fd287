"""What every command shares: the connection, the output form, and its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import click

from controller.cli.client import Client
from controller.cli.connection import find_connection
from controller.cli.output import Form, Printer

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Session:
    """One call of `dd0c`."""

    url: str | None = None
    token: str | None = None
    form: Form = "table"

    @cached_property
    def client(self) -> Client:
        """The connection to the server, made when first needed."""
        return Client(find_connection(self.url, self.token))

    @property
    def printer(self) -> Printer:
        """Prints in the form that was asked for."""
        return Printer(self.form)


def _set_form(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).form = cast(Form, value)


def _set_url(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).url = value


def with_output(command: Command) -> Command:
    """Give a command `-o/--output`, and the Session as its first argument."""
    decorated = click.option(
        "-o",
        "--output",
        type=click.Choice(["table", "json", "yaml"]),
        envvar="DD0C_OUTPUT",
        expose_value=False,
        callback=_set_form,
        help="How to print: a table for people, JSON or YAML for programs.",
    )(click.make_pass_decorator(Session, ensure=True)(command))
    return cast(Command, decorated)


def with_session(command: Command) -> Command:
    """Give a command `-o/--output` and `--url`, and the Session as its first argument."""
    url = click.option(
        "--url", expose_value=False, callback=_set_url, help="The server; else DD0C_URL, else the local one."
    )
    return url(with_output(command))
