"""Ways of which a text offers one: “Option A” and “Option B”, the items below “Do one of these:”. A person
chooses, and the steps of one way are run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ingest.blocks import Block
from ingest.extract.drafts import Draft
from ingest.extract.labels import clause_headings
from ingest.extract.vocabulary import sentence_places, sentences, text_of

_OPTION: Final = re.compile(
    r"(?i)^\W{0,6}(?:\d{1,3}[.)]\s{1,3})?(?:option|alternative|variant|method|approach|possibility|choice|"
    r"way|plan)\s(?:#\s?)?(?:\d{1,2}|(?-i:[A-H])|one|two|three|four|i{1,3}|"
    r"iv)\b(?=\s{0,3}(?:[*_]{0,2}[:.)(–—-]|[*_]{0,2}$))"
)
"""“Option A: …”, “**Method 2**”."""

_MEANS: Final = re.compile(
    r"(?i)^\W{0,4}(?:via|using|through|with|without|by means of|from the)\s+\S[^.?!]{1,60}$"
)
_PLATFORM: Final = re.compile(
    r"(?i)\W{0,4}(?:(?:on|for|in|using)\s+)?(?:linux|ubuntu|debian|rhel|centos|fedora|alpine|suse|windows|"
    r"mac ?os(?: x)?|freebsd|aws|amazon(?: web services)?|azure|gcp|google cloud(?: platform)?|gke|eks|aks|"
    r"openshift|"
    r"openstack|heroku|bare[- ]metal|on[- ]prem(?:ises?)?)(?:\s(?:users?|clusters?|hosts?|servers?|nodes?|"
    r"machines?|"
    r"installations?|environments?|[\d.]{1,8}))?\W{0,3}"
)
"""Where something runs, and nothing else. Staging and production are none: one follows the other."""

_ONE_OF: Final = re.compile(
    r"(?i)\b(?:(?:any )?one of (?:the |these |those |two |three |following )*(?:following|these|those|this|"
    r"ways?|options?|methods?|commands?|steps?|alternatives?|approaches|actions?|possibilities)|"
    r"either(?: one)? of|"
    r"(?:do|try|run|use) either|(?:choose|pick|select) (?:one|either|between|from)\b|"
    r"(?:two|three|four|several|multiple|different|following|other) (?:possible |different |alternative )?"
    r"(?:ways|options|methods|alternatives|approaches|possibilities)|options|"
    r"alternatives)\b[^.?!]{0,80}[:→]\W{0,3}$"
)
"""A line over a list of which one is done."""

_NO_CHOICE: Final = re.compile(
    r"(?i)^\W{0,4}(?:if|when|unless|in case|once|check|verify|confirm|ensure|make sure|see|with|set|pass|add|"
    r"the command takes|supported|available|command[- ]line|cli)\b|"
    r"\b(?:conditions?|errors?|messages?|symptoms?|reasons?|causes?|states?|status(?:es)?|alerts?|criteria|"
    r"are true|is true|apply|applies|flags?|arguments?|parameters?|settings?|all (?:of )?(?:the |"
    r"these )?(?:options|"
    r"ways|methods))\b"
)
"""What is one of several without anybody choosing it."""

_FIRST: Final = re.compile(r"(?i)\s(?:#\s?)?(?:0?1|a|one|i)$")
_COMMON: Final = re.compile(
    r"(?i)^\W{0,6}(?:\d{1,3}[.)]\s{1,3})?(?:finally|lastly|afterwards?|after (?:that|either|any|both)|"
    r"(?:then,? )?(?:in|with) (?:any|either|each|every|both|all) (?:cases?|events?|ways?)|either way|"
    r"whichever|whatever|regardless)\b"
)
"""“Finally, …”, “In any case, …”: what is done after whichever way."""

_CASE: Final = re.compile(r"(?i)^\W{0,6}(?:if|when|unless|in case|for|on|should)\b")
_SHOWN: Final = 60


@dataclass(frozen=True)
class _Way:
    """One way: the blocks from `first` up to `end`."""

    first: int
    end: int


def with_options(blocks: Sequence[Block], drafts: Sequence[Draft]) -> list[Draft]:
    """The steps, those of each way behind the question whether that way is gone."""
    found = list(drafts)
    places = {id(block): place for place, block in enumerate(blocks)}
    steps: dict[int, list[int]] = {}
    for index, draft in enumerate(found):
        if id(draft.block) in places and not draft.undoing:
            steps.setdefault(places[id(draft.block)], []).append(index)
    for told in comment_ways(found):
        _choose(found, told)
    ends, alone = _section_ends(blocks), clause_headings(blocks)
    groups = [*_groups(blocks), *(ways for _, ways in _named_sections(blocks, is_platform))]
    groups += [[_Way(place, ends[place])] for place in sorted(alone)]
    for ways in sorted(groups, key=lambda group: group[0].first - group[-1].end):
        told = [[index for at in range(way.first, way.end) for index in steps.get(at, ())] for way in ways]
        if ways[0].first in alone or is_platform(blocks[ways[0].first]):
            for way, own in zip(ways, told, strict=True):
                for index in own:
                    found[index] = _under(found[index], ((blocks[way.first].text.strip(" *_:"), False),))
            continue
        # Without the name of an option, what waits for a case of its own is none of several ways.
        named = is_option(blocks[ways[0].first])
        told = [own for own in told if own and (named or any(found[at].condition is None for at in own))]
        if len(told) > 1:
            _choose(found, told)
    return found


def named_ways(blocks: Sequence[Block]) -> Iterator[tuple[int, int, tuple[int, int], list[tuple[int, int]]]]:
    """Each way but the last of those with a name: its block, where its name ends there, and the blocks of it
    and of each of the others.
    """
    for ways in _groups(blocks):
        if not all(_is_named(blocks[way.first]) for way in ways):
            continue
        for way in ways[:-1]:
            block = blocks[way.first]
            end = min(
                [len(block.text), *(code.start for code in block.code), sentence_places(block.text)[0][1]]
            )
            others = [(other.first, other.end) for other in ways if other is not way]
            yield way.first, end, (way.first, way.end), others


def _choose(drafts: list[Draft], ways: Sequence[Sequence[int]]) -> None:
    """Ask before each way but the last whether it is left out for the next one. Groups come from the inner
    to the outer ones: what is asked here is asked around the cases of a step.
    """
    around: tuple[tuple[str, bool], ...] = ()
    for own, following in zip(ways, [*ways[1:], ()], strict=True):
        shown = drafts[own[0]].text if drafts[own[0]].kind == "command" else drafts[own[0]].title
        shown = shown if len(shown) <= _SHOWN else drafts[own[0]].title
        asked = f"Instead of “{' '.join(shown.split())}”?"
        chosen = (*around, (asked, True)) if following else around
        for index in own:
            drafts[index] = _under(drafts[index], chosen)
        around = (*around, (asked, False))


def _under(draft: Draft, chosen: tuple[tuple[str, bool], ...]) -> Draft:
    if draft.condition is not None:
        return replace(draft, within=(*chosen, *draft.within))
    condition, negated = chosen[-1]
    return replace(draft, condition=condition, negated=negated, within=chosen[:-1])


def _groups(blocks: Sequence[Block]) -> Iterator[list[_Way]]:
    yield from _sections(blocks)
    yield from _lists(blocks)
    yield from _paragraphs(blocks)


def _sections(blocks: Sequence[Block]) -> Iterator[list[_Way]]:
    """Sections that are options, or ways by their means: “Using the console”, “Using the API”."""
    for is_one in (is_option, is_means):
        yield from (ways for _, ways in _named_sections(blocks, is_one) if len(ways) > 1)


def is_option(block: Block) -> bool:
    """Whether a block begins with the name of an option."""
    return _OPTION.match(text_of(block.text)) is not None


def is_means(block: Block) -> bool:
    """Whether a heading says by which means its steps are done."""
    return block.kind == "heading" and _MEANS.match(block.text) is not None


def is_platform(block: Block) -> bool:
    """Whether a heading is nothing but the name of where something runs."""
    return block.kind == "heading" and _PLATFORM.fullmatch(block.text.strip()) is not None


def _is_named(block: Block) -> bool:
    return is_option(block) or is_means(block)


def _named_sections(
    blocks: Sequence[Block], is_one: Callable[[Block], bool]
) -> Iterator[tuple[int, list[_Way]]]:
    """Headings of one level and kind, right behind one another; of platforms there are at least two."""
    open_ways: dict[int, list[_Way]] = {}
    ends = _section_ends(blocks)
    found: list[tuple[int, list[_Way]]] = []
    for place, block in enumerate(blocks):
        if block.kind != "heading" or not block.level or not is_one(block):
            continue
        ways = open_ways.get(block.level, [])
        if ways and ways[-1].end != place:
            found.append((block.level, ways))
            ways = []
        open_ways[block.level] = [*ways, _Way(place, ends[place])]
    yield from ((level, ways) for level, ways in (*found, *open_ways.items()) if len(ways) > 1)


def _section_ends(blocks: Sequence[Block]) -> dict[int, int]:
    """Where the section of each heading ends."""
    ends: dict[int, int] = {}
    waiting: list[tuple[int, int]] = []
    for place, block in enumerate(blocks):
        if block.kind == "heading" and block.level:
            while waiting and waiting[-1][0] >= block.level:
                ends[waiting.pop()[1]] = place
            waiting.append((block.level, place))
    return ends | {place: len(blocks) for _, place in waiting}


def _lists(blocks: Sequence[Block]) -> Iterator[list[_Way]]:
    """Lists whose items are options, or below a line that says that one of them is done."""
    open_lists: dict[int, list[int]] = {}
    for place, block in enumerate((*blocks, None)):
        level = block.level if block is not None and block.kind == "item" else 0
        inside = block is not None and block.kind in ("code", "row", "paragraph") and block.level > 0
        if inside or (block is not None and block.kind == "code"):
            continue
        for deeper in [key for key in open_lists if key > level or not level]:
            yield from _list(blocks, open_lists.pop(deeper), place)
        if level:
            open_lists.setdefault(level, []).append(place)


def _list(blocks: Sequence[Block], items: Sequence[int], end: int) -> Iterator[list[_Way]]:
    if len(items) < 2 or any(_CASE.match(text_of(blocks[place].text)) for place in items):
        return
    named = all(is_option(blocks[place]) for place in items)
    if named or (items[0] > 0 and _offers(blocks[items[0] - 1])):
        common = next((place for place in items if is_common(blocks[place].text)), end)
        items, end = [place for place in items if place < common], common
        yield [_Way(first, stop) for first, stop in zip(items, [*items[1:], end], strict=True)]


def _offers(block: Block) -> bool:
    """Whether a block says that one of what stands below it is done."""
    if block.kind not in ("paragraph", "item", "heading"):
        return False
    last = (sentences(block.text) or [""])[-1].strip(" *_")
    last = last if block.kind != "heading" or last.endswith(":") else f"{last}:"
    return _ONE_OF.search(last) is not None and _NO_CHOICE.search(last) is None


def _paragraphs(blocks: Sequence[Block]) -> Iterator[list[_Way]]:
    """Paragraphs that begin with the name of an option, each up to the next one; the last one up to the
    paragraph behind what stands below it.
    """
    ways: list[int] = []
    end: int | None = None
    for place, block in enumerate((*blocks, None)):
        named = block is not None and block.kind == "paragraph" and is_option(block)
        if ways and (block is None or block.kind == "heading" or (named and _is_first(block))):
            yield from _ways(ways, place if end is None else end)
            ways = []
        if named:
            ways.append(place)
            end = None
        elif ways and end is None and block is not None and _is_behind(blocks, ways[-1], place):
            end = place


def _ways(places: Sequence[int], end: int) -> Iterator[list[_Way]]:
    if len(places) > 1:
        yield [_Way(first, stop) for first, stop in zip(places, [*places[1:], end], strict=True)]


def _is_first(block: Block) -> bool:
    """Whether an option is the first one of several."""
    found = _OPTION.match(text_of(block.text))
    return found is not None and _FIRST.search(found[0]) is not None


def _is_behind(blocks: Sequence[Block], first: int, place: int) -> bool:
    """Whether a paragraph goes on behind what stands below an option, or behind one that has its command."""
    block = blocks[place]
    shown = place - first > 1 or bool(blocks[first].code) or is_common(block.text)
    return block.kind == "paragraph" and shown and not block.level


def is_common(text: str) -> bool:
    """Whether a text tells what is done after whichever way."""
    return _COMMON.match(text) is not None


def comment_ways(drafts: Sequence[Draft]) -> Iterator[list[list[int]]]:
    """Commands of one block below comments that are options: those of each way, the last one's up to the next
    comment.
    """
    of_blocks: dict[int, list[int]] = {}
    for index, draft in enumerate(drafts):
        if draft.kind == "command" and draft.block is not None and not draft.undoing:
            of_blocks.setdefault(id(draft.block), []).append(index)
    for own in of_blocks.values():
        named = [at for at, index in enumerate(own) if _OPTION.match(drafts[index].comment)]
        if len(named) < 2:
            continue
        behind = (at for at in range(named[-1] + 1, len(own)) if drafts[own[at]].comment)
        yield [own[at:stop] for at, stop in zip(named, [*named[1:], next(behind, len(own))], strict=True)]
