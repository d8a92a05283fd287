"""The statements of a block, by the grammar of a shell: here-documents, loops and quoted lines stay whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from ingest.blocks import Block
from ingest.extract.command_forms import case_alone, goes_on, goes_on_counting
from ingest.extract.command_lines import FUNCTION
from ingest.extract.outputs import without_answer

_PARSER: Final = Parser(Language(tree_sitter_bash.language()))
_ANGLED: Final = re.compile(rb"(?<!<)<(?=[A-Za-z])[^<>\n|&;]{0,79}[^<>\s|&;]>(?!>)")
"""A placeholder: the grammar would read it as two redirections, and join lines on the second."""


@dataclass(frozen=True)
class FoundCommand:
    """One logical command (a continuation, a here-document or a loop is one), its line in the source and its
    place in the block: `block.text[start:end]`, where a console's prompts may stand between its lines.
    """

    text: str
    line: int
    comment: str = ""
    start: int = 0
    end: int = 0
    dialect: str = "shell"
    said: str = ""
    """The end of the comment: its last line, with those above that the last one only goes on with."""
    head: str = ""
    """The line of the comment that is nothing but a case, over what is told then; over numbered lines below
    too.
    """


def statements(block: Block) -> list[FoundCommand]:
    """The top-level statements of a block, in order, each with the comment over it."""
    source = block.text.encode()
    tree = _PARSER.parse(_hollow(source))
    shorter = without_answer(block.text) if tree.root_node.has_error else block.text
    if shorter != block.text:
        before = _PARSER.parse(_hollow(shorter.encode()))
        source, tree = (source, tree) if before.root_node.has_error else (shorter.encode(), before)
    found: list[FoundCommand] = []
    comment, said, head, last = "", "", "", -1
    for group in _lines_of_nodes(tree.root_node):
        start, end = group[0].start_byte, group[-1].end_byte
        text = source[start:end].decode("utf-8", "replace").rstrip("\n")
        if len(group) == 1 and group[0].type == "comment":
            if start == 0 and text.startswith("#!"):
                continue
            line, added = group[0].start_point[0], text.lstrip("# ").strip()
            below = bool(comment) and line == last + 1
            head = added if case_alone(added) else (head if below or goes_on_counting(added) else "")
            said = f"{said} {added}" if below and goes_on(said, added) else added
            comment = f"{comment} {added}" if below else added
            last = line
            continue
        text = ASIDE.sub("", _without_trailing_comment(group, source))
        if text.strip():
            begin = len(source[:start].decode("utf-8", "replace"))
            line = block.line + group[0].start_point[0]
            found.append(FoundCommand(text, line, comment, begin, begin + len(text), said=said, head=head))
        comment, said = "", ""
    return _with_functions(found, block)


ASIDE: Final = re.compile(
    r"(?<=\S)[ \t]{1,8}(?:\([A-Za-z][^()\n$`'\"|;&]{2,120}\)|"
    r"(?:--|—)[ \t]{1,3}(?=[A-Z][a-z]{1,15}(?:[ \t]{1,3}[^\s]{1,40}){3})"
    r"(?=[^\n]{0,120}\s(?:the|is|are|for|of|from|each|should|will)\s)[^\n$`'\"|;&<>=]{8,160})$"
)
"""Behind a command, where no shell takes one: `kubectl edit sts kafka  (set it)`, `… -- Prints the node`."""


def _with_functions(found: list[FoundCommand], block: Block) -> list[FoundCommand]:
    """A function and what stands below it are one command: its calls mean nothing without it."""
    first = next((at for at, item in enumerate(found) if FUNCTION.match(item.text)), None)
    if first is None or first + 1 == len(found):
        return found
    begin, end = found[first].start, found[-1].end
    return [*found[:first], replace(found[first], text=block.text[begin:end], end=end)]


def _hollow(source: bytes) -> bytes:
    return _ANGLED.sub(lambda found: b"x" * len(found[0]), source)


def _lines_of_nodes(root: Node) -> list[list[Node]]:
    """Nodes that share a line belong to one statement (`a; b` stays together, as it was written)."""
    groups: list[list[Node]] = []
    for node in root.children:
        if node.type == "\n":
            continue
        if groups and groups[-1][-1].end_point[0] == node.start_point[0]:
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _without_trailing_comment(group: list[Node], source: bytes) -> str:
    last = group[-1]
    end = last.start_byte if last.type == "comment" and len(group) > 1 else last.end_byte
    return source[group[0].start_byte : end].decode("utf-8", "replace").rstrip()
