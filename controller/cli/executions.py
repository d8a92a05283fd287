"""`dd0c executions`: every human event of an execution as a command, for scripts and second people."""

from __future__ import annotations

import base64
import sys
from typing import Any, Final

import click

from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode, NotUnderstood
from controller.cli.execution_view import show_gate, show_summary
from controller.cli.groups import ListGroup
from controller.cli.output import inert

_COLUMNS: Final = [
    ("ID", "id"), ("RUNBOOK", "runbook"), ("STATE", "state"), ("VERSION", "version"), ("BY", "requestedBy"),
    ("CREATED", "createdAt"),
]  # fmt: skip


@click.group("executions", cls=ListGroup, invoke_without_command=True)
@click.option("--state", help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@with_session
def executions_group(session: Session, state: str | None, limit: int) -> None:
    """Executions, newest first; with a sub-command, one of them."""
    if click.get_current_context().invoked_subcommand is None:
        items = session.client.pages("executions", limit, state=state)
        session.printer.rows(items, _COLUMNS, "Nothing has run yet. Next: dd0c run NAME")


@executions_group.command("show")
@click.argument("execution")
@with_session
def show_command(session: Session, execution: str) -> None:
    """Show an execution: its open gate, its steps, who approved what."""
    found = session.client.get(at("executions", execution))
    if session.printer.for_people and found.get("gate") and found["state"] == "await_approval":
        show_gate(session.printer, found)
        if found["gate"].get("notJudged"):
            session.printer.say(
                "  Nobody can approve it now. This passes; until then you can pause, abort, refuse, or skip."
            )
    show_summary(session.printer, found)


@executions_group.command("history")
@click.argument("execution")
@with_session
def history_command(session: Session, execution: str) -> None:
    """Every event of an execution and the states that it went through."""
    columns = [
        ("VERSION", "version"), ("EVENT", "event"), ("FROM", "fromState"), ("TO", "toState"), ("BY", "actor"),
        ("AT", "at"),
    ]  # fmt: skip
    items = session.client.pages(at("executions", execution, "history"), 10_000)
    session.printer.rows(items, columns, "No event.")


@executions_group.command("output")
@click.argument("execution")
@click.argument("attempt")
@with_session
def output_command(session: Session, execution: str, attempt: str) -> None:
    """Print what an attempt wrote, byte for byte; on a terminal control characters are escaped.

    As a document: the bytes in base64, the text where it is UTF-8, and whether it was cut (`truncated`).
    """
    answer = session.client.raw(at("executions", execution, "attempts", attempt, "output"))
    data, headers = answer.content, answer.headers
    told = headers.get("x-dd0c-total-bytes", "")
    if not (told.isascii() and told.isdigit()):
        raise NotUnderstood(session.client.url, "it does not say how much the command wrote")
    total = int(told)
    if not session.printer.for_people:
        session.printer.document(
            {
                "execution": execution,
                "attempt": attempt,
                "base64": base64.b64encode(data).decode(),
                "text": _utf8(data),
                "storedBytes": len(data),
                "totalBytes": total,
                "truncated": total > len(data),
                "complete": headers.get("x-dd0c-complete") == "true",
            }
        )
        return
    if sys.stdout.isatty():
        click.echo(inert(data.decode("utf-8", "backslashreplace"), lines=True), nl=False)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    if total > len(data):
        session.printer.note(f"dd0c: {len(data):,} of {total:,} bytes were kept.")


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


@executions_group.command("approve")
@click.argument("execution")
@click.option(
    "--intent", required=True, help="The digest of the intent that you saw (`executions show -o json`)."
)
@click.option("--type", "typed", help="The text that a dangerous step asks for.")
@with_session
def approve_command(session: Session, execution: str, intent: str, typed: str | None) -> None:
    """Approve exactly the intent with this digest; anything else is refused."""
    body = {"intentSha256": intent}
    if typed is not None:
        body["typed"] = typed
    _send(session, execution, "approve", body)


def _send(session: Session, execution: str, event: str, body: dict[str, Any]) -> None:
    before = session.client.get(at("executions", execution))
    after = session.client.post(at("executions", execution, event), body, version=before["version"])
    session.printer.facts(
        after, [("execution", execution), ("state", after["state"]), ("version", after["version"])]
    )


def _event(name: str, text: str, option: str | None = None) -> None:
    """Add a command for an event; `option` is the one text that it needs."""

    if option is None:

        @executions_group.command(name, help=text)
        @click.argument("execution")
        @with_session
        def bare(session: Session, execution: str) -> None:
            _send(session, execution, name, {})

        return

    @executions_group.command(name, help=text)
    @click.argument("execution")
    @click.option(f"--{option}", "value", required=True, help="For the record; sealed and erasable.")
    @with_session
    def with_text(session: Session, execution: str, value: str) -> None:
        _send(session, execution, name, {option: value})


for _name, _text, _option in (
    ("start", "Begin an execution that is pending.", None),
    ("refuse", "Say no at the gate.", "reason"),
    ("ask-again", "Open a lapsed gate anew.", None),
    ("skip", "Leave the step out.", "reason"),
    ("done-by-hand", "Say that a person already did the step.", "note"),
    ("request-rollback", "Ask to undo the latest step that can be undone.", None),
    ("decline-rollback", "Leave things as they are and take over by hand.", None),
    ("retry", "Try the step again, at a gate.", None),
    ("stop", "End the running command.", None),
    ("pause", "Hold everything where it stands.", None),
    ("resume", "Go on from where it was paused.", None),
    ("abort", "End the execution.", "reason"),
):
    _event(_name, _text, _option)


@executions_group.command("edit")
@click.argument("execution")
@click.option("--command", required=True, help="What runs in place of the step's own command.")
@click.option("--reason", required=True, help="Why.")
@with_session
def edit_command(session: Session, execution: str, command: str, reason: str) -> None:
    """Change the step's command; it is scanned again and waits at a gate."""
    if not command.strip():
        raise CliError(
            "The command is blank: nothing was changed.",
            ExitCode.USAGE,
            "Say what runs in the step's place, or leave the step out: dd0c executions skip",
        )
    _send(session, execution, "edit", {"command": command, "reason": reason})


@executions_group.command("report")
@click.argument("execution")
@click.option("--ok/--failed", default=None, help="What came of the manual step.")
@click.option("--answer", help="One of the step's answers.")
@click.option("--note", default="", help="What happened.")
@with_session
def report_command(session: Session, execution: str, ok: bool | None, answer: str | None, note: str) -> None:
    """Say what came of a manual step."""
    if ok is None:
        raise CliError("Say --ok or --failed.", ExitCode.USAGE)
    body: dict[str, Any] = {"ok": ok, "note": note}
    if answer is not None:
        body["answer"] = answer
    _send(session, execution, "report", body)


@executions_group.command("resolve")
@click.argument("execution")
@click.option("--outcome", type=click.Choice(["ran_ok", "ran_and_failed", "did_not_run"]), required=True)
@click.option("--note", required=True, help="How you know.")
@with_session
def resolve_command(session: Session, execution: str, outcome: str, note: str) -> None:
    """Say what became of a command whose fate was unknown."""
    _send(session, execution, "resolve", {"outcome": outcome, "note": note})


@executions_group.command("bind")
@click.argument("execution")
@click.argument("name")
@click.argument("value")
@with_session
def bind_command(session: Session, execution: str, name: str, value: str) -> None:
    """Give a variable its value, before the first step."""
    _send(session, execution, "bind", {"name": name, "value": value})


@executions_group.command("tick")
@click.argument("execution")
@click.argument("prerequisite")
@with_session
def tick_command(session: Session, execution: str, prerequisite: str) -> None:
    """Say that a prerequisite is met."""
    _send(session, execution, "tick", {"prerequisite": prerequisite})
