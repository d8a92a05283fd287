"""Where an LLM reads a text otherwise than the rules do, and what a person may take of it. Pure.

The document is what the rules read. A person takes a difference by its id; then the rules read the text
again and are told so, and what becomes of it (its case, its place, what it undoes) is theirs to say. Nothing
that is not grounded can be taken, and nothing that the rules set aside.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ingest.advisor.messages import plain_line
from ingest.blocks import Block
from ingest.extract.accounts import Accounted
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.grounding import ELSEWHERE, TWICE, Grounded, Grounding, Invented, Unit, ground
from ingest.extract.heard import Heard
from ingest.extract.negation import forbidden_at, negated
from ingest.extract.passages import masked_text
from ingest.extract.reader import title_of
from ingest.extract.vocabulary import sentences
from ingest.machine_phrases import speaks_to_machine
from ingest.trace import Span
from ingest.variables import find_placeholders

Kind = Literal[
    "command", "instruction", "prerequisite", "variable", "title", "missing", "set_aside", "invented"
]

DIFFERENCES_MAX: Final = 100
"""That are listed; the first in the text. Of the others their number is told."""
_SHOWN_CHARACTERS: Final = 400
_INVENTED: Final = {ELSEWHERE: "in another order", TWICE: "less often in the text"}
_TAKEN: Final[frozenset[Kind]] = frozenset({"command", "instruction", "prerequisite", "title"})
_JUDGES: Final = re.compile(
    r"(?i)\b(?:safe|safely|harmless|read[- ]?only|risk|approved?|trusted|dry[- ]?run|no[- ]op|reversible)\b"
)
"""A title that judges is not offered: to judge is not the reader's work."""

Place = tuple[int, int, int]
"""A block's index, and where in its text."""


@dataclass(frozen=True)
class Difference:
    """One passage with both readings, as sentences. `place` is where it stands, `span` the same in the source
    text, `line` its first line; none of what names no passage. `taken`: a person took the model's reading.
    """

    id: str
    kind: Kind
    rules: str
    model: str
    why: str = ""
    place: Place | None = None
    span: Span | None = None
    line: int | None = None
    taken: bool = False

    @property
    def can_take(self) -> bool:
        """Whether a person may take the model's reading."""
        return self.kind in _TAKEN


def differences(
    blocks: Sequence[Block], found: Extraction, heard: Heard, taken: frozenset[str] = frozenset()
) -> tuple[Difference, ...]:
    """All of them in the order of the text. `found` is what the rules read before anything was taken."""
    if not heard.answers:
        return ()
    every = [*_Comparing(blocks, found, heard).all()]
    ordered = sorted(every, key=lambda item: item.place or (len(blocks), 0, 0))
    return tuple(
        replace(
            item,
            rules=_shown(item.rules),
            model=_shown(item.model),
            taken=item.can_take and item.id in taken,
        )
        for item in ordered
    )


def with_taken(blocks: Sequence[Block], taken: Sequence[Difference]) -> tuple[Block, ...]:
    """The blocks that say what a person takes them for."""
    now = list(blocks)
    for item in taken:
        assert item.place is not None
        index, start, end = item.place
        block = now[index]
        if item.kind == "instruction":
            now[index] = replace(block, taken="instruction")
        elif item.kind == "prerequisite":
            now[index] = replace(block, taken="prerequisite")
        elif item.kind == "command":
            code = tuple(
                replace(code, taken=True) if code.start <= start and end <= code.end else code
                for code in block.code
            )
            now[index] = replace(block, code=code)
    return tuple(now)


def titles_of(taken: Sequence[Difference]) -> Mapping[Place, str]:
    """The titles of the model that a person takes, by the place of the command."""
    return {item.place: item.model for item in taken if item.kind == "title" and item.place is not None}


class _Comparing:
    """The rules' findings and the grounded answer, side by side."""

    def __init__(self, blocks: Sequence[Block], found: Extraction, heard: Heard) -> None:
        self.blocks = blocks
        self.grounding: Grounding = ground(blocks, heard)
        self.shown = {at for part, _ in heard.answers for at in part.shown}
        index = {id(block): at for at, block in enumerate(blocks)}
        self.drafts: dict[Place, Draft] = {}
        self.by_hand: dict[int, Draft] = {}
        for draft in found.drafts:
            at = index.get(id(draft.block), -1)
            if draft.kind == "command":
                self.drafts[(at, draft.start, draft.end)] = draft
            elif not draft.undoing:
                self.by_hand[at] = draft
        self.with_steps = {place[0] for place in self.drafts} | self.by_hand.keys()
        self.titles = Counter(draft.title for draft in found.drafts)
        self.accounts = sorted(found.accounts, key=lambda item: item.span)
        self.starts = [item.span.start for item in self.accounts]
        self.named: Counter[str] = Counter()

    def all(self) -> Iterator[Difference]:
        """In no certain order."""
        seen: set[Place] = set()
        for item in self.grounding.commands:
            for unit in item.units:
                place = (unit.block, unit.start, unit.end)
                seen.add(place)
                if place not in self.drafts:
                    yield self._command(unit)
                elif title := self._title(item, self.drafts[place]):
                    yield self._made("title", place, self.drafts[place].title, title)
        yield from self._missing(seen)
        yield from self._sentences()
        for one in self.grounding.invented:
            yield self._invented(one)

    def _command(self, unit: Unit) -> Difference:
        """A whole command of the text that the rules made no step of."""
        place = (unit.block, unit.start, unit.end)
        account = self._account(place)
        why = self._set_aside(self.blocks[unit.block], place, account)
        rules = "no step" if account is None else f"no step: {account.detail}"
        return self._made("set_aside" if why else "command", place, rules, unit.text, why)

    def _set_aside(self, block: Block, place: Place, account: Accounted | None) -> str:
        """Why the rules' reading can't be overruled by the model's; empty where a person may."""
        sentence = block.text if account is None else account.text
        if account is None or account.fate not in ("note", "step"):
            fate = "nothing" if account is None else account.fate
            return "the rules set it aside" if fate == "ignored" else f"the rules read it as {fate}"
        if block.kind != "code" and (forbidden_at(block.text, place[1], place[2]) or negated(sentence)):
            return "the text says not to do this"
        if speaks_to_machine(block.text):
            return "the passage speaks to a machine"
        if block.linked or not any(code.start <= place[1] and place[2] <= code.end for code in block.code):
            return "it is not marked as code"
        return ""

    def _title(self, item: Grounded, draft: Draft) -> str:
        """The model's title, where the rules found no words for a step and it says something; else empty."""
        title = item.step.plain_title
        silent = draft.title == title_of(draft.text) or self.titles[draft.title] > 1
        judges = _JUDGES.search(title) is not None or speaks_to_machine(title)
        alone = len(item.units) == 1 and not draft.undoing
        return title if silent and alone and title and not judges and title != draft.title else ""

    def _missing(self, seen: set[Place]) -> Iterator[Difference]:
        """Steps of the rules that the model does not have. They stay."""
        read = {at for at, _ in self.grounding.instructions}
        with_commands = {place[0] for place in seen}
        for place, draft in self.drafts.items():
            if place[0] in self.shown and place not in seen and not draft.undoing:
                model = "an instruction for a person" if place[0] in read else "no step"
                yield self._made("missing", place, draft.text, model)
        for at, draft in self.by_hand.items():
            if at in self.shown and at not in read and at not in with_commands:
                yield self._made("missing", (at, 0, len(self.blocks[at].text)), draft.title, "no step")

    def _sentences(self) -> Iterator[Difference]:
        """Instructions, prerequisites and values that the rules read otherwise."""
        told = dict.fromkeys(at for at, _ in self.grounding.instructions)
        for at in told:
            if at not in self.with_steps:
                yield from self._whole("instruction", at, "an instruction for a person")
        needed = {at: sentence.text for at, sentence in self.grounding.prerequisites if at not in told}
        for at, text in needed.items():
            yield from self._prerequisite(at, text)
        commands = "\n".join(draft.text for draft in self.drafts.values())
        known = _placeholders(self.drafts.values())
        values = dict.fromkeys((at, item.text) for at, item in self.grounding.variables)
        for at, text in values:
            if text in commands and not any(text in item or item in text for item in known):
                start = max(0, self.blocks[at].text.find(text))
                yield self._made(
                    "variable", (at, start, start + len(text)), "a fixed word", f"{text}: to be filled in"
                )

    def _whole(self, kind: Kind, at: int, model: str) -> Iterator[Difference]:
        """A passage that a person may take for an instruction or a prerequisite; its words are the text's."""
        block = self.blocks[at]
        place = (at, 0, len(block.text))
        fates = {item.fate for item in self._accounts_in(block.place())}
        plain = block.kind in ("paragraph", "item") and not block.linked and fates == {"note"}
        if not plain or any(negated(part) for part in sentences(block.text)):
            return
        if speaks_to_machine(block.text):
            yield self._made("set_aside", place, "a note", model, "the passage speaks to a machine")
        else:
            yield self._made(kind, place, "a note", model)

    def _prerequisite(self, at: int, text: str) -> Iterator[Difference]:
        start = max(0, self.blocks[at].text.find(text))
        account = self._account((at, start, start + len(text)))
        if account is None or account.fate == "prerequisite":
            return
        if account.fate == "note" and at not in self.with_steps:
            yield from self._whole("prerequisite", at, "a prerequisite")

    def _invented(self, item: Invented) -> Difference:
        place = None if item.block is None else (item.block, 0, len(self.blocks[item.block].text))
        rules = _INVENTED.get(item.why, "not in the text")
        return self._made("invented", place, rules, item.text, item.why)

    def _account(self, place: Place) -> Accounted | None:
        """The sentence, or the lines of code, that a place stands in."""
        at = bisect_right(self.starts, self.blocks[place[0]].place(place[1], place[2]).start) - 1
        return self.accounts[at] if at >= 0 else None

    def _accounts_in(self, span: Span) -> list[Accounted]:
        """The sentences of a passage."""
        at = max(0, bisect_right(self.starts, span.start) - 1)
        found = []
        while at < len(self.accounts) and self.starts[at] < span.end:
            if self.accounts[at].span.end > span.start:
                found.append(self.accounts[at])
            at += 1
        return found

    def _made(self, kind: Kind, place: Place | None, rules: str, model: str, why: str = "") -> Difference:
        span = line = None
        if place is not None:
            block = self.blocks[place[0]]
            span = block.place(place[1], place[2])
            line = min(block.end_line, block.line + block.text.count("\n", 0, place[1]))
        return Difference(self._name(kind, place, model), kind, rules, model, why, place, span, line)

    def _name(self, kind: Kind, place: Place | None, model: str) -> str:
        """The same for the same passage, wherever it moves in the text."""
        passage = "" if place is None else f"{self.blocks[place[0]].text}\0{place[1]}"
        about = f"{kind}\0{passage}\0{model}"
        self.named[about] += 1
        whole = f"{self.named[about]}\0{about}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(whole).hexdigest()[:16]


def _shown(text: str) -> str:
    return plain_line(masked_text(text).strip().replace("\n", " ⏎ "), _SHOWN_CHARACTERS)


def _placeholders(drafts: Iterable[Draft]) -> set[str]:
    """The words of commands of which the rules make variables."""
    return {item.text for draft in drafts for item in find_placeholders(draft.text, frozenset())}
