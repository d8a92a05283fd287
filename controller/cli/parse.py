"""`dd0c parse`: a text read by the rules of the import, without a server; nothing is sent or kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Final

import click

from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.imports import request_body
from controller.cli.output import Printer
from controller.cli.preview import show_preview
from ingest.advisor.advising import LOCAL, ONE_KEY, Advising
from ingest.blocks import FORMS
from ingest.parsed import parsed_json
from ingest.pipeline import preview
from schemas.errors import Dd0cError

_ADVISORS: Final[dict[str, Advising]] = {"local": LOCAL, "off": ONE_KEY}
_DIGEST: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@click.command("parse")
@click.argument("file", type=click.Path(allow_dash=True), required=False)
@click.option(
    "--format", "form", type=click.Choice(FORMS), help="What the text is; recognised where left out."
)
@click.option(
    "--again", metavar="SHA256", help="Read a text again that was imported before; asks the server."
)
@click.option(
    "--advisor",
    type=click.Choice(list(_ADVISORS)),
    default="local",
    show_default=True,
    help="The second key: the local model, or none, and then nothing is safe. --again asks the server's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs, as `-o json` does.")
@with_session
def parse_command(
    session: Session, file: str | None, form: str | None, again: str | None, advisor: str, as_json: bool
) -> None:
    """Read FILE (`-` is standard input) and print what it becomes.

    Markdown, HTML, reStructuredText, AsciiDoc and plain text are read, without a server: nothing is sent and
    nothing kept. For programs it prints title, steps, variables, prerequisites, branches, ambiguities, notes,
    coverage, masked secrets and repairs, each with its span in `source`; these fields stay as they are
    (docs/parse.md).
    """
    printer = Printer("json") if as_json else session.printer
    if (file is None) == (again is None):
        raise click.UsageError("Give exactly one of FILE and --again.")
    if file is None:
        assert again is not None
        _print(printer, session.client.post(at("source-texts", _digest(again), "reparse"), {}))
        return
    body = request_body(file, form, None)
    try:
        found = preview(body["text"], body.get("format"), advise=_ADVISORS[advisor])
    except Dd0cError as refusal:
        raise _refused(refusal, printer) from refusal
    if printer.for_people:
        show_preview(printer, found.to_json())
    else:
        printer.document(parsed_json(found))


def _digest(text: str) -> str:
    found = _DIGEST.fullmatch(text.strip().lower())
    if found is None:
        raise CliError(
            "--again wants a SHA-256 of 64 hexadecimal digits.",
            ExitCode.USAGE,
            "`spec.source.sha256` of the runbook is the one of its text.",
        )
    return found[1]


def _print(printer: Printer, parsed: dict[str, Any]) -> None:
    if not printer.for_people:
        printer.document(parsed)
        return
    shown = [
        {**step, "title": step["intent"], "unknown": step.get("risk") == "unknown"}
        for step in parsed["steps"]
    ]
    tally = Counter(step.get("risk", "manual") for step in shown)
    variables = [item for item in parsed["variables"] if not item["open"]]
    show_preview(
        printer,
        {
            **parsed,
            "steps": shown,
            "tally": tally,
            "variables": variables,
            "masked": parsed["masked_secrets"],
        },
    )


def _refused(refusal: Dd0cError, printer: Printer) -> CliError:
    """The refusal with its places; for programs also the API's problem on standard output."""
    if not printer.for_people:
        click.echo(json.dumps(refusal.problem(), ensure_ascii=False, indent=2))
    places = [str(place) for place in getattr(refusal, "places", ())]
    hint = "\n  → ".join([*([refusal.hint] if refusal.hint else []), *places[:10]])
    return CliError(refusal.detail, ExitCode.REFUSED, hint or None)
