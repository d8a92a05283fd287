"""`dd0c scan` and `dd0c lint`: the scanner alone, on texts and other people's runbooks; nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from base.limits import SCAN_MAX_BYTES
from controller.cli.context import Session, with_output
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import Printer, inert
from controller.cli.reading import read_input
from controller.cli.scanned import Scanned, read_commands
from scanner import scan
from schemas.errors import Place
from schemas.risk import MARKS, Risk, exceeds, worse
from schemas.verdict import Finding

RISK_CODES: Final = {
    Risk.SAFE: ExitCode.OK,
    Risk.CAUTION: ExitCode.FOUND_CAUTION,
    Risk.UNKNOWN: ExitCode.FOUND_UNKNOWN,
    Risk.DANGEROUS: ExitCode.FOUND_DANGEROUS,
}
_THRESHOLDS: Final = ("caution", "unknown", "dangerous", "never")


@click.command("scan")
@click.argument("text", required=False)
@click.option("--language", type=click.Choice(["bash", "sql"]), default="bash", show_default=True)
@click.option("--explain", is_flag=True, help="Show which characters decided, by which rules.")
@click.option("--json", "as_json", is_flag=True, help="Print the finding in one line of JSON.")
@with_output
def scan_command(session: Session, text: str | None, language: str, explain: bool, as_json: bool) -> None:
    """Say what TEXT (`-` or none: standard input) can do, by the scanner alone, without a server.

    The exit code tells the risk: 0 safe, 10 caution, 11 unknown, 12 dangerous. A text without a command
    in it, as one of comments, is safe: nothing in it runs. An empty one is no text, and ends with 2.
    """
    if text is None or text == "-":
        text = read_input("-", SCAN_MAX_BYTES).decode("utf-8", "replace")
    if not text.strip():  # a pipe whose other end failed must not read as a pass
        hint = "Give a command: dd0c scan 'df -h', or pipe one in."
        raise CliError("There is nothing to scan: the text is empty.", ExitCode.USAGE, hint)
    finding = scan(text, "sql" if language == "sql" else "bash")
    if as_json:
        click.echo(finding.model_dump_json(by_alias=True))
    elif not session.printer.for_people:
        session.printer.document(finding.model_dump(mode="json", by_alias=True))
    else:
        click.echo(f"{MARKS[finding.risk]} {finding.risk}: {inert(finding.why)}")
        for line in _explained(text, finding) if explain else ():
            click.echo(line)
    raise SystemExit(int(RISK_CODES[finding.risk]))


def _explained(text: str, finding: Finding) -> list[str]:
    """The parts that decided under each other, then what else is known about the text."""
    lines = [
        f"  {span.start}–{span.end}  {inert(text[span.start : span.end])[:80]}  [{span.rule_id}]"
        for span in finding.spans
    ]
    others = [rule for rule in finding.rule_ids if rule not in {span.rule_id for span in finding.spans}]
    facts = {
        "also": ", ".join(others),
        "touches": ", ".join(inert(name) for name in finding.resources),
        "undo": finding.reversibility if finding.risk is not Risk.SAFE else "",
        "inverse": inert(finding.inverse or ""),
        "scanner": finding.scanner_version,
        "knowledge": finding.knowledge_version,
    }
    return lines + [f"  {name}: {value}" for name, value in facts.items() if value]


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice(_THRESHOLDS),
    default="never",
    show_default=True,
    help="End with exit code 12 where a command's risk is this or higher.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a command.")
@click.option("--quiet", is_flag=True, help="Leave out what is safe.")
@with_output
def lint_command(session: Session, paths: tuple[Path, ...], fail_on: str, as_json: bool, quiet: bool) -> None:
    """Check runbooks in YAML and scan the commands of YAML and Markdown runbooks, without a server.

    Ends with exit code 1 where a document is not valid, or declares a risk below what the scanner finds.
    """
    worst, broken, tell = Risk.SAFE, False, _Telling(session.printer, as_lines=as_json)
    for path in _files(paths):
        found = read_commands(path)
        for problem in found.problems:
            tell.problem(path, problem)
            broken = broken or problem.severity == "error"
        for command in found.commands:
            finding = scan(command.text, command.language)
            worst = worse(worst, finding.risk)
            lowered = command.declared is not None and exceeds(finding.risk, command.declared)
            broken = broken or lowered
            if lowered or not quiet or finding.risk is not Risk.SAFE:
                tell.finding(path, command, finding, lowered=lowered)
    tell.end()
    if broken:
        raise SystemExit(int(ExitCode.REFUSED))
    if fail_on != "never" and worse(Risk(fail_on), worst) is worst:
        raise SystemExit(int(ExitCode.FOUND_DANGEROUS))


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """The runbooks that are named, and all below a folder that is named, in order."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = [p for p in sorted(path.rglob("*")) if p.suffix.lower() in _SUFFIXES and p.is_file()]
            found.extend(below)
        elif path.suffix.lower() in _SUFFIXES:
            found.append(path)
        else:
            hint = "Give runbooks: " + ", ".join(sorted(_SUFFIXES))
            raise CliError(f"{inert(path)} is neither YAML nor Markdown.", ExitCode.USAGE, hint)
    return found


_SUFFIXES: Final = frozenset({".yaml", ".yml", ".md", ".markdown"})


class _Telling:
    """Prints what is found: a line each as it comes, in JSON too; as a document all of it at the end."""

    def __init__(self, printer: Printer, *, as_lines: bool) -> None:
        self._printer = printer
        self._as_lines = as_lines
        self._items: list[dict[str, Any]] = []

    def problem(self, path: Path, problem: Place) -> None:
        """What is wrong with a document."""
        field = f"{inert(problem.path)}: " if problem.path else ""
        line = f"{inert(path)}:{problem.line}: {problem.severity}: {field}{inert(problem.message)}"
        self._tell({"path": str(path), "problem": problem.as_dict()}, line)

    def finding(self, path: Path, command: Scanned, finding: Finding, *, lowered: bool) -> None:
        """What a command can do; `lowered`: the document declares less."""
        name = f"{inert(command.name)}: " if command.name else ""
        note = f" (declared {command.declared}: raise it)" if lowered else ""
        place = f"{inert(path)}:{command.line}"
        about = {"path": str(path), "line": command.line, "name": command.name, "lowered": lowered}
        self._tell(
            {**about, "finding": finding.model_dump(mode="json", by_alias=True)},
            f"{place}: {MARKS[finding.risk]} {finding.risk}: {name}{inert(finding.why)}{note}",
        )

    def end(self) -> None:
        """All that was found, where a document was asked for."""
        if not self._as_lines and not self._printer.for_people:
            self._printer.document({"items": self._items})

    def _tell(self, item: dict[str, Any], line: str) -> None:
        if self._as_lines:
            click.echo(json.dumps(item))
        elif self._printer.for_people:
            click.echo(line)
        else:
            self._items.append(item)
