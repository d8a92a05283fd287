"""The report of an import of many documents: a row each, sortable, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from rich.text import Text

from controller.cli.output import Printer, inert

Row = dict[str, Any]

_SIGNS: Final = (("safe", "●"), ("caution", "▲"), ("dangerous", "◆"), ("unknown", "◌"), ("manual", "✎"))
_WORDS: Final = {
    "ready": "to propose", "proposed": "in", "imported_before": "imported before",
    "left_out": "left out", "refused": "not read",
}  # fmt: skip
_READ: Final = frozenset({"ready", "proposed"})


def _risk(row: Row) -> tuple[int, ...]:
    tally = row.get("tally") or {}
    return tuple(-tally.get(risk, 0) for risk in ("dangerous", "unknown", "caution"))


SORTS: Final[dict[str, Callable[[Row], Any]]] = {
    "file": lambda row: (),
    "title": lambda row: (row.get("title") or "\uffff").casefold(),
    "steps": lambda row: -(row.get("steps") or 0),
    "risk": _risk,
    "ambiguities": lambda row: -(row.get("ambiguities") or 0),
    "code": lambda row: -(row.get("codeLeftOut") or 0),
    "coverage": lambda row: row.get("coveragePermille", 1001),
    "errors": lambda row: -len(row.get("reason") or ""),
}
"""What `--sort` takes; within equals the order of the files stays."""


def sorted_rows(rows: Sequence[Row], by: str) -> list[Row]:
    """The rows as `--sort` says: the riskiest, longest, most open or least covered first."""
    return sorted(rows, key=SORTS[by])


def show_report(printer: Printer, rows: Sequence[Row], others: int) -> None:
    """The table and one line of totals."""
    headings = ["FILE", "TITLE", "STEPS", "RISKS", "QUESTIONS", "CODE LEFT", "READ", "RUNBOOK", "STATE"]
    if rows:
        printer.table(headings, [_cells(row) for row in rows])
    printer.say(f"\n{summary(rows)}")
    if any(row.get("tally") for row in rows):
        printer.say("● safe  ▲ caution  ◆ dangerous  ◌ unknown  ✎ by hand", style="dim")
    suspicious = [row["file"] for row in rows if row.get("suspicious")]
    if suspicious:
        shown = ", ".join(suspicious[:5]) + (f" and {len(suspicious) - 5} more" if suspicious[5:] else "")
        printer.say(f"Suspicious passages, which nothing obeyed, are in: {shown}")
    _show_readings(printer, rows)
    if others:
        printer.say(f"{others} file(s) of other kinds were left alone.", style="dim")


def _show_readings(printer: Printer, rows: Sequence[Row]) -> None:
    """What a model read otherwise, and which documents it did not read, with why."""
    readings = [(row["file"], row["reading"]) for row in rows if row.get("reading")]
    differ = sum(reading["differences"] for _, reading in readings)
    if differ:
        printer.say(f"A model read {differ} passage(s) otherwise; each runbook is what the rules read.")
    whys = Counter(reading["said"] for _, reading in readings if not reading["read"])
    for said, count in whys.most_common():
        files = [file for file, reading in readings if reading["said"] == said]
        more = f" and {count - 3} more" if count > 3 else ""
        printer.say(f"{inert(said)} ({', '.join(inert(file) for file in files[:3])}{more})")


def summary(rows: Sequence[Row]) -> str:
    """`14 documents: 11 to propose, 2 left out, 1 not read`."""
    counts = Counter(row["outcome"] for row in rows)
    named = {**_WORDS, "proposed": "in pull requests"}
    parts = [f"{counts[outcome]} {word}" for outcome, word in named.items() if counts[outcome]]
    noun = "document" if len(rows) == 1 else "documents"
    return f"{len(rows)} {noun}" + (f": {', '.join(parts)}" if parts else "")


def _cells(row: Row) -> list[Text]:
    read = row["outcome"] in _READ or row.get("steps") is not None
    tally = row.get("tally") or {}
    risks = " ".join(f"{sign} {tally[risk]}" for risk, sign in _SIGNS if tally.get(risk))
    percent = f"{row['coveragePermille'] // 10} %" if row.get("coveragePermille") is not None else ""
    return [
        Text(inert(row["file"])),
        Text(inert(row.get("title") or "")),
        Text(str(row["steps"]) if read else ""),
        Text(risks),
        Text(str(row.get("ambiguities") or "") if read else ""),
        Text(str(row.get("codeLeftOut") or "") if read else ""),
        Text(percent),
        Text(inert(row.get("name") or "")),
        _state(row),
    ]


def _state(row: Row) -> Text:
    word = _WORDS[row["outcome"]]
    if row.get("pull"):
        word += f" #{row['pull']}" + (f" of {inert(row['repository'])}" if row.get("repository") else "")
    if row.get("reason"):
        word += f": {inert(row['reason'])}"
    return Text(word, style="red" if row["outcome"] == "refused" else "")
