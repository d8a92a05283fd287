"""`dd0c upgrade`: what a newer scanner found otherwise, and an owner's word for what is lower."""

from __future__ import annotations

from typing import Any, Final

import click
from rich.text import Text

from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import Printer, inert, risk_text
from controller.cli.preview import shown_risk
from controller.cli.pulls import confirm

_MOST: Final = 10_000
_AT_ONCE: Final = 500
"""What the API takes in one request."""

_STATES: Final = {
    "raised": "holds",
    "waiting": "waits for an owner",
    "accepted": "accepted",
    "unread": "can't be read by this version: what stood holds",
    "overtaken": "something newer holds",
}


@click.group("upgrade", invoke_without_command=True)
@with_session
def upgrade_group(session: Session) -> None:
    """What the scanner of a new version found otherwise in the runbooks that serve."""
    if click.get_current_context().invoked_subcommand is None:
        _report(session, waiting=False, runbook=None)


@upgrade_group.command("report")
@click.option("--waiting", is_flag=True, help="Only what waits for an owner.")
@click.option("--runbook", help="Only of this runbook (name or id).")
@with_session
def report_command(session: Session, waiting: bool, runbook: str | None) -> None:
    """List the commands whose verdict moved: before, after, and the rule that decided.

    A higher verdict holds at once. A lower one waits for an owner, and until then the stricter one holds.
    Exit code 5 where something waits.
    """
    report = _report(session, waiting=waiting, runbook=runbook)
    if report["waiting"]:
        click.get_current_context().exit(ExitCode.NEEDS_HUMAN)


@upgrade_group.command("accept")
@click.option("--runbook", help="What waits in this runbook (name or id).")
@click.option("--rule", help="What waits because of this rule of the scanner, in every runbook.")
@click.option("--all", "everything", is_flag=True, help="Everything that waits.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@with_session
def accept_command(
    session: Session, runbook: str | None, rule: str | None, everything: bool, yes: bool
) -> None:
    """Let lower verdicts hold (owners). Shows each of them first; what changed meanwhile is refused."""
    if not (runbook or rule or everything):
        raise CliError(
            "Say which verdicts.", ExitCode.USAGE, "`--runbook NAME`, `--rule RULE` or `--all`; both narrow."
        )
    found = _items(session, waiting=True, runbook=runbook)
    moves = [move for move in found if rule is None or _by(move, rule)]
    if not moves:
        session.printer.say("Nothing like that waits for an owner.")
        return
    if session.printer.for_people:
        for move in moves:
            _show(session.printer, move)
    if not yes:
        confirm(f"Let {_counted(len(moves))} be lower from now on?", "--yes")
    accepted = 0
    for start in range(0, len(moves), _AT_ONCE):
        ids = [move["id"] for move in moves[start : start + _AT_ONCE]]
        accepted += session.client.post("reclassifications/accept", {"ids": ids})["accepted"]
    session.printer.facts({"accepted": accepted}, [("accepted", _counted(accepted))])


def _counted(many: int) -> str:
    return f"{many} {'verdict' if many == 1 else 'verdicts'}"


def _by(move: dict[str, Any], rule: str) -> bool:
    return any(rule in (move.get(side) or {}).get("ruleIds", []) for side in ("before", "after"))


def _items(session: Session, *, waiting: bool, runbook: str | None) -> list[dict[str, Any]]:
    asked = {"waiting": str(waiting).lower(), "runbook": runbook}
    return session.client.pages("reclassifications", _MOST, **asked)


def _report(session: Session, *, waiting: bool, runbook: str | None) -> dict[str, Any]:
    report: dict[str, Any] = session.client.get("reclassifications", limit=1)
    report.pop("nextCursor", None)
    report["items"] = _items(session, waiting=waiting, runbook=runbook)
    printer = session.printer
    if not printer.for_people:
        printer.document(report)
        return report
    printer.say(f"Scanner {report['scannerVersion']}, knowledge {report['knowledgeVersion'][:19]}")
    if report["toLookAt"]:
        printer.say(f"{report['toLookAt']} runbooks are still to be looked at; the server does so by itself.")
    for move in report["items"]:
        _show(printer, move)
    printer.say(
        f"{report['raised']} raised, {report['waiting']} wait for an owner, {report['accepted']} accepted"
        + (f", {report['unread']} could not be read" if report["unread"] else "")
        + "."
    )
    if report["waiting"]:
        printer.say("\nNext: dd0c upgrade accept --runbook NAME")
    return report


def _show(printer: Printer, move: dict[str, Any]) -> None:
    line = Text(f"{inert(move['runbook']['name'])} / {inert(move['step'])}  ", style="bold")
    line.append_text(risk_text(shown_risk(move["before"])))
    after = move.get("after")
    if after is not None:
        line.append(" → ").append_text(risk_text(shown_risk(after)))
    line.append(f"  {_STATES.get(move['state'], inert(move['state']))}", style="not bold")
    printer.console.print(line, soft_wrap=True)
    for text in inert(move["command"], lines=True).splitlines():
        printer.console.print(Text(f"    {text}"), soft_wrap=True)
    said = after or move["before"]
    rules = f"  ({', '.join(inert(rule) for rule in said['ruleIds'])})" if said.get("ruleIds") else ""
    printer.console.print(Text(f"    {inert(said['why'])}{rules}", style="dim"), soft_wrap=True)
