"""`dd0c import`: from a pasted text, or many of them, to a preview, and on to a pull request."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from base.limits import CLIENT_FILE_MAX_BYTES, PASTE_MAX_BYTES
from controller.cli.bulk import Many, import_many, is_many
from controller.cli.bulk_report import SORTS
from controller.cli.connection import state_folder
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.newer_text import import_newer
from controller.cli.opened import show_opened
from controller.cli.output import interactive, says_yes
from controller.cli.places import of_runbook, refuse_without_onto
from controller.cli.preview import show_preview
from controller.cli.reading import STDIN, as_text, read_file, read_input
from ingest.blocks import FORMS

_BY_SUFFIX: Final = {".rst": "rst", ".adoc": "asciidoc", ".asciidoc": "asciidoc"}
"""What a file is by its name, where the text alone may not tell."""

_LAST: Final = "last-import.json"

TAKE_HELP: Final = "Take the model's reading of this difference; may be given several times."


@click.command("import")
@click.argument("file", metavar="FILE|DIR|ZIP", type=click.Path(allow_dash=True))
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="What the text is; recognised where left out."
)
@click.option("--name", help="The runbook's name, its identity for ever; made from the title where left out.")
@click.option("--onto", metavar="NAME", help="It is a newer text of the runbook NAME: join the two.")
@of_runbook
@click.option("--take", "taken", metavar="ID", multiple=True, help=TAKE_HELP)
@click.option("--dry-run", is_flag=True, help="Show what would be proposed; keep nothing.")
@click.option(
    "--sort",
    type=click.Choice(sorted(SORTS)),
    default="file",
    show_default=True,
    help="Of many: the order of the report.",
)
@click.option(
    "--without-commands", is_flag=True, help="Of many: propose texts with instructions for people only, too."
)
@click.option("--yes", is_flag=True, help="Of many, or with --onto: open the pull requests without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs, as `-o json` does.")
@with_session
def import_command(
    session: Session,
    file: str,
    form: str | None,
    name: str | None,
    onto: str | None,
    repository: str | None,
    taken: tuple[str, ...],
    dry_run: bool,
    sort: str,
    without_commands: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Read a runbook from FILE and show its steps, or all documents of a folder, a ZIP or a space export.

    Markdown, HTML, reStructuredText, AsciiDoc, plain text and Confluence's storage format are read; `-` is
    standard input. Nothing is saved on the server by the preview. In a terminal you are asked whether to open
    the pull request; elsewhere `dd0c pr open` does it.

    Of many documents there is a report with a row each, and pull requests of up to 50 files. A document that
    can't be read stops no other one, one without a command is left out, and a text that was imported before
    is not imported again: a call that was interrupted is repeated, and goes on. Links and archives inside are
    not followed.

    With --onto, FILE is a newer text of a runbook that is there: the steps that it adds, changes or takes
    away go into the present document, and people's edits since the import stay. What both changed is told.
    """  # fmt: skip
    if as_json:
        session.form = "json"
    refuse_without_onto(repository, onto)
    if file not in STDIN and is_many(file):
        if name or onto or taken:
            raise click.UsageError("--name, --onto and --take are for one document.")
        many = Many(file, form, without_commands, sort)
        import_many(session, many, dry_run=dry_run, yes=yes, remember=lambda: _remember_many(many))
        return
    if onto is not None:
        if name or taken:
            raise click.UsageError("--onto names the runbook already, and goes without --name and --take.")
        import_newer(session, request_body(file, form, None), onto, repository, dry_run=dry_run, yes=yes)
        return
    body = request_body(file, form, name, taken)
    preview = session.client.post("runbooks/parse-preview", body)
    show_preview(session.printer, preview)
    if dry_run:
        return
    trouble = remember(file, form, name, taken=taken)
    if session.printer.for_people and interactive() and says_yes("\nOpen a pull request?"):
        show_opened(session, session.client.post("runbooks", body))
        return
    if trouble is not None:
        raise trouble
    if session.printer.for_people:
        session.printer.say("\nNext: dd0c pr open")


def _remember_many(many: Many) -> None:
    trouble = remember(many.source, many.form, None, without_commands=many.without_commands)
    if trouble is not None:
        raise trouble


def request_body(file: str, form: str | None, name: str | None, taken: Sequence[str] = ()) -> dict[str, Any]:
    """The request for a preview or a proposal of a file; `-` is standard input. `taken`: ids of differences
    of which the model's reading is taken.

    Raises CliError for what is no file, larger than the server reads, or not UTF-8.
    """
    body: dict[str, Any] = {"text": as_text(read_input(file, PASTE_MAX_BYTES), file)}
    form = form or _BY_SUFFIX.get(Path(file).suffix.lower())
    if form:
        body["format"] = form
    if name:
        body["name"] = name
    if taken:
        body["taken"] = [*taken]
    return body


def remember(
    path: str,
    form: str | None,
    name: str | None,
    *,
    taken: Sequence[str] = (),
    without_commands: bool = False,
) -> CliError | None:
    """Keep which file was imported last (its path only), so that `dd0c pr open` needs no argument.

    Gives the sentence where it can't be kept: the preview was shown all the same.
    """
    if path in STDIN or path.startswith("/dev/fd/"):
        return None
    target = state_folder() / _LAST
    note = {"file": str(Path(path).resolve()), "format": form, "name": name, "taken": " ".join(taken)}
    note["without_commands"] = "yes" if without_commands else None
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump({key: value for key, value in note.items() if value}, out)
    except OSError as error:
        return CliError(
            f"Which file this was can't be noted in {target.parent}: {error.strerror}.",
            ExitCode.USAGE,
            "Go on with the file's name: dd0c pr open FILE",
        )
    return None


def recall() -> dict[str, str]:
    """What `remember` kept. Raises CliError where there is nothing."""
    try:
        found = json.loads(read_file(state_folder() / _LAST, CLIENT_FILE_MAX_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise _nothing_imported() from error
    if not isinstance(found, dict) or not isinstance(found.get("file"), str):
        raise _nothing_imported()
    return {str(key): str(value) for key, value in found.items()}


def _nothing_imported() -> CliError:
    return CliError("Nothing was imported yet.", ExitCode.USAGE, "Name the file: dd0c pr open FILE")
