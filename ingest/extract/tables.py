"""Tables that tell a procedure: which column says what to do, when, what is expected, and what else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.doing import only_read
from ingest.extract.labels import is_state
from ingest.extract.undoing import undoing_heading
from ingest.extract.vocabulary import is_imperative

_DO: Final = re.compile(
    r"(?i)^(?:then|run|type|execute|enter|do(?: this)?|actions?|fix(?:es)?|remed(?:y|ies)|what(?: to do)?|"
    r"commands?|steps?|tasks?|"
    r"how(?: to)?|solutions?|resolutions?|mitigations?|responses?|procedure|instructions?|"
    r"(?:recommended|next) (?:actions?|steps?))$"
)
_CASE: Final = re.compile(
    r"(?i)^(?:if|when|cases?|symptoms?|conditions?|situations?|problems?|errors?|alerts?|scenarios?|"
    r"observations?|"
    r"findings?|(?:possible |likely )?causes?|event(?: id)?s?|(?:exit |error |status )?codes?|"
    r"(?:error )?messages?|"
    r"states?|reasons?|signs?|(?:what )?you see)$"
)
_EXPECTED: Final = re.compile(
    r"(?i)^(?:expected(?: \w+)?|should(?: \w+)?|results?|outcomes?|output|success|ok if|you should see|"
    r"good|ok(?:ay)?|pass(?:es|ed)?|healthy|normal|fine|[✓✔✅👍]+)$"
)
_OTHERWISE: Final = re.compile(
    r"(?i)^(?:if not|else|otherwise|if (?:it |this )?(?:fails?|not ok)|on (?:failure|error)|fallback|"
    r"(?:when|if) (?:it )?(?:does not|doesn['’]t)\b.*)$"
)
_NOT_GOOD: Final = re.compile(
    r"(?i)^(?:(?:not|no) (?:good|ok(?:ay)?|healthy|normal|fine)|bad|wrong|fail(?:s|ed|ure|ures)?|unhealthy|"
    r"abnormal|unexpected|nok|[✗✘❌👎]+)$"
)
"""Beside a column that says what is good: what is done where it is not."""
_BANNED: Final = re.compile(
    r"(?i)^(?:wrong|bad|don['’`´]?ts?\b.*|do not\b.*|never\b.*|avoid|incorrect|not like this|forbidden|"
    r"(?:before|was|previous(?:ly)?|old|formerly|deprecated|obsolete|legacy|not recommended)"
    r"(?: \([^()]*\)| (?:way|commands?|procedure))?|❌.*|(?:example |sample |expected )?outputs?)$"
)
"""Columns whose commands nobody runs."""
_ALLOWED: Final = re.compile(
    r"(?i)^(?:allowed|permitted|ok|okay|safe|recommended|enabled|in use|use|do it|run\?)\??$"
)
_NOT_ALLOWED: Final = re.compile(
    r"(?i)^\W*(?:no|never|nope|not (?:allowed|permitted|ok|safe|recommended)|forbidden|✗|✘|❌|🚫|⛔)(?!\w)"
)
_ASKS: Final = re.compile(
    r"(?i)^(?!why\b|what\b|which\b|how\b|who\b|where\b|when\b)\S+ [^?\n]{1,80}\?(?=\s|$)"
)
_WHETHER: Final = re.compile(r"(?i)(?:is|are|does|do|did|has|have|can|will)\b")
"""A whole question; “Disk full?” is a state."""
_LABELLED: Final = re.compile(r"^(?P<case>[^:→]{2,80}?)\s*(?::|→|->|=>)\s+(?P<does>\S.*)$", re.DOTALL)


@dataclass(frozen=True)
class Columns:
    """Which columns of a table say what, by their place."""

    does: tuple[int, ...]
    case: int | None = None
    expected: int | None = None
    otherwise: int | None = None
    undo: int | None = None
    banned: tuple[int, ...] = ()
    allowed: int | None = None
    measured: str = ""
    """What the numbers of the case's column are of."""

    def said(self, case: str) -> str:
        """The words of a row's own case."""
        return " ".join(f"{self.measured} {case}".split())


@dataclass(frozen=True)
class RowCase:
    """A case that a row names: `block.text[start:end]`, and whether the row's steps are for it or against."""

    start: int
    end: int
    leads_on: bool


def columns_of(header: Block) -> Columns | None:
    """The columns of a table by its first row; None where no column says what to do."""
    names = [cell.strip(" *_:`") for cell in header.cells]
    does = tuple(index for index, name in enumerate(names) if _DO.match(name))
    undo = next((index for index, name in enumerate(names) if undoing_heading(name)), None)
    banned = tuple(index for index, name in enumerate(names) if _BANNED.match(name))
    allowed = _first(_ALLOWED, names)
    if not does:
        told = undo is not None or banned or allowed is not None
        return Columns((), undo=undo, banned=banned, allowed=allowed) if told else None
    case, expected, otherwise = (_first(pattern, names) for pattern in (_CASE, _EXPECTED, _OTHERWISE))
    if otherwise is None and expected is not None:
        otherwise = _first(_NOT_GOOD, names)
        banned = tuple(index for index in banned if index != otherwise)
    return Columns(does, case, expected, otherwise, undo, banned, allowed)


def _first(pattern: re.Pattern[str], names: Sequence[str]) -> int | None:
    return next((index for index, name in enumerate(names) if pattern.match(name)), None)


_MEASURE: Final = r"[\d.,]+\s?\w{0,4}\s?%?"
_RANGE: Final = re.compile(
    r"(?i)^\W{0,2}(?:[<>≤≥]=?\s{0,2}[\d.~$]|(?:between|below|above|under|over|up to|at least|at most|"
    r"(?:less|more|fewer) than)\s+\S{0,3}\d|"
    rf"{_MEASURE}\s?(?:-|–|—|to|and|\.\.)\s?[\d.,]+|{_MEASURE}\+|[\d.,]+\s?%)"
)
"""`< 1000`, `10 - 20 %`, `5+`: of what is measured."""


def _with_ranges(columns: Columns, header: Block, rows: Sequence[Block]) -> Columns:
    """The columns, that of the case too where nothing names it but each of its cells is a range."""
    if not columns.does or columns.case is not None or len(rows) < _RANGES:
        return columns
    for index, name in enumerate(header.cells):
        cells = [row.cells[index] for row in rows]
        if (
            index not in columns.does
            and sum(_RANGE.match(cell) is not None for cell in cells) >= len(rows) - 1
        ):
            return replace(columns, case=index, measured=name.strip(" *_:`"))
    return columns


_RANGES: Final = 2


def rows_of_procedures(blocks: Sequence[Block]) -> dict[int, Columns]:
    """The rows of tables that tell a procedure, by the place of the block; the first row is the header."""
    found: dict[int, Columns] = {}
    columns, width = None, 0
    for place, block in enumerate(blocks):
        if block.kind != "row":
            width = 0
        elif len(block.cells) != width:
            # Another table, or one right below it.
            columns, width = columns_of(block), len(block.cells)
            if columns is not None:
                below = _below(blocks, place, width)
                columns = _with_states(_with_ranges(columns, block, below), block, below)
        elif columns is not None:
            found[place] = columns
    return found


_NO_STATE: Final = re.compile(
    r"(?i)^\W*(?:|row|no\.?|nr\.?|#|ids?|steps?|tasks?|names?|who|owners?|roles?|teams?|contacts?|times?|dates?|"
    r"duration|phases?|stages?|versions?|services?|components?|hosts?|servers?|tools?|files?|paths?|parameters?|"
    r"options?|settings?|variables?|values?|descriptions?|notes?|comments?|details?|purposes?|priority|severity|"
    r"levels?|environments?)\W*$"
)
"""Columns that name a thing and no state of it."""


def _with_states(columns: Columns, header: Block, rows: Sequence[Block]) -> Columns:
    """The columns, that of the case too where no word names it but its cells, left of what is done, tell how
    things are: “One topic has more than half of the disk”.
    """
    if not columns.does or columns.case is not None or len(rows) < _RANGES:
        return columns
    taken = {
        *columns.does,
        *columns.banned,
        columns.expected,
        columns.otherwise,
        columns.undo,
        columns.allowed,
    }
    for index, name in enumerate(header.cells[: columns.does[0]]):
        cells = [row.cells[index].strip(" *_") for row in rows]
        if (
            index not in taken
            and not _NO_STATE.match(name)
            and all(cell and not is_imperative(cell) for cell in cells)
            and sum(is_state(cell) for cell in cells) >= len(rows) - 1
        ):
            return replace(columns, case=index)
    return columns


def _below(blocks: Sequence[Block], place: int, width: int) -> list[Block]:
    """The rows of the table that begins there."""
    rows: list[Block] = []
    for block in blocks[place + 1 :]:
        if block.kind != "row" or len(block.cells) != width:
            break
        rows.append(block)
    return rows


def cells_of(block: Block) -> list[tuple[int, int]]:
    """Where each cell of a row stands in its text."""
    places, at = [], 0
    for cell in block.cells:
        places.append((at, at + len(cell)))
        at += len(cell) + len(" | ")
    return places


def undo_cell(block: Block, columns: Columns | None) -> tuple[int, int]:
    """Where a row says how its step is undone; an empty place where it does not."""
    places = cells_of(block)
    if columns is None or columns.undo is None or columns.undo >= len(places):
        return 0, 0
    return places[columns.undo]


def banned_in(block: Block, columns: Columns | None, place: int) -> bool:
    """Whether what stands at a place of a row is nothing to run: by its column, or by what the row says."""
    if columns is None:
        return False
    cells = block.cells
    if (
        columns.allowed is not None
        and columns.allowed < len(cells)
        and _NOT_ALLOWED.match(cells[columns.allowed])
    ):
        return True
    places = cells_of(block)
    return any(at < len(places) and places[at][0] <= place < places[at][1] for at in columns.banned)


def told_in(block: Block, columns: Columns) -> tuple[int, int] | None:
    """Where a row tells a person what to do; None where it does not."""
    places = cells_of(block)
    for index in reversed(columns.does):
        if index < len(places) and is_imperative(block.cells[index]):
            return places[index]
    return None


def case_of(block: Block, columns: Columns) -> tuple[int, int] | None:
    """Where a row says for which case its steps are; None where they are for any."""
    places = cells_of(block)
    if columns.case is not None and columns.case < len(places) and block.cells[columns.case].strip():
        return places[columns.case]
    for index in columns.does:
        asked = _ASKS.match(block.cells[index]) if index < len(places) else None
        if asked and not any(code.start == places[index][0] for code in block.code):
            if columns.expected is not None and _is_answered(block, places[index]):
                continue
            return places[index][0], places[index][0] + asked.end()
    return None


def _is_answered(block: Block, asks: tuple[int, int]) -> bool:
    """Whether a row's question is what its commands answer, which only read: “Is it there?”, `dig x`."""
    if _WHETHER.match(block.text, asks[0]) is None:
        return False
    codes = [code for code in block.code if not asks[0] <= code.start < asks[1]]
    texts = [block.text[code.start : code.end] for code in codes]
    return bool(texts) and len(codes) == len(block.code) and only_read(texts)


def other_case(block: Block, columns: Columns | None, place: int) -> tuple[str, bool] | None:
    """The case of what stands at a place of a row where that is for another result, and whether it is for
    when that is not so; None where it is not. Words that label it say when, else those of the good result.
    """
    if columns is None or columns.otherwise is None:
        return None
    places = cells_of(block)
    if columns.otherwise >= len(places):
        return None
    begin, end = places[columns.otherwise]
    if not begin <= place < end:
        return None
    label = _LABELLED.match(block.text[begin:end])
    if label and begin + label.end("case") <= place:
        return " ".join(label["case"].split()), False
    good = columns.expected
    words = block.cells[good].strip() if good is not None and good < len(block.cells) else ""
    return (" ".join(words.split()), True) if words.strip(" –—-") else (NOT_GOOD, False)


NOT_GOOD: Final = "The result is not the one that is wanted"
"""Where a row has a column for that, and says nowhere what is wanted."""


def cases_of_row(block: Block, columns: Columns) -> list[RowCase]:
    """The cases that a row names: its own, and what is done where the result is another one."""
    places = cells_of(block)
    own = case_of(block, columns)
    found = [RowCase(*own, leads_on=True)] if own else []
    if columns.otherwise is None or columns.otherwise >= len(places):
        return found
    other = block.cells[columns.otherwise]
    label = _LABELLED.match(other)
    if label:
        begin = places[columns.otherwise][0]
        found.append(RowCase(begin, begin + label.end("case"), leads_on=False))
    elif other.strip() and columns.expected is not None and block.cells[columns.expected].strip():
        found.append(RowCase(*places[columns.expected], leads_on=False))
    return found
