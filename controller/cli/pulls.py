"""`dd0c pr`: pull requests of the built-in forge, from a terminal."""

from __future__ import annotations

from typing import Any, Final

import click
from rich.text import Text

from controller.cli.bulk import Many, is_many, open_many
from controller.cli.changes import show_patch
from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.imports import TAKE_HELP, recall, request_body
from controller.cli.newer_text import import_newer
from controller.cli.opened import show_opened
from controller.cli.output import Printer, inert, interactive, plain, plain_markdown, says_yes
from controller.cli.places import in_repository, of_runbook, place_of, refuse_without_onto, whole_commit
from controller.cli.reading import STDIN
from controller.cli.reviewers import show_reviews
from ingest.blocks import FORMS

_COLUMNS: Final = [
    ("#", "number"), ("TITLE", "title"), ("STATE", "state"), ("CHECK", "check.status"),
    ("AUTHOR", "by"), ("BRANCH", "branch"),
]  # fmt: skip


@click.group("pr")
def pr_group() -> None:
    """Pull requests: the only way in which a runbook changes."""


@pr_group.command("open")
@click.argument("file", metavar="[FILE|DIR|ZIP]", type=click.Path(allow_dash=True), required=False)
@click.option("--format", "form", type=click.Choice(FORMS))
@click.option("--name", help="The runbook's name; made from the title where left out.")
@click.option("--onto", metavar="NAME", help="FILE is a newer text of the runbook NAME: join the two.")
@of_runbook
@click.option("--take", "taken", metavar="ID", multiple=True, help=TAKE_HELP)
@with_session
def open_command(
    session: Session,
    file: str | None,
    form: str | None,
    name: str | None,
    onto: str | None,
    repository: str | None,
    taken: tuple[str, ...],
) -> None:
    """Open a pull request with the runbook that FILE becomes; the last imported one where left out.

    Of a folder, a ZIP or a space export there are as many pull requests as it takes, of up to 50 files.
    """
    without_commands = False
    if file is None:
        last = recall()
        file, form, name = last["file"], form or last.get("format"), name or last.get("name")
        taken = taken or tuple(last.get("taken", "").split())
        without_commands = last.get("without_commands") == "yes"
    refuse_without_onto(repository, onto)
    if onto is not None and (name or taken or is_many(file)):
        raise click.UsageError("--onto is for one document, names its runbook, and goes without --take.")
    if onto is not None:
        import_newer(session, request_body(file, form, None), onto, repository, dry_run=False, yes=True)
        return
    if file not in STDIN and is_many(file):
        if name or taken:
            raise click.UsageError("--name and --take are for one document.")
        open_many(session, Many(file, form, without_commands))
        return
    show_opened(session, session.client.post("runbooks", request_body(file, form, name, taken)))


@pr_group.command("list")
@click.option("--state", type=click.Choice(["open", "merged", "closed"]), default="open", show_default=True)
@click.option("--repository", "-r", metavar="NAME", help="Only those of this repository; else of every one.")
@with_session
def list_command(session: Session, state: str, repository: str | None) -> None:
    """List pull requests, newest first; of several repositories one after the other."""
    places = [repository] if repository else [each["name"] for each in session.client.get("sync")["items"]]
    items = [
        item for each in places for item in session.client.pages("pulls", 200, state=state, repository=each)
    ]
    if session.printer.for_people:
        items = [{**item, "by": item.get("authorEmail") or item["author"]} for item in items]
    columns = [*_COLUMNS, ("REPOSITORY", "repository")] if len(places) > 1 else _COLUMNS
    session.printer.rows(items, columns, f"No {state} pull request. Next: dd0c import FILE")


@pr_group.command("show")
@click.argument("number", type=int)
@in_repository
@with_session
def show_command(session: Session, number: int, repository: str | None) -> None:
    """Show one pull request: what would change, its checks, and whether it can be merged."""
    pull = session.client.get(at("pulls", str(number)), repository=repository)
    printer = session.printer
    if not printer.for_people:
        printer.document(pull)
        return
    printer.console.print(Text(f"#{number} {inert(pull['title'])}", style="bold"))
    author = f"{pull['authorEmail']} ({pull['author']})" if pull.get("authorEmail") else pull["author"]
    pairs = [("state", pull["state"]), ("branch", f"{pull['branch']} → {pull['base']}"), ("author", author)]
    printer.facts(pull, [*pairs, ("head", pull["head"]), ("mergeable", _mergeable(pull))])
    printer.say("\n" + plain_markdown(pull["body"], printer.console.width))
    show_checks(printer, pull)
    show_reviews(printer, pull)
    if pull["state"] == "open":
        word = f"approve {number} --head {pull['head']}" if _waits_for_a_word(pull) else f"merge {number}"
        if pull.get("mergeable") or _waits_for_a_word(pull):
            printer.say(f"\nNext: dd0c pr {word}{place_of(pull)}")


def _waits_for_a_word(pull: dict[str, Any]) -> bool:
    """Whether all that a merge lacks is an approval, and this member may give it here."""
    approvals = pull["approvals"]
    return bool(approvals.get("missing")) and not approvals.get("refusal") and not approvals["refused"]


def show_checks(printer: Printer, pull: dict[str, Any]) -> None:
    """Each check, and what it says where it is not simply passed."""
    for check in pull["checks"]:
        printer.say(f"\n{check['name']}: {check['status']} · {plain(check['title'])}", style="bold")
        if check["status"] != "pass":
            printer.say(plain_markdown(check["summary"], printer.console.width))


def _mergeable(pull: dict[str, Any]) -> str:
    """Whether it can be merged and why not; a check that has not run yet is run by the merge."""
    if not pull.get("mergeable"):
        return f"no: {plain(pull.get('reason') or 'it is ' + pull['state'])}"
    return "yes" if pull.get("check") else "yes, if its check passes: it has not run on this head"


@pr_group.command("diff")
@click.argument("number", type=int)
@in_repository
@with_session
def diff_command(session: Session, number: int, repository: str | None) -> None:
    """Show what the pull request changes, file by file."""
    diff = session.client.get(at("pulls", str(number), "diff"), repository=repository)
    if not session.printer.for_people:
        session.printer.document(diff)
        return
    for file in diff["items"]:
        show_patch(session.printer, file)


@pr_group.command("merge")
@click.argument("number", type=int)
@click.option("--head", metavar="COMMIT", callback=whole_commit, help="The head that you have seen.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@in_repository
@with_session
def merge_command(session: Session, number: int, head: str | None, yes: bool, repository: str | None) -> None:
    """Merge the pull request at its head, which is shown and asked about; with --head at exactly that one: a
    push in between refuses the merge.
    """
    if head is None or not yes:
        pull = session.client.get(at("pulls", str(number)), repository=repository)
        head = head or str(pull["head"])
        if not yes:
            confirm(f"Merge #{number} {inert(pull['title'])} at {head[:12]}?", "--yes")
    body = {"expectedHead": head}
    merged = session.client.post(at("pulls", str(number), "merge"), body, repository=repository)
    session.printer.facts(
        merged,
        [("merged", f"#{number}"), ("commit", merged["commit"]), ("synced", merged["sync"]["outcome"])],
    )
    session.printer.say("\nNext: dd0c runbooks")


@pr_group.command("close")
@click.argument("number", type=int)
@in_repository
@with_session
def close_command(session: Session, number: int, repository: str | None) -> None:
    """Close the pull request without merging it."""
    closed = session.client.post(at("pulls", str(number), "close"), repository=repository)
    session.printer.facts(closed, [("closed", f"#{number}")])


@pr_group.command("comment")
@click.argument("number", type=int)
@click.argument("text")
@in_repository
@with_session
def comment_command(session: Session, number: int, text: str, repository: str | None) -> None:
    """Comment on the pull request. `/dd0c explain STEP`, `/dd0c reclassify` and `/dd0c plan` are answered."""
    pull = session.client.post(at("pulls", str(number), "comments"), {"body": text}, repository=repository)
    printer = session.printer
    if not printer.for_people:
        printer.document(pull)
        return
    printer.facts(pull, [("commented", f"#{number}")])
    if text.lstrip().startswith("/dd0c"):
        printer.say("\n" + plain_markdown(pull["comments"][-1]["body"], printer.console.width))


@pr_group.command("check")
@click.argument("number", type=int)
@in_repository
@with_session
def check_command(session: Session, number: int, repository: str | None) -> None:
    """Run the check on the pull request's head again: every step is classified anew."""
    pull = session.client.post(at("pulls", str(number), "check"), repository=repository)
    if not session.printer.for_people:
        session.printer.document(pull)
        return
    show_checks(session.printer, pull)


def confirm(question: str, option: str) -> None:
    """Ask a person. Without a terminal the answer is no: raises CliError that names the option."""
    if not interactive():
        raise CliError(
            "Nobody is here to say yes.", ExitCode.NEEDS_HUMAN, f"Repeat it with {option} if you mean it."
        )
    if not says_yes(question):
        raise CliError("Nothing was done.", ExitCode.REFUSED)
