"""What the sentence of a command says of it: for which case it is, and whether it undoes something."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from base.limits import TEXT_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.case_ends import IN_CASE
from ingest.extract.commands import looks_like_command
from ingest.extract.drafts import Undoing
from ingest.extract.named_cases import case_told_next, named_cases
from ingest.extract.reader import Reader
from ingest.extract.short_cases import case_beside, left_out_case, limited
from ingest.extract.undoing import names_undone, undoing_lead
from ingest.extract.vocabulary import is_imperative, sentence_places, text_of

_OTHERWISE: Final = re.compile(r"(?i)\b(?:otherwise|else|if not)\b")
_IN_THIS_CASE: Final = re.compile(rf"(?i)\W{{0,3}}{IN_CASE}\b")
_TURNS: Final = re.compile(r"(?i)(?:otherwise|else|if not)\b")
_THEN: Final = re.compile(r"(?i)\W{0,3}(?:then|if so|in that case)\b")
_ASKED: Final = re.compile(
    r"(?i)(?:is|are|was|were|does|do|did|has|have|had|can|could|will)\b[^?\n]{3,160}\?\W{0,3}$"
)
"""“Did it time out? Then rerun it.”"""
_CHECKED: Final = 200
"""Characters of a check, as a person is asked about it."""

_APART: Final = re.compile(r"[;–—(]\s{0,3}(?:\w{2,4}\s{1,3})?$")
_CASE_ENDS: Final = re.compile(r"\s{0,3}(?:,|:|→|->|=>|\bthen\b)\s{0,3}(?=\w|`|\*)")
_SAID_BEFORE: Final = 12

_SAID: Final = 3
_TOLD_ON: Final = 4
"""Sentences that go on with a case of the one above them."""

_AGAINST: Final = re.compile(r"(?i)^unless\b")


_Case = tuple[str, bool]


_ASIDE: Final = re.compile(r"\((?P<told>[^()\n]{1,160})\)")
_ASIDE_WORDS: Final = 2


def _in_aside(block: Block, case: tuple[int, int]) -> bool:
    """Whether a case is one of what brackets tell beside the sentence: “Kill it (ask if it's ours):”."""
    for found in _ASIDE.finditer(block.text, max(0, case[0] - 200), min(len(block.text), case[1] + 200)):
        if found.start() < case[0] < found.end():
            before = block.text[found.start("told") : case[0]]
            held = [code for code in block.code if found.start() <= code.start < found.end()]
            coded = any(looks_like_command(block.text[code.start : code.end]) for code in held)
            return len(before.split()) >= _ASIDE_WORDS and is_imperative(before) and not coded
    return False


class ToldBefore:
    """The sentences of a block while its commands are read in order; `end` is where the last one ended."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.end = 0
        self.undid: Undoing = ""
        self.outs: dict[tuple[int, int], tuple[_Case | None, _Case | None]] | None = None
        self.places = sentence_places(block.text)
        short = len(block.text) <= TEXT_MAX_CHARACTERS and block.kind != "code"
        self.cases = [case for case in named_cases(block) if not _in_aside(block, case)] if short else []

    def sentence(self, offset: int) -> tuple[int, int]:
        """Where the sentence stands that holds an offset; the whole block where none does."""
        whole = (0, len(self.block.text))
        return next(((start, end) for start, end in self.places if start <= offset < end), whole)

    def says(self, offset: int, commands: Sequence[int]) -> str:
        """The sentence of a command; where it is nothing but the command, the last one without any. Empty
        where the block has but one sentence. `commands` are the places of all.
        """
        if len(self.places) < 2:
            return ""
        before = [place for place in self.places if place[0] <= offset]
        while len(before) > 1 and self._is_command(before[-1], commands):
            before.pop()
        start, end = before[-1] if before else self.places[0]
        return text_of(self.block.text[start:end]).rstrip(":→ ")

    def _is_command(self, place: tuple[int, int], commands: Sequence[int]) -> bool:
        inside = [at for at in commands if place[0] <= at < place[1]]
        return bool(inside) and len(self.block.text[place[0] : inside[0]].strip(" *_`$")) < _SAID

    def case(self, offset: int) -> tuple[str, bool] | None:
        """The case that the sentence of a command names, and whether the command is for the other one."""
        start, end = self.sentence(offset)
        text = self.block.text
        against = self._left_out_in(start, end)
        if against is not None:
            return against
        other = _OTHERWISE.match(text[start:end]) is not None
        before = [case for case in self.cases if case[1] <= offset and (start <= case[0] or other)]
        behind = [
            case
            for case in self.cases
            if case[1] > offset and case[0] >= start and case[1] <= end and not self._begins_anew(case, end)
        ]
        for begin, stop in (*before[-1:], *behind[:1]):
            words = " ".join(text[begin:stop].split()).strip(" *_(")
            # “If not running, …” is no other way of a case: its own words say what is asked.
            turned = (other and begin != start) or (
                stop < offset and _OTHERWISE.search(text, stop, offset) is not None
            )
            return words, (_AGAINST.match(words) is not None) != turned
        return self._turned(start) or self._told_above(start)

    def _left_out_in(self, start: int, end: int) -> tuple[str, bool] | None:
        """The case in which a sentence leaves out its command, or one above it what follows: “Skip this step
        if it is old. Run `x`.” Each sentence is read once, however many commands it has.
        """
        if self.outs is None:
            whole = [(0, len(self.block.text))]
            self.outs = {
                place: (left_out_case(text), left_out_case(text, alone=True))
                for place in {*self.places, *whole}
                for text in (self.block.text[slice(*place)],)
            }
        own = self.outs[start, end][0]
        above = (self.outs[place][1] for place in reversed(self.places) if place[0] < start)
        return own or next((found for found in above if found is not None), None)

    def _begins_anew(self, case: tuple[int, int], end: int) -> bool:
        """Whether a case has a clause of its own, with what is done then: “…; if it hangs, call”."""
        rest = _CASE_ENDS.match(self.block.text, case[1], end)
        apart = _APART.search(self.block.text, max(0, case[0] - _SAID_BEFORE), case[0])
        return apart is not None and rest is not None and rest.end() < end

    def case_beside(self, start: int, end: int) -> tuple[str, bool] | None:
        """The case of the command `start:end` of the block: of its sentence, or a short one beside it."""
        return self.case(start) or case_beside(self.block.text, start, end)

    def _index(self, start: int) -> int:
        """Which sentence begins there; the first one where none does."""
        at = bisect_left(self.places, (start, 0))
        return at if at < len(self.places) and self.places[at][0] == start else 0

    def _turned(self, start: int) -> tuple[str, bool] | None:
        """“If not, …” and “Otherwise, …” behind a check: they are for when what the sentence above says is
        not so. Where none stands above in the block, the case of the block says what is asked.
        """
        at = self._index(start)
        if at and _THEN.match(self.block.text, start) and self._asks(at - 1):
            return " ".join(self.block.text[slice(*self.places[at - 1])].split()).strip(" *_("), False
        begin, end = self.places[at - 1]
        this = _IN_THIS_CASE.match(self.block.text, start) if at else None
        if this is not None:
            own = [case for case in self.cases if begin <= case[0] and case[1] <= end]
            begin, end = own[-1] if own else (begin, this.end() if this["one"] else end)
            return " ".join(self.block.text[begin:end].split()).strip(" *_(.:;,"), False
        if not at or _TURNS.match(self.block.text, start) is None:
            return None
        return " ".join(self.block.text[begin : min(end, begin + _CHECKED)].split()).strip(" *_(.:;"), True

    def _asks(self, at: int) -> bool:
        """Whether a sentence can be answered by yes or no."""
        asked = self.block.text[slice(*self.places[at])].strip(" *_(")
        return _ASKED.match(asked) is not None

    def _told_above(self, start: int) -> tuple[str, bool] | None:
        """The case of a sentence above that only says what the case means, where all between tell to do
        something.
        """
        at = self._index(start)
        for index in range(at - 1, max(-1, at - 1 - _TOLD_ON), -1):
            told = case_told_next(self.block.text, self.places, index)
            if told is not None:
                words = " ".join(self.block.text[told[0] : told[1]].split()).strip(" *_(")
                return words, _AGAINST.match(words) is not None
            begin, end = self.places[index]
            own = any(begin <= case[0] < end for case in self.cases)
            if own or not is_imperative(self.block.text[begin:end]):
                break
        return None

    def last_case(self) -> tuple[str, bool] | None:
        """The case that the last sentence of several has itself."""
        start, end = self.places[-1] if self.places else (0, 0)
        own = start > 0 and any(start <= begin < end for begin, _ in self.cases)
        return self.case(end - 1) if own else None

    def lead(self) -> tuple[str | None, bool]:
        """The case of the last instruction, for the code right below, which shows how that is done."""
        for start, end in reversed(self.places):
            if self.block.text[start:end].rstrip().endswith(":") or self._tells(start, end):
                limit = limited(text_of(self.block.text[start:end]))
                out = None if limit is None or limit[1] is None else (limit[1], True)
                return self.case(end - 1) or out or (None, False)
        return None, False

    def _tells(self, start: int, end: int) -> bool:
        """Whether a sentence tells to do something, before its case or behind it."""
        behind = max((stop for begin, stop in self.cases if start <= begin and stop <= end), default=start)
        return any(is_imperative(self.block.text[at:end].lstrip(" ,:;→–—-*_")) for at in (start, behind))

    def title(self, reader: Reader, title: str) -> None:
        """Call the steps of this block that are there so far by this title."""
        drafts = reader.found.drafts
        for index in range(len(drafts) - 1, -1, -1):
            if drafts[index].block is not self.block:
                break
            if not drafts[index].undoing:
                drafts[index] = replace(drafts[index], title=title)

    def undoing(self, offset: int, *, beside: bool) -> tuple[Undoing, bool]:
        """Whether a command undoes something, by the words since the one before it or since its sentence
        began; and whether it goes on with what that one undid.
        """
        begin = self.sentence(offset)[0]
        again = begin < self.end
        words = self.block.text[max(begin, self.end) : offset]
        if undoing_lead(words, beside=beside):
            self.undid = "named" if names_undone(words) else "sentence"
            return self.undid, False
        if not again or ":" in words:
            self.undid = ""
        return self.undid, bool(self.undid)
