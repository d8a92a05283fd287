"""What a text says for a case: “if …”, “unless …”, labels of cases, and the steps that each case leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from base.limits import TEXT_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.alternatives import alternatives
from ingest.extract.drafts import Draft
from ingest.extract.guards import guards, is_ours
from ingest.extract.labels import FAULT, asked_cases, clause_headings, labelled_cases
from ingest.extract.named_cases import is_awaited, named_cases
from ingest.extract.options import named_ways
from ingest.extract.spoken import surely_typed
from ingest.extract.tables import Columns, RowCase, cases_of_row, columns_of, rows_of_procedures
from ingest.extract.vocabulary import explained, is_imperative, sentences
from ingest.trace import Span

_SAYS_CASE: Final = re.compile(
    r"(?i)^(?:case\s+\w+\s*:\s*(?P<case>[^:→]{3,120})$|(?P<label>(?:[^→.!?]|\.(?=\d)){2,90}?\??)\s*(?:→|->|"
    r"=>)\s+(?P<then>\S.*)$|"
    r"(?P<code>[^:.!?]{2,60}):\s+(?P<does>\S.*)$)",
    re.DOTALL,
)
_ARROW: Final = re.compile(r"→|->|=>")
_COMPARED: Final = re.compile(
    r"(?:\d+[.)]\s+)?(?P<case>[A-Za-z][\w %]{2,50}?\s*(?:[<>]=?|==?|≤|≥)\s*\d[\d.,]*\s?\w*)"
)
"""A heading that compares: `Current size < 1 TB`."""

_ENTRY: Final = re.compile(
    r"(?i)\W{0,4}(?:\d+[.)]\s+)?(?:alert(?: ?name)?|symptom|scenario|problem|issue|"
    r"error)\s?#?\d{0,3}\s?:\s*\S.{2,120}$"
)
"""“Alert name: NodeDown”: the entry of a list of cases."""

_NEVER: Final = re.compile(r"(?i)(?:then )?never [a-z]")
_BEHIND: Final = 200
"""Characters behind a case."""


@dataclass(frozen=True)
class Condition:
    """A case, its place, and the indexes of the steps that it leads to."""

    text: str
    span: Span
    then: tuple[int, ...] = ()
    otherwise: tuple[int, ...] = ()


def conditions(blocks: Sequence[Block], drafts: Sequence[Draft]) -> list[Condition]:
    """Every case that the text names, in order, each once."""
    found: dict[str, Condition] = {}
    places: dict[str, int] = {}
    headings: list[tuple[int, str]] = []
    rows = rows_of_procedures(blocks)
    clauses = clause_headings(blocks)
    for place, block in enumerate(blocks):
        found.update(_one_of(blocks[max(0, place - 1)], block, drafts))
        if block.kind == "code" or len(block.text) > TEXT_MAX_CHARACTERS or _is_header(block):
            continue
        if place in rows:
            for case in cases_of_row(block, rows[place]):
                condition = _of_row(block, case, rows[place], drafts)
                found.setdefault(condition.text.lower(), condition)
            continue
        if block.kind == "heading" and block.level:
            headings = [item for item in headings if item[0] < block.level]
            headings.append((block.level, block.text))
        told_of = explained([text for _, text in headings])
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        for start, end in _cases(block, following, explained=told_of, clause=place in clauses):
            text = " ".join(block.text[start:end].split()).strip(" *_(")
            span = block.place(start, end)
            if len(text) > 3 and not is_awaited(text) and not _forbids(block, end):
                leads = _leads_to(text, block, start, drafts)
                found.setdefault(text.lower(), Condition(text, span, *leads))
                places.setdefault(text.lower(), place)
    _with_below(found, blocks, places, cased={*places.values(), *rows}, drafts=drafts)
    found.update(_ways(blocks, drafts))
    for text, span, then, otherwise in guards(blocks, drafts, list(found)):
        found[text.lower()] = Condition(text, span, then, otherwise)
    return [item for item in found.values() if item.then or item.otherwise or not _ENTRY.match(item.text)]


def _with_below(
    found: dict[str, Condition],
    blocks: Sequence[Block],
    places: Mapping[str, int],
    *,
    cased: set[int],
    drafts: Sequence[Draft],
) -> None:
    """Give the cases that lead to no step in their own block what stands below it; `places`: the blocks of
    the cases, `cased` of all of them.
    """
    steps = _steps_by_block(drafts)
    for key, place in places.items():
        if not found[key].then and not found[key].otherwise and _opens(blocks[place], key):
            below = _below(blocks, place, cased, steps)
            against = _AGAINST.search(blocks[place].text) is not None
            found[key] = replace(
                found[key], then=() if against else below, otherwise=below if against else ()
            )


_POINTS: Final = re.compile(
    r"(?i)\W{0,3}(?:then )?(?:please )?(?:see|refer to|consult|follow|read)\b"
    r"(?![^.]*\b(?:below|steps|following|next)\b)"
)


def _opens(block: Block, case: str) -> bool:
    """Whether what stands below a block may be for a case in it: none that only leads elsewhere (“If you use
    the image, see [there](x).”), and none behind what is done then (“Follow the guide if you have none.”).
    """
    if block.kind not in ("paragraph", "item"):
        return False
    text = " ".join(block.text.split())
    at = max(0, text.lower().find(case))
    before, behind = sentences(text[:at] + "…")[-1].rstrip("…"), text[at + len(case) :]
    last = not behind.strip(" .*_,)") and is_imperative(before)
    return not last and _POINTS.match(behind) is None


def _ways(blocks: Sequence[Block], drafts: Sequence[Draft]) -> dict[str, Condition]:
    """The ways that have a name, of which one is chosen; what is done instead stands on the other side."""
    found: dict[str, Condition] = {}
    steps = _steps_by_block(drafts)
    for place, end, own, others in named_ways(blocks):
        then, *rest = (
            tuple(index for at in range(*way) for index in steps.get(id(blocks[at]), ()))
            for way in (own, *others)
        )
        text = " ".join(blocks[place].text[:end].split()).strip(" *_(:")
        if any(is_ours(drafts[index]) for index in then) and any(rest):
            otherwise = tuple(index for way in rest for index in way)
            found[text.lower()] = Condition(text, blocks[place].place(0, end), then, otherwise)
    return found


def _one_of(before: Block, block: Block, drafts: Sequence[Draft]) -> dict[str, Condition]:
    """The cases that comments name, each over the command that is run then."""
    found: dict[str, Condition] = {}
    if block.kind != "code":
        return found
    for start, end, index in alternatives(before, block, drafts):
        text = " ".join(block.text[start:end].split())
        found[text.lower()] = Condition(text, block.place(start, end), (index,))
    return found


def _is_header(block: Block) -> bool:
    """Whether a row names the columns of a procedure: “if”, “then”."""
    return block.kind == "row" and columns_of(block) is not None


_AGAINST: Final = re.compile(
    r"(?i)\bunless\b|\b(?:skip|ignore|leave out)\b[^.]*\bif\b|\bif\b[^.]*\b(?:skip|stop here)\b"
)
"""What stands below is for the other case."""


def _forbids(block: Block, end: int) -> bool:
    """Whether what stands behind a case only forbids: “…; if it hangs, never reboot the host”."""
    behind = sentences(block.text[end : end + _BEHIND].lstrip(" ,:*_"))
    return bool(behind) and _NEVER.match(behind[0]) is not None


def _steps_by_block(drafts: Sequence[Draft]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, draft in enumerate(drafts):
        found.setdefault(id(draft.block), []).append(index)
    return found


def _below(
    blocks: Sequence[Block], place: int, cased: set[int], steps: dict[int, list[int]]
) -> tuple[int, ...]:
    """The steps from a case to the next one, to a heading, or out of its item."""
    level = blocks[place].level if blocks[place].kind == "item" else 0
    found: list[int] = []
    for at in range(place + 1, len(blocks)):
        block = blocks[at]
        out = bool(level) and block.kind == "item" and block.level <= level
        left = bool(found) and block.boxes[: len(blocks[place].boxes)] != blocks[place].boxes
        if at in cased or out or left or block.kind == "heading":
            break
        found += steps.get(id(block), [])
    return tuple(found)


def _of_row(block: Block, case: RowCase, columns: Columns, drafts: Sequence[Draft]) -> Condition:
    """A case of a table row; what is done where the result is another one stands in no step."""
    words = " ".join(block.text[case.start : case.end].split())
    of_row = [(index, draft) for index, draft in enumerate(drafts) if draft.block is block]
    span = block.place(case.start, case.end)
    if case.leads_on:
        return Condition(columns.said(words), span, tuple(index for index, _ in of_row))
    own = [(index, draft.negated) for index, draft in of_row if draft.condition == words]
    then, otherwise = (tuple(index for index, turned in own if turned is side) for side in (False, True))
    return Condition(words, span, then, otherwise)


def _cases(
    block: Block, following: Block | None, *, explained: bool, clause: bool
) -> Iterator[tuple[int, int]]:
    """The places of the conditions in a block, in order. `clause`: it is a heading that says when."""
    if explained:
        return
    named = list(named_cases(block))
    told = block.kind in ("item", "paragraph")
    label = _label(block) if not named and told else None
    labels = [label] if label is not None else list(labelled_cases(block)) if told else []
    asked = list(asked_cases(block, following)) if told else []
    found = [*named, *asked]
    found += [item for item in labels if not any(_meet(item, other) for other in found)]
    yield from sorted(found)
    if clause:
        yield 0, len(block.text)
    elif block.kind == "heading":
        yield from _in_heading(block)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _in_heading(block: Block) -> Iterator[tuple[int, int]]:
    """A heading that compares, or that is the name of an alert or a cause."""
    compared = _COMPARED.match(block.text)
    if compared:
        yield compared.span("case")
    elif (_ENTRY.match(block.text) and block.level > 1) or (
        FAULT.fullmatch(block.text.strip()) and block.level > 1
    ):
        yield 0, len(block.text)


def _label(block: Block) -> tuple[int, int] | None:
    """A label of an item that stands for a case: `it` → do that, “anything else: …”."""
    found = _SAYS_CASE.match(block.text)
    if found is None:
        return None
    if found["case"]:
        return 0, found.end("case")
    if found["label"] and (
        is_imperative(found["label"]) or found["label"].count("(") > found["label"].count(")")
    ):
        return None  # a way through menus: “Go to more → batch”, “protected (Settings → Branches)”
    if surely_typed(found["label"] or found["code"] or ""):
        return None  # “df -h /var -> shows the new size”
    if found["label"] and "?" not in found["label"] and _ARROW.search(found["then"]):
        return None  # one without a verb: “Console → Databases → orders”
    if found["label"]:
        return found.span("label")
    coded = any(code.start <= 3 and code.end >= found.end("code") - 2 for code in block.code)
    named = FAULT.fullmatch(found["code"].strip(" *_")) is not None
    other = re.match(
        r"(?i)(?:any(?:thing)? (?:other|else)|otherwise|else|works|fails|pass(?:es)?)\b", found["code"]
    )
    does = found["does"]
    told = any(is_imperative(part) for part in re.split(r",\s+(?:and\s+|then\s+)?", does))
    if (coded or named or other) and (told or other):
        return found.span("code")
    return None


def _leads_to(
    text: str, block: Block, start: int, drafts: Sequence[Draft]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The steps behind a case: those that the rules put under it or under a case within it, else those of its
    own block behind it.
    """
    low = text.lower()
    then, other = list[int](), list[int]()
    for index, draft in enumerate(drafts):
        for case, negated in (*draft.within, (draft.condition or "", draft.negated)):
            if case.lower() == low:
                (other if negated else then).append(index)
    if not then and block.kind == "heading":
        then = [i for i, draft in enumerate(drafts) if draft.section == block.text.strip()]
    elif not then:
        then = [
            i
            for i, draft in enumerate(drafts)
            if draft.block is block
            and draft.condition is None
            and (draft.kind == "manual" or draft.start >= start)
        ]
    return tuple(then), tuple(other)
