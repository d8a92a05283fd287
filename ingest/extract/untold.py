"""What only a heading or only a list of needs tells to do: a step of its own, since nothing below says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from base.limits import DOCUMENT_MAX_STEPS
from ingest.blocks import Block
from ingest.extract.accounts import Accounted
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.gate_steps import tells
from ingest.extract.inline_commands import inline_commands
from ingest.extract.reader import Reader, Untold, title_of
from ingest.extract.vocabulary import text_of
from schemas.errors import Unprocessable

_NUMBERED: Final = re.compile(
    r"(?i)^\W{0,4}(?:step\s*)?\d{1,2}(?:\.\d{1,2}){0,3}\s*[-–—.):]?\s+(?=\S)|"
    r"^\W{0,4}step\s*\d{1,2}\s*[-–—.):]\s*(?=\S)"
)
_STEPS_MAX: Final = DOCUMENT_MAX_STEPS // 2
_VOID: Final = re.compile(
    r"(?i)\b(?:obsolete|outdated|no longer|not (?:needed|necessary|required|used)|unnecessary|removed|"
    r"deprecated|superseded|retired|replaced|abandoned|skip|skipped|ignore|do not|don['’]t|never|must not|"
    r"not any ?more|historical|history|archived|void)\b"
)
"""What is said below a heading that may take it back."""
_WHY: Final = "an instruction for a person"


def numbered_heading(reader: Reader, block: Block, first: int) -> None:
    """Remember a numbered heading that tells to do something; its accounts are those from `first` on."""
    number = _NUMBERED.match(block.text)
    if number is None or block.struck or reader.banned or reader.explains or reader.asks_before:
        return
    if not tells(block.text[number.end() :]):
        return
    found = reader.found
    places = first, len(found.accounts)
    case = reader.condition_here()
    reader.untold.append(Untold(block, places, len(found.drafts), len(found.prerequisites), case))


def close_headings(reader: Reader, level: int) -> None:
    """Make a step of each numbered heading from this level on below which nothing told a step."""
    ending = [item for item in reader.untold if item.block.level >= level]
    reader.untold = [item for item in reader.untold if item.block.level < level]
    for item in reversed(ending):
        found = reader.found
        if len(found.drafts) > item.drafts or len(found.prerequisites) > item.needs:
            continue
        if any(_VOID.search(one.text) for one in found.accounts[item.accounts[1] :]):
            continue
        block, (condition, otherwise) = item.block, item.case
        text = title_of(_NUMBERED.sub("", block.text))
        told = Draft("manual", text, text, block.line, block.end_line, text, condition, otherwise,
                     spans=(block.place(),), block=block)  # fmt: skip
        commands = [
            replace(told, kind="command", text=one.text, dialect=one.dialect, start=one.start, end=one.end)
            for one in inline_commands(block)
        ]
        index, *_ = [reader.add(draft) for draft in commands or [told]]
        for at in range(*item.accounts):
            found.accounts[at] = replace(found.accounts[at], fate="step", detail=_WHY, draft=index)


def refuse_many(items: Sequence[object]) -> None:
    """Raises Unprocessable for more steps than a runbook has room for: each may bring a question with it."""
    if len(items) > _STEPS_MAX:
        raise Unprocessable(
            f"The text has more than {_STEPS_MAX} steps.",
            hint="Split it into several runbooks.",
            code="too_many_steps",
        )


def needs_as_steps(found: Extraction, blocks: tuple[Block, ...]) -> Extraction:
    """The findings of a text that lists needs and nothing else: those that tell what to do, else all of them,
    are what a person sees to. Raises Unprocessable where they are too many for a runbook.
    """
    items = {block.line for block in blocks if block.kind == "item"}
    if found.drafts or not any(item.fate == "prerequisite" and item.line in items for item in found.accounts):
        return found
    own = [item for item in found.accounts if item.fate == "prerequisite"]
    told = [item for item in own if tells(text_of(item.text))] or own
    refuse_many(told)
    drafts, accounts = list[Draft](), list[Accounted]()
    for item in found.accounts:
        if item in told:
            text = text_of(item.text)
            drafts.append(
                Draft("manual", text, title_of(text), item.line, item.end_line, spans=(item.span,),
                      item=len(drafts) + 1, listed=True)
            )  # fmt: skip
            accounts.append(replace(item, fate="step", detail=_WHY, draft=len(drafts) - 1))
        else:
            accounts.append(item)
    # The span of a need leaves the box to tick out.
    kept = [
        item
        for item in found.prerequisites
        if not any(one.span.start <= item.span.start and item.span.end <= one.span.end for one in told)
    ]
    return replace(found, drafts=drafts, accounts=accounts, prerequisites=kept)
