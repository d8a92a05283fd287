"""What a sentence only names of the block below it: the command stands there, with all that it is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.commands import FoundCommand
from ingest.extract.shown import commands_below, last_sentence
from ingest.extract.vocabulary import is_imperative, sentence_places

_NAME_WORDS: Final = 2
"""So few are a program and a verb, whichever command of the block below they begin."""


_COMMAND: Final = re.compile(r"`?\s{1,3}command\b")
"""“Use the `kubectl get service` command” over `kubectl get svc -n web`."""


def not_named_below(found: list[FoundCommand], block: Block, following: Block | None) -> list[FoundCommand]:
    """The commands of a sentence but those that it only names: “Run the `ms_print` command:” over
    `ms_print out.1`, “You can use `az aks show` to see it:” over `az aks show -n web`.
    """
    if not found or following is None or following.kind != "code":
        return found
    colon = block.text.rstrip("*_ ").endswith(":")
    shown = commands_below(last_sentence(block.text), following, introduces=colon)
    below = [item.text.split() for item in shown]
    if not below:
        return found
    return [item for item in found if not _is_named(item, block, below)]


def _is_named(item: FoundCommand, block: Block, below: Sequence[list[str]]) -> bool:
    name = item.text.split()
    if len(name) <= _NAME_WORDS and any(_begins(name, words) for words in below):
        return True
    behind = block.text[item.end :]
    if name == below[0]:
        last = sentence_places(block.text)[-1][0] <= item.start
        return last and (block.text.rstrip().endswith(":") or not behind.strip("`.) \n"))
    kind = name[:_NAME_WORDS] == below[0][:_NAME_WORDS] and len(name) > 1
    named = kind and _COMMAND.match(behind) is not None and not any(word.startswith("-") for word in name)
    return (named or _begins(name, below[0])) and _is_told_last(item, block)


def _begins(name: list[str], words: list[str]) -> bool:
    """Whether a name of plain words begins a command that goes on behind it."""
    if name == words or any(word.startswith("-") for word in name):
        return False
    program, given = words[0].rsplit("/", 1)[-1], words[1 : len(name)]
    if name[0] not in (words[0], program) or len(given) < len(name) - 1:
        return False
    return all(word == other.split("=")[0] for word, other in zip(name[1:], given, strict=True))


def _is_told_last(item: FoundCommand, block: Block) -> bool:
    """Whether nothing behind the sentence of a command tells what else is done: the block below it is how."""
    return not any(
        start > item.start and is_imperative(block.text[start:end])
        for start, end in sentence_places(block.text)
    )
