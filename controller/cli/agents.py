"""`dd0c agents`, `dd0c panic`: the fleet, and the halt of everything."""

from __future__ import annotations

from typing import Any, Final

import click

from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError
from controller.cli.groups import ListGroup
from controller.cli.on_host import can_sign_in, clear_on_host
from controller.cli.pulls import confirm

_COLUMNS: Final = [
    ("NAME", "name"), ("ONLINE", "online"), ("LABELS", "labels"), ("VERSION", "version"),
    ("LAST SEEN", "lastSeenAt"), ("ID", "id"),
]  # fmt: skip


@click.group("agents", cls=ListGroup, invoke_without_command=True)
@with_session
def agents_group(session: Session) -> None:
    """The programs that run commands in your network; they only dial out."""
    if click.get_current_context().invoked_subcommand is None:
        session.printer.rows(
            session.client.get("agents")["items"], _COLUMNS, "No agent. Next: dd0c agents token"
        )


@agents_group.command("token")
@click.option("--name", help="The only name that the agent may take.")
@click.option("--minutes", type=click.IntRange(1, 1440), default=60, show_default=True)
@with_session
def token_command(session: Session, name: str | None, minutes: int) -> None:
    """Make a token that enrols one agent once, and print the command for its machine."""
    body: dict[str, object] = {"minutes": minutes}
    if name:
        body["name"] = name
    token = session.client.post("agents/enrollment-tokens", body)
    session.printer.facts(token, [("token", token["token"]), ("expires", token["expiresAt"])])
    session.printer.say(f"\nOn the machine of the agent:\n  {token['command']}")


@agents_group.command("tokens")
@with_session
def tokens_command(session: Session) -> None:
    """The enrolment tokens that can still be used."""
    columns = [
        ("NAME", "name"),
        ("LABELS", "labels"),
        ("EXPIRES", "expiresAt"),
        ("BY", "createdBy"),
        ("ID", "id"),
    ]
    session.printer.rows(
        session.client.get("agents/enrollment-tokens")["items"], columns, "No token. Next: dd0c agents token"
    )


@agents_group.command("revoke")
@click.argument("agent")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@with_session
def revoke_command(session: Session, agent: str, yes: bool) -> None:
    """End an agent's identity for ever; it is disconnected within a second."""
    if not yes:
        confirm(f"Revoke {agent}?", "--yes")
    session.printer.facts(session.client.post(at("agents", agent, "revoke")), [("revoked", agent)])


@click.group("panic", invoke_without_command=True)
@with_session
def panic_group(session: Session) -> None:
    """Whether everything is halted, since when and by whom."""
    if click.get_current_context().invoked_subcommand is None:
        state = session.client.get("panic")
        session.printer.facts(state, _panic_facts(state))
        if state["on"]:
            session.printer.say(HOW_TO_CLEAR)


HOW_TO_CLEAR: Final = (
    "\nNext: `dd0c panic off`. Two maintainers say so, one after the other; a lone one says it on the machine"
    " of the controller. Executions stay paused until a person resumes each."
)


def _panic_facts(state: dict[str, Any]) -> list[tuple[str, object]]:
    """Since when, by whom and why; where it is off, of the last time that it changed."""
    facts: list[tuple[str, object]] = [("panic", "ON" if state["on"] else "off"), ("epoch", state["epoch"])]
    who = state.get("by")
    if state.get("byName"):
        who = f"{state['byName']} ({who})"
    told = [("since", state.get("since")), ("by", who)]
    if state["on"]:
        told += [("reason", state.get("reason")), ("waiting for", state.get("waitingFor"))]
    return facts + [(name, value) for name, value in told if value]


@panic_group.command("on")
@click.option("--reason", default="", help="Why; it stands in the audit trail.")
@with_session
def on_command(session: Session, reason: str) -> None:
    """Halt everything at once: nothing new starts, and what runs is frozen. Asks nothing."""
    state = session.client.post("panic", {"reason": reason})
    session.printer.facts(
        state, [("panic", "ON"), ("epoch", state["epoch"]), ("agents told", state["agents"])]
    )
    session.printer.say(HOW_TO_CLEAR)


@panic_group.command("off")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--on-host", is_flag=True, help="Sign in by the state folder of this machine's controller.")
@with_session
def off_command(session: Session, yes: bool, on_host: bool) -> None:
    """Clear the panic (two maintainers where there are two). Executions stay paused until resumed.

    A lone maintainer clears it on the machine of the controller, as the user who runs it.
    """
    if not yes:
        confirm("Clear the panic?", "--yes")
    state = clear_on_host(session.client) if on_host else _clear(session)
    session.printer.facts(state, _panic_facts(state))


def _clear(session: Session) -> Any:
    """By the token; and by the state folder where only that can, and it is there."""
    try:
        return session.client.post("panic/clear")
    except CliError as refusal:
        if refusal.problem.get("code") != "needs_host" or not can_sign_in(session.client):
            raise
    session.printer.note("A lone maintainer clears a panic from the host: signing in by its state folder.")
    return clear_on_host(session.client)
