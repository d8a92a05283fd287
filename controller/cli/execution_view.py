"""How an execution looks in a terminal: its gate, its steps, and what came of it. Values in, lines out."""

from __future__ import annotations

import signal
from datetime import datetime
from typing import Any, Final

from rich.text import Text

from controller.cli.errors import NotUnderstood
from controller.cli.output import Printer, inert, risk_text
from controller.cli.preview import shown_risk

STATUS_SIGNS: Final = {
    "waiting": "·", "ready": "›", "succeeded": "✓", "failed": "✗", "failed_accepted": "✗", "skipped": "–",
    "skipped_by_branch": "–", "done_by_hand": "✎",
}  # fmt: skip


REFUSALS: Final = {
    "panicked": "it is halted by a panic", "local_policy": "its own policy forbids it", "busy": "it is busy",
    "riskier": "its scanner finds it riskier than what was approved", "expired": "the approval was too old",
    "clock_skew": "its clock and the controller's differ",
}  # fmt: skip


def show_gate(printer: Printer, execution: dict[str, Any]) -> None:
    """Everything that a person needs before saying yes: what, where, how risky, why, and how to undo it."""
    gate = open_gate(execution)
    step = find_step(execution, gate["step"])
    number = [item["id"] for item in execution["steps"]].index(step["id"]) + 1
    head = Text(f"\nStep {number} of {len(execution['steps'])}  ", style="bold")
    head.append_text(risk_text(shown_risk(gate)))
    undo = "Undo: " if gate["kind"] == "rollback" else ""
    head.append(f"  {undo}{inert(step['title'])}", style="bold")
    printer.console.print(head, soft_wrap=True)
    intent = gate.get("intent")
    if intent is None:
        printer.say("  Its content was erased.")
        return
    for line in inert(intent["command"], lines=True).splitlines():
        printer.console.print(Text(f"    {line}"), soft_wrap=True)  # what is approved is shown unbroken
    if gate.get("why"):
        printer.say(f"  why        {inert(gate['why'])}", style="dim")
    agent = intent["agent"].get("name") or intent["agent"]["id"]
    printer.say(f"  runs on    {inert(agent)}, ends after {intent['timeoutMs'] / 1000:g} s", style="dim")
    if intent["maxAttempts"] > 1:
        printer.say(f"  attempts   up to {intent['maxAttempts']}, if the agent is lost", style="dim")
    if gate["kind"] == "forward":
        undo_with = step.get("rollback") or step.get("rollbackImpossible") or "no command is known"
        printer.say(f"  to undo    {inert(undo_with)}", style="dim")
    printer.say(
        f"  intent     {gate['intentSha256'][7:19]}, open until {clock(gate['expiresAt'])}", style="dim"
    )
    for approval in gate["approvals"]:
        who = approval.get("email") or approval["member"]
        printer.say(f"  approved   {inert(who)} ({approval['role']}) at {clock(approval['at'])}")


def show_summary(printer: Printer, execution: dict[str, Any]) -> None:
    """The end of a run: each step, its exit code, how long it took, and who approved it."""
    if not printer.for_people:
        printer.document(execution)
        return
    printer.say(
        f"\n{inert(execution['runbook']['title'])}: {execution['state'].replace('_', ' ')}", style="bold"
    )
    rows = [
        _summary_row(step, attempt, first=place == 0)
        for step in execution["steps"]
        for place, attempt in enumerate(step["attempts"] or [{}])
    ]
    printer.table(("", "STEP", "STATUS", "EXIT", "SECONDS", "APPROVED BY", "ATTEMPT"), rows)
    if execution.get("reason"):
        printer.say(f"reason: {inert(execution['reason'])}")
    printer.say(f"\nWho did what, in order: dd0c audit list --execution {execution['id']}")


def _summary_row(step: dict[str, Any], attempt: dict[str, Any], *, first: bool) -> list[Text]:
    undo = "undo: " if attempt.get("kind") == "rollback" else ""
    exit_code = attempt.get("exitCode", step.get("exitCode") if first else None)
    approvers = ", ".join(item.get("email") or item["member"] for item in attempt.get("approvals", []))
    status = attempt.get("status") or step["status"]
    return [
        Text(STATUS_SIGNS.get(step["status"], " ") if first else ""),
        Text(inert(f"{undo}{step['title']}")),
        Text(status.replace("_", " ")),
        Text("" if exit_code is None else str(exit_code)),
        Text(_seconds(attempt)),
        Text(inert(approvers or ("" if attempt.get("kind") != "forward" else "policy"))),
        Text(attempt.get("id", "")),
    ]


def last_attempt(execution: dict[str, Any]) -> dict[str, Any] | None:
    """The latest attempt at the step where the execution stands."""
    if not execution.get("cursor"):
        return None
    attempts = find_step(execution, execution["cursor"])["attempts"]
    return dict(attempts[-1]) if attempts else None


def why_it_stopped(execution: dict[str, Any]) -> str:
    """What ended the latest attempt, and why that needs a person; without a full stop."""
    attempt, reason = last_attempt(execution), inert(execution.get("reason") or "")
    if attempt is None or attempt["kind"] == "manual":
        return reason or "a person said that it failed"
    found = _ending(execution, attempt)
    told = found or attempt["status"].replace("_", " ")
    if attempt["kind"] == "rollback":
        told = f"while undoing it, {told}"
    # Elsewhere the reason is of an earlier halt; where nothing ran it says the refusal over again.
    more = reason and execution["state"] == "manual_intervention" and not attempt.get("refusal")
    return f"{told}; {reason}" if more else told


def _ending(execution: dict[str, Any], attempt: dict[str, Any]) -> str:
    agent = inert((attempt.get("agent") or {}).get("name") or "the agent")
    if attempt.get("refusal"):
        code = attempt["refusal"]
        return f"{agent} refused to run it ({REFUSALS.get(code, inert(code).replace('_', ' '))})"
    if attempt["status"] == "timed_out":
        seconds = _seconds(attempt)
        return "it ran longer than its time and was ended" + (f" after {seconds} s" if seconds else "")
    if attempt.get("signal"):
        return f"signal {attempt['signal']} ({_signal_name(attempt['signal'])}) ended it"
    if attempt.get("exitCode") is None:
        return f"{agent} was lost and nobody saw it end" if attempt["status"] == "lost" else ""
    expect = find_step(execution, execution["cursor"]).get("expect")
    wanted = f", expected was: {inert(expect)}" if expect and attempt["status"] == "failed" else ""
    return f"it ended with exit code {attempt['exitCode']}{wanted}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown here"


def where_it_stands(execution: dict[str, Any]) -> str:
    """What an execution that somebody leaves goes on with, or waits for; a verb and no full stop."""
    state, cursor = execution["state"], execution.get("cursor")
    title = f" “{inert(find_step(execution, cursor)['title'])}”" if cursor else ""
    if state in ("executing", "rolling_back"):
        return f"goes on without you: the command of{title} is running"
    places = {
        "pending": "waits to be started",
        "preflight": "waits at its preflight",
        "await_approval": f"waits at the gate of{title}",
        "await_manual": f"waits at{title}, which a person does",
        "rollback_available": f"waits at{title}, which failed",
        "paused": f"waits at{title}, paused",
        "manual_intervention": f"waits at{title}, which needs a person",
    }
    return places.get(state, f"waits at{title} ({state.replace('_', ' ')})")


def _seconds(attempt: dict[str, Any]) -> str:
    begun, ended = attempt.get("startedAt"), attempt.get("endedAt")
    if not begun or not ended:
        return ""
    return f"{(_instant(ended) - _instant(begun)).total_seconds():.1f}"


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise NotUnderstood("The server", f"{inert(text)[:40]} is no time") from error


def clock(text: str) -> str:
    """The local time of an instant of the API."""
    return _instant(text).strftime("%H:%M:%S")


def find_step(execution: dict[str, Any], step_id: str | None) -> dict[str, Any]:
    """The step with this id. Raises NotUnderstood where the execution has none."""
    for step in execution["steps"]:
        if step["id"] == step_id:
            return dict(step)
    raise NotUnderstood("The server", f"the execution has no step {inert(step_id)}")


def step_at_cursor(execution: dict[str, Any]) -> dict[str, Any]:
    """The step where the execution stands. Raises NotUnderstood where it says none."""
    return find_step(execution, execution.get("cursor"))


def open_gate(execution: dict[str, Any]) -> dict[str, Any]:
    """The gate that waits. Raises NotUnderstood where there is none."""
    if execution.get("gate") is None:
        raise NotUnderstood("The server", f"the execution is {inert(execution['state'])} without a gate")
    return dict(execution["gate"])
