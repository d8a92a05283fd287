"""What the text warns of beside a step: whoever runs the step must read it, so it is in the step's notes."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ingest.building import plain_text
from ingest.extract.accounts import Accounted
from ingest.extract.drafts import Draft
from ingest.extract.reader import BANNED

_SIGN: Final = re.compile(
    r"(?i)^\W{0,6}(?:warning|caution|danger(?:ous)?|attention|important|beware|careful)(?=\W|$)|^\W{0,3}[⚠❗🚨🛑⛔]"
)
_TAKE_CARE: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:be (?:(?:very|extra|really)\s+)?(?:careful|aware|sure not)|beware|watch out|"
    r"take care|make sure (?:not|you (?:do not|don['’]t)))\b"
)
_FORBIDS: Final = re.compile(
    r"(?i)^\W{0,6}(?:(?:please|but|and|so|then|also|just|note|nb|again)\W{1,3}){0,3}"
    r"(?:(?:do\s+not|don['’]t|never|avoid|refrain\s+from|under\s+no\s+circumstances?)\b"
    r"(?!\s+(?:forget|hesitate|worry|panic|mind|bother|need)\b)|"
    r"[^.;:]{2,60}\b(?:(?:must|should|shall)\s+(?:never|not)|mustn['’]t|shouldn['’]t)\s+(?!be\s+(?:any|a|an)\b))"
)
_SUBJECT: Final = r"\b(?:this|it|that|which|doing so|the (?:command|step|restart|script)|you)\b[^.;]{0,40}"
_MAY: Final = r"\b(?:will|would|can|could|may|might|cannot|is(?!\s+to)|causes?)\b[^.;]{0,60}"
_HARM: Final = re.compile(
    rf"(?i){_SUBJECT}{_MAY}\b(?:data loss|lose (?:data|all|the|any|every)|outage|downtime|irreversible|"
    r"destructive|be undone|(?:drop|delete|remove|wipe|destroy|kill|interrupt|overwrite|disconnect)s?)\b"
)


def _is_warning(sentence: str) -> bool:
    """Whether a sentence warns or forbids. `negation.begins_negated` would take “We don't restart it” for a
    ban, too: there all that matters is that nothing of it is run.
    """
    return any(map(str.isalpha, sentence)) and (
        _SIGN.match(sentence) is not None
        or _TAKE_CARE.match(sentence.lstrip(" *_>-•")) is not None
        or _HARM.search(sentence) is not None
        or _FORBIDS.match(sentence) is not None
    )


def cautions(accounts: Sequence[Accounted], drafts: Sequence[Draft]) -> dict[int | None, str]:
    """What the text warns of beside each step, by the index of its draft; None has what is about no step.

    A warning is about the step of its section that does what it forbids, else about the one that its own
    lines tell of, the next one, or the last one. All are found in one pass: a text may be nothing but bans.
    """
    found: dict[int | None, dict[str, None]] = {}
    looked = 0
    for section in _sections(accounts):
        steps = [at for at, account in enumerate(section) if account.draft is not None]
        done = [_words(drafts, section[at]) for at in steps]
        for place, account in enumerate(section):
            if account.fate != "note" or "\n" in account.text.strip() or not _is_warning(account.text):
                continue
            looked += 1
            near = bisect(steps, place)
            same = _same(account.text, done, near) if looked <= _LOOKED_AT else None
            step = same if same is not None else _nearest(section, steps, place, near)
            index = None if step is None else section[steps[step]].draft
            if index is not None and drafts[index].undoes is not None:
                index = drafts[index].undoes
            said = " ".join(account.text.split()).strip("*_ ")
            if shown := _shown_below(section, place):
                index, said = None, f"{said} {shown}"
            found.setdefault(index, {})[said] = None
    return {index: plain_text("\n".join(lines)) for index, lines in found.items()}


_FORBIDDEN: Final = re.compile(
    r"(?i)\b(?:never|do\s+not|don['’]t|not\s+to|without|avoid)\s+(?:ever\s+)?(?P<verb>[a-z]{3,20}?)(?:ing)?\b"
)
_HEADING: Final = re.compile(r"^a heading\b")
_LOOKED_AT: Final = 300
"""Warnings of which the step is looked for by what they forbid; a runbook has no more."""
_WORDS: Final = 400
"""Characters of a step that say what it does."""


def _shown_below(section: Sequence[Accounted], place: int) -> str:
    """The first line of what a ban shows right below itself (“Never run this:”); empty where none is."""
    below = section[place + 1] if place + 1 < len(section) else None
    if below is None or below.detail != BANNED or not section[place].text.rstrip("*_ ").endswith((":", "→")):
        return ""
    return below.text.strip().split("\n", 1)[0].strip()


def _sections(accounts: Sequence[Accounted]) -> Iterator[Sequence[Accounted]]:
    """What stands between two headings, with the one above it."""
    heads = [at for at, item in enumerate(accounts) if item.fate == "title" or _HEADING.match(item.detail)]
    for first, last in pairwise([0, *heads, len(accounts)]):
        yield accounts[first:last]


def _words(drafts: Sequence[Draft], account: Accounted) -> str:
    """What a step does, a blank before each word."""
    assert account.draft is not None
    draft = drafts[account.draft]
    return " ".join(["", *re.split(r"\W+", f"{draft.title} {draft.text}"[:_WORDS].lower())])


def _same(sentence: str, done: Sequence[str], near: int) -> int | None:
    """Which step does what a sentence forbids: the last one above it, else the first one below it."""
    verb = _FORBIDDEN.search(sentence)
    if verb is None:
        return None
    order = (*range(near - 1, -1, -1), *range(near, len(done)))
    return next((step for step in order if f" {verb['verb'].lower()}" in done[step]), None)


def _nearest(section: Sequence[Accounted], steps: Sequence[int], place: int, near: int) -> int | None:
    """Which step the lines of a warning tell of, else the next one, else the last one."""
    if not steps:
        return None
    beside = near > 0 and section[steps[near - 1]].end_line >= section[place].line
    return near - 1 if beside or near == len(steps) else near
