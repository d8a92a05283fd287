"""The page of the command line is made from the commands' own help."""

from __future__ import annotations

import click

from scripts.cli_page import exit_codes, render


@click.group()
def root() -> None:
    """Everything."""


@root.group("pr")
def pulls() -> None:
    """Pull requests."""


@pulls.command("merge")
@click.argument("number")
@click.option("--yes", is_flag=True, help="Do not ask.")
def merge(number: int, yes: bool) -> None:
    """Merge one."""


@root.command("secret", hidden=True)
def secret() -> None:
    """Not shown."""


def test_each_visible_command_is_shown_with_its_whole_path() -> None:
    page = render(root, {0: "done"})
    assert [line for line in page.splitlines() if line.startswith("###")] == [
        "### dd0c",
        "### dd0c pr",
        "#### dd0c pr merge",
    ]
    assert "Usage: dd0c pr merge [OPTIONS] NUMBER" in page
    assert "--yes   Do not ask." in page
    assert "Not shown" not in page


def test_exit_codes_are_listed_in_order() -> None:
    assert exit_codes({2: "usage", 0: "done"}).splitlines()[-2:] == ["| 0 | done |", "| 2 | usage |"]
