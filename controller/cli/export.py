"""`dd0c export`: a runbook as Markdown for people, and that Markdown back as its document."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Final

import click

from base.limits import DOCUMENT_MAX_BYTES, PASTE_MAX_BYTES
from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.places import in_repository
from controller.cli.reading import as_text, read_input
from controller.cli.runbooks import find_runbook
from ingest.markdown_read import runbook_of_markdown
from ingest.markdown_write import runbook_markdown
from schemas.errors import Dd0cError
from schemas.runbook import Runbook
from schemas.yaml_codec import dump_runbook, load_runbook

_DOCUMENTS: Final = frozenset({".yaml", ".yml", ".json"})
_MARKDOWN: Final = frozenset({".md", ".markdown"})


@click.command("export")
@click.argument("source", metavar="NAME|FILE")
@in_repository
@with_session
def export_command(session: Session, source: str, repository: str | None) -> None:
    """Write the runbook NAME, or the document FILE.yaml, as Markdown with stable step ids.

    The Markdown shows everything that the document says. An exported FILE.md is written back as the same
    document in YAML; a line that is not of the export's form is refused with its number. NAME asks the server
    for the version in service, a file is read without one. With `-o json` it is the document itself.
    """
    ending = PurePath(source).suffix.lower()
    try:
        runbook = _read(session, source, ending, repository)
    except Dd0cError as refusal:
        places = [str(place) for place in getattr(refusal, "places", ())[:10]]
        hint = "\n  → ".join([*([refusal.hint] if refusal.hint else []), *places])
        raise CliError(refusal.detail, ExitCode.REFUSED, hint or None) from refusal
    if not session.printer.for_people:
        session.printer.document(runbook.to_json())
        return
    shown = dump_runbook(runbook) if ending in _MARKDOWN else runbook_markdown(runbook)
    click.echo(shown, nl=False)


def _read(session: Session, source: str, ending: str, repository: str | None) -> Runbook:
    """The document of a file, or of the runbook in service with this name."""
    if ending in _MARKDOWN:
        return runbook_of_markdown(as_text(read_input(source, PASTE_MAX_BYTES), source), path=source)
    if ending in _DOCUMENTS or source == "-":
        return load_runbook(read_input(source, DOCUMENT_MAX_BYTES), path=source)
    found = session.client.get(at("runbooks", find_runbook(session, source, repository)["id"]))
    return load_runbook(json.dumps(found["document"], ensure_ascii=False).encode(), path=source)
