"""Steps that the text skips in a case: “If it is full, skip to step 4.”, “If not, stop here.” What is skipped
waits for the other answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.reached import guarded, reached, section_of
from ingest.extract.told_in_cases import told_in_cases
from ingest.extract.vocabulary import sentence_places

_GO: Final = r"(?:skip|go|jump|proceed|move|continue|head|advance)\b"
_ON: Final = r"(?:\s+(?:directly|straight|right|ahead|forward|on|down|over|immediately))*"
_THERE: Final = re.compile(
    rf"(?i)\b{_GO}{_ON}\s+(?:to|with|at|from)\s+(?:the\s+)?"
    r"(?:(?:step|number|point|item|task|section|part)\s*(?:no\.?\s*|number\s*|#\s*)?|#\s*)(?P<number>\d{1,2})(?![\w%]|[.]\d)|"
    rf"\b(?:skip|jump){_ON}\s+to\s+(?P<bare>\d{{1,2}})(?=[.,;:)]?(?:\s|$))(?!\s*%)|"
    r"(?:^|→|->|=>)\W{0,4}(?:step|point)\s*#?(?P<to>\d{1,2})\W{0,3}$|"
    rf"\b{_GO}{_ON}\s+(?:to|with|at)\s+(?:the\s+)?(?:(?:step|section|part|chapter)\s+)?[\"“‘'*_]{{0,3}}"
    r"(?P<name>[^\"”“.;:\n]{3,80}?)[\"”’'*_]{0,3}(?:\s+(?:section|step|below|part))*\s*(?:[.;]|$)"
)
_LEFT_OUT: Final = re.compile(
    r"(?i)\bskip\s+(?:over\s+)?(?:(?P<next>(?:the|this)?\s*(?:next|following)\s+(?:step|item|point|command|"
    r"instruction)\b)|(?:steps?|numbers?|points?|items?)\s*#?(?P<first>\d{1,2})(?:\s*(?P<join>-|–|to|through|and|,|&)\s*"
    r"#?(?P<last>\d{1,2}))?(?![\w%]))"
)
_BEGIN: Final = r"(?i)^\W*(?:and |please |then |just |you (?:can|may|should|must) )*"
_REST: Final = (
    r"(?:,? (?:and|then)\s[^.]{1,120}|(?:\s[–—-]{1,2}|[:;]|,? (?:because|since|as)|"
    r",(?= (?:it|nothing|there|that|this|you)\b))\s[^.]{1,120})?\W*$"
)
_STOPS: Final = re.compile(
    _BEGIN + r"(?:(?:stop|abort|halt|quit|exit)"
    r"(?: (?:here|now|immediately|right (?:here|now)|(?:this|the) (?:procedure|runbook|process|work)))?|"
    r"(?:do not|don['’]t|never|must not) "
    r"(?:(?:go on|go ahead|go further|continue|proceed|carry on)(?: (?:any )?(?:further|here))?|"
    r"(?:touch|do|change) anything(?: else)?))" + _REST + r"|^[^.`]{3,200}\b(?:and|then) (?:stop|abort|quit)"
    r"(?: (?:here|now|there|immediately|(?:this|the) (?:procedure|runbook|process)))?\W*$"
)
_DONE: Final = re.compile(
    _BEGIN + r"(?:you(?: are|['’]re) (?:done|finished)(?: here)?|"
    r"(?:there(?: is|['’]s) )?(?:no|nothing) (?:further |more |else )?(?:action|work|steps?)?\s*"
    r"(?:is |are |needs? to be )?"
    r"(?:needed|required|necessary|done|to do))" + _REST
)
"""It ends what is told here, and not what stands in another section or behind the list."""

_OWN: Final = re.compile(r"(?i)\bskip (?:this|the) (?:step|section|part|item|procedure)\b")
_STEP_NAME: Final = re.compile(r"(?i)^\W*(?:step|phase|task)\s*(\d{1,2})\b|^\W*(\d{1,2})\s*[.):–-]\s")
_BEFORE: Final = re.compile(r"(?:^|\s)(\d{1,2})[.)]\s{0,4}[`*_]{0,3}$")
_LOOKED_AT: Final = 12


def with_skips(found: Extraction, blocks: Sequence[Block], text: str) -> Extraction:
    """The findings in which what a case skips waits for its other answer. `text` is the source as it was
    read, in which the numbers of a list stand.
    """
    jumps = [draft for draft in found.drafts if draft.condition is not None and _may_skip(draft)]
    jumps += _said_alone(found.drafts, blocks)
    apart = reached(found.drafts, blocks, _told)
    if not jumps and not apart:
        return found
    places = {id(block): place for place, block in enumerate(blocks)}
    numbers = _numbers(blocks, text)
    drafts = list(found.drafts)
    now = {id(draft): index for index, draft in enumerate(found.drafts)}
    for jump in jumps:
        # One that is skipped itself by another above is asked within that one's case, where both hold.
        ways = (drafts[now[id(jump)]] if id(jump) in now else jump, jump)
        place = places.get(id(ways[0].block), len(blocks))
        own = section_of(place, apart)
        skipped = {
            other
            for other in _skipped(ways[0], place, blocks, numbers)
            if section_of(other, apart) in (None, own)
        }
        for index, draft in enumerate(drafts):
            if places.get(id(draft.block)) in skipped and not draft.undoing:
                turned = (_in_other_case(draft, way) for way in ways)
                drafts[index] = next((new for new in turned if new is not draft), draft)
    for index, draft in enumerate(drafts):
        section = section_of(places.get(id(draft.block), len(blocks)), apart)
        if section is not None and not draft.undoing:
            drafts[index] = guarded(draft, section)
    return replace(found, drafts=drafts)


_MAY_STOP: Final = re.compile(
    r"(?i)\b(?:stop|abort|halt|quit|exit|go on|go ahead|go further|continue|proceed|carry on|done|finished)\b"
)


def _said_alone(drafts: Sequence[Draft], blocks: Sequence[Block]) -> list[Draft]:
    """What sentences tell for a case and no step says: “If it is a replica, stop: it must not be touched.”"""
    said: dict[int, set[str]] = {}
    for draft in drafts:
        if draft.condition is not None and _may_skip(draft):
            said.setdefault(id(draft.block), set()).add(draft.condition)
    found = []
    for block in blocks:
        if block.kind not in ("paragraph", "item") or block.quoted or _MAY_STOP.search(block.text) is None:
            continue
        for case, turned, rest in told_in_cases(block):
            told = rest.lstrip(" ,:;→–—-*_")
            if case not in said.get(id(block), ()) and any(form.match(told) for form in (_STOPS, _DONE)):
                found.append(
                    Draft("manual", told, "", block.line, block.end_line, "", case, turned, block=block)
                )
    return found


def _may_skip(draft: Draft) -> bool:
    return leads_away(_told(draft))


def leads_away(text: str) -> bool:
    """Whether what a text tells for a case is to stop, or to go on elsewhere."""
    return _leads_elsewhere(text) or any(form.match(text) for form in (_STOPS, _DONE))


def _leads_elsewhere(told: str) -> bool:
    return any(form.search(told) for form in (_THERE, _LEFT_OUT, _OWN))


def _told(draft: Draft) -> str:
    """What a step tells to do: the words of a person's, what stands behind a command in its sentence."""
    if draft.kind == "manual" or draft.block is None or draft.block.kind == "code":
        return draft.text if draft.kind == "manual" else ""
    text = draft.block.text
    stop = next((end for start, end in sentence_places(text) if start <= draft.start < end), len(text))
    return text[draft.end : max(draft.end, stop)]


def _skipped(
    jump: Draft, place: int, blocks: Sequence[Block], numbers: Sequence[int | None]
) -> Iterator[int]:
    """The blocks that are left out where the case of a step holds."""
    told = _told(jump)
    there, left = _THERE.search(told), _LEFT_OUT.search(told)
    if left is not None:
        yield from _left_out(left, place, blocks, numbers)
    elif there is not None:
        yield from range(place + 1, _target(there, place, blocks, numbers))
    elif _OWN.search(told):
        yield from range(place + 1, _end_of_own(place, blocks))
    elif _STOPS.match(told):
        yield from range(place + 1, len(blocks))
    elif _DONE.match(told):
        yield from range(place + 1, _end_of_part(place, blocks))


def _target(there: re.Match[str], place: int, blocks: Sequence[Block], numbers: Sequence[int | None]) -> int:
    """The block that a text leads to further down; the next one where there is none."""
    number = there["number"] or there["bare"] or there["to"]
    name = _plain(there["name"] or "")
    for at in range(place + 1, len(blocks)):
        block = blocks[at]
        if number and numbers[at] == int(number) and _is_beside(block, blocks[place]):
            return at
        if name and block.kind == "heading" and _plain(block.text) == name:
            return at
    return place + 1


def _left_out(
    left: re.Match[str], place: int, blocks: Sequence[Block], numbers: Sequence[int | None]
) -> Iterator[int]:
    own = blocks[place]
    if left["next"]:
        first = next(
            (at for at in range(place + 1, len(blocks)) if _begins_step(blocks[at], own)), len(blocks)
        )
        yield from range(first, _end_of(first, blocks))
        return
    begin, end = int(left["first"]), int(left["last"] or left["first"])
    wanted = {begin, end} if left["join"] in ("and", ",", "&") else set(range(begin, end + 1))
    for at in range(place + 1, len(blocks)):
        if numbers[at] in wanted and _is_beside(blocks[at], own):
            yield from range(at, _end_of(at, blocks))


def _begins_step(block: Block, own: Block) -> bool:
    return block.kind == "heading" or _is_beside(block, own)


def _is_beside(block: Block, own: Block) -> bool:
    """Whether a numbered block stands in the list of another one, in one around it, or is a heading."""
    return block.kind == "heading" or not own.level or own.kind == "heading" or block.level <= own.level


def _end_of(first: int, blocks: Sequence[Block]) -> int:
    """Where the item or the section ends that begins there."""
    if first >= len(blocks):
        return first
    own = blocks[first]
    for at in range(first + 1, len(blocks)):
        block = blocks[at]
        if block.kind == "heading" and (own.kind != "heading" or block.level <= own.level):
            return at
        if own.kind == "item" and block.kind == "item" and block.level <= own.level:
            return at
        if own.kind == "paragraph" and block.kind != "code":
            return at
    return len(blocks)


def _end_of_own(place: int, blocks: Sequence[Block]) -> int:
    """Where the item ends that a block stands in, or its section."""
    level = blocks[place].level if place < len(blocks) and blocks[place].kind != "heading" else 0
    for at in range(place + 1, len(blocks)):
        block = blocks[at]
        outside = block.kind == "item" and block.level <= level
        if block.kind == "heading" or (
            level and (outside or (block.kind == "paragraph" and not block.level))
        ):
            return at
    return len(blocks)


def _end_of_part(place: int, blocks: Sequence[Block]) -> int:
    """Where the list ends that a block stands in, or its section."""
    listed = place < len(blocks) and blocks[place].level > 0
    for at in range(place + 1, len(blocks)):
        block = blocks[at]
        if block.kind == "heading" or (listed and block.kind == "paragraph" and not block.level):
            return at
    return len(blocks)


def _numbers(blocks: Sequence[Block], text: str) -> list[int | None]:
    """The number of each item and heading, as a reader sees it: an item whose list writes the same number for
    all, or none, is counted.
    """
    found: list[int | None] = []
    above: dict[int, tuple[int | None, int]] = {}
    for block in blocks:
        written = _written(block, text)
        if block.kind == "heading":
            above = {}
        elif block.kind == "item" and block.ordered and not block.number:
            above = {level: last for level, last in above.items() if level <= block.level}
            was, last = above.get(block.level, (None, 0))
            number = last + 1 if last and written in (None, was) else written or 1
            above[block.level] = written, number
            written = number
        found.append(written)
    return found


def _written(block: Block, text: str) -> int | None:
    """The number that stands in or before a block."""
    if block.kind not in ("item", "heading", "paragraph"):
        return None
    if block.number:
        return block.number
    named = _STEP_NAME.match(block.text)
    if named is not None:
        return int(named[1] or named[2])
    begin = block.place().start
    found = _BEFORE.search(text[max(0, begin - _LOOKED_AT) : begin])
    return int(found[1]) if found is not None else None


def _plain(text: str) -> str:
    return re.sub(
        r"(?i)^\W*(?:(?:step|phase)\s*)?(?:\d{1,2}\s*[.):–-]?\s*)?", "", text.strip(" *_:.<>[]()#")
    ).lower()


def _in_other_case(draft: Draft, jump: Draft) -> Draft:
    """A step of the same cases as the one that skips it, for the other answer; any other as it is."""
    path = () if draft.condition is None else (*draft.within, (draft.condition, draft.negated))
    around = len(jump.within)
    if path[:around] != jump.within or any(case == jump.condition for case, _ in path):
        return draft
    turned = (*path[:around], (jump.condition or "", not jump.negated), *path[around:])
    return replace(draft, within=turned[:-1], condition=turned[-1][0], negated=turned[-1][1])
