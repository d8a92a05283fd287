"""The transition table of CONTRACTS.md §5 at work: decisions are held to its rows, and it prints itself.

`rules.py` joins the rows to guards and moves; `decide` runs by those rules and checks every decision here.
`python -m controller.engine.table` prints `docs/engine.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

from controller.engine import effects as ef
from controller.engine.rows import BY_NUMBER, ROWS
from controller.engine.rules import RULES
from controller.engine.states import PASSED_THROUGH, State

ALLOWED: Final = {row.number: row.allowed for row in ROWS}


EVERYWHERE: Final = frozenset({38, 39, 40, 41, 48, 49, 50})
"""Rows that would only draw lines across the diagram."""


class TableBroken(AssertionError):
    """A decision that the table does not have: a fault of ours, never shown as a refusal."""


def check(before: State, path: tuple[int, ...], after: State, done: Iterable[ef.Effect]) -> None:
    """Assert a decision against the rows it went through. Raises TableBroken."""
    rows = [BY_NUMBER[number] for number in path]
    if not rows:
        raise TableBroken("a decision went through no row")
    last = rows[-1]
    allowed_states = last.targets or ((before,) if last.number != 44 else ())
    if after in PASSED_THROUGH or after not in allowed_states:
        raise TableBroken(f"row {last.number} does not lead from {before} to {after}")
    extra = {type(effect) for effect in done}.difference(*(ALLOWED[row.number] for row in rows))
    if extra:
        names = ", ".join(sorted(kind.__name__ for kind in extra))
        raise TableBroken(f"rows {path} have no effect {names}")


HEAD: Final = """# The state machine of an execution

Printed by `python -m controller.engine.table`; do not edit. The words are those of the glossary.

Resting states are stored. `step_ready`, `auto_execute` and `step_complete` (·) are passed through: one
decision follows them inside its transaction. What is not listed is refused with a reason and changes nothing.
`live` = not pending, not terminal. FAIL = rollback_available where the trust level is above 0 and something
can be rolled back (last in, first out), else manual_intervention. Ask = a new gate, one round higher:
RequestApproval and the approval timer. A report about an attempt that is no longer the current one is late in
every state (row 50).
"""


FOOT: Final = [
    "",
    "Column “also”: effects beyond the contract's table, with their reasons in",
    "`docs/decisions/0031-effects-beyond-the-table.json`.",
    "",
    "## Diagram",
    "",
    "Left out, because they apply (almost) everywhere: pause and panic (38–41), parking (48), abort (49),",
    "late reports (50).",
    "",
]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _edges() -> list[str]:
    """The diagram's edges, from the rules; the rows that apply everywhere are said in words beside it."""
    lines: dict[str, None] = {"[*] --> pending": None}
    for rule in RULES:
        row = BY_NUMBER[rule.row]
        if row.number in EVERYWHERE:
            continue
        for source in sorted(rule.states):
            for target in row.targets or (source,):
                lines[f"{source.value} --> {target.value}: {row.number} {rule.event.__name__}"] = None
    passing = [row for row in ROWS if not row.event]
    for row in passing:
        label = row.guard.split(" ∧")[0]
        for target in row.targets:
            lines[f"{row.state.removesuffix('·')} --> {target.value}: {row.number} {label}".rstrip()] = None
    return list(lines)


def document() -> str:
    """The text of docs/engine.md."""
    lines = [HEAD, "| # | state | event | guard | → state | effects | also |", "|" + "---|" * 7]
    for row in ROWS:
        also = ", ".join(kind.__name__ for kind in row.also)
        cells = (str(row.number), row.state, row.event, row.guard, row.to, row.effects, also)
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    lines += FOOT
    lines += ["```mermaid", "stateDiagram-v2", *(f"    {edge}" for edge in _edges()), "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(document())
