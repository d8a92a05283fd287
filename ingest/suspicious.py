"""Passages that speak to a machine instead of a person, or that a person does not see. Nothing obeys them;
they are listed so that somebody asks who wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Final, Literal

from base.limits import SUSPICIOUS_MAX
from ingest.extract.commands import looks_like_command
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.reader import title_of
from ingest.extract.retracting import without
from ingest.machine_phrases import NOTHING, speaks_to_machine
from ingest.masking import blanked
from ingest.sources.hidden import HiddenText
from ingest.trace import Span

Kind = Literal["speaks to a machine", "hidden text", "hidden characters"]

_SHOWN_CHARACTERS: Final = 200
_HIDDEN_WORDS: Final = 3
"""A hidden element of fewer words is an icon's name or a counter."""
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]{6}")
"""Some words of a script that writes none apart."""

_TOGETHER: Final = 8
"""Lines of a paragraph that are looked at together."""
_TURNED: Final = re.compile(
    "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]{1,200}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,200}"
)
"""Characters that turn the order of writing, or that only machines read."""
_BETWEEN: Final = re.compile("(?<=[A-Za-z])[\u200b-\u200f\u2060-\u2064\u180e\ufeff]{1,200}(?=[A-Za-z])")
"""Nothing, in the middle of a word."""


@dataclass(frozen=True)
class Suspicious:
    """One passage. `span` is its place in the shown text, None where it stands on no screen."""

    kind: Kind
    text: str
    line: int
    span: Span | None = None

    def to_json(self) -> dict[str, Any]:
        """As the API shows it."""
        found: dict[str, Any] = {"kind": self.kind, "text": self.text, "line": self.line}
        return found if self.span is None else {**found, "span": self.span.to_json()}


def without_spoken(found: Extraction, hidden: Iterable[HiddenText] = ()) -> Extraction:
    """The findings without instructions that no person is meant by. A command stays: the scanner judges it,
    whatever is said about it; but such a sentence is no title of it. Of a hidden text, what only the sentence
    makes a command is an instruction that somebody looks at.
    """
    unseen_texts = [item.text for item in hidden]
    found.drafts = [_unled(draft, unseen_texts) for draft in found.drafts]
    gone = {
        index for index, draft in enumerate(found.drafts)
        if draft.kind == "manual" and speaks_to_machine(draft.text)
    }  # fmt: skip
    return without(found, gone, "it speaks to a machine, not to a person") if gone else found


def _unled(draft: Draft, hidden: list[str]) -> Draft:
    """A command without what a suspicious sentence makes of it."""
    if draft.kind != "command":
        return draft
    if not looks_like_command(draft.text) and any(draft.text in text for text in hidden):
        said = draft.block.text.strip() if draft.block is not None else draft.text
        return replace(draft, kind="manual", text=said)
    return replace(draft, title=title_of(draft.text)) if speaks_to_machine(draft.title) else draft


def find_suspicious(text: str, hidden: Iterable[HiddenText]) -> tuple[Suspicious, ...]:
    """The passages of the shown text, then what `unseen` gave of its source; bounded."""
    told = (Suspicious("hidden text", item.text, item.line) for item in hidden)
    return tuple(islice(chain(_spoken(text), _characters(text), told), SUSPICIOUS_MAX))


def _spoken(text: str) -> Iterator[Suspicious]:
    begin, first, number = 0, 0, 1
    speaks: list[bool] = []
    for line in [*text.split("\n"), ""]:
        if line.strip():
            speaks.append(speaks_to_machine(line))
            if speaks[-1]:
                yield _said(text, number, begin, begin + len(line))
        if not line.strip() or len(speaks) == _TOGETHER:
            # A sentence that goes on in the next line; one line alone was looked at.
            if len(speaks) > 1 and not any(speaks) and speaks_to_machine(text[first : begin + len(line)]):
                yield _said(text, text.count("\n", 0, first) + 1, first, begin + len(line))
            speaks, first = [], begin + len(line) + 1
        begin += len(line) + 1
        number += 1


def _said(text: str, line: int, start: int, end: int) -> Suspicious:
    passage = text[start:end]
    start += len(passage) - len(passage.lstrip())
    return Suspicious("speaks to a machine", _shown(passage), line, Span(start, start + len(passage.strip())))


def _characters(text: str) -> Iterator[Suspicious]:
    if text.isascii():
        return
    for pattern in (_TURNED, _BETWEEN):
        place, line = 0, 1
        for found in pattern.finditer(text):
            codes = " ".join(f"U+{ord(character):04X}" for character in found[0][:8])
            around = text[max(0, found.start() - 20) : found.end() + 20]
            line += text.count("\n", place, found.start())
            place = found.start()
            yield Suspicious(
                "hidden characters",
                f"{codes} in “{_shown(around)}”",
                line,
                Span(found.start(), found.end()),
            )


def unseen(hidden: Iterable[HiddenText]) -> tuple[HiddenText, ...]:
    """Those that say something: what gives an order or holds a command, a hidden element also of some words.
    Shortened, and their secrets masked.
    """
    found = (
        replace(item, text=_shown(blanked(item.text)[0]))
        for item in hidden
        if speaks_to_machine(item.text)
        or (not item.attribute and looks_like_command(item.text))
        or (not item.comment and (len(item.text.split()) >= _HIDDEN_WORDS or _UNSPACED.search(item.text)))
    )
    return tuple(islice(found, SUSPICIOUS_MAX))


def _shown(text: str) -> str:
    """One line, with nothing in it that is not seen."""
    seen = "".join(c if c.isprintable() and not NOTHING.match(c) else " " for c in text)
    flat = " ".join(seen.split())
    return flat if len(flat) <= _SHOWN_CHARACTERS else flat[: _SHOWN_CHARACTERS - 1] + "…"
