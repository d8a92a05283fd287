"""A runbook's command as the scanner can read it before anybody filled it in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from schemas.holes import Hole, holes
from schemas.patterns import DEFAULT_PATTERN, fullmatch
from schemas.runbook import Runbook
from schemas.verdict import Span

STAND_IN: Final = "value"
"""What stands in a hole whose variable has no example: one word of the default alphabet."""


def sample_command(runbook: Runbook, command: str) -> str:
    """The command with one plain word in each hole: the example where it is one, else a stand-in.

    What is run later is scanned again as filled; this text only decides what a reviewer is told.
    """
    return _fill(command, _examples(runbook))


def named_resources(
    runbook: Runbook, command: str, found: tuple[str, ...], read: Callable[[str], tuple[str, ...]]
) -> tuple[str, ...]:
    """What a command touches, with the name of a variable (`{{ pod }}`) where a stand-in stood in the sample.

    `found` is what `read` gave for the sample. The command is read once more with a word of its own in each
    such hole; where that is another answer than the first but for these words, the first one is given.
    """
    examples = _examples(runbook)
    names = dict.fromkeys(hole.name for hole in holes(command) if hole.name not in examples)
    if not names or not any(STAND_IN in name for name in found):
        return found
    words = {name: f"dd0c{number}x" for number, name in enumerate(names)}
    marked = read(_fill(command, examples | words))
    alike = {_renamed(item, dict.fromkeys(words.values(), STAND_IN)) for item in marked}
    if alike != set(found):
        return found
    shown = {word: f"{{{{ {name} }}}}" for name, word in words.items()}
    return tuple(_renamed(item, shown) for item in marked)


def _fill(command: str, words: Mapping[str, str]) -> str:
    parts, end = [], 0
    for hole in holes(command):
        parts += [command[end : hole.start], words.get(hole.name) or STAND_IN]
        end = hole.end
    return "".join([*parts, command[end:]])


def _renamed(text: str, words: Mapping[str, str]) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text


def template_spans(runbook: Runbook, command: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of the sample as spans of the command itself; one that touches a filled hole takes it whole."""
    places = list(_filled(runbook, command))
    return tuple(
        Span(
            start=_back(places, span.start)[0],
            end=_back(places, span.end, at_end=True)[1],
            rule_id=span.rule_id,
        )
        for span in spans
    )


def _examples(runbook: Runbook) -> dict[str, str]:
    return {
        variable.name: variable.example
        for variable in runbook.spec.variables
        if variable.example is not None and fullmatch(DEFAULT_PATTERN, variable.example)
    }


def _filled(runbook: Runbook, command: str) -> Iterator[tuple[int, int, Hole]]:
    """Where each hole's word stands in the sample, in order."""
    examples, shift = _examples(runbook), 0
    for hole in holes(command):
        start = hole.start + shift
        end = start + len(examples.get(hole.name) or STAND_IN)
        shift = end - hole.end
        yield start, end, hole


def _back(places: list[tuple[int, int, Hole]], offset: int, *, at_end: bool = False) -> tuple[int, int]:
    """An offset of the sample in the command; the two differ only inside a filled hole."""
    shift = 0
    for start, end, hole in places:
        if offset < start or (at_end and offset == start):
            break
        if offset < end or (at_end and offset == end):
            return hole.start, hole.end
        shift = end - hole.end
    return offset - shift, offset - shift
