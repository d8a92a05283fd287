"""`dd0c import FILE --onto NAME`: a newer text of a runbook, joined with the present document."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from controller.cli.client import at
from controller.cli.context import Session
from controller.cli.output import Printer, inert, interactive, risk_text, says_yes
from controller.cli.places import place_of
from controller.cli.runbooks import find_runbook

_CHANGES = ("changes", "variablesAdded", "variablesRemoved", "beside", "conflicts")
_MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": "↕"}


def import_newer(
    session: Session, body: dict[str, Any], onto: str, repository: str | None, *, dry_run: bool, yes: bool
) -> None:
    """Show what the newer text does; open the pull request where a person or `yes` says so."""
    printer = session.printer
    runbook = find_runbook(session, onto, repository)
    place = f" -r {inert(repository)}" if repository else ""
    path = at("runbooks", runbook["id"], "newer-text")
    asked = not yes and not dry_run and printer.for_people and interactive()
    if not yes:
        found = session.client.post(path, {**body, "dryRun": True})
        show_newer(printer, found, runbook["name"])
        changes = any(found.get(name) for name in _CHANGES)
        if dry_run or not changes or not (asked and says_yes("\nOpen a pull request?")):
            if changes and not dry_run:
                printer.say(f"\nNext: dd0c pr open FILE --onto {runbook['name']}{place}")
            return
    opened = session.client.post(path, body)
    if not printer.for_people:
        printer.document(opened)
        return
    if yes:
        show_newer(printer, opened, runbook["name"])
    pull = opened["pull"]
    printer.say(f"\nPull request #{pull['number']}: {pull['title']}")
    printer.say(f"Next: dd0c pr show {pull['number']}{place_of(pull)}")


def show_newer(printer: Printer, found: dict[str, Any], name: str) -> None:
    """The semantic diff: steps, variables, conflicts, and which edits are kept."""
    if not printer.for_people:
        printer.document(found)
        return
    printer.say(Text(f"This is a newer text of {inert(name)}: {inert(found['summary'])}.", style="bold"))
    for change in found["changes"]:
        _show_change(printer, change)
    for sign, key in (("+", "variablesAdded"), ("-", "variablesRemoved")):
        for variable in found[key]:
            printer.say(f"{sign} variable {variable}")
    for item in found.get("beside", ()):
        _show_beside(printer, item)
    _show_conflicts(printer, found["conflicts"])
    if found.get("reading") and not found["reading"]["read"]:
        printer.say(f"\n{inert(found['reading']['said'])}")
    if found["kept"]:
        printer.say("\nEdits that are kept", style="bold")
    for kept in found["kept"]:
        printer.say(
            f"  = {kept['place']}: {kept['what']}" + (f" ({kept['field']})" if kept.get("field") else "")
        )


def _show_conflicts(printer: Printer, conflicts: list[dict[str, Any]]) -> None:
    if conflicts:
        printer.say("\nConflicts: what is here stands until somebody decides", style="bold")
    for conflict in conflicts:
        keeps = conflict.get("keeps", "each step concerned")
        printer.say(f"  ! {conflict['place']}, {conflict['field']}; till then {keeps} can't run by itself")
        printer.say(f"      here:  {conflict.get('here') or 'taken out'}")
        printer.say(f"      newer: {conflict.get('newer') or 'taken out'}")


def _show_beside(printer: Printer, item: dict[str, Any]) -> None:
    printer.say(f"{_MARKS.get(item['change'], ' ')} {item['change']}: {item['place']}")
    if item["change"] == "changed":
        printer.say(f"      {item.get('before') or '–'}")
        printer.say(f"    → {item.get('after') or '–'}")


def _show_change(printer: Printer, change: dict[str, Any]) -> None:
    line = Text(f"{_MARKS.get(change['change'], ' ')} {change['change']}: {inert(change['title'])}  ")
    if change.get("risk") and change["change"] != "removed":
        line.append_text(risk_text(change["risk"]))
    printer.say(line)
    if change["change"] != "changed":
        return
    for field in change["fields"]:
        printer.say(f"      {field['field']}: {field.get('before') or '–'}")
        printer.say(f"      {' ' * len(field['field'])}→ {field.get('after') or '–'}")
