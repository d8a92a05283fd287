"""`dd0c runbooks`: what is in service, and changes of it."""

from __future__ import annotations

from typing import Any, Final

import click
from rich.text import Text

from base.limits import DOCUMENT_MAX_BYTES
from controller.cli.changes import show_changes
from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.groups import ListGroup
from controller.cli.opened import show_opened
from controller.cli.output import inert, risk_text
from controller.cli.places import in_repository
from controller.cli.preview import shown_risk
from controller.cli.reading import as_text, read_input
from controller.cli.stale import show_reasons, show_stale

_COLUMNS: Final = [
    ("NAME", "name"), ("TITLE", "title"), ("STEPS", "steps"), ("RISKS", "risks"), ("STATE", "state"),
    ("COMMIT", "shortCommit"), ("STALE", "reasons"),
]  # fmt: skip


@click.group("runbooks", cls=ListGroup, invoke_without_command=True)
@click.option("--retired", is_flag=True, help="Those out of service, too.")
@click.option("--stale", is_flag=True, help="Only those that may no longer be what they were, with why.")
@with_session
def runbooks_group(session: Session, retired: bool, stale: bool) -> None:
    """Runbooks in service, each at the commit that it was synced from."""
    context = click.get_current_context()
    if context.invoked_subcommand is not None:
        return
    if stale:
        show_stale(session)
        return
    items = session.client.pages("runbooks", 1000, retired=str(retired).lower())
    several = len({item["repository"]["name"] for item in items}) > 1
    for item in items:
        item["shortCommit"] = (item.get("commit") or "")[:12] or None
        if session.printer.for_people:
            item["reasons"] = len(item.get("stale", ())) or None
    columns = [*_COLUMNS, ("REPOSITORY", "repository.name")] if several else _COLUMNS
    session.printer.rows(items, columns, "No runbook yet. Next: dd0c import FILE")


@runbooks_group.command("show")
@click.argument("name")
@in_repository
@with_session
def show_command(session: Session, name: str, repository: str | None) -> None:
    """Show the steps of the version of NAME that is in service."""
    runbook = session.client.get(at("runbooks", find_runbook(session, name, repository)["id"]))
    printer = session.printer
    if not printer.for_people:
        printer.document(runbook)
        return
    printer.console.print(Text(inert(runbook["title"]), style="bold"))
    printer.say(f"{runbook['name']} · {runbook['path']} · commit {(runbook.get('commit') or '')[:12]}")
    show_reasons(printer, runbook)
    for number, step in enumerate(runbook["stepList"], 1):
        head = Text(f"{number:>3}  ")
        head.append_text(
            Text("✎ manual", style="cyan") if step.get("manual") else risk_text(shown_risk(step))
        )
        head.append(f"  {inert(step['title'])}", style="bold")
        printer.console.print(head, soft_wrap=True)
        for line in inert(step.get("command") or step.get("manual") or "", lines=True).splitlines():
            printer.console.print(Text(f"       {line}"), soft_wrap=True)


@runbooks_group.command("versions")
@click.argument("name")
@in_repository
@with_session
def versions_command(session: Session, name: str, repository: str | None) -> None:
    """List every version of NAME that was ever in service, newest first."""
    items = session.client.pages(
        at("runbooks", find_runbook(session, name, repository)["id"], "versions"), 1000
    )
    columns = [("VERSION", "id"), ("CONTENT", "contentSha256"), ("COMMIT", "commit"), ("SINCE", "createdAt")]
    session.printer.rows(items, columns, "No version.")


@runbooks_group.command("diff")
@click.argument("name")
@click.argument("version", required=False)
@click.argument("against", required=False)
@in_repository
@with_session
def diff_command(
    session: Session, name: str, version: str | None, against: str | None, repository: str | None
) -> None:
    """Show what a VERSION of NAME changed: steps added, moved, changed, removed, their risks, and the text.

    AGAINST is the version to compare with; left out, the one before. VERSION left out is the one in service.
    """
    runbook = find_runbook(session, name, repository)
    chosen = version or runbook.get("versionId")
    if chosen is None:
        raise CliError("It has no version in service.", ExitCode.NOT_FOUND, "Name a version.")
    found = session.client.get(at("runbooks", runbook["id"], "versions", chosen, "changes"), against=against)
    show_changes(session.printer, found)


@runbooks_group.command("edit")
@click.argument("name")
@click.argument("file", type=click.Path(allow_dash=True))
@in_repository
@with_session
def edit_command(session: Session, name: str, file: str, repository: str | None) -> None:
    """Open a pull request that replaces the document of NAME by FILE (YAML; `-` is standard input)."""
    text = as_text(read_input(file, DOCUMENT_MAX_BYTES), file)
    runbook = find_runbook(session, name, repository)
    show_opened(session, session.client.put(at("runbooks", runbook["id"]), {"yaml": text}))


@runbooks_group.command("retire")
@click.argument("name")
@in_repository
@with_session
def retire_command(session: Session, name: str, repository: str | None) -> None:
    """Open a pull request that takes NAME out of service; nothing changes before it is merged."""
    show_opened(session, session.client.delete(at("runbooks", find_runbook(session, name, repository)["id"])))


def find_runbook(session: Session, name: str, repository: str | None = None) -> dict[str, Any]:
    """The runbook in service with this name or id. Raises CliError where there is none, or where several
    repositories have one and none is named.
    """
    if name.startswith("rbk_"):
        found: dict[str, Any] = session.client.get(at("runbooks", name))
        return found
    items = [item for item in session.client.pages("runbooks", 1000, name=name) if item["name"] == name]
    places = sorted(item["repository"]["name"] for item in items)
    if repository is not None:
        items = [item for item in items if item["repository"]["name"] == repository]
    if len(items) > 1:
        ids = ", ".join(f"{inert(item['repository']['name'])} ({item['id']})" for item in items)
        hint = f"Name one with --repository, or use its id: {ids}."
        raise CliError(f"{len(items)} repositories have a runbook {inert(name)}.", ExitCode.REFUSED, hint)
    if items:
        return dict(items[0])
    if places:
        hint = f"These have one: {', '.join(map(inert, places))}."
        raise CliError(f"{inert(repository or '')} has no runbook {inert(name)}.", ExitCode.NOT_FOUND, hint)
    raise CliError(f"No runbook is called {inert(name)}.", ExitCode.NOT_FOUND, "`dd0c runbooks` lists them.")
