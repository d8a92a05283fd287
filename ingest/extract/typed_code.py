"""The commands of a block of which a person says that they are typed."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.blocks import Block
from ingest.extract.commands import FoundCommand
from ingest.extract.inline_commands import dialect_of
from ingest.extract.prompted import prompted
from ingest.extract.reads_like import console_prompt_end
from ingest.extract.vocabulary import OTHER_LABELS, PROMPTED_LABELS


def typed_in(block: Block) -> Iterator[FoundCommand]:
    """They in order, without their prompts. In a block that another language names they are typed at its
    console.
    """
    other = block.language if block.language in OTHER_LABELS - PROMPTED_LABELS else "shell"
    for first, last in sorted(block.typed):
        start, end, text = _behind_prompt(block.text[first:last], first)
        line = block.line + (block.text.count("\n", 0, start) if block.kind == "code" else 0)
        dialect = dialect_of(text.split("\n", 1)[0]) or other
        yield FoundCommand(text, min(block.end_line, line), "", start, end, dialect)


def _behind_prompt(text: str, first: int) -> tuple[int, int, str]:
    """Where a command that begins at `first` stands behind its prompt, and the command."""
    found = prompted(text.split("\n"), session=True)
    if len(found) != 1:
        cut = console_prompt_end(text.split("\n", 1)[0])
        return first + cut, first + len(text), text[cut:]
    return first + found[0][0], first + found[0][1], found[0][2]


def with_typed(block: Block, found: list[FoundCommand]) -> list[FoundCommand]:
    """What was found in a block, and what a person says is typed there."""
    typed = list(typed_in(block))
    apart = [
        item for item in found if not any(one.start < item.end and item.start < one.end for one in typed)
    ]
    return sorted([*apart, *typed], key=lambda item: item.start)
