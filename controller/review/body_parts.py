"""The parts of a pull request's text: tables and lists of one runbook's change, escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from controller.review.comparing import StepChange
from controller.review.step_facts import ShownRisk, StepFacts
from controller.review.views import News, RunbookChange
from schemas.markdown import escape
from schemas.risk import MARKS, Risk

SHOWN: Final = 60
"""Rows of one table, items of one list."""
COMMAND_MAX_CHARACTERS: Final = 160
_CHANGES: Final = {"added": "＋", "removed": "✕", "changed": "✎", "same": ""}


def bullets(heading: str, items: Sequence[str]) -> str:
    """A headed list; nothing where it has no item."""
    if not items:
        return ""
    shown = [f"- {item}" for item in items[:SHOWN]]
    if len(items) > SHOWN:
        shown.append(f"- and {len(items) - SHOWN} more")
    return "\n".join([f"**{heading}**", "", *shown])


def short(text: str, longest: int = COMMAND_MAX_CHARACTERS) -> str:
    """One line, escaped, with an end that says that there is more."""
    flat = " ⏎ ".join(line.strip() for line in text.splitlines() if line.strip())
    return escape(flat if len(flat) <= longest else flat[: longest - 1] + "…")


def marked(shown: ShownRisk) -> str:
    """Mark and word of a risk."""
    return "✎ by hand" if shown == "manual" else f"{MARKS[Risk(shown)]} {shown}"


# ---------------------------------------------------------------- steps


def steps_table(change: RunbookChange) -> str:
    """Every step: what it runs, its risk with the reason, what undoes it."""
    rows = ["| # | step | command | risk | why | undo |", "| --- | --- | --- | --- | --- | --- |"]
    new = change.change == "added"
    rows += [_row(step, new=new) for step in change.steps[:SHOWN]]
    if len(change.steps) > SHOWN:
        rows.append(f"| | and {len(change.steps) - SHOWN} more | | | | |")
    if not new:
        rows += ["", "＋ new, ✎ changed, ↕ moved, ✕ removed."]
    return "\n".join(rows)


def _row(step: StepChange, *, new: bool) -> str:
    facts = step.after or step.before
    assert facts is not None
    mark = "" if new else _CHANGES[step.change] + ("↕" if step.moved else "")
    number = " ".join(filter(None, (str(facts.number) if step.after is not None else "", mark)))
    title, text = escape(facts.title), short(facts.command or facts.manual or "")
    if facts.shown == "manual":
        return f"| {number} | {title} | {text} | ✎ by hand | | |"
    return f"| {number} | {title} | {text} | {_risk(step, facts)} | {short(why(facts))} | {_undo(facts)} |"


def _risk(step: StepChange, facts: StepFacts) -> str:
    before = step.before
    if step.change != "changed" or before is None or before.shown == facts.shown:
        return marked(facts.shown)
    return f"{marked(before.shown)} → {marked(facts.shown)}"


def why(facts: StepFacts) -> str:
    """The reason of a step's risk: the scanner's words, and the declaration where it is what raises it."""
    if facts.merge is None or facts.scanner is None:
        return ""
    if facts.declared is not None and facts.risk != facts.merge.risk:
        return f"declared {facts.declared.value}; {facts.scanner.why}"
    advised = facts.merge.rule == 4 and facts.advisor is not None
    return f"{facts.scanner.why} {facts.merge.reason}" if advised else facts.scanner.why


def _undo(facts: StepFacts) -> str:
    if facts.rollback is not None:
        mark = "" if facts.undo is None else f"{marked(facts.undo.shown)}: "
        return f"{mark}{short(facts.rollback)}"
    return "no" if facts.rollback_impossible is not None else "–"


# ---------------------------------------------------------------- what is new, what moved


def news(change: RunbookChange) -> str:
    """Verbs, resources, hosts and privileges that no step of it had before."""
    if change.change == "retired":
        return ""
    rows = [
        ("Verbs", change.new_verbs),
        ("Resources", change.new_resources),
        ("Hosts", change.new_targets),
        ("Privileges", change.new_privileges),
    ]
    told = [f"{heading}: {_items(items)}" for heading, items in rows if items]
    if not told and change.change == "changed":
        return "**New here:** no verb, resource, host or privilege that it did not have before."
    return bullets("New here", told)


def _items(items: Sequence[News]) -> str:
    shown = [_item(item) for item in items[:SHOWN]]
    return ", ".join(shown) + (f" and {len(items) - SHOWN} more" if len(items) > SHOWN else "")


def _item(item: News) -> str:
    detail = "" if item.detail is None else f" “{short(item.detail, 60)}”"
    return f"{escape(item.name)}{detail} (step {item.step})"


def verdict_changes(change: RunbookChange) -> str:
    """Each step whose risk is another one now, with the rules that fired."""
    items = [_verdict(step.before, step.after) for step in change.steps if _moved(step)]
    return bullets("Verdicts that change", items)


def _moved(step: StepChange) -> bool:
    before, after = step.before, step.after
    if step.change != "changed" or before is None or after is None:
        return False
    return (before.shown, before.declared) != (after.shown, after.declared)


def _verdict(before: StepFacts | None, after: StepFacts | None) -> str:
    assert before is not None
    assert after is not None
    head = f"step {after.number} {escape(after.title)}: {marked(before.shown)} → {marked(after.shown)}"
    told = []
    if before.declared != after.declared:
        told.append(f"declared {_declared(before)}, now {_declared(after)}")
    if after.scanner is not None and after.scanner.rule_ids:
        told.append(f"scanner rule {', '.join(escape(rule) for rule in after.scanner.rule_ids[:5])}")
    if after.merge is not None:
        told.append(f"merge rule {after.merge.rule}: {escape(after.merge.reason)}")
    return head + (f" ({'; '.join(told)})" if told else "")


def _declared(facts: StepFacts) -> str:
    return "nothing" if facts.declared is None else facts.declared.value


def changed_fields(change: RunbookChange) -> str:
    """Changes outside the steps, each before and after."""
    return bullets(
        "Changes outside the steps",
        [
            f"{escape(item.field)}: {_value(item.before)} → {_value(item.after)}"
            for item in change.fields
            if item.field != "source"
        ],
    )


def _value(text: str | None) -> str:
    return "(none)" if text is None else short(text, 120)


# ---------------------------------------------------------------- rollbacks, and the rest of the document


def rollbacks(change: RunbookChange) -> str:
    """How much of what changes something can be undone, and which steps can't."""
    steps = [step.after for step in change.steps if step.after is not None]
    changing = [step for step in steps if step.command is not None and step.risk is not Risk.SAFE]
    if not changing:
        return "**Rollback:** no step needs one."
    undone = sum(step.rollback is not None for step in changing)
    final = [step for step in changing if step.rollback is None and step.rollback_impossible is not None]
    silent = [step for step in changing if step.rollback is None and step.rollback_impossible is None]
    told = [
        f"**Rollback:** {undone} of {len(changing)} steps that are not safe have a command that undoes them."
    ]
    if final:
        told.append(f"Said to be final: {_reasons(final)}.")
    if silent:
        told.append(f"Nothing said: step {', '.join(str(step.number) for step in silent[:SHOWN])}.")
    return " ".join(told)


def _reasons(steps: Iterable[StepFacts]) -> str:
    found = [f"step {step.number} (“{short(step.rollback_impossible or '', 80)}”)" for step in steps]
    return ", ".join(found[:SHOWN])


def document_parts(change: RunbookChange) -> str:
    """Variables, prerequisites and open questions of the document as it will be."""
    spec: Mapping[str, Any] = change.document.get("spec", {})
    parts = [
        bullets("Variables", [_variable(item) for item in spec.get("variables", ())]),
        bullets("Prerequisites", [escape(item["text"]) for item in spec.get("prerequisites", ())]),
        bullets(
            "Open questions",
            [
                f"{escape(item['question'])} — “{escape(item['text'])}”"
                for item in spec.get("ambiguities", ())
            ],
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _variable(item: Mapping[str, Any]) -> str:
    told = []
    if item.get("secret"):
        told.append("secret, read on the agent's host")
    elif item.get("example"):
        told.append(f"e.g. {escape(str(item['example']))}")
    if item.get("source"):
        told.append(f"from {escape(str(item['source']))}")
    name = escape(str(item.get("name", "")))
    return name + (f" ({'; '.join(told)})" if told else "")
