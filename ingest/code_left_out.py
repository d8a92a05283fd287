"""Code of the source that stands in no step: every piece of it, why, and whether it reads like a command.

What is written as code (a block, code in a sentence, a line behind a prompt or one that is nothing but a
command) is in a step, in what a sentence tells beside the steps (an expectation, a prerequisite, a case), or
in this list: it is made of what is left, so that no rule can lose a command in silence. Pure.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from ingest.blocks import Block, Normalized
from ingest.building import unmasked
from ingest.coverage import Gaps
from ingest.extract.accounts import Accounted, Fate
from ingest.extract.drafts import Extraction
from ingest.extract.prompted import lines_below
from ingest.extract.reads_like import reads_like_command, stands_bare
from ingest.extract.vocabulary import SHELL_LABELS
from ingest.markup import DIRECTIVE, LEFT_OUT
from ingest.trace import Run, Span, Trace

Said = Literal["", "typed", "not-typed"]
"""What a person says of it; nothing where nobody was asked, or nobody has answered yet."""

BESIDE: Final = "it stands beside the command of its sentence"
_TOLD: Final[frozenset[Fate]] = frozenset({"expectation", "prerequisite", "branch", "title"})
"""A sentence of these is in the document with its code."""
_DIRECTIVE: Final = re.compile(r"[ \t]{0,40}\.\.[ \t]{1,9}[\w:-]{1,60}::[ \t]{0,40}")

_Piece = tuple[int, int]


@dataclass(frozen=True)
class CodeLeftOut:
    """One piece: in a block a command with the lines that go on with it, neighbouring lines that read like
    none, or a whole script; in a sentence its code. `place` is where it stands: a block's index, and from
    where to where in its text; None of what stands between the blocks. `asked`: a person shall say whether it
    is typed. `step`: the one that it became since a person said so.
    """

    id: str
    text: str
    line: int
    end_line: int
    span: Span
    reason: str
    reads_like_command: bool
    asked: bool
    place: tuple[int, int, int] | None
    said: Said = ""
    step: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the API shows it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "text": unmasked(self.text),
            "line": self.line,
            "endLine": self.end_line,
            "span": self.span.to_json(),
            "reason": self.reason,
            "readsLikeCommand": self.reads_like_command,
            "asked": self.asked,
            "said": self.said or None,
            "step": self.step,
        }
        return {key: value for key, value in shown.items() if value is not None}


def code_left_out(normalized: Normalized, found: Extraction, gaps: Gaps) -> tuple[CodeLeftOut, ...]:
    """All of it, in the order of the text."""
    reading = _Reading(found)
    left: list[CodeLeftOut] = []
    for index, block in enumerate(normalized.blocks):
        left += reading.in_code(block, index) if block.kind == "code" else reading.in_prose(block, index)
    left += reading.between_blocks(normalized.text, gaps)
    return tuple(sorted(left, key=lambda item: item.span))


class _Reading:
    """What the rules made of a text, asked by place."""

    def __init__(self, found: Extraction) -> None:
        self.accounts = sorted(found.accounts, key=lambda item: item.span)
        self.starts = [item.span.start for item in self.accounts]
        self.by_hand = [draft.kind == "manual" for draft in found.drafts]
        self.commands: dict[int, list[_Piece]] = {}
        self.seen: Counter[str] = Counter()
        for draft in found.drafts:
            if draft.kind == "command" and draft.block is not None:
                self.commands.setdefault(id(draft.block), []).append((draft.start, draft.end))

    def in_code(self, block: Block, index: int) -> Iterator[CodeLeftOut]:
        """The lines of a block of code that are in no step."""
        lines = block.text.split("\n")
        places = list(_places(lines))
        whys = [self._why(block, *place) if place[0] < place[1] else None for place in places]
        names = [self._name(line) for line in lines]
        filled = [why for why, line in zip(whys, lines, strict=True) if line.strip()]
        whole = block.text.lstrip().startswith("#!") and all(filled)
        at = 0
        while at < len(lines):
            why = whys[at]
            if why is None:
                at += 1
                continue
            reads = reads_like_command(lines[at], block.language)
            if whole:
                reads, last = any(reads_like_command(line, block.language) for line in lines), len(lines) - 1
            elif reads:
                last = at + lines_below(lines, at)
            else:
                last = self._end_of_listing(block, lines, whys, at)
            while whys[last] is None:
                last -= 1
            place = (index, places[at][0], places[last][1])
            yield _made(block, names[at], place, why, reads=reads, asked=reads, above=at)
            at = last + 1

    def _end_of_listing(self, block: Block, lines: Sequence[str], whys: Sequence[str | None], at: int) -> int:
        """The last of the lines of one reason that read like no command."""
        last = below = at
        while below + 1 < len(lines):
            below += 1
            if not lines[below].strip():
                continue
            if whys[below] != whys[at] or reads_like_command(lines[below], block.language):
                break
            last = below
        return last

    def in_prose(self, block: Block, index: int) -> Iterator[CodeLeftOut]:
        """The code of a block of prose that is in no step."""
        marked = [(code.start, code.end) for code in block.code]
        for start, end in marked or list(_bare(block)):
            text = block.text[start:end]
            name, why = self._name(text), self._why(block, start, end)
            if why is not None and text.strip():
                reads = not marked or reads_like_command(text)
                above = block.text.count("\n", 0, start)
                yield _made(block, name, (index, start, end), why, reads=reads, asked=not marked, above=above)

    def between_blocks(self, text: str, gaps: Gaps) -> Iterator[CodeLeftOut]:
        """Commands in what no block holds: in what was left out, and behind the names of directives."""
        for span, reason in gaps:
            if reason not in (LEFT_OUT, DIRECTIVE):
                continue
            lines = text[span.start : span.end].split("\n")
            for (first, last), line in zip(_places(lines), lines, strict=True):
                cut = _argument(line)
                if (reason == DIRECTIVE and not cut) or not stands_bare(line[cut:]):
                    continue
                start, end = span.start + max(first, cut), span.start + last
                number = text.count("\n", 0, start) + 1
                yield CodeLeftOut(
                    self._name(line),
                    text[start:end],
                    number,
                    number,
                    Span(start, end),
                    reason,
                    True,
                    True,
                    None,
                )

    def _why(self, block: Block, start: int, end: int) -> str | None:
        """Why a piece is in no step; None where it is in one, or in what is told beside them."""
        if any(begin < end and start < stop for begin, stop in self.commands.get(id(block), ())):
            return None
        place = block.place(start, end)
        at = bisect_right(self.starts, place.start) - 1
        account = self.accounts[at] if at >= 0 and place.start < self.accounts[at].span.end else None
        if account is None:
            return LEFT_OUT
        if account.fate in _TOLD or (account.fate == "step" and self._is_told(block, account)):
            return None
        return BESIDE if account.fate == "step" else account.detail

    def _is_told(self, block: Block, account: Accounted) -> bool:
        """Whether all of a sentence that is in a step stands in it: that of an instruction does."""
        return block.kind == "code" or account.draft is None or self.by_hand[account.draft]

    def _name(self, line: str) -> str:
        """The id of what begins with a line: the same wherever it moves, numbered where it stands again."""
        said = line.strip()
        if not said:
            return ""
        self.seen[said] += 1
        again = self.seen[said]
        digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:10]
        return f"c-{digest}" if again == 1 else f"c-{digest}-{again}"


def _made(
    block: Block, name: str, place: tuple[int, int, int], why: str, *, reads: bool, asked: bool, above: int
) -> CodeLeftOut:
    """`above`: how many lines of the block stand above it."""
    _, start, end = place
    line = min(block.end_line, block.line + above)
    last = min(block.end_line, line + block.text.count("\n", start, end))
    return CodeLeftOut(
        name, block.text[start:end], line, last, block.place(start, end), why, reads, asked, place
    )


def _places(lines: Iterable[str]) -> Iterator[_Piece]:
    """Where each line stands without the blanks around it."""
    begin = 0
    for line in lines:
        yield begin + len(line) - len(line.lstrip()), begin + len(line.rstrip())
        begin += len(line) + 1


def _bare(block: Block) -> Iterator[_Piece]:
    """Lines of prose without a mark of code that stand behind a prompt or are nothing but a command."""
    if block.kind in ("item", "paragraph"):
        lines = block.text.split("\n")
        yield from (place for place, line in zip(_places(lines), lines, strict=True) if stands_bare(line))


def _argument(line: str) -> int:
    """Where what a directive is given begins, behind the name of a shell: `.. prompt:: bash $ ls -l`."""
    found = _DIRECTIVE.match(line)
    if found is None:
        return 0
    first = line[found.end() :].split(" ", 1)[0]
    return found.end() + (len(first) + 1 if first in SHELL_LABELS else 0)


def with_typed(normalized: Normalized, said: Sequence[CodeLeftOut]) -> Normalized:
    """The text whose blocks say which of their code a person says is typed."""
    now = list(normalized.blocks)
    for item in said:
        if item.place is not None:
            index, start, end = item.place
            now[index] = replace(now[index], typed=(*now[index].typed, (start, end)))
    for item in said:
        if item.place is None:
            at = next((at for at, one in enumerate(now) if one.place().start > item.span.start), len(now))
            now.insert(at, _apart(item))
    return replace(normalized, blocks=tuple(now))


def _apart(item: CodeLeftOut) -> Block:
    """A block of its own for what stands between the blocks."""
    trace = Trace((Run(0, len(item.text), item.span.start, len(item.text)),))
    return Block("code", item.text, item.line, item.end_line, trace=trace, typed=((0, len(item.text)),))
