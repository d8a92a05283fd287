"""Drafts become a document: ids, holes, declared risks, confirmations, rollbacks, branches, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from base import limits
from ingest.about import about_text
from ingest.answering import with_answers
from ingest.blocks import Block, Normalized
from ingest.branches import branch, joined
from ingest.building import Asked, Building, BuiltStep, plain_line, plain_text, slug
from ingest.cautions import cautions
from ingest.command_steps import add_command, add_typed, runs_here
from ingest.extract.drafts import Draft, Extraction, Required
from ingest.extract.vocabulary import sentences
from ingest.prerequisite_checks import check_of
from ingest.questions import Question
from ingest.secret_variables import Known
from ingest.shell_state import ShellState
from ingest.sources.plain import CHAT_LINE
from ingest.told_words import told_by_callouts, told_in_code
from ingest.trace import Span
from ingest.variables import assigned_names, told_names
from schemas.errors import Unprocessable
from schemas.runbook import AlertMatcher, Metadata, Prerequisite, Runbook, Source, Spec
from schemas.step import Step

_GENERIC: Final = re.compile(
    r"(?i)^(?:symptoms?|meaning|overview|summary|introduction|about|description|impact|background|diagnosis|"
    r"mitigation|steps?|procedure|instructions?|runbooks?|playbook|how-?to|guide|contents|table of contents|"
    r"prerequisites?|requirements?|before you (?:begin|start)|what (?:you need|to do)|notes?|readme|untitled|"
    r"alert|details?)\W*$"
)
"""Headings that say nothing about this runbook."""

_TITLE_CHARACTERS: Final = 80


@dataclass(frozen=True)
class Built:
    """The document and the steps in order; `by_draft` gives the id of the step that a draft became."""

    runbook: Runbook
    steps: tuple[BuiltStep, ...]
    by_draft: Mapping[int, str]
    asked: tuple[Asked, ...]
    variable_spans: Mapping[str, Sequence[Span]]
    prerequisite_spans: Mapping[str, Span]
    secrets: Sequence[Known]
    unused_variables: tuple[str, ...] = ()


def _said(block: Block) -> str:
    """What a block says in words: its text, of code the comments."""
    if block.kind != "code":
        return block.text
    return "\n".join(line for line in block.text.split("\n") if line.lstrip().startswith("#"))


def build_document(
    normalized: Normalized, extraction: Extraction, questions: list[Question], building: Building
) -> Built:
    """The document of at least one draft; `require_room` has said that it fits."""
    drafts = extraction.drafts
    for question in questions:
        # Settled before the steps are built: an answer may change its step.
        building.ask(question, None)
    drafts = with_answers(drafts, building.answers.settled.values())
    building.told = told_names(_said(block) for block in normalized.blocks).union(
        *(told_in_code(block) for block in normalized.blocks), told_by_callouts(normalized.text)
    )
    assigned = assigned_names(draft.text for draft in drafts if draft.kind == "command")
    building.shell = ShellState.of(drafts)
    by_draft: dict[int, str] = {}
    warned = cautions(extraction.accounts, drafts)
    for index, draft in enumerate(drafts):
        refuse_more_steps(len(building.steps))
        building.shell.behind = drafts[index + 1 :]
        undone_by = [item for item in drafts if item.undoes == index]
        by_draft[index] = (
            _add(building, draft, assigned, undone_by) if draft.undoes is None else by_draft[draft.undoes]
        )
        if draft.titled_by and draft.undoes is None:
            told = f"The title was written by {draft.titled_by}, not by the author of the text."
            _note(building, told, titled_by=draft.titled_by)
        if index in warned and draft.undoes is None:
            _note(building, warned[index], warning=warned[index])
    building.asked = [
        item if item.question.draft is None else replace(item, step=by_draft[item.question.draft])
        for item in building.asked
    ]
    refuse_more_steps(len(building.steps))
    overrides = building.overrides
    title = plain_line(overrides.title or _title(normalized, extraction, overrides.name))
    prerequisites = dict(_prerequisites(building, extraction.prerequisites))
    about = about_text(normalized)
    service = about.service if overrides.service is None else overrides.service
    runbook = Runbook(
        metadata=Metadata(
            name=overrides.name or slug(title), title=title, service=plain_line(service) if service else None
        ),
        spec=Spec(
            source=Source(sha256=normalized.sha256),
            alerts=tuple(AlertMatcher(labels={"alertname": name}) for name in about.alerts),
            prerequisites=tuple(prerequisites),
            variables=tuple(building.variables.values()),
            steps=tuple(item.step for item in building.steps),
            ambiguities=building.ambiguities(),
            notes=warned.get(None),
        ),
    )
    return Built(
        runbook,
        tuple(building.steps),
        by_draft,
        tuple(building.asked),
        building.variable_spans,
        {item.id: span for item, span in prerequisites.items()},
        building.secrets,
        tuple(name for name in overrides.variables if name not in building.found_names),
    )


def require_room(drafts: list[Draft]) -> None:
    """Raises Unprocessable where the document would be longer than the bound."""
    # YAML indents each line, and questions repeat sentences: half of the bound is left for that.
    size = sum(len(draft.text.encode()) + 16 * (1 + draft.text.count("\n")) for draft in drafts)
    if size * 2 > limits.DOCUMENT_MAX_BYTES:
        raise Unprocessable(
            f"The steps have {size:,} bytes; a runbook has room for {limits.DOCUMENT_MAX_BYTES // 2:,}.",
            hint="Split it into several runbooks, and put long scripts into files.",
            code="too_long",
        )


def refuse_more_steps(count: int) -> None:
    """Raises Unprocessable where the steps, with the questions before them, don't fit in a document."""
    if count > limits.DOCUMENT_MAX_STEPS:
        raise Unprocessable(
            f"The steps and the questions before them are more than {limits.DOCUMENT_MAX_STEPS}.",
            hint="Split it into several runbooks.",
            code="too_many_steps",
        )


def _add(building: Building, draft: Draft, assigned: frozenset[str], undone_by: Sequence[Draft]) -> str:
    """Add the step of a draft, behind a question where the draft has a condition; gives its id."""
    when, needs = branch(building, draft)
    step_id = building.unique(slug(draft.title, 48))
    if draft.inside and runs_here(building, draft, step_id):
        draft = replace(draft, dialect="shell")
    if draft.kind == "command" and draft.dialect != "shell":
        add_typed(building, draft, step_id, when, needs, assigned)
    elif draft.kind == "manual":
        step = Step(
            id=step_id,
            title=plain_line(draft.title),
            manual=building.prose(draft.text, draft),
            when=when,
            needs=needs,
        )
        building.steps.append(BuiltStep(step, draft.line, draft.end_line, None, spans=draft.spans))
    else:
        add_command(building, draft, step_id, when, needs, assigned, undone_by)
    building.open_ends = joined(step_id, when, building.around)
    return step_id


def _note(building: Building, told: str, *, titled_by: str = "", warning: str = "") -> None:
    """Add to what a reader of the step that was just added should know, and what the preview shows of it."""
    added = building.steps[-1]
    notes = plain_text("\n".join(filter(None, (added.step.notes, told))))
    step = added.step.model_copy(update={"notes": notes})
    building.steps[-1] = replace(
        added, step=step, titled_by=titled_by or added.titled_by, warning=warning or added.warning
    )


def _title(normalized: Normalized, extraction: Extraction, name: str | None) -> str:
    """The front matter's title, a heading that says something, the name, or the first sentence."""
    for heading in (normalized.title, extraction.title):
        if heading and not _GENERIC.match(heading.strip("*_ #")):
            return heading
    if name is not None:
        return name.replace("-", " ").capitalize()
    for block in normalized.blocks:
        told = block.kind in ("paragraph", "item") and not CHAT_LINE.match(block.text)
        parts = sentences(block.text) if told else []
        if parts and len(parts[0]) > 3:
            return _cut(parts[0].strip("*_ ").rstrip(".:"))
    return extraction.title or extraction.drafts[0].title


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _TITLE_CHARACTERS else flat[:_TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"


def _prerequisites(building: Building, found: list[Required]) -> Iterator[tuple[Prerequisite, Span]]:
    ids: set[str] = set()
    for item in found[: limits.DOCUMENT_MAX_PREREQUISITES]:
        base = slug(item.text, 40)
        numbered = (base, *(f"{base}-{number}" for number in range(2, len(ids) + 3)))
        name = next(candidate for candidate in numbered if candidate not in ids)
        ids.add(name)
        check = check_of(item.text, item.codes, building.told)
        yield Prerequisite(id=name, text=building.prose(item.text), check=check), item.span
