"""The text of a pull request: what changes at 3 a.m., the most important first, readable on a phone. Pure.

Everything that is not ours is escaped: nothing of it is markup, a link, a mention or an issue. Pushes come
later than this text; what it says holds for the commit that was proposed, the check for every later one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from controller.review.body_parts import (
    SHOWN,
    bullets,
    changed_fields,
    document_parts,
    news,
    rollbacks,
    steps_table,
    verdict_changes,
)
from controller.review.comparing import ChangeKind
from controller.review.step_facts import StepFacts
from controller.review.views import Outlook, RunbookChange
from schemas.markdown import escape
from schemas.risk import MARKS, Risk

BODY_MAX_CHARACTERS: Final = 60_000
"""GitHub takes 65,536; the rest is for what the forge adds."""
_SECTION_MAX: Final = 20_000
_FOOT: Final = (
    "This text is about the commit that was proposed. The check dd0c/classification reads every later push "
    "again and shows each step as it is then."
)


def pull_body(changes: Sequence[RunbookChange], about: str = "") -> str:
    """The body of a proposal that changes these runbooks; `about` is Markdown of ours about its source."""
    if not changes:
        return about
    foot = f"\n\n---\n{_FOOT}\n"
    room = BODY_MAX_CHARACTERS - len(foot)
    many, about = len(changes) > 1, about.strip()
    parts = [_overview(changes), about] if many else []
    for number, change in enumerate(changes):
        section = _section(change)
        if sum(map(len, parts)) + len(section) + len(about) + 200 > room:
            parts.append(f"{len(changes) - number} more runbook(s) are on the pull request's review page.")
            break
        parts.append(section)
    if about and not many:
        parts.append(about)
    return "\n\n".join(part for part in parts if part)[:room] + foot


def _overview(changes: Sequence[RunbookChange]) -> str:
    """Many runbooks at once: one line each, then the sections."""
    before = sum(_alone(change.before) for change in changes)
    after = sum(_alone(change.after) for change in changes)
    rows = ["| runbook | change | steps | runs by itself |", "| --- | --- | --- | --- |"]
    rows += [
        f"| {escape(change.name)} | {change.change} | {_tally(change.after or change.before)} | "
        f"{_alone(change.before)} → {_alone(change.after)} |"
        for change in changes
    ]
    head = f"**What runs by itself:** {before} steps before the merge → {after} after, of all runbooks here."
    return "\n".join([f"## {len(changes)} runbooks", "", head, "", *rows])


def _section(change: RunbookChange) -> str:
    parts = [f"## {escape(change.title)}", _what(change)]
    if change.change != "broken":
        parts += [
            _by_itself(change),
            _last(change),
            news(change),
            verdict_changes(change),
            "" if change.change == "retired" else steps_table(change),
            changed_fields(change),
            "" if change.change == "retired" else rollbacks(change),
            "" if change.change == "retired" else document_parts(change),
        ]
    parts.append(bullets("Problems", [_place(place.line, place.message) for place in change.places]))
    section = "\n\n".join(part for part in parts if part)
    if len(section) <= _SECTION_MAX:
        return section
    return section[:_SECTION_MAX].rpartition("\n")[0] + "\n\nThe rest is on the review page."


def _place(line: int, message: str) -> str:
    return f"line {line}: {escape(message)}" if line else escape(message)


def _what(change: RunbookChange) -> str:
    name = f"**{escape(change.name)}**"
    kinds = Counter(step.change for step in change.steps)
    moved = sum(step.moved for step in change.steps)
    if change.change == "added":
        return f"New runbook {name}: {_tally(change.after)}."
    if change.change == "retired":
        return (
            f"Takes the runbook {name} out of service ({_tally(change.before)}). Its versions and runs stay."
        )
    if change.change == "broken":
        return f"The file of {name} does not become a runbook: what serves now goes on serving."
    told = [f"{kinds[kind]} {word}" for kind, word in _KINDS if kinds[kind]]
    told += [f"{moved} moved"] if moved else []
    where = (
        f" Its file moves from {escape(change.old_path)} to {escape(change.path)}." if change.old_path else ""
    )
    steps = ", ".join(told) or "none changed"
    return f"Changes the runbook {name}. Steps: {steps}; then {_tally(change.after)}.{where}"


_KINDS: Final[tuple[tuple[ChangeKind, str], ...]] = (
    ("added", "new"),
    ("changed", "changed"),
    ("removed", "removed"),
)


def _tally(outlook: Outlook | None) -> str:
    if outlook is None:
        return "no step"
    counts = Counter(outlook.profile)
    told = [f"{MARKS[risk]} {counts[risk.value]} {risk.value}" for risk in MARKS if counts[risk.value]]
    told += [f"✎ {counts['manual']} by hand"] if counts["manual"] else []
    return f"{outlook.steps} steps: " + " · ".join(told)


# ---------------------------------------------------------------- what runs by itself


def _alone(outlook: Outlook | None) -> int:
    return 0 if outlook is None else outlook.runs_by_itself


def _by_itself(change: RunbookChange) -> str:
    """Before and after the merge, then each step that begins or ends to run alone: a sum can hide a swap."""
    before, after = change.before, change.after
    head = f"**What runs by itself:** {_share(before)} before the merge → {_share(after)} after."
    begins = [step.after for step in change.steps if step.after and step.after.number in change.begins_alone]
    ends = [step for step in change.steps if step.was in change.ends_alone]
    lines = [head]
    if begins:
        named = _named([(step.number, step) for step in begins])
        cases = " or in more cases than before" if change.looser else ""
        lines.append(f"⚠ **{len(begins)} step(s) begin to run without a person{cases}:** {named}.")
        lines += [f"⚠ {escape(sentence)}." for sentence in change.looser[:SHOWN]]
    if ends:
        named = _named([(step.was or 0, step.before or step.after) for step in ends])
        lines.append(f"{len(ends)} step(s) run by themselves no longer: {named}.")
    if after is not None and not after.runs_by_itself:
        lines.append("Every step waits for a person.")
    lines += _leash(before, after)
    return "\n".join(f"{line}  " for line in lines).rstrip()


def _share(outlook: Outlook | None) -> str:
    if outlook is None or not outlook.runs_by_itself:
        return "nothing"
    return f"{outlook.runs_by_itself} of {outlook.steps} steps"


def _named(steps: Sequence[tuple[int, StepFacts | None]]) -> str:
    shown = [f"{number} {escape(step.title)}" for number, step in steps[:10] if step is not None]
    return ", ".join(shown) + (f" and {len(steps) - 10} more" if len(steps) > 10 else "")


def _leash(before: Outlook | None, after: Outlook | None) -> list[str]:
    if after is None:
        return []
    now = f"trust level {after.trust_level}, governance {after.governance}"
    if before is None:
        return [f"Under {now}."]
    was = f"trust level {before.trust_level}, governance {before.governance}"
    return [f"Under {now}." if was == now else f"Under {now}; before: {was}."]


def _last(change: RunbookChange) -> str:
    before, after = (
        None if side is None else side.point_of_no_return for side in (change.before, change.after)
    )
    if after is None:
        return "" if before is None or change.after is None else "It has no point of no return any more."
    was = "" if change.before is None or before == after else f" (before: {before or 'none'})"
    mark = MARKS[Risk.DANGEROUS]
    return f"{mark} **Point of no return:** step {after}{was}. Nothing brings back what it does."
