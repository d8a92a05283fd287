"""`dd0c sync direct-push` and `let-go`: what an owner says of a repository."""

from __future__ import annotations

import click

from controller.cli.client import at
from controller.cli.context import Session
from controller.cli.output import inert
from controller.cli.pulls import confirm
from controller.cli.sync import chosen, with_json


@click.command("direct-push")
@click.argument("repository")
@click.option(
    "--allow/--refuse", "allowed", required=True, default=None, help="Whether maintainers may push."
)
@with_json
def direct_push_command(session: Session, repository: str, allowed: bool) -> None:
    """Let maintainers push to the synced branch of REPOSITORY past pull requests, or not. For an owner.

    The policy's `directPush` is asked as well.
    """
    [item] = chosen(session.client.get("sync")["items"], repository)
    done = session.client.put(at("sync", item["id"], "direct-push"), {"allowed": allowed})
    session.printer.facts(done, [("repository", repository), ("direct push", "yes" if allowed else "no")])


@click.command("let-go")
@click.argument("repository")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_json
def let_go_command(session: Session, repository: str, yes: bool) -> None:
    """Let runbooks of REPOSITORY go that were held back, since most would go at once. For an owner.

    Their files are gone from git: after a force-push, say. `dd0c sync status` lists them.
    """
    [item] = chosen(session.client.get("sync")["items"], repository)
    if not yes:
        confirm(f"Take the held runbooks of {inert(repository)} out of service?", "--yes")
    done = session.client.post(at("sync", item["id"], "let-go"))
    session.printer.facts(done, [("let go", str(done["runbooks"])), ("synced", done["outcome"])])
