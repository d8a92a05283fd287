"""`dd0c run`: walks a person through an execution in the terminal."""

from __future__ import annotations

from typing import Any, Final

import click

from controller.cli.client import Patience, at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode, NeedsPerson
from controller.cli.execution_view import show_summary, where_it_stands
from controller.cli.output import inert, interactive
from controller.cli.places import in_repository
from controller.cli.runbooks import find_runbook
from controller.cli.walk import Walk

_OPEN_ENDED: Final = ("outcome_unknown", "request_running")
_FIND: Final = (
    "`dd0c executions` lists it where it was made: go on with it by `dd0c run --attach ID`. If it is not"
    " there, run this again."
)


@click.command("run")
@click.argument("name")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Bind a variable; repeatable.")
@click.option("--attach", is_flag=True, help="NAME is the id of an execution that is already there.")
@click.option("--rollback", is_flag=True, help="NAME is a completed execution: undo what it did.")
@in_repository
@with_session
def run_command(
    session: Session,
    name: str,
    variables: tuple[str, ...],
    attach: bool,
    rollback: bool,
    repository: str | None,
) -> None:
    """Start the runbook NAME and walk through it; every step waits for you at its gate.

    Without a terminal nobody can say yes: the run stops at its first gate with exit code 5, and waits
    there for `dd0c executions approve` or another `dd0c run --attach`. As a document it prints the
    execution with `waitsFor` and the command that goes on as `next`.
    """
    bound = dict(_pair(text) for text in variables)
    if attach and (rollback or bound):
        word = "--rollback" if rollback else "--var"
        raise CliError(
            f"--attach goes on with an execution as it is; {word} has no place there.",
            ExitCode.USAGE,
            "`dd0c run --rollback` undoes a completed one; `dd0c executions bind` binds a variable.",
        )
    if attach:
        execution = session.client.get(at("executions", name))
    else:
        execution = _create(session, name, bound, repository, rollback=rollback)
        session.printer.say(f"{execution['id']}  {inert(execution['runbook']['title'])}")
    execution = _walk(session, execution)
    show_summary(session.printer, execution)
    if execution["state"] != "completed":
        raise CliError(f"The execution is {execution['state'].replace('_', ' ')}.", ExitCode.RUN_FAILED)


def _walk(session: Session, execution: dict[str, Any]) -> dict[str, Any]:
    """Walk to the end. Leaving (Ctrl-C, Ctrl-D) and whatever else stops the walk says where it stands."""
    session.client.be_patient(Patience(session.printer.note))
    walk = Walk(session.client, session.printer, can_ask=interactive())
    try:
        return walk.follow(execution)
    except (KeyboardInterrupt, click.Abort) as stop:
        seen = walk.seen or execution
        what = where_it_stands(seen)
        _print_where(session, seen, what)
        click.echo(err=True)  # the cursor stands behind the prompt
        said = f"You left; the execution {what}."
        if session.client.is_unanswered:
            said = f"You left before the server had answered; when it was last seen the execution {what}."
        raise NeedsPerson(what, execution["id"], said) from stop
    except CliError as stop:
        _print_where(session, walk.seen or execution, stop.what if isinstance(stop, NeedsPerson) else None)
        if not isinstance(stop, NeedsPerson):
            stop.hint = _go_on(stop, execution)
        raise


def _go_on(stop: CliError, execution: dict[str, Any]) -> str:
    """What to do next: the execution is there, whatever ended this command."""
    attach = f"dd0c run --attach {execution['id']}"
    if stop.code is ExitCode.UNREACHABLE:
        return f"The execution stays as it is on the server. Once that answers, go on with: {attach}"
    return f"{stop.hint}\n  → Go on with: {attach}" if stop.hint else f"Go on with: {attach}"


def _print_where(session: Session, execution: dict[str, Any], waits_for: str | None) -> None:
    """For programs: the execution as it was last seen, what it waits for, and the command that goes on."""
    if not session.printer.for_people:
        more = {} if waits_for is None else {"waitsFor": waits_for}
        session.printer.document({**execution, **more, "next": f"dd0c run --attach {execution['id']}"})


def _create(
    session: Session, name: str, bound: dict[str, str], repository: str | None, *, rollback: bool
) -> dict[str, Any]:
    if rollback:
        before = session.client.get(at("executions", name))
        body = {"runbook": before["runbook"]["id"], "variables": bound, "rollbackOf": name}
    else:
        body = {"runbook": find_runbook(session, name, repository)["id"], "variables": bound}
    session.client.be_patient(Patience(session.printer.note))
    try:
        created: dict[str, Any] = session.client.post("executions", body)
    except (KeyboardInterrupt, click.Abort) as stop:
        click.echo(err=True)
        left = CliError("You left; whether the execution is there is not known.", ExitCode.NEEDS_HUMAN, _FIND)
        raise left from stop
    except CliError as stop:
        if stop.code is ExitCode.UNREACHABLE or stop.problem.get("code") in _OPEN_ENDED:
            stop.hint = _FIND
        raise
    return created


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise CliError(f"--var wants NAME=VALUE, got {inert(text)}.", ExitCode.USAGE)
    return name, value
