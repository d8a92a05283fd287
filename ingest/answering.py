"""Answers to questions about sentences change the steps before they are built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ingest.extract.drafts import Draft
from ingest.questions import Settled
from ingest.rollbacks import undone_case
from schemas.runbook import AmbiguityKind


def with_answers(drafts: list[Draft], settled: Iterable[Settled]) -> list[Draft]:
    """The drafts as the answers make them."""
    changed = list(drafts)
    for item in settled:
        index = item.question.draft
        if index is not None and item.act == "undoes":
            changed = _undoing(changed, changed[index].group, int(item.value))
        elif index is not None and item.act == "forward":
            changed = _forward(changed, changed[index].group)
        elif index is not None:
            changed[index] = _changed(changed[index], item)
    return changed


def _undoing(drafts: list[Draft], group: int, target: int) -> list[Draft]:
    """The drafts where all that is told together, and is still open, undoes one step."""
    return [
        replace(draft, undoes=target, condition=None)
        if draft.undoing and draft.undoes is None and draft.group == group
        else draft
        for draft in drafts
    ]


def _forward(drafts: list[Draft], group: int) -> list[Draft]:
    """The drafts where all that is told together, and is still open, is a step in its place."""
    return [
        replace(
            draft, undoing="", condition=None if draft.condition == undone_case(draft) else draft.condition
        )
        if draft.undoing and draft.undoes is None and draft.group == group
        else draft
        for draft in drafts
    ]


def _changed(draft: Draft, item: Settled) -> Draft:
    if item.act == "command":
        # It comes from the answer and stands nowhere in the text.
        return replace(draft, kind="command", text=item.value, block=None)
    if item.act == "say" and draft.kind == "manual":
        words = item.question.words
        said = item.value
        if item.question.kind is AmbiguityKind.UNKNOWN_THRESHOLD:
            said = f"{words} ({item.value})"
        return replace(
            draft, text=draft.text.replace(words, said, 1), title=draft.title.replace(words, said, 1)
        )
    return draft
