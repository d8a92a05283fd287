"""Groups of commands list by themselves, or by the word `list`; times in a table end at the second."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from controller.cli import root
from controller.cli.groups import ListGroup
from controller.cli.output import cell


@click.group("things", cls=ListGroup, invoke_without_command=True)
@click.option("--state")
def things(state: str | None) -> None:
    """List things."""
    if click.get_current_context().invoked_subcommand is None:
        click.echo(f"all {state}")


@things.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Show one thing."""
    click.echo(f"one {name}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "all None"), (["list"], "all None"), (["list", "--state", "x"], "all x"),
        (["--state", "x"], "all x"), (["show", "list"], "one list"),
    ],
)  # fmt: skip
def test_list_names_the_group_s_own_work(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(things, arguments)
    assert (done.exit_code, done.output.strip()) == (0, said)


def test_a_word_behind_list_is_no_command() -> None:
    assert CliRunner().invoke(things, ["list", "nothing"]).exit_code == 2


@pytest.mark.parametrize("name", ["agents", "executions", "members", "runbooks", "tokens"])
def test_every_group_that_lists_has_the_word(name: str) -> None:
    done = CliRunner().invoke(root, [name, "list", "--help"])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: root {name} [OPTIONS]")


@pytest.mark.parametrize(
    ("value", "key", "shown"),
    [
        ("2026-11-29T08:39:18.738764Z", "createdAt", "2026-11-29 08:39:18 UTC"),
        ("2026-11-29T08:39:18Z", "at", "2026-11-29 08:39:18 UTC"),
        ("never", "lastSeenAt", "never"),
        ("2026-11-29T08:39:18Z", "name", "2026-11-29T08:39:18Z"),
    ],
)
def test_a_time_ends_at_the_second(value: str, key: str, shown: str) -> None:
    assert cell(value, key).plain == shown
