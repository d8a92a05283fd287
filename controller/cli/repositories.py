"""`dd0c sync add-repository` and `remove-repository`: which repositories a tenant's runbooks come from."""

from __future__ import annotations

from typing import Any, Final

import click

from controller.cli.client import at
from controller.cli.context import Session
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import inert
from controller.cli.pulls import confirm
from controller.cli.sync import chosen, sync_group, with_json
from controller.cli.sync_settings import direct_push_command, let_go_command

NAMES_SHOWN: Final = 20


@click.command("add-repository")
@click.argument("address", metavar="[URL]", required=False)
@click.option("--name", help="How it is called here; else by its address and environment.")
@click.option("--branch", default="main", show_default=True, help="The branch that is synced.")
@click.option(
    "--prefix", default="", metavar="FOLDER", help="The folder that holds runbooks/; else the root."
)
@click.option("--environment", metavar="WORD", help="What the branch is for: staging, prod.")
@with_json
def add_repository_command(
    session: Session, address: str | None, name: str | None, branch: str, prefix: str, environment: str | None
) -> None:
    """Look at one more repository: the one at URL; without URL, a new one of the built-in forge by --name.

    Another branch or folder of one that is there is one of its own: a branch for each environment. Its
    policy only asks for more than the policy source's. For an owner.
    """
    wanted = {"url": address, "name": name, "branch": branch, "prefix": prefix, "environment": environment}
    body = {key: value for key, value in wanted.items() if value is not None}
    added = session.client.post("sync/repositories", body)
    told = [("added", added["name"]), ("branch", added["branch"])]
    told += [(key, added[key]) for key in ("prefix", "environment") if added.get(key)]
    session.printer.facts(added, [*told, ("next", "dd0c sync status")])


@click.command("remove-repository")
@click.argument("repository")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_json
def remove_repository_command(session: Session, repository: str, yes: bool) -> None:
    """Look at REPOSITORY no more: its runbooks go out of service. Says what happens, and asks. For an owner.

    Its history stays; adding the same address again brings it back.
    """
    [item] = chosen(session.client.get("sync")["items"], repository)
    found = session.client.get(at("sync", item["id"], "removal"))
    if found.get("refused"):
        raise CliError(found["refused"], ExitCode.REFUSED)
    for line in _removal_lines(found):
        session.printer.note(line)
    if not yes:
        confirm(f"Remove {inert(repository)}?", "--yes")
    done = session.client.delete(at("sync", item["id"]), name=repository)
    session.printer.facts(done, [("removed", repository), ("out of service", str(done["runbookCount"]))])


def _removal_lines(found: dict[str, Any]) -> list[str]:
    names, count = found["runbooks"], found["runbookCount"]
    shown = ", ".join(names[:NAMES_SHOWN]) + (
        f" and {count - NAMES_SHOWN} more" if count > NAMES_SHOWN else ""
    )
    lines = [f"{count} runbook(s) go out of service" + (f": {shown}" if names else "")]
    if found["underWay"]:
        lines.append(f"{found['underWay']} run(s) of them go on as they were started")
    if found["asks"]:
        lines.append(f"no longer stricter because of it: {', '.join(found['asks'])}")
    if found["flags"]:
        lines.append(f"no longer kept off: {', '.join(found['flags'])}")
    return lines


sync_group.add_command(add_repository_command)
sync_group.add_command(remove_repository_command)
sync_group.add_command(direct_push_command)
sync_group.add_command(let_go_command)
