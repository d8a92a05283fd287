"""Commands for the controller's own host: they need its settings or its state folder, not a sign-in."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from controller.cli.connection import saved_url
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.config import InvalidSettings, Settings, load_settings, show_settings

if TYPE_CHECKING:
    from controller.db.database import Database

_SHELLS: Final = {"bash": "bash_source", "zsh": "zsh_source", "fish": "fish_source"}


def settings_or_exit() -> Settings:
    """The settings in force; a wrong one is a sentence and exit code 2."""
    try:
        return load_settings()
    except InvalidSettings as error:
        raise CliError(str(error), ExitCode.USAGE, "`dd0c config` shows every setting.") from error


@click.command("config")
@with_session
def config_command(session: Session) -> None:
    """Print the settings in force; secrets as ***."""
    shown = show_settings(settings_or_exit())
    session.printer.facts(shown, shown.items())


@click.command("serve")
def serve_command() -> None:
    """Run the controller (HTTP, link, workers, timers) in the foreground, on a database that exists."""
    settings_or_exit()
    os.execv(sys.executable, [sys.executable, "-m", "controller.main"])


@click.command("home")
def home_command() -> None:
    """Run everything on embedded defaults: PostgreSQL, controller and one agent. `make run` calls this."""
    settings_or_exit()
    os.execv(sys.executable, [sys.executable, "-m", "controller.home"])


@click.group("db")
def db_group() -> None:
    """The database."""


@db_group.command("migrate")
@with_session
def migrate_command(session: Session) -> None:
    """Bring the schema up to date, as the role of DD0C_MIGRATE_DATABASE_URL."""
    from controller.db.errors import DatabaseError
    from controller.db.migrate import MigrationRefused, migrate

    url = settings_or_exit().migrate_database_url
    if url is None:
        raise CliError(
            "DD0C_MIGRATE_DATABASE_URL is not set.", ExitCode.USAGE, "`make run` migrates its own database."
        )
    try:
        applied = migrate(url.get_secret_value())
    except (DatabaseError, MigrationRefused) as error:
        raise CliError(f"The database can't be migrated: {error}", ExitCode.REFUSED) from error
    session.printer.facts(
        {"applied": applied}, [("applied", ", ".join(map(str, applied)) or "nothing to do")]
    )


@click.command("sign-in-url")
@click.option("--email", help="The member to sign in; the first owner where left out.")
@with_session
def sign_in_url_command(session: Session, email: str | None) -> None:
    """Make a one-time sign-in URL for the demo tenant of `make run`.

    It is given to whoever may read the state folder, as the same user.
    """
    url = asyncio.run(make_sign_in_url(settings_or_exit(), email))
    session.printer.facts({"url": url}, [("open once", url)])


async def make_sign_in_url(settings: Settings, email: str | None) -> str:
    """Writes a sign-in link into the database. Raises CliError where that can't be done."""
    from controller.db.database import Database, UnsafeDatabase
    from controller.db.errors import DatabaseError

    try:
        database = await Database.open(_app_url(settings), 2)
        try:
            text = await _sign_in_link(database, email)
        finally:
            await database.close()
    except DatabaseError as error:
        raise CliError(f"The database does not answer: {error}", ExitCode.UNREACHABLE) from error
    except UnsafeDatabase as error:
        raise CliError(str(error), ExitCode.USAGE) from error
    return f"{served_url(settings)}/sign-in?token={text}"


def served_url(settings: Settings) -> str:
    """The public URL as it is set here; where it is not, as the running `make run` wrote it down."""
    told_here = settings.model_fields_set & {"public_url", "http_port"}
    return settings.url if told_here else (saved_url() or settings.url).rstrip("/")


async def _sign_in_link(database: Database, email: str | None) -> str:
    from controller.tenants import service as tenants
    from controller.tenants.members import DEMO_TENANT_ID
    from controller.tenants.roles import Role

    async with database.work(DEMO_TENANT_ID) as uow:
        members = await tenants.list_members(uow, limit=200)
        wanted = [
            member for member in members
            if (member.email.lower() == email.lower() if email else member.role == Role.OWNER.value)
        ]  # fmt: skip
        if not wanted:
            missing = f"No member is called {email}." if email else "The demo tenant has no owner."
            hint = "`make run` makes the demo tenant and its owner."
            raise CliError(missing, ExitCode.NOT_FOUND, hint)
        return await tenants.create_sign_in_link(uow, wanted[0].id, actor="system:host", source="host")


def _app_url(settings: Settings) -> str:
    from controller.db.embedded import EmbeddedPostgres, EmbeddedPostgresError

    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    server = EmbeddedPostgres(settings.state_dir)
    hint = "Start it with `make run`, under the same user and DD0C_STATE_DIR."
    try:
        if not settings.state_dir.is_dir() or server.pid() is None:
            raise CliError("The embedded PostgreSQL does not run.", ExitCode.UNREACHABLE, hint)
        return server.start().app
    except (EmbeddedPostgresError, OSError) as error:
        raise CliError(str(error), ExitCode.UNREACHABLE, hint) from error


@click.command("completion")
@click.argument("shell", type=click.Choice(sorted(_SHELLS)))
def completion_command(shell: str) -> None:
    """Print the completion script: `eval "$(dd0c completion bash)"` in your shell's start file."""
    from click.shell_completion import get_completion_class

    from controller.cli import root

    maker = get_completion_class(shell)
    assert maker is not None
    click.echo(maker(root, {}, "dd0c", "_DD0C_COMPLETE").source())
