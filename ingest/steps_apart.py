"""Steps that are numbered within a line are parted: each is an item of a list, as its author meant it.

“ok so: 1) bump the limit 2) wait for the rollout 3) if it still fails roll back” is three steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ingest.answers_apart import piece
from ingest.blocks import Block
from ingest.extract.gates import is_gate
from ingest.extract.negation import negated
from ingest.extract.vocabulary import is_imperative, sentences

_MARK: Final = re.compile(
    r"(?:^|(?<=[\s:;,(]))(?:(?P<bracket>\(?\d{1,2}\))|(?:^|(?<=[:;,.] ))(?P<dot>\d{1,2}\.))\s{1,3}"
    r"(?=[\w`\"“'*<$])"
)
_LEAD_MAX: Final = 160
"""Characters before the first number; behind a longer text a list of another kind begins."""
_CASE: Final = re.compile(r"(?i)(?:if|when|once|unless|otherwise)\b")
_ENDED: Final = (".", "!", "?", ":", ";", "→", "->", "=>", "-", "–", "—", "…")
_OPEN_LEAD_MAX: Final = 6
"""Words of what introduces steps and ends without a sign: “ok so 1) …”."""
_SCOPE: Final = re.compile(
    r"(?i)\b(?:if|when|whenever|unless|once|only|until|before|after|while|where|in case|case|without|except|"
    r"not|never|no|nobody|none|neither|forbidden|prohibited|illegal|wrong|bad|must|may|might|approv\w+|"
    r"agree\w*|permission|ask|avoid|instead|old|formerly|deprecated|used|would|could)\b|n['’`´]t\b|,"
)
_LONGEST: Final = 2_000
_STEPS_MIN: Final = 2


def steps_apart(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; of a paragraph or an item in which steps are numbered, what introduces them, and each step
    as an item inside it.
    """
    for block in blocks:
        marks = _marks(block) if block.kind in ("paragraph", "item") and len(block.text) <= _LONGEST else []
        if not marks:
            yield block
            continue
        if block.text[: marks[0].start()].strip():
            yield piece(block, 0, marks[0].start())
        ends = [*(mark.start() for mark in marks[1:]), len(block.text)]
        for number, (mark, end) in enumerate(zip(marks, ends, strict=True), 1):
            inside = block.level + 1 if block.kind == "item" else max(1, block.level)
            step = piece(block, mark.end(), end)
            yield replace(step, kind="item", level=inside, ordered=True, number=number)


def _marks(block: Block) -> list[re.Match[str]]:
    """The numbers from 1 on, all of one kind and outside of code; none where they are no list of steps."""
    found = [
        mark
        for mark in _MARK.finditer(block.text)
        if not any(code.start <= mark.start() < code.end for code in block.code)
    ]
    for kind in ("bracket", "dot"):
        own = [mark for mark in found if mark[kind] is not None]
        begin = next((at for at, mark in enumerate(own) if _number(mark) == 1), len(own))
        row = own[begin : begin + 1]
        for mark in own[begin + 1 :]:
            if _number(mark) == len(row) + 1:
                row.append(mark)
        if len(row) >= _STEPS_MIN and row[0].start() <= _LEAD_MAX and _are_steps(block.text, row):
            return [] if _holds_over(block.text, row) else row
    return []


def _are_steps(text: str, row: list[re.Match[str]]) -> bool:
    """Whether each number has something of its own behind it, and most tell to do it."""
    ends = [*(mark.start() for mark in row[1:]), len(text)]
    parts = [text[mark.end() : end] for mark, end in zip(row, ends, strict=True)]
    told = sum(is_imperative(part) or _CASE.match(part) is not None for part in parts)
    return all(len(part.split()) >= _STEPS_MIN for part in parts) and told * 2 > len(parts)


def _holds_over(text: str, row: list[re.Match[str]]) -> bool:
    """Whether what introduces the numbers forbids them, or says when they are done, without being a sentence
    of its own: “You must not (1) reboot it or (2) …”, “Once the lead agrees 1) …”. Parted from it, each would
    be told to anybody.
    """
    lead = text[: row[0].start()].rstrip(" (*_")
    last = (sentences(lead) or [""])[-1]
    first = text[row[0].end() : row[1].start()]
    if not last:
        return False
    if not negated(first) and negated(f"{last} {first}", holds_code=True):
        return True
    if lead.endswith(",") and _CASE.match(last) is not None:
        return False
    return not lead.endswith(_ENDED) and (
        len(last.split()) > _OPEN_LEAD_MAX or is_gate(last) or _SCOPE.search(last) is not None
    )


def _number(mark: re.Match[str]) -> int:
    return int(mark[0].strip(" (.)\t\n"))
