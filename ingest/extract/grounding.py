"""Which steps of an LLM's answer stand in the text, and which it made up. Pure.

A command is grounded only where it is one whole command unit of the passage that it names, or whole units
that follow each other: at boundaries that the rules found, after the recorded repairs, each unit once, in the
order of the text. `rm -rf /data` is not grounded by `rm -rf /data/old`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.blocks import Block
from ingest.extract.command_forms import unknown_program
from ingest.extract.commands import FoundCommand, commands_of, looks_like_command
from ingest.extract.heard import Heard
from ingest.extract.inline_commands import codes_of, inline_commands
from ingest.extract.passages import masked_text
from ingest.extract.reading_answer import ReadPrerequisite, ReadStep, ReadVariable
from ingest.repairs import repaired

NO_PASSAGE: Final = "it names a passage that is not there"
NOT_WHOLE: Final = "no whole command of the passage that it names reads so"
TWICE: Final = "the passage has it less often"
ELSEWHERE: Final = "the text has it in another order"
NOT_THERE: Final = "these words do not stand in the passage that it names"


@dataclass(frozen=True)
class Unit:
    """One whole command as the rules bound it: `blocks[block].text[start:end]`; `texts` are the ways in which
    a reader may copy it.
    """

    block: int
    start: int
    end: int
    text: str
    texts: frozenset[str]


@dataclass(frozen=True)
class Grounded:
    """A step of the answer with the units that its command is."""

    step: ReadStep
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Invented:
    """What the answer says and the text does not. `block`: of the passage that it names, None without one."""

    text: str
    why: str
    block: int | None


@dataclass(frozen=True)
class Grounding:
    """An answer, sorted. Each item but commands with the index of its block."""

    commands: tuple[Grounded, ...]
    instructions: tuple[tuple[int, ReadStep], ...]
    variables: tuple[tuple[int, ReadVariable], ...]
    prerequisites: tuple[tuple[int, ReadPrerequisite], ...]
    invented: tuple[Invented, ...]


def units_of(blocks: Sequence[Block]) -> list[Unit]:
    """Every command unit of a text in its order, whatever the rules made of it."""
    found: list[Unit] = []
    for index, block in enumerate(blocks):
        if block.kind == "heading":
            continue
        commands = commands_of(block) if block.kind == "code" else _in_prose(block)
        places: set[tuple[int, int]] = set()
        for item in sorted(commands, key=lambda item: item.start):
            if (item.start, item.end) not in places:
                places.add((item.start, item.end))
                written = block.text[item.start : item.end]
                ways = frozenset(masked_text(text).strip() for text in (item.text, written))
                found.append(Unit(index, item.start, item.end, item.text, ways))
    return found


def _in_prose(block: Block) -> list[FoundCommand]:
    """The commands that sentences tell to run, and those that they only name, in code."""
    named = [item for item in codes_of(block) if looks_like_command(item.text) or unknown_program(item.text)]
    return [*inline_commands(block), *named]


def ground(blocks: Sequence[Block], heard: Heard) -> Grounding:
    """Sort what was heard into what stands in the text and what does not."""
    finder = _Finder(blocks)
    found: list[Grounded | Invented] = []
    instructions: list[tuple[int, ReadStep]] = []
    variables: list[tuple[int, ReadVariable]] = []
    prerequisites: list[tuple[int, ReadPrerequisite]] = []
    for part, answer in heard.answers:
        for step in answer.steps:
            at = part.block_of(step.passage)
            if step.command is not None:
                found.append(finder.command(step, step.command, at))
            elif at is not None:
                instructions.append((at, step))
            else:
                found.append(Invented(step.title, NO_PASSAGE, None))
        said: list[ReadVariable | ReadPrerequisite] = [*answer.variables, *answer.prerequisites]
        for one in said:
            at = part.block_of(one.passage)
            if at is None or one.text not in finder.text_of(at):
                found.append(Invented(one.text, NO_PASSAGE if at is None else NOT_THERE, at))
            elif isinstance(one, ReadVariable):
                variables.append((at, one))
            else:
                prerequisites.append((at, one))
    commands, moved = _in_order([item for item in found if isinstance(item, Grounded)])
    invented = [item for item in found if isinstance(item, Invented)]
    return Grounding(
        commands, tuple(instructions), tuple(variables), tuple(prerequisites), (*invented, *moved)
    )


class _Finder:
    """The units of a text, each of which grounds one command at most."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._texts: dict[int, str] = {}
        self._free: dict[int, list[Unit]] = {}
        self._used: set[tuple[int, str]] = set()
        for unit in units_of(blocks):
            self._free.setdefault(unit.block, []).append(unit)

    def text_of(self, block: int) -> str:
        """As the model was shown it."""
        if block not in self._texts:
            self._texts[block] = masked_text(self._blocks[block].text)
        return self._texts[block]

    def command(self, step: ReadStep, command: str, block: int | None) -> Grounded | Invented:
        """The units that a command is; they are used up by it."""
        if block is None:
            return Invented(command, NO_PASSAGE, None)
        wanted = repaired(command.strip())
        free = self._free.get(block, [])
        for first in range(len(free)):
            if (end := _run_from(free, first, wanted)) is not None:
                taken = tuple(free[first:end])
                del free[first:end]
                self._used.add((block, wanted))
                return Grounded(step, taken)
        return Invented(command, TWICE if (block, wanted) in self._used else NOT_WHOLE, block)


def _run_from(units: Sequence[Unit], first: int, wanted: str) -> int | None:
    """Behind the last of the units from `first` on that are `wanted`, line breaks between; else None."""
    rest = wanted
    for at in range(first, len(units)):
        way = next((text for text in sorted(units[at].texts) if rest == text), None)
        if way is not None:
            return at + 1
        way = next((text for text in sorted(units[at].texts) if rest.startswith(text + "\n")), None)
        if way is None:
            return None
        rest = rest[len(way) :].lstrip("\n")
    return None


def _in_order(found: Sequence[Grounded]) -> tuple[tuple[Grounded, ...], list[Invented]]:
    """The longest chain of commands in the order of the text, and those that stand out of it."""
    ends: list[tuple[int, int]] = []
    at_end: list[int] = []
    before: list[int | None] = []
    for index, item in enumerate(found):
        place = (item.units[0].block, item.units[0].start)
        length = bisect_left(ends, place)
        before.append(at_end[length - 1] if length else None)
        ends[length:] = [place, *ends[length + 1 :]]
        at_end[length:] = [index, *at_end[length + 1 :]]
    kept: set[int] = set()
    last = at_end[-1] if at_end else None
    while last is not None:
        kept.add(last)
        last = before[last]
    moved = [
        Invented(item.step.command or "", ELSEWHERE, item.units[0].block)
        for index, item in enumerate(found)
        if index not in kept
    ]
    return tuple(item for index, item in enumerate(found) if index in kept), moved
