"""What a version of a runbook changed against another, in a terminal: steps and risks, then the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rich.text import Text

from controller.cli.output import Printer, inert, risk_text

_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~", "same": " "}


def show_changes(printer: Printer, found: dict[str, Any]) -> None:
    """Print the answer of `…/versions/{version}/changes`."""
    if not printer.for_people:
        printer.document(found)
        return
    change = found["change"]
    since = found.get("beforeId")
    printer.say(f"{found['versionId']} against {since}" if since else "The first version: everything is new.")
    before, after = change.get("before"), change.get("after")
    if after is not None:
        was = f"{before['runsByItself']} → " if before is not None else ""
        printer.say(f"Runs by itself: {was}{after['runsByItself']} of {after['steps']} steps")
    for field in change.get("fields", ()):
        _field(printer, field, "")
    touched = [step for step in change["steps"] if step["change"] != "same" or step.get("moved")]
    for step in touched:
        _step(printer, step)
    if not touched:
        printer.say("The steps are the same.")
    printer.say("")
    show_patch(printer, found["diff"])


def _step(printer: Printer, step: dict[str, Any]) -> None:
    before, after = step.get("before"), step.get("after")
    facts = after or before
    if facts is None:  # nothing is said of it
        return
    line = Text(f"{_SIGNS.get(step['change'], '?')} {facts['number']:>3}  ")
    if before is not None and after is not None and before["shown"] != after["shown"]:
        line.append_text(_risk(before)).append(" → ")
    line.append_text(_risk(facts)).append(f"  {inert(facts['title'])}", style="bold")
    words = [step["change"]] * (step["change"] != "same") + _moved(step)
    line.append(f"  ({', '.join(words)})", style="dim")
    printer.console.print(line, soft_wrap=True)
    if step["change"] in ("added", "removed"):
        text = inert(facts.get("command") or facts.get("manual") or "", lines=True)
        for row in text.splitlines():
            printer.console.print(Text(f"        {row}"), soft_wrap=True)
    for field in step.get("fields", ()):
        _field(printer, field, "        ")


def _moved(step: dict[str, Any]) -> list[str]:
    return [f"moved from {step['was']}"] if step.get("moved") and step.get("was") else []


def _risk(facts: dict[str, Any]) -> Text:
    return Text("✎ manual", style="cyan") if facts["shown"] == "manual" else risk_text(facts["shown"])


def _field(printer: Printer, field: dict[str, Any], indent: str) -> None:
    printer.console.print(Text(f"{indent}{inert(field['field'])}:"), soft_wrap=True)
    for sign, value, style in (("-", field.get("before"), "red"), ("+", field.get("after"), "green")):
        for row in _rows(value):
            printer.console.print(Text(f"{indent}  {sign} {row}", style=style), soft_wrap=True)


def _rows(value: str | None) -> Iterable[str]:
    return () if value is None else inert(value, lines=True).splitlines() or ("",)


def show_patch(printer: Printer, file: dict[str, Any]) -> None:
    """One changed file as a unified diff."""
    printer.console.print(Text(inert(f"{file['status']}  {file['path']}"), style="bold"))
    for line in inert(file.get("patch") or "", lines=True).splitlines():
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        printer.console.print(Text(line, style=style), soft_wrap=True)
