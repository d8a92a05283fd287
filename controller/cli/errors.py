"""What ends the command line early: a sentence for the person and an exit code for the script."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import click


class ExitCode(IntEnum):
    """The exit codes of `dd0c`, documented in docs/cli.md."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNAUTHENTICATED = 3
    NOT_FOUND = 4
    NEEDS_HUMAN = 5
    RUN_FAILED = 6
    UNREACHABLE = 7
    NOT_VERIFIED = 8
    FOUND_STALE = 9
    FOUND_CAUTION = 10
    FOUND_UNKNOWN = 11
    FOUND_DANGEROUS = 12
    SYNC_BEHIND = 13
    SYNC_BROKEN = 14


MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.REFUSED: "the server refused, with its reason; `dd0c lint` found a fault; no output possible",
    ExitCode.USAGE: "wrong usage or settings, a file that can't be read or written, or an address where "
    "no dd0c/run server of this version answers",
    ExitCode.UNAUTHENTICATED: "not signed in, or the role does not allow it",
    ExitCode.NOT_FOUND: "no such thing",
    ExitCode.NEEDS_HUMAN: "a human is waited for, and nobody is at this terminal or has left it; "
    "`dd0c upgrade report`: verdicts wait for an owner",
    ExitCode.RUN_FAILED: "the execution was aborted, or waits for manual intervention",
    ExitCode.UNREACHABLE: "the server does not answer, or says that it can't now; `dd0c run` tries for a "
    "minute first, and names the command that goes on",
    ExitCode.NOT_VERIFIED: "the audit chain does not verify",
    ExitCode.FOUND_STALE: "`dd0c stale`: a runbook is stale",
    ExitCode.FOUND_CAUTION: "`dd0c scan`: the command is caution",
    ExitCode.FOUND_UNKNOWN: "`dd0c scan`: what the command does is not known",
    ExitCode.FOUND_DANGEROUS: "`dd0c scan`: it is dangerous; `dd0c lint`: a risk from `--fail-on` up",
    ExitCode.SYNC_BEHIND: "`dd0c sync`: something is behind git, was never synced, or is not done in time",
    ExitCode.SYNC_BROKEN: "`dd0c sync`: a sync failed, or a file is not in service as git has it",
}


class CliError(click.ClickException):
    """Printed as `dd0c: <what happened>`, with what to do next on a line of its own."""

    def __init__(self, message: str, code: ExitCode, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint
        self.problem: dict[str, Any] = {}

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click declares a class variable; ours is per error
        return int(self.code)

    def format_message(self) -> str:
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message

    def show(self, file: object | None = None) -> None:
        click.echo(f"dd0c: {self.format_message()}", err=True)


class NotUnderstood(CliError):
    """An answer that no dd0c/run server gives, or only one of another version."""

    def __init__(self, server: str, why: str) -> None:
        super().__init__(
            f"{server} is not a dd0c/run server, or this client does not understand its answer: {why}.",
            ExitCode.USAGE,
            "Look at the address (--url, DD0C_URL), and whether both are of one version (dd0c --version).",
        )


class NeedsPerson(CliError):
    """The walk can't go on without a person; `what` is waited for, `resume` is the command that goes on."""

    def __init__(self, what: str, execution_id: str, message: str) -> None:
        self.what = what
        self.resume = f"dd0c run --attach {execution_id}"
        super().__init__(message, ExitCode.NEEDS_HUMAN, f"Go on with: {self.resume}")


_LISTS: Final = {
    "executions": "dd0c executions", "pulls": "dd0c pr list", "members": "dd0c members",
    "tokens": "dd0c tokens", "agents": "dd0c agents", "runbooks": "dd0c runbooks",
}  # fmt: skip


def next_step(status: int, path: str) -> str | None:
    """What to do after a refusal in which the server says nothing of it; `path` is what was asked for."""
    kind, _, rest = path.partition("/")
    if status == 401:
        return (
            "Set DD0C_TOKEN to a token that is valid (`dd0c tokens make`, or /tokens in the browser); on the"
            " machine of `make run` unset it, and set DD0C_STATE_DIR as there."
        )
    if status == 403:
        return "Ask a member with the role, or an owner for it: `dd0c members` lists both."
    if status == 404 and kind == "executions" and "/attempts/" in rest:
        return f"`dd0c executions show {rest.partition('/')[0]}` lists its attempts."
    if status == 404 and kind in _LISTS:
        return f"`{_LISTS[kind]}` lists what is there."
    if status == 409 and kind == "panic":
        return "`dd0c panic` says whether one holds."
    if status == 409 and kind == "members" and not rest:
        return "`dd0c members` lists them; `dd0c members role MEMBER ROLE` changes a role."
    if status == 409 and kind == "executions" and rest:
        return f"See where it stands: dd0c executions show {rest.partition('/')[0]}"
    return None


_LOOK: Final = "Look whether it was done (`dd0c executions`, or the list that it is in); if not, do it again."


def help_hint() -> str:
    """Where the command that runs says what it takes."""
    context = click.get_current_context(silent=True)
    return f"`{context.command_path if context else 'dd0c'} --help` says what is taken."


def own_words(problem: dict[str, Any]) -> tuple[str, str] | None:
    """Message and hint for a change whose end is open: the server's words are for those who have its key."""
    code = problem.get("code")
    if code == "request_running":
        return "The server still works on what was sent before.", "Look at it again in a moment."
    if code == "outcome_unknown":
        what = (
            "it was done, at least in part" if problem.get("acted") is True
            else "whether it was done is not known"
        )  # fmt: skip
        return f"The server was ended while it worked on this: {what}, and its answer is lost.", _LOOK
    if code == "database_unavailable":
        return "The server's database does not answer now: whether it was done is not known.", _LOOK
    return None


def code_of_status(status: int) -> ExitCode:
    """The exit code that an HTTP status becomes."""
    if status in (401, 403):
        return ExitCode.UNAUTHENTICATED
    if status == 404:
        return ExitCode.NOT_FOUND
    if status >= 500:
        return ExitCode.UNREACHABLE
    return ExitCode.REFUSED
