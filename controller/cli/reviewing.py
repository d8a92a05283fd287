"""`dd0c pr approve` and `request-changes`: what a person thinks of a pull request, from a terminal."""

from __future__ import annotations

from typing import Any

import click

from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.output import inert
from controller.cli.places import in_repository, whole_commit
from controller.cli.pulls import confirm, pr_group
from controller.cli.reviewers import show_reviews


@click.command("approve")
@click.argument("number", type=int)
@click.option("--note", default="", metavar="TEXT", help="What to say beside it.")
@click.option(
    "--head", metavar="COMMIT", callback=whole_commit, help="The head that you have seen: `dd0c pr show`."
)
@click.option("--yes", is_flag=True, help="Do not ask; needs --head. Needed where there is no terminal.")
@in_repository
@with_session
def approve_command(
    session: Session, number: int, note: str, head: str | None, yes: bool, repository: str | None
) -> None:
    """Approve exactly the head that you have seen: a push in between refuses it, and a later one outdates it.

    `dd0c pr show` says the head and the command. Whoever opened the pull request or pushed to it can't.
    """
    if yes and head is None:
        raise click.UsageError("--yes needs --head: an approval is of the commit that you have seen.")
    if not yes:
        pull = session.client.get(at("pulls", str(number)), repository=repository)
        confirm(f"Approve #{number} {inert(pull['title'])} at {head or pull['head']}?", "--yes and --head")
        head = head or str(pull["head"])
    body = {"head": head, "verdict": "approve", "body": note}
    _give(session, number, body, repository)


@click.command("request-changes")
@click.argument("number", type=int)
@click.argument("text")
@in_repository
@with_session
def request_changes_command(session: Session, number: int, text: str, repository: str | None) -> None:
    """Ask for changes, with TEXT that says which: nobody merges this head until you approve it."""
    pull = session.client.get(at("pulls", str(number)), repository=repository)
    body = {"head": pull["head"], "verdict": "request_changes", "body": text}
    _give(session, number, body, repository)


def _give(session: Session, number: int, body: dict[str, Any], repository: str | None) -> None:
    pull = session.client.post(at("pulls", str(number), "reviews"), body, repository=repository)
    said = "approved" if body["verdict"] == "approve" else "changes asked for"
    session.printer.facts(pull, [(said, f"#{number}"), ("head", pull["head"][:12])])
    if session.printer.for_people:
        show_reviews(session.printer, pull)


pr_group.add_command(approve_command)
pr_group.add_command(request_changes_command)
