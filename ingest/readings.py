"""Both readings of a text: what the rules found, what an LLM read otherwise, and what a person took of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.blocks import Normalized
from ingest.code_left_out import CodeLeftOut, with_typed
from ingest.differences import (
    DIFFERENCES_MAX,
    Difference,
    Place,
    differences,
    titles_of,
    with_taken,
)
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.gate_lists import gates_with_lists
from ingest.extract.heard import Heard
from ingest.extract.inner_shells import typed_inside
from ingest.extract.retracting import without_retracted
from ingest.extract.rules import extract
from ingest.extract.skipping import with_skips
from ingest.suspicious import without_spoken
from ingest.trace import Span
from schemas.errors import Unprocessable


@dataclass(frozen=True)
class Reading:
    """What an LLM said about a text, beside the rules' reading. `unused`: ids that a person took and that
    this text, or this answer, does not have; `not_listed`: how many differences there are beyond those here.
    """

    heard: Heard
    differences: tuple[Difference, ...] = ()
    unused: tuple[str, ...] = ()
    not_listed: int = 0

    @property
    def taken(self) -> tuple[Difference, ...]:
        """Those of which a person took the model's reading, in order."""
        return tuple(item for item in self.differences if item.taken)

    def to_json(self, above: Mapping[str, str | None]) -> dict[str, Any]:
        """As the API shows it; `above` gives the step that a difference stands with, by its id."""
        missing = self.heard.missing
        return {
            "by": self.heard.by,
            "read": missing is None,
            "said": self.heard.sentence,
            **({} if missing is None else {"missing": missing.value}),
            "differences": [_difference(item, above[item.id]) for item in self.differences],
            **({"notListed": self.not_listed} if self.not_listed else {}),
        }


def read_both(
    normalized: Normalized, heard: Heard | None, taken: frozenset[str]
) -> tuple[Normalized, Extraction, Reading | None]:
    """What the rules read, told what a person took of the model's reading.

    Raises Unprocessable (`not_grounded`) for something taken that is not in the text, or that the rules set
    aside: whoever asks for it, it becomes no step.
    """
    found = _by_rules(normalized)
    if heard is None:
        return normalized, found, None
    all_of_them = differences(normalized.blocks, found, heard, taken)
    every = all_of_them[:DIFFERENCES_MAX]
    for item in every:
        if item.id in taken and not item.can_take:
            raise _not_grounded(item)
    unused = tuple(sorted(taken - {item.id for item in every}))
    reading = Reading(heard, every, unused, len(all_of_them) - len(every))
    if reading.taken:
        normalized = replace(normalized, blocks=with_taken(normalized.blocks, reading.taken))
        found = _titled(normalized, _by_rules(normalized), reading)
    return normalized, found, reading


def read_as_said(
    normalized: Normalized, typed: Sequence[CodeLeftOut], reading: Reading | None
) -> tuple[Normalized, Extraction]:
    """The same text read again, where a person says that code which was left out is typed."""
    normalized = with_typed(normalized, typed)
    found = _by_rules(normalized)
    return normalized, found if reading is None else _titled(normalized, found, reading)


def steps_above(
    reading: Reading, drafts: Sequence[Draft], by_draft: Mapping[int, str]
) -> dict[str, str | None]:
    """The step that each difference stands with: the one whose place it has, else the one before it in the
    text; None above the first.
    """
    own = [draft.command_span or (draft.spans[-1] if draft.spans else None) for draft in drafts]
    places = sorted((place, by_draft[index]) for index, place in enumerate(own) if place is not None)
    return {item.id: _above(item.span, places) for item in reading.differences}


def _above(span: Span | None, places: Sequence[tuple[Span, str]]) -> str | None:
    before = [step for place, step in places if span is not None and place.start <= span.start]
    return before[-1] if before else None


def _by_rules(normalized: Normalized) -> Extraction:
    found = without_retracted(extract(normalized.blocks), normalized.text)
    found = gates_with_lists(found, normalized.blocks)
    found = typed_inside(with_skips(found, normalized.blocks, normalized.text))
    return without_spoken(found, normalized.hidden)


def _titled(normalized: Normalized, found: Extraction, reading: Reading) -> Extraction:
    """The findings with the titles that a person took of the model, each marked."""
    titles = titles_of(reading.taken)
    index = {id(block): at for at, block in enumerate(normalized.blocks)}
    drafts = []
    for draft in found.drafts:
        place: Place = (index.get(id(draft.block), -1), draft.start, draft.end)
        title = titles.get(place) if draft.kind == "command" else None
        drafts.append(replace(draft, title=title, titled_by=reading.heard.by) if title else draft)
    return replace(found, drafts=drafts)


def _not_grounded(item: Difference) -> Unprocessable:
    if item.kind == "invented":
        return Unprocessable(
            f"“{item.model}” is not in the text: {item.why}.",
            hint="The model made it up, so it can't become part of the runbook. Write it into the text "
            "yourself if you mean it.",
            code="not_grounded",
        )
    return Unprocessable(
        f"“{item.model}” can't be taken of the model's reading: {item.why or 'nothing follows from it'}.",
        hint="The document stays as the rules read it. Change the text if you mean something else.",
        code="not_grounded",
    )


def _difference(item: Difference, step: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind,
        "step": step,
        "line": item.line,
        "span": None if item.span is None else item.span.to_json(),
        "rules": item.rules,
        "model": item.model,
        "why": item.why or None,
        "canTake": item.can_take,
        "taken": item.taken,
    }
    return {key: value for key, value in shown.items() if value is not None}
