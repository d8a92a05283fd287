"""What held a person back at a step and is gone: a declared risk, the text to type, the way back. Pure.

A step is known by its id and by its text: another id, or another step under the old one, hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.governance.documents import JudgedStep
from controller.review.change import ChangedFile, Note, Serving, attention, runbook_of
from controller.review.risky_steps import line_of
from schemas.risk import Risk, exceeds, worse


@dataclass(frozen=True)
class _Guards:
    """One step of a document as plain values."""

    id: str
    text: str
    risk: Risk
    confirm: str | None
    undone: bool

    @classmethod
    def of(cls, step: Mapping[str, Any]) -> _Guards:
        return cls(
            step["id"],
            step.get("command") or step.get("manual") or "",
            Risk(step.get("risk") or Risk.SAFE),
            step.get("confirm"),
            "command" in (step.get("rollback") or {}),
        )


def guard_notes(file: ChangedFile, serving: Serving) -> list[Note]:
    """Allowed where the scanner agrees, but never unseen."""
    runbook = runbook_of(file)
    if file.judged is None or runbook is None:
        return []
    before = _steps(serving.documents.get(runbook.name, {}))
    if not before:
        return []
    notes = []
    for step, now in zip(runbook.steps, _steps(runbook.document), strict=True):
        for code, message in _lost(_earlier(before, now), now, step):
            line = line_of(file.judged.content, step.step_id) or 0
            notes.append(attention(file.path, code, message, line))
    return notes


def _steps(document: Mapping[str, Any]) -> list[_Guards]:
    return [_Guards.of(step) for step in document.get("spec", {}).get("steps", ())]


def _earlier(before: Sequence[_Guards], now: _Guards) -> list[_Guards]:
    """The same step as it was; where there is none, the one of its id and those that did the same."""
    same = [each for each in before if (each.id, each.text) == (now.id, now.text)]
    return same or [each for each in before if each.id == now.id or each.text == now.text]


def _lost(earlier: Sequence[_Guards], now: _Guards, step: JudgedStep) -> Iterator[tuple[str, str]]:
    named = f"the step `{now.id}`"
    was = Risk.SAFE
    for each in earlier:
        was = worse(was, each.risk)
    if exceeds(was, now.risk):
        yield "lowered", f"{named} was declared {was}, now {step.declared or 'undeclared'}"
    typed = [each.confirm for each in earlier if each.confirm is not None]
    if typed and now.confirm is None:
        yield "confirm_gone", f"{named} no longer asks to type `{typed[0]}`"
    elif typed and now.confirm not in typed:
        yield "confirm_gone", f"{named} asks to type `{now.confirm}`, and asked for `{typed[0]}`"
    if not now.undone and any(each.undone for each in earlier):
        yield "rollback_gone", f"{named} has no command any more that undoes it"
