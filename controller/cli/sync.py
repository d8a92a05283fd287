"""`dd0c sync`: whether what is in service is what git has, what differs, and syncing now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click
from rich.text import Text

from base.limits import SYNC_WAIT_SECONDS, SYNC_WAIT_SECONDS_MAX
from controller.cli.client import at
from controller.cli.context import Session, with_session
from controller.cli.errors import CliError, ExitCode
from controller.cli.output import cell, inert

Command = TypeVar("Command", bound=Callable[..., Any])

_STYLES: Final = {"synced": "green", "behind": "yellow", "broken": "bold red", "never": "dim"}
_SIGNS: Final = {"synced": "✓ Synced", "behind": "… Behind", "broken": "✗ Broken", "never": "– Never synced"}
_KINDS: Final = {
    "added": ("+", "not in service yet"),
    "changed": ("~", "not in service yet"),
    "retired": ("-", "gone from git, still in service"),
    "kept": ("!", "its last good version serves"),
    "broken": ("!", "nothing of it serves"),
}
_SHOWN_MAX: Final = 20


def with_json(command: Command) -> Command:
    """Give a command `--json`, short for `-o json`."""

    def choose(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            context.ensure_object(Session).form = "json"

    option = click.option(
        "--json", is_flag=True, expose_value=False, callback=choose, help="The same as -o json."
    )
    return option(with_session(command))


_one = click.option("--repository", "-r", metavar="NAME", help="Only this repository; else every one.")


@click.group("sync", invoke_without_command=True)
@with_json
def sync_group(session: Session) -> None:
    """Whether what is in service is what git has; without a command, `dd0c sync status`."""
    if click.get_current_context().invoked_subcommand is None:
        _status(session, None)


@sync_group.command("status")
@_one
@with_json
def status_command(session: Session, repository: str | None) -> None:
    """Each repository: synced at which commit, when, by what; how far behind; what is broken, where, why.

    Exit code 0: everything is synced; 13: something is behind or never synced; 14: something is broken.
    """
    _status(session, repository)


def _status(session: Session, repository: str | None) -> None:
    status = session.client.get("sync")
    items = chosen(status["items"], repository)
    printer = session.printer
    if not printer.for_people:
        printer.document({"items": items, "history": status["history"]})
    elif not items:
        printer.say("No repository.")
    for item in items if printer.for_people else ():
        printer.console.print(_head(item), soft_wrap=True)
        printer.say(f"  {item['says']}")
        for name, text in _facts(item):
            printer.console.print(Text(f"  {name:<11}", style="dim").append(inert(text)), soft_wrap=True)
        for file in item["brokenFiles"][:_SHOWN_MAX]:
            _say_file(session, file)
        _say_more(session, len(item["brokenFiles"]), f"dd0c sync diff -r {item['name']}")
    _leave([item["state"] for item in items])


def _head(item: dict[str, Any]) -> Text:
    state = item["state"]
    return Text.assemble(
        (f"{_SIGNS.get(state, inert(state))}  ", _STYLES.get(state, "")),
        (inert(item["name"]), "bold"),
        f"  {inert(item['branch'])}",
    )


def _facts(item: dict[str, Any]) -> list[tuple[str, str]]:
    found = [("in service", _commit(item.get("syncedCommit")))]
    if item.get("syncedAt"):
        by = f", by {item['trigger']}" if item.get("trigger") else ""
        since = cell(item["syncedAt"], "syncedAt").plain
        found[0] = ("in service", f"{_commit(item.get('syncedCommit'))} since {since}{by}")
    if item.get("head") != item.get("syncedCommit"):
        found.append(("git has", _commit(item.get("head"))))
    if item.get("lagSeconds") is not None:
        found.append(("behind for", f"{item['lagSeconds']} s"))
    fetched = item.get("fetchAgeSeconds")
    found.append(("looked at", "never" if fetched is None else f"{fetched} s ago"))
    found.append(("runbooks", str(item["runbooks"])))
    policy = item["policy"]
    if policy["role"] == "source":
        found.append(("policy", "the tenant's policy source"))
    elif policy["inForce"]:
        found.append(("policy", "only asks for more: " + (", ".join(policy["asks"]) or "nothing more")))
    return found


def _commit(text: str | None) -> str:
    return inert(text)[:12] if text else "nothing"


def _say_file(session: Session, file: dict[str, Any]) -> None:
    where = f"{file['path']}:{file['line']}" if file.get("line") else file["path"]
    session.printer.console.print(Text(f"  ✗ {inert(where)}", style="red"), soft_wrap=True)
    session.printer.say(f"    {file['reason']}")
    if file.get("link"):
        session.printer.say(f"    {file['link']}")


def _say_more(session: Session, count: int, command: str) -> None:
    if count > _SHOWN_MAX:
        session.printer.say(f"  … and {count - _SHOWN_MAX} more: {command} --json")


@sync_group.command("now")
@_one
@click.option(
    "--wait",
    type=click.IntRange(1, SYNC_WAIT_SECONDS_MAX),
    default=SYNC_WAIT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for what comes of it.",
)
@with_json
def now_command(session: Session, repository: str | None, wait: int) -> None:
    """Fetch at once instead of at the next poll, and wait until it can be told what came of it.

    Exit code 0: everything is synced; 13: not ended in time, it goes on; 14: something is broken.
    """
    body = {"waitSeconds": wait} | ({} if repository is None else {"repository": repository})
    result = session.client.post("sync", body)
    printer = session.printer
    if not printer.for_people:
        printer.document(result)
    for item in result["items"] if printer.for_people else ():
        counts = ", ".join(f"{count} {name}" for name, count in item.get("counts", {}).items() if count)
        told = item.get("error") or counts or "nothing new"
        head = Text.assemble((f"{inert(item['outcome'])}  ", "bold"), inert(item["name"]))
        printer.console.print(head.append(f"  {_commit(item.get('commit'))}  {inert(told)}"), soft_wrap=True)
        for file in item.get("rejected", [])[:_SHOWN_MAX]:
            _say_file(session, file)
        _say_more(session, len(item.get("rejected", [])), "dd0c sync status")
    if printer.for_people and not result["items"]:
        printer.say("No repository.")
    states = ["broken" if item["outcome"] == "failed" else item["state"] for item in result["items"]]
    waiting = ["behind" for item in result["items"] if item["outcome"] == "running"]
    _leave(states + waiting)


@sync_group.command("diff")
@_one
@with_json
def diff_command(session: Session, repository: str | None) -> None:
    """What git declares against what is in service: runbooks that came, changed or went, and those kept at
    their last good version, with what differs in their steps and risks.

    Git is as it was last fetched; `dd0c sync now` fetches. Exit code 0: nothing differs; 13: something is not
    in service yet; 14: something is kept at its last good version, or broken.
    """
    items = chosen(session.client.get("sync")["items"], repository)
    found = [_diff_of(session, item) for item in items]
    printer = session.printer
    if not printer.for_people:
        printer.document({"items": found})
    for drift in found if printer.for_people else ():
        if "error" in drift:
            printer.say(f"{drift['repository']}  can't be compared: {drift['error']}")
            continue
        both = f"{_commit(drift.get('syncedCommit'))} in service, git has {_commit(drift.get('head'))}"
        printer.console.print(Text.assemble((inert(drift["repository"]), "bold"), f"  {both}"))
        if drift["inStep"]:
            printer.say("  Nothing differs.")
        for item in drift["items"]:
            _say_drift(session, item)
        if drift["leftOut"]:
            printer.say(f"  … and {drift['leftOut']} more files")
    _leave([state for drift in found for state in _drift_states(drift)])


def _diff_of(session: Session, item: dict[str, Any]) -> dict[str, Any]:
    """What differs; of a repository that can't be read, why, so that the others are told."""
    try:
        found: dict[str, Any] = session.client.get(at("sync", item["id"], "diff"))
    except CliError as refusal:
        if refusal.code in (ExitCode.UNAUTHENTICATED, ExitCode.USAGE, ExitCode.UNREACHABLE):
            raise
        return {"repository": item["name"], "error": refusal.message}
    return found


def _drift_states(drift: dict[str, Any]) -> list[str]:
    if "error" in drift:
        return ["broken"]
    if drift["inStep"]:
        return ["synced"]
    kept = any(item["kind"] in ("kept", "broken") for item in drift["items"])
    return ["broken" if kept else "behind"]


def _say_drift(session: Session, item: dict[str, Any]) -> None:
    sign, means = _KINDS.get(item["kind"], ("?", item["kind"]))
    where = f"{item['path']}:{item['line']}" if item.get("line") else item["path"]
    name = f"{item['name']}  " if item.get("name") else ""
    session.printer.say(f"  {sign} {name}{where}  ({means})")
    if item.get("reason"):
        session.printer.say(f"      {item['reason']}")
    for line in _change_lines(item.get("change") or {}):
        session.printer.say(f"      {line}")


def _change_lines(change: dict[str, Any]) -> list[str]:
    """What differs between two documents, a line a step or field."""
    if change.get("change") != "changed":
        return []
    found = []
    for step in change.get("steps", ()):
        side = step.get("after") or step.get("before") or {}
        if step["change"] == "same" and not step.get("moved"):
            continue
        word = "moved" if step["change"] == "same" else step["change"]
        found.append(f"step {side.get('id', '?')} {word}" + _fields(step.get("fields", ())))
    found += [f"{each['field']}{_sides(each)}" for each in change.get("fields", ())]
    return found[:_SHOWN_MAX]


def _fields(fields: Sequence[dict[str, Any]]) -> str:
    told = [f"{each['field']}{_sides(each)}" for each in fields]
    return f": {'; '.join(told)}" if told else ""


def _sides(each: dict[str, Any]) -> str:
    before, after = (_short(each.get(side)) for side in ("before", "after"))
    return f" {before} → {after}"


def _short(text: str | None) -> str:
    line = "nothing" if text is None else text.replace("\n", " ⏎ ")
    return line if len(line) <= 80 else f"{line[:79]}…"


@sync_group.command("history")
@_one
@with_json
def history_command(session: Session, repository: str | None) -> None:
    """What syncs did, newest first: what began each, from which commit to which, what came of it."""
    items = session.client.pages("sync/history", 200, repository=repository)
    for item in items if session.printer.for_people else ():
        item["from"], item["to"] = _commit(item.get("fromCommit")), _commit(item.get("toCommit"))
        counts = {name: count for name, count in item["counts"].items() if count}
        item["what"] = item.get("error") or counts or "nothing new"
    columns = [
        ("WHEN", "finishedAt"), ("REPOSITORY", "repository"), ("BY", "trigger"), ("OUTCOME", "outcome"),
        ("FROM", "from"), ("TO", "to"), ("MS", "durationMs"), ("WHAT", "what"),
    ]  # fmt: skip
    session.printer.rows(items, columns, "No sync yet.")


@sync_group.command("policy-source")
@click.argument("repository")
@with_json
def policy_source_command(session: Session, repository: str) -> None:
    """Name REPOSITORY as the one whose policy.json may allow something; those of others only ask for more."""
    named = session.client.put("sync/policy-source", {"repository": repository})
    session.printer.facts(named, [("policy source", named["repository"])])


@sync_group.command("badge")
@click.argument("repository")
@click.option("--remove", is_flag=True, help="Its address shows nothing any more.")
@with_json
def badge_command(session: Session, repository: str, remove: bool) -> None:
    """Make the address of an image that says the state of REPOSITORY in a word, for whoever has it.

    It is shown once; one that was made before shows nothing any more.
    """
    [item] = chosen(session.client.get("sync")["items"], repository)
    if remove:
        session.client.delete(at("sync", item["id"], "badge"))
        session.printer.say("The badge shows nothing any more.")
        return
    made = session.client.post(at("sync", item["id"], "badge"))
    pairs = [("image", made["svg"]), ("shields.io", made["jsonUrl"]), ("Markdown", made["markdown"])]
    session.printer.facts(made, pairs)


def chosen(items: Sequence[dict[str, Any]], name: str | None) -> list[dict[str, Any]]:
    """The repository of that name, or all. Raises CliError."""
    found = [item for item in items if name is None or item["name"] == name]
    if name is not None and not found:
        raise CliError(
            f"No repository is called {inert(name)}.", ExitCode.NOT_FOUND, "`dd0c sync status` lists them."
        )
    return found


def _leave(states: Sequence[str]) -> None:
    """The exit code that a script can act on."""
    if "broken" in states:
        raise click.exceptions.Exit(int(ExitCode.SYNC_BROKEN))
    if any(state != "synced" for state in states):
        raise click.exceptions.Exit(int(ExitCode.SYNC_BEHIND))
