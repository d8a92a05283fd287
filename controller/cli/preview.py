"""How a parsed text looks in a terminal: steps in order with their risk, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from controller.cli.output import Printer, inert, risk_text


def show_preview(printer: Printer, preview: dict[str, Any]) -> None:
    """Print a preview of the API for a person, or as it came for a program."""
    if not printer.for_people:
        printer.document(preview)
        return
    console = printer.console
    console.print(Text(inert(preview["title"]), style="bold"))
    console.print(Text(f"{inert(preview['name'])} · {_tally(preview)}", style="dim"), soft_wrap=True)
    _list(printer, "Prerequisites", [item["text"] for item in preview["prerequisites"]])
    _list(printer, "Variables", [_variable(item) for item in preview["variables"]])
    console.print()
    for number, step in enumerate(preview["steps"], 1):
        _step(printer, number, step)
    asked = [item for item in preview["ambiguities"] if not _asks_if_typed(item)]
    _list(printer, "Open questions", [_ambiguity(item) for item in asked])
    _left_out(printer, preview.get("codeLeftOut", preview.get("code_left_out", ())))
    suspicious = [f"line {item['line']}, {item['kind']}: {item['text']}" for item in preview["suspicious"]]
    _list(printer, "Suspicious passages; nothing obeyed them", suspicious)
    _reading(printer, preview.get("reading"))
    masked = preview.get("masked", [])
    if masked:
        printer.say(f"\n{len(masked)} secret(s) were masked before anything else read the text.")


def _asks_if_typed(item: dict[str, Any]) -> bool:
    """Whether it is the question about the code in no step, which is listed by itself."""
    return any(option["id"] == "not-typed" for option in item.get("options", ()))


def _left_out(printer: Printer, code: Sequence[dict[str, Any]]) -> None:
    """The code that is in no step: each piece that reads like a command, and how many others there are."""
    left = [item for item in code if item.get("said") != "typed"]
    reads = [item for item in left if item.get("readsLikeCommand", item.get("reads_like_command"))]
    _list(printer, "Code that reads like a command and is in no step", [_piece(item) for item in reads])
    others = len(left) - len(reads)
    if reads and others:
        printer.say(f"  and {others} piece(s) of code that read like no command (--json lists them)")


def _piece(item: dict[str, Any]) -> str:
    first, *more = item["text"].strip().split("\n")
    said = "; nobody types it, as you say" if item.get("said") else ""
    return f"line {item['line']}: {first}{' …' if more else ''} ({item['reason']}{said})"


def _reading(printer: Printer, reading: dict[str, Any] | None) -> None:
    """What an LLM read otherwise: both readings, and by which id the LLM's is taken, where it can be."""
    if reading is None:
        return
    if not reading["read"]:
        printer.say(f"\n{inert(reading['said'])}")
    _list(printer, "Read differently by the model", [_difference(item) for item in reading["differences"]])
    not_listed = reading.get("notListed", reading.get("not_listed"))
    if not_listed:
        printer.say(f"  and {not_listed} more")
    if any(_can_take(item) for item in reading["differences"]):
        printer.say("\nThe runbook is what the rules read. Take the model's: --take ID")


def _difference(item: dict[str, Any]) -> str:
    where = f"line {item['line']}" if item.get("line") else "in no line"
    state = "taken" if item["taken"] else item.get("why") or ("" if _can_take(item) else "it stays")
    named = f"{item['id']}  " if _can_take(item) else ""
    told = f"{where}, {item['kind'].replace('_', ' ')}: {item['model']} (rules: {item['rules']})"
    return f"{named}{told}{f'; {state}' if state else ''}"


def _can_take(item: dict[str, Any]) -> bool:
    return bool(item.get("canTake", item.get("can_take")))


def _tally(preview: dict[str, Any]) -> str:
    counts = preview["tally"]
    parts = [f"{len(preview['steps'])} steps"]
    parts += [
        f"{counts[risk]} {risk}" for risk in ("safe", "caution", "dangerous", "unknown") if counts.get(risk)
    ]
    if counts.get("manual"):
        parts.append(f"{counts['manual']} manual")
    return " · ".join(parts)


def _step(printer: Printer, number: int, step: dict[str, Any]) -> None:
    head = Text(f"{number:>3}  ")
    head.append_text(Text("✎ manual", style="cyan") if step.get("manual") else risk_text(shown_risk(step)))
    head.append(f"  {inert(step['title'])}", style="bold")
    printer.console.print(head, soft_wrap=True)
    for line in inert(step.get("command") or step.get("manual") or "", lines=True).splitlines():
        # Not broken where the window ends: a command that is copied from here must be one command.
        printer.console.print(
            Text(f"       {line}", style="" if step.get("command") else "italic"), soft_wrap=True
        )
    for why in filter(None, (step.get("why"), _doubt(step))):
        printer.console.print(Text(f"       {inert(why)}", style="dim"), soft_wrap=True)


def _doubt(step: dict[str, Any]) -> str:
    """Why a step is not safe that the scanner calls safe: what the second key says, or that there is none."""
    keys = step.get("keys") or {}
    if keys.get("scanner") != "safe" or shown_risk(step) == "safe":
        return ""
    if keys.get("advisorWhy") or "missing" in keys:
        return keys.get("advisorWhy") or f"Not safe on {keys['missing']}."
    from schemas.merge import ONE_KEY  # brings all models with it, which a terminal has no other use for

    return f"Not safe on {ONE_KEY}."


def shown_risk(step: dict[str, Any]) -> str:
    """The badge of a step: unknown where nobody could tell, else its effective risk."""
    return "unknown" if step.get("unknown") else str(step.get("risk", "unknown"))


def _variable(item: dict[str, Any]) -> str:
    example = f" (e.g. {item['example']})" if item.get("example") else ""
    return f"{item['name']}{example}"


def _ambiguity(item: dict[str, Any]) -> str:
    where = f"line {item['line']}: " if item.get("line") else ""
    return f"{where}{item['text']}"


def _list(printer: Printer, heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    printer.console.print(Text(f"\n{heading}", style="bold"))
    for line in lines:
        printer.console.print(Text(f"  · {inert(line)}"), soft_wrap=True)
