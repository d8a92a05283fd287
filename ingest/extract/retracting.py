"""Steps that the text takes back further down: “scratch 4”, “ignore step 2”."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ingest.extract.drafts import Draft, Extraction

_TAKES_BACK: Final = re.compile(
    r"(?i)\b(?:scratch|disregard|ignore|skip|forget|strike|drop)\s+(?:step\s+|number\s+|point\s+|#\s?)?(\d{1,2}|that)\b"
    r"(?!\s*(?:%|minutes?|seconds?|hours?|lines?|errors?|warnings?))"
)
_CONDITIONAL: Final = re.compile(r"(?i)\b(?:if|when|unless|otherwise|in case)\b")
_NUMBER: Final = re.compile(r"(?:^|\n|\s)(\d{1,2})[.)]\s{0,4}(?:then\s+)?[`*_]{0,3}$")
_INSIDE: Final = re.compile(r"(?:^|\s)(\d{1,2})[.)]\s")
_WHY: Final = "the text takes this back further down"


def without_retracted(found: Extraction, text: str) -> Extraction:
    """The findings without the steps that a later sentence takes back; what they were is told as ignored."""
    gone: set[int] = set()
    for account in found.accounts:
        taken = _TAKES_BACK.search(account.text)
        if taken is None or _CONDITIONAL.search(account.text[: taken.start()]):
            continue
        before = [
            index for index, draft in enumerate(found.drafts)
            if index not in gone and draft.spans and draft.spans[-1].end <= account.span.start
        ]  # fmt: skip
        if taken[1].lower() == "that":
            gone |= set(before[-1:])
        else:
            gone |= {index for index in before if _number(found.drafts[index], text) == taken[1]}
    gone = {index for index in gone if not found.drafts[index].said}
    return without(found, gone, _WHY) if gone else found


def _number(draft: Draft, text: str) -> str | None:
    """The number that the text gives the line of a step."""
    if draft.block is None:
        return None
    inside = _INSIDE.findall(draft.block.text[: draft.start])
    if inside:
        return str(inside[-1])
    begin = draft.block.place().start
    found = _NUMBER.search(text[max(0, begin - 12) : begin])
    return found[1] if found else None


def without(found: Extraction, gone: set[int], why: str) -> Extraction:
    """The findings without these steps; what they were is told as ignored, and why."""
    kept = [index for index in range(len(found.drafts)) if index not in gone]
    now = {index: place for place, index in enumerate(kept)}
    accounts = [
        replace(item, fate="ignored", detail=why, draft=None)
        if item.draft in gone
        else item
        if item.draft is None
        else replace(item, draft=now[item.draft])
        for item in found.accounts
    ]
    return replace(found, drafts=[found.drafts[index] for index in kept], accounts=accounts)
