"""The loop of `dd0c run`: look at the state, ask what only a person can answer, send it, wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click
from rich.text import Text

from controller.cli.client import Client, at
from controller.cli.errors import CliError, NeedsPerson
from controller.cli.execution_view import last_attempt, open_gate, show_gate, step_at_cursor, why_it_stopped
from controller.cli.live import Live
from controller.cli.output import Printer, inert

_TERMINAL: Final = ("completed", "aborted")
_TRIES: Final = 5
Execution = dict[str, Any]
Choice = Callable[[Execution], Execution]


class Walk:
    """One person at one terminal. `can_ask` False: stop at the first thing that needs a person."""

    def __init__(self, client: Client, printer: Printer, *, can_ask: bool) -> None:
        self._client = client
        self._printer = printer
        self._can_ask = can_ask and printer.for_people
        self._live = Live(client, printer)
        self._told: list[str] = []
        self.seen: Execution | None = None
        """The execution as it was last seen, for whoever has to say where it stands."""

    def follow(self, execution: Execution) -> Execution:
        """Walk until the execution ends; gives its last state. Raises CliError where nobody can answer."""
        handlers: dict[str, Callable[[Execution], Execution]] = {
            "pending": self._pending,
            "preflight": self._preflight,
            "await_approval": self._gate,
            "await_manual": self._manual,
            "rollback_available": self._rollback_available,
            "paused": self._paused,
            "manual_intervention": self._by_hand,
        }
        while execution["state"] not in _TERMINAL:
            self.seen = execution
            handler = handlers.get(execution["state"], self._live.follow)
            try:
                execution = handler(execution)
            except CliError as error:
                if error.problem.get("status") not in (409, 412, 422):
                    raise
                if not self._can_ask:
                    raise
                click.echo(f"dd0c: {error.format_message()}", err=True)
                execution = self._client.get(at("executions", execution["id"]))
        return execution

    def _send(self, execution: Execution, event: str, body: dict[str, Any] | None = None) -> Execution:
        """Bring an event at the version that the person saw. Raises CliError where it has moved on."""
        found: Execution = self._client.post(
            at("executions", execution["id"], event), body or {}, version=execution["version"]
        )
        return found

    def _send_anyway(self, execution: Execution, event: str, body: dict[str, Any]) -> Execution:
        """Bring an event that means the same at any version (a value, a tick), also while a check runs."""
        for _ in range(_TRIES):
            try:
                return self._send(execution, event, body)
            except CliError as error:
                if error.problem.get("code") != "version_conflict":
                    raise
                execution = self._client.get(at("executions", execution["id"]))
        return self._send(execution, event, body)

    def _pending(self, execution: Execution) -> Execution:
        return self._send(execution, "start")

    def _preflight(self, execution: Execution) -> Execution:
        for variable in execution["variables"]:
            if not variable["bound"] and not variable["secret"]:
                return self._bind(execution, variable)
        for prerequisite in execution["prerequisites"]:
            if not prerequisite["ticked"]:
                return self._tick(execution, prerequisite)
        problems = [inert(problem["text"]) for problem in execution["problems"] if _is_hard(problem)]
        for text in problems:
            if text not in self._told:
                self._printer.note(f"waiting: {text}")
        self._told = problems
        return self._live.wait(execution)

    def _bind(self, execution: Execution, variable: dict[str, Any]) -> Execution:
        try:
            return self._send_anyway(execution, "bind", self._value(execution, variable))
        except CliError as error:
            if error.problem.get("status") == 422:
                error.hint = f"The whole value must match {inert(variable['pattern'])}"
            raise

    def _value(self, execution: Execution, variable: dict[str, Any]) -> dict[str, str]:
        bind = f"dd0c executions bind {execution['id']} {inert(variable['name'])} VALUE"
        self._need_person(execution, f"the variable {inert(variable['name'])} needs a value ({bind})")
        example = f" (e.g. {inert(variable['example'])})" if variable.get("example") else ""
        value = click.prompt(f"{variable['name']}{example}", type=str)
        return {"name": variable["name"], "value": value}

    def _tick(self, execution: Execution, prerequisite: dict[str, Any]) -> Execution:
        tick = f"dd0c executions tick {execution['id']} {inert(prerequisite['id'])}"
        self._need_person(execution, f"a prerequisite must be ticked: {inert(prerequisite['text'])} ({tick})")
        if prerequisite.get("check"):
            self._printer.say(f"  to check: {inert(prerequisite['check'])}", style="dim")
        if not click.confirm(f"{inert(prerequisite['text'])}. Is that so?", default=False):
            return self._menu(execution, {"x": self._abort, "w": self._live.wait})
        return self._send_anyway(execution, "tick", {"prerequisite": prerequisite["id"]})

    def _gate(self, execution: Execution) -> Execution:
        gate = open_gate(execution)
        if self._printer.for_people:
            show_gate(self._printer, execution)
        if gate["lapsed"]:
            self._need_person(execution, "the gate has lapsed")
            return self._menu(execution, {"n": self._ask_again, "x": self._abort})
        waits, choices = "waits for an approval", {"a": self._approve}
        if gate.get("notJudged"):
            waits, choices = "can't be judged at this moment", {"": self._look_again}
            self._printer.say("  Nobody can approve it now: its command can't be judged. This passes.")
        self._need_person(execution, f"the step {gate['step']} {waits}")
        if gate["kind"] == "forward":
            choices |= {"s": self._skip, "d": self._done, "e": self._edit}
        if "request-rollback" in execution["actions"]:
            choices["r"] = self._request_rollback
        return self._menu(execution, choices | {"n": self._refuse, "p": self._pause, "x": self._abort})

    def _approve(self, execution: Execution) -> Execution:
        gate = open_gate(execution)
        body = {"intentSha256": gate["intentSha256"]}
        if gate.get("confirm"):
            shown = inert(gate["confirm"])
            typed = click.prompt(f"Dangerous. Type {shown} to approve, or nothing to go back", default="")
            if not typed:
                return execution
            body["typed"] = typed
        return self._send(execution, "approve", body)

    def _manual(self, execution: Execution) -> Execution:
        step = step_at_cursor(execution)
        if self._printer.for_people:
            self._printer.console.print(Text(f"\n✎ {inert(step['title'])}", style="bold"))
            for line in inert(step.get("manual") or step.get("command") or "", lines=True).splitlines():
                self._printer.say(f"    {line}")
        self._need_person(execution, f"the step {step['id']} is done by a person")
        choices = {"d": self._report_ok, "f": self._report_failed, "s": self._skip}
        if "request-rollback" in execution["actions"]:
            choices["r"] = self._request_rollback
        return self._menu(execution, choices | {"p": self._pause, "x": self._abort})

    def _report_ok(self, execution: Execution) -> Execution:
        step = step_at_cursor(execution)
        body: dict[str, Any] = {"ok": True}
        if step["answers"]:
            body["answer"] = click.prompt("Which one", type=click.Choice(list(step["answers"])))
        return self._send(execution, "report", body)

    def _report_failed(self, execution: Execution) -> Execution:
        return self._send(execution, "report", {"ok": False, "note": click.prompt("What happened")})

    def _rollback_available(self, execution: Execution) -> Execution:
        step = step_at_cursor(execution)
        why = why_it_stopped(execution)
        self._printer.say(f"\n✗ {inert(step['title'])} failed: {why}.", style="bold")
        self._say_where_to_look(execution)
        self._need_person(execution, f"the step {step['id']} failed: {why}")
        return self._menu(
            execution,
            {
                "r": self._request_rollback,
                "t": self._retry,
                "s": self._skip,
                "h": self._decline,
                "x": self._abort,
            },
        )

    def _paused(self, execution: Execution) -> Execution:
        why = "panic" if execution["panic"] else "paused"
        self._printer.say(f"\nThe execution is {why}.", style="bold")
        self._need_person(execution, f"the execution is {why}")
        return self._menu(execution, {"g": self._resume, "w": self._live.wait, "x": self._abort})

    def _by_hand(self, execution: Execution) -> Execution:
        step = step_at_cursor(execution) if execution.get("cursor") else None
        title = inert(step["title"]) if step else "the run"
        if execution["unknown"]:
            self._printer.say(f"\nNobody can say what became of “{title}”. Look at the system.", style="bold")
            self._say_where_to_look(execution)
            self._need_person(execution, "the fate of a command is not known")
            return self._menu(execution, {"k": self._resolve, "x": self._abort})
        why = why_it_stopped(execution)
        self._printer.say(f"\n“{title}” needs you: {why}.", style="bold")
        self._say_where_to_look(execution)
        self._printer.say(
            "  Look at the system first. Then try it again, run another command in its place, leave it out,"
            " or do it by hand and say so."
        )
        self._need_person(execution, f"manual intervention: {why}")
        choices = {"t": self._retry, "e": self._edit, "s": self._skip, "d": self._done}
        if "request-rollback" in execution["actions"]:
            choices["r"] = self._request_rollback
        return self._menu(execution, choices | {"x": self._abort})

    def _say_where_to_look(self, execution: Execution) -> None:
        attempt = last_attempt(execution)
        if attempt is not None and attempt["storedBytes"]:
            self._printer.say(
                f"  Its output: dd0c executions output {execution['id']} {attempt['id']}", style="dim"
            )

    def _resolve(self, execution: Execution) -> Execution:
        outcome = click.prompt(
            "What happened", type=click.Choice(["ran_ok", "ran_and_failed", "did_not_run"])
        )
        return self._send(execution, "resolve", {"outcome": outcome, "note": click.prompt("How do you know")})

    def _look_again(self, execution: Execution) -> Execution:
        """As it is now: no event says that a command can be judged again."""
        found: Execution = self._client.get(at("executions", execution["id"]))
        return found

    def _ask_again(self, execution: Execution) -> Execution:
        return self._send(execution, "ask-again")

    def _skip(self, execution: Execution) -> Execution:
        return self._send(execution, "skip", {"reason": click.prompt("Why is it skipped")})

    def _done(self, execution: Execution) -> Execution:
        return self._send(execution, "done-by-hand", {"note": click.prompt("What was done")})

    def _edit(self, execution: Execution) -> Execution:
        step = step_at_cursor(execution)
        intent = (execution.get("gate") or {}).get("intent") or step
        try:
            command = click.edit(intent.get("command") or "", extension=".sh")
        except click.ClickException as error:
            self._printer.say(f"  Nothing was changed: {inert(error.format_message())}")
            return execution
        if command is None or not command.strip():
            why = "you saved nothing" if command is None else "the command is blank"
            self._printer.say(f"  Nothing was changed: {why}. To leave the step out, choose skip.")
            return execution
        body = {"command": command.rstrip("\n"), "reason": click.prompt("Why is it changed")}
        return self._send(execution, "edit", body)

    def _refuse(self, execution: Execution) -> Execution:
        return self._send(execution, "refuse", {"reason": click.prompt("Why not")})

    def _request_rollback(self, execution: Execution) -> Execution:
        return self._send(execution, "request-rollback")

    def _decline(self, execution: Execution) -> Execution:
        return self._send(execution, "decline-rollback")

    def _retry(self, execution: Execution) -> Execution:
        return self._send(execution, "retry")

    def _pause(self, execution: Execution) -> Execution:
        return self._send(execution, "pause")

    def _resume(self, execution: Execution) -> Execution:
        return self._send(execution, "resume")

    def _abort(self, execution: Execution) -> Execution:
        return self._send(execution, "abort", {"reason": click.prompt("Why does it end here")})

    _WORDS: Final = {
        "a": "approve", "s": "skip", "d": "done by hand", "e": "edit", "r": "roll back", "n": "no",
        "p": "pause", "x": "abort", "t": "try again", "h": "take over by hand", "g": "go on", "w": "wait",
        "f": "failed", "k": "say what happened", "": "look again",
    }  # fmt: skip

    def _menu(self, execution: Execution, choices: Mapping[str, Choice]) -> Execution:
        """Ask for one letter; an empty answer never means yes: it is none, or only looks again."""
        words = "  ".join(f"[{letter or 'Enter'}] {self._WORDS[letter]}" for letter in choices)
        letter = click.prompt(
            f"  {words}\n ",
            type=click.Choice(list(choices)),
            show_choices=False,
            default="" if "" in choices else None,
            show_default=False,
        )
        return choices[letter](execution)

    def _need_person(self, execution: Execution, what: str) -> None:
        if not self._can_ask:
            message = f"{execution['id']}: {what}, and nobody is at this terminal."
            raise NeedsPerson(what, execution["id"], message)


def _is_hard(problem: dict[str, Any]) -> bool:
    """Whether a problem of the preflight is one that no answer at this terminal solves."""
    return problem["code"] not in ("variable_missing", "prerequisite_open")
